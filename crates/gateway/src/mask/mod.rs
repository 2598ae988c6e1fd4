//! Masks: of an answer with personal data only what the catalogue names may pass (rule B5).
//!
//! Fails closed: what is not understood is withheld, and a stream that stops making sense is cut.

pub(crate) mod carried;

use pforte_core::catalogue::PassList;

/// A pass list, ready for use.
#[derive(Debug)]
pub(crate) struct Plan;

impl Plan {
    pub(crate) fn new(_list: &PassList) -> Result<Self, &'static str> {
        Ok(Self)
    }
}
