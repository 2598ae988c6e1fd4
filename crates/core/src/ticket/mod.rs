//! Tickets: who asks, who took it over, and the clocks that close and lock it (rules B10 to B16).
//!
//! Must never answer whether a door is open: that is [`crate::access::decide`] alone. It looks at a
//! ticket through [`Ticket::facts`] and computes its clocks with the functions of this module. Start
//! reading at [`Ticket`], then [`Ticket::customer_wrote`], [`worth`] (whose word opens
//! something), [`Ticket::due`] and [`allowed`].
//!
//! ```
//! use pforte_core::{access::TicketAge, kernel::*, ticket::*};
//! # let id = |n: u128| uuid::Uuid::from_u128(n);
//! let (age, day) = (TicketAge::Created, Span::days(1));
//! let opened = Opened {
//!     id: TicketId(id(1)),
//!     customer: CustomerId(id(2)),
//!     contact: ContactId(id(3)),
//!     by: Opener::Customer,
//!     priority: Priority::Normal,
//! };
//! let ticket = Ticket::open(opened, Moment(0)).take_over(StaffId(id(4)), None, age, Moment(1))?;
//! let ticket = ticket.staff_wrote(age, Moment(2))?;
//! assert_eq!(ticket.state(age, Moment(3)), TicketState::Waiting);
//! assert_eq!(ticket.state(age, Moment(2) + Span::days(14)), TicketState::Closed);
//! let ticket = ticket.customer_wrote(Worth::Own, age, Moment(2) + Span::days(15))?; // reopens it
//! assert_eq!(ticket.state(age, Moment(2) + Span::days(15)), TicketState::Open);
//! assert_eq!(ticket.customer_wrote(Worth::Own, age, Moment(0) + Span::days(30)), Err(Refusal::Locked));
//! # Ok::<(), Refusal>(())
//! ```

/// The longest text of a message, a note or a field of a request, in characters: the one limit, and the one unit,
/// for pages and API alike.
pub const TEXT_CHARS: usize = 100_000;
/// The longest subject, in characters.
pub const SUBJECT_CHARS: usize = 200;
/// The longest body in which such texts come, in bytes: room for two full fields in any letters.
pub const TEXT_BODY_BYTES: usize = 1024 * 1024;

mod allowed;
mod clock;
mod due;
mod state;
mod steps;
mod words;
mod worth;

pub use allowed::*;
pub use clock::*;
pub use due::*;
pub use state::*;
pub use steps::Opened;
pub use words::*;
pub use worth::*;
