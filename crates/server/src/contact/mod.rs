//! Contacts as a customer keeps them: the list of who may do what, addresses, numbers (rules P2 to P7,
//! P12, Z4 to Z15).
//!
//! What changes the list waits for a second authorised contact where there is one; start reading at
//! [`ask`](change::ask). Must never tell one customer whether an address is another's.

mod address;
mod apply;
mod change;
mod circle;
mod own;
pub mod routes;
mod view;
mod what;

pub use address::answer_address;
pub use change::{Asked, By, WAITING, ask};
pub use circle::Circle;
pub use what::{ContactEdit, NewContact, What, name};

use axum::http::StatusCode;
use pforte_core::contact::ChangeRefusal;

use crate::cx::Problem;

/// Addresses and numbers one contact may have.
pub const MANY: usize = 10;

/// Somebody is that user in that product already; whose contact that is stays untold.
pub(crate) fn user_taken() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "product_user.taken",
        "Somebody else is this user",
        "Each contact has a user of their own in a product. Look the id up there again.",
    )
}

fn refused(refusal: ChangeRefusal) -> Problem {
    match refusal {
        ChangeRefusal::Own => Problem::forbidden(
            refusal.word(),
            "Somebody else has to agree: a second authorised contact, or owner or admin.",
        ),
        ChangeRefusal::NotAuthorised => {
            Problem::forbidden(refusal.word(), "This takes a contact with both rights, or owner or admin.")
        }
        ChangeRefusal::Over => Problem::new(
            StatusCode::CONFLICT,
            refusal.word(),
            "This was decided, or nobody answered in time",
            "Ask for it again if it is still wanted.",
        ),
    }
}

/// Too many of something; the bound is in the text.
fn too_many(detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, "contact.too_many", "That is too many", detail)
}
