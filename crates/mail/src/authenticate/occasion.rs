//! Whether a message that is proven to be somebody's was written to us, and now (rule Z5).
//!
//! A signature holds for as long as its key: what somebody once wrote to somebody else can be sent to us
//! years later. So what is old, or names none of our addresses, is doubt, and the person is asked. The same
//! where the fields that say so, or how its text is read, are anybody's ([`super::Vouched`]).

use pforte_core::{
    kernel::{Moment, Span},
    sender::Proof,
};

use super::{CheckResult, Checked, Vouched};
use crate::message::{Mailbox, Message};

const UNSIGNED: &str = "auth.unsigned";

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
        let elsewhere = self.elsewhere(message, checked.vouched);
        let structure = (!checked.vouched.structure && elsewhere.is_none_or(|(code, _)| code != UNSIGNED))
            .then_some((UNSIGNED, "nobody vouches for how its text is to be read"));
        for (code, why) in stale.into_iter().chain(elsewhere).chain(structure) {
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

    /// Why it may have been written to somebody else, if so.
    fn elsewhere(&self, message: &Message, vouched: Vouched) -> Option<(&'static str, &'static str)> {
        // Both lists were bounded when they were read.
        let names_us = |list: &[Mailbox]| {
            list.iter().any(|one| self.support.iter().any(|own| own.eq_ignore_ascii_case(&one.address)))
        };
        let (to, cc) = (names_us(&message.to), names_us(&message.cc));
        if !to && !cc {
            return Some(("auth.not_addressed", "none of our addresses is named"));
        }
        let signed = (to && vouched.to) || (cc && vouched.cc);
        (!signed).then_some((UNSIGNED, "nobody vouches for To and Cc"))
    }
}
