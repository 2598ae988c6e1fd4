//! A refusal of the ticket's rules, as the API tells it.

use axum::http::StatusCode;
use pforte_core::ticket::Refusal;

use crate::cx::Problem;

/// The problem for a refusal.
pub fn refused(refusal: Refusal) -> Problem {
    let (status, title, detail) = match refusal {
        Refusal::Locked => (
            StatusCode::LOCKED,
            "This request is locked",
            "It is older than thirty days. A follow-up carries it on.",
        ),
        Refusal::Closed => (StatusCode::CONFLICT, "This request is closed", "Open it again first."),
        Refusal::Taken => (
            StatusCode::CONFLICT,
            "Somebody else has it",
            "Name them in `from_staff_id` to take it over from them.",
        ),
        Refusal::Merged => {
            (StatusCode::CONFLICT, "This request was merged", "It goes on in the one it was merged into.")
        }
        Refusal::NotYours => {
            (StatusCode::FORBIDDEN, "Not allowed", "Only whoever has taken the request over can do this.")
        }
        Refusal::NeedsConfirmation => {
            (StatusCode::FORBIDDEN, "Sign in with your password first", "Confirm with your password first.")
        }
        Refusal::Open => (StatusCode::CONFLICT, "This request is open", "That is for closed ones."),
        Refusal::NotMergeable => {
            (StatusCode::CONFLICT, "These cannot be merged", "Choose another request of the same customer.")
        }
    };
    Problem::new(status, refusal.word(), title, detail)
}
