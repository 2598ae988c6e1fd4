//! What one ground shows: areas, actions, personal data, whose user.
//!
//! Must never look at any ground but the one it was given (rule X1), and never allocates.

use super::{
    decision::{Closed, Decision, Mask, Need, Opening},
    facts::{Consent, ConsentTo, ContactFacts, Facts, Request},
    ground::{Ground, HeldGround},
};
use crate::{
    catalogue::{Action, DataClass},
    kernel::{GroundId, Moment},
};

/// What is wanted of one ground.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub product: &'a str,
    pub acting_as: ActingAs<'a>,
    /// `None`: only to enter.
    pub request: Option<&'a Request<'a>>,
    /// The visit's own latest end.
    pub hour_end: Moment,
    pub idle_at: Moment,
}

/// Whose user the visit acts as.
#[derive(Clone, Copy)]
pub(super) enum ActingAs<'a> {
    Named(&'a ContactFacts),
    /// The ground's own contact; a ground without one needs a name.
    Own,
    /// Whoever: asked only to list.
    Any,
}

/// The verdict of one ground.
pub(super) fn judge(facts: &Facts, held: &HeldGround, wanted: &Wanted<'_>, now: Moment) -> Decision {
    if held.customer != facts.customer.id {
        return Closed::NoGround.into();
    }
    if let Some(refusal) = held.ground.refusal(facts, now) {
        return refusal;
    }
    let mut judged =
        Judged { facts, ground: held.id, now, until: held.ground.until(&facts.policy).min(wanted.hour_end) };
    match judged.mask(&held.ground, wanted) {
        Ok(mask) => {
            Decision::Open(Opening { ground: held.id, until: judged.until, idle_at: wanted.idle_at, mask })
        }
        Err(refusal) => refusal,
    }
}

struct Judged<'a> {
    facts: &'a Facts,
    ground: GroundId,
    now: Moment,
    /// Falls to the end of each consent that is used.
    until: Moment,
}

impl Judged<'_> {
    fn mask(&mut self, ground: &Ground, wanted: &Wanted<'_>) -> Result<Mask, Decision> {
        if !ground.opens_product(wanted.product) {
            return Err(Closed::Product.into());
        }
        self.check_acting_as(ground, wanted.acting_as)?;
        let Some(request) = wanted.request else {
            return Ok(if ground.shows_personal() { Mask::None } else { Mask::Fields });
        };
        if request.action == Action::Never {
            return Err(Closed::Never.into());
        }
        if ground.only_views() && request.action != Action::View {
            return Err(Closed::ViewOnly.into());
        }
        self.check_area(ground, request.area)?;
        if request.action != Action::View
            && !self.consented(|to| matches!(to, ConsentTo::Action(action) if *action == request.action))
        {
            return Err(Need::Consent(request.action).into());
        }
        if request.class == DataClass::Product || ground.shows_personal() {
            return Ok(Mask::None);
        }
        if self.consented(|to| matches!(to, ConsentTo::PersonalData)) {
            return Ok(Mask::None);
        }
        if request.action == Action::View && request.has_pass_list {
            return Ok(Mask::Fields);
        }
        Err(Need::PersonalData.into())
    }

    /// Rule X2: any user but the ground's own needs a grant or consent.
    fn check_acting_as(&mut self, ground: &Ground, acting_as: ActingAs<'_>) -> Result<(), Decision> {
        let named = match acting_as {
            ActingAs::Any => return Ok(()),
            ActingAs::Own if ground.contact().is_some() => return Ok(()),
            ActingAs::Own => return Err(Need::ActingAs.into()),
            ActingAs::Named(contact) => contact,
        };
        if !named.active {
            return Err(Closed::ContactGone.into());
        }
        match ground.contact() {
            None => Ok(()),
            Some(own) if own.id == named.id => Ok(()),
            Some(_) if self.consented(|to| matches!(to, ConsentTo::ActAs(id) if *id == named.id)) => Ok(()),
            Some(_) => Err(Need::ActAs.into()),
        }
    }

    /// Rule T8: grants, onboarding and self-grants open an allow-list of areas.
    fn check_area(&mut self, ground: &Ground, area: &str) -> Result<(), Decision> {
        let listed = ground.opens_area(&self.facts.policy, area);
        if listed || self.consented(|to| matches!(to, ConsentTo::Area(name) if name == area)) {
            Ok(())
        } else {
            Err(Need::Area.into())
        }
    }

    /// Whether a consent that counts here permits it; the opening then lasts no longer than it.
    fn consented(&mut self, permits: impl Fn(&ConsentTo) -> bool) -> bool {
        let counts = |c: &&Consent| {
            permits(&c.to)
                && c.customer == self.facts.customer.id
                && c.ended_at.is_none()
                && self.now < c.ends_at
                && c.ground.is_none_or(|ground| ground == self.ground)
        };
        match self.facts.consents.iter().filter(counts).map(|c| c.ends_at).max() {
            Some(ends_at) => {
                self.until = self.until.min(ends_at);
                true
            }
            None => false,
        }
    }
}
