//! How long each step has, and where a recovery is: computed, never stored.

use super::{Lost, RecoveryEnd, RecoveryState, Way};
use crate::kernel::{Moment, Span};

/// From the mail to the last step where nobody has to be asked, and again from each step on.
pub const RECOVERY_SPAN: Span = Span::hours(24);
/// A link that somebody who runs the server had printed.
pub const OPERATOR_SPAN: Span = Span::hours(1);
/// How long the provider may take to find out who asks.
pub const PROVIDER_SPAN: Span = Span::days(7);
/// How long everybody at the customer can object, after the provider approved.
pub const OBJECTION_SPAN: Span = Span::hours(72);
/// How long the code that goes another way is good once that time is over.
pub const CODE_SPAN: Span = Span::days(7);
/// Wrong codes and passwords after which a recovery is over.
pub const MAX_WRONG_TRIES: i64 = 5;
/// Wrong words of an approver's after which it is over.
pub const MAX_WRONG_WORDS: i64 = 5;
/// How long afterwards “that was not me” still shuts the account.
pub const OBJECT_AFTER: Span = Span::days(7);

/// A recovery as the database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    pub way: Option<Way>,
    pub lost: Option<Lost>,
    pub begun_at: Option<Moment>,
    pub asked_at: Option<Moment>,
    /// From when on it can be finished, where time has to pass.
    pub ready_at: Option<Moment>,
    pub expires_at: Moment,
    pub ended: Option<RecoveryEnd>,
}

impl Course {
    /// Where it is, `approved` being whether all whose word it needs stand by it now.
    pub fn state(&self, approved: bool, now: Moment) -> RecoveryState {
        if self.ended.is_some() || now >= self.expires_at {
            return RecoveryState::Over;
        }
        match (self.begun_at, self.asked_at) {
            (None, _) => RecoveryState::Sent,
            (Some(_), None) => RecoveryState::Begun,
            _ if !approved => RecoveryState::Waiting,
            _ if self.ready_at.is_some_and(|ready| now < ready) => RecoveryState::Resting,
            _ => RecoveryState::Ready,
        }
    }
}

/// Until when it lasts once it was asked for.
pub fn asked_until(way: Way, now: Moment) -> Moment {
    now + if way == Way::Provider { PROVIDER_SPAN } else { RECOVERY_SPAN }
}

/// From when on it can be finished, and until when, once all approved.
pub fn approved_until(way: Way, now: Moment) -> (Moment, Moment) {
    match way {
        Way::Provider => (now + OBJECTION_SPAN, now + OBJECTION_SPAN + CODE_SPAN),
        _ => (now, now + RECOVERY_SPAN),
    }
}
