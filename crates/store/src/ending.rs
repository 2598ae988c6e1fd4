//! How a ground or a visit ended, as their rows keep it.

use pforte_core::{access::EndedHow, entry::Actor, kernel::Moment};
use uuid::Uuid;

/// When, how and by whom something ended, and how long it took until everything was shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    pub at: Moment,
    pub how: EndedHow,
    pub by: Actor,
    pub cut_millis: Option<i64>,
}

impl Ending {
    /// By the server itself, with nothing to cut.
    pub const fn of_itself(at: Moment, how: EndedHow) -> Self {
        Self { at, how, by: Actor::System, cut_millis: None }
    }

    /// The columns of who: staff member, contact.
    pub(crate) const fn who(&self) -> (Option<Uuid>, Option<Uuid>) {
        match self.by {
            Actor::Staff(id) => (Some(id.0), None),
            Actor::Contact(id) => (None, Some(id.0)),
            Actor::System => (None, None),
        }
    }

    /// Reads it back; a word that this server does not know is a condition that it cannot name.
    pub(crate) fn read(
        at: Option<i64>,
        how: Option<&str>,
        (staff, contact): (Option<Uuid>, Option<Uuid>),
        cut_millis: Option<i64>,
    ) -> Option<Self> {
        let by = match (staff, contact) {
            (Some(id), _) => Actor::Staff(id.into()),
            (None, Some(id)) => Actor::Contact(id.into()),
            (None, None) => Actor::System,
        };
        let how = how.and_then(EndedHow::from_word).unwrap_or(EndedHow::ConditionLost);
        Some(Self { at: Moment(at?), how, by, cut_millis })
    }
}
