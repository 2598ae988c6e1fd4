//! Small views that many nouns show: people, customers, tickets, products, reasons, endings.
//!
//! What one noun alone shows stands in its own folder.

mod ending;
mod known;
mod people;
mod product;
mod reason;

pub use ending::EndingView;
pub use known::{Known, references};
pub use people::{CallRef, CustomerRef, Person, Rights, StaffRef, TicketRef, call_ref, customer_ref};
pub(crate) use people::{contact_name, staff_name};
pub use product::{ProductDoorView, ProductRef};
pub(crate) use reason::field;
pub use reason::{ReasonBody, ReasonView};
