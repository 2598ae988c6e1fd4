//! Whether a message that is proven to be somebody's was written to us, and now (rule Z5).
//!
//! A signature holds for as long as its key: what somebody once wrote to somebody else can be sent to us
//! years later. So what is old, or names none of our addresses, is doubt, and the person is asked.

use pforte_core::{
    kernel::{Moment, Span},
    sender::Proof,
};

use super::{CheckResult, Checked};
use crate::message::Message;

/// So old may a proven message be: what waited at a server that was down still counts.
pub const MAX_AGE: Span = Span::days(7);
/// So far may its clock be ahead.
pub const MAX_AHEAD: Span = Span::days(1);

/// When, and to whom, a message was handed over.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub now: Moment,
    /// All addresses of the support that takes it.
    pub support: &'a [&'a str],
}

impl Occasion<'_> {
    /// Takes the proof back when the message may have been meant for another time or for somebody else.
    pub(super) fn doubt(self, message: &Message, mut checked: Checked) -> Checked {
        if checked.proof == Proof::Unproven {
            return checked;
        }
        let stale = (!self.is_fresh(message)).then_some(("auth.stale", "the date is missing, old or ahead"));
        let elsewhere =
            (!self.is_addressed(message)).then_some(("auth.not_addressed", "none of our addresses is named"));
        for (code, why) in stale.into_iter().chain(elsewhere) {
            checked.proof = Proof::Unproven;
            checked.codes.push(code);
            checked.results.push(CheckResult {
                check: "header",
                result: "fail",
                domain: String::new(),
                why: why.into(),
            });
        }
        checked
    }

    fn is_fresh(&self, message: &Message) -> bool {
        message.date.is_some_and(|date| self.now <= date + MAX_AGE && date <= self.now + MAX_AHEAD)
    }

    fn is_addressed(&self, message: &Message) -> bool {
        // Both lists were bounded when they were read.
        let mut named = message.to.iter().chain(&message.cc);
        named.any(|one| self.support.iter().any(|own| own.eq_ignore_ascii_case(&one.address)))
    }
}
