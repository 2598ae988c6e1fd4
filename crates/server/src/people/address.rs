//! Mail addresses as people type them, and what is wrong with one.

use axum::http::StatusCode;
use pforte_core::sender::{Address, AddressRefusal};

use crate::cx::Problem;

/// An address in the one spelling in which they are compared.
pub(crate) fn parse_address(text: &str) -> Result<Address, Problem> {
    Address::parse(text).map_err(|refusal| {
        let (title, detail) = match refusal {
            AddressRefusal::Invalid => ("That is no mail address", "Write it like name@company.example."),
            AddressRefusal::LocalPart => (
                "This address cannot be used",
                "Before the @ most mail servers take only the letters a to z. Give an address without others.",
            ),
        };
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, refusal.word(), title, detail)
    })
}

/// Two people use an address, or say so (rule Z8).
pub(crate) fn shared() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "address.shared",
        "Somebody else uses this address",
        "An address belongs to one person. Give another one that only you read.",
    )
}

/// Somebody of the same customer has the address; of other customers nothing is told.
pub(crate) fn taken() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "address.taken",
        "A colleague has this address",
        "An address belongs to one person. Choose another one.",
    )
}
