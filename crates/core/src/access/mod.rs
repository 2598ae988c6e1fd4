//! The one decision that every door asks (rule X7): page, gateway, token, device.
//!
//! [`decide`] takes [`Facts`], an [`Ask`] and `now`, and answers [`Decision::Open`],
//! [`Decision::Needs`] or [`Decision::Closed`]. It reads no clock and keeps nothing: whatever depends
//! on time is computed from timestamps, on every request. Nothing else in Pforte compares roles or
//! times, and no ground is ever looked at outside this module. Start reading at [`decide`], then
//! [`Ground`] (whether and until when) and `judge` (what it shows).
//!
//! ```
//! use pforte_core::access::*;
//! use pforte_core::catalogue::{Action, DataClass};
//! use pforte_core::kernel::*;
//! # let id = |n: u128| uuid::Uuid::from_u128(n);
//! let (staff, customer, ground) = (StaffId(id(1)), CustomerId(id(2)), GroundId(id(3)));
//! let caller = ContactFacts {
//!     id: ContactId(id(4)),
//!     active: true,
//!     rights: ContactRights { support: true, instruction: false },
//! };
//! let issued_at = Moment(0);
//! let mut facts = Facts {
//!     staff: StaffFacts {
//!         id: staff,
//!         active: true,
//!         roles: vec![StaffRole::Agent],
//!         mfa: true,
//!         trainings_done: true,
//!         guidelines_accepted: true,
//!         overdue_duties: 0,
//!     },
//!     customer: CustomerFacts { id: customer, active: true, self_grant_opted_out: false },
//!     policy: Policy::default(),
//!     grounds: vec![HeldGround {
//!         id: ground,
//!         customer,
//!         ground: Ground::Pin(PinGround {
//!             staff,
//!             contact: caller,
//!             issued_at,
//!             redeemed_at: issued_at + Span::minutes(1),
//!             ended: None,
//!         }),
//!     }],
//!     consents: vec![],
//!     visit: None,
//!     log_writable: true,
//! };
//!
//! // May a visit start? On the PIN, until 60 minutes after its issue.
//! let now = issued_at + Span::minutes(2);
//! let start = Start { ground: Some(ground), product: "panel", acting_as: None, reason: true, link: true };
//! let opening = decide(&facts, &Ask::Start(start), now).opening().expect("the PIN is live");
//! assert_eq!(opening.until, issued_at + Span::minutes(60));
//!
//! // Each request of the visit is decided afresh.
//! facts.visit = Some(VisitFacts {
//!     id: VisitId(id(5)),
//!     staff,
//!     customer,
//!     product: "panel".into(),
//!     acting_as: caller,
//!     ground,
//!     started_at: now,
//!     last_active_at: now,
//!     ended: None,
//! });
//! let download = Ask::Request(Request {
//!     product: "panel",
//!     area: "invoices",
//!     action: Action::Download,
//!     class: DataClass::Product,
//!     has_pass_list: false,
//! });
//! assert_eq!(decide(&facts, &download, now).code(), "needs.consent.download");
//! ```

mod decision;
mod ended;
mod facts;
mod ground;
mod judge;
mod words;

pub use decision::*;
pub use ended::*;
pub use facts::*;
pub use ground::*;
pub use words::told;

use crate::{
    catalogue::Action,
    kernel::{GroundId, Moment, Span},
};
use judge::{ActingAs, Wanted, judge};

/// A visit ends by itself this long after its start, used or not (rule T24).
pub const VISIT_SPAN: Span = Span::minutes(60);
/// A visit ends after this long without a request (control 26).
pub const IDLE_SPAN: Span = Span::minutes(15);

/// The one decision (rule X7). Pure; does not allocate; the order of grounds and consents is no matter.
///
/// `now` must never fall between calls: `cx.now` guarantees it. Every instant is compared as
/// `now < end`, so at the very end the door is shut.
pub fn decide(facts: &Facts, ask: &Ask<'_>, now: Moment) -> Decision {
    if let Some(closed) = shut_for_all(facts) {
        return closed.into();
    }
    match ask {
        Ask::Request(request) => within_visit(facts, request, now),
        Ask::Start(start) => to_start(facts, start, now),
        Ask::Preview { request, acting_as, ground } => {
            let acting_as = acting_as.as_ref().map_or(ActingAs::Any, ActingAs::Named);
            from_now(facts, *ground, request.product, acting_as, Some(request), now)
        }
        Ask::List { product } => from_now(facts, None, product, ActingAs::Any, None, now),
    }
}

fn shut_for_all(facts: &Facts) -> Option<Closed> {
    if !facts.log_writable {
        Some(Closed::LogDown)
    } else if !facts.staff.active {
        Some(Closed::StaffInactive)
    } else if !facts.customer.active {
        Some(Closed::CustomerInactive)
    } else {
        None
    }
}

/// A request counts only within its visit, and on the visit's own ground (rule X1).
fn within_visit(facts: &Facts, request: &Request<'_>, now: Moment) -> Decision {
    let Some(visit) = &facts.visit else { return Closed::NoVisit.into() };
    if visit.staff != facts.staff.id
        || visit.customer != facts.customer.id
        || visit.product != request.product
    {
        return Closed::NoVisit.into();
    }
    let (hour_end, idle_at) = (visit.started_at + VISIT_SPAN, visit.last_active_at + IDLE_SPAN);
    if let Some(how) = visit.ended {
        return Closed::VisitEnded(how).into();
    }
    if now >= hour_end {
        return Closed::HourUp.into();
    }
    if now >= idle_at {
        return Closed::Idle.into();
    }
    if let Some(lack) = facts.staff.lack() {
        return Closed::ConditionLost(lack).into();
    }
    let Some(held) = facts.grounds.iter().find(|held| held.id == visit.ground) else {
        return Closed::NoGround.into();
    };
    let wanted = Wanted {
        product: &visit.product,
        acting_as: ActingAs::Named(&visit.acting_as),
        request: Some(request),
        hour_end,
        // The request itself is activity.
        idle_at: now + IDLE_SPAN,
    };
    let decision = judge(facts, held, &wanted, now);
    // Closing a ticket ends the running visit, even if the ticket opens again (rules B12, B13).
    if decision.opening().is_some() && held.ground.interrupted_since(visit.started_at) {
        return Closed::VisitEnded(EndedHow::Reopened).into();
    }
    decision
}

fn to_start(facts: &Facts, start: &Start<'_>, now: Moment) -> Decision {
    let acting_as = start.acting_as.as_ref().map_or(ActingAs::Own, ActingAs::Named);
    match from_now(facts, start.ground, start.product, acting_as, None, now) {
        Decision::Open(_) if !start.reason => Need::Reason.into(),
        Decision::Open(_) if !start.link => Need::Link.into(),
        decision => decision,
    }
}

/// The best of all grounds (or the named one) for a visit that started now.
fn from_now(
    facts: &Facts,
    ground: Option<GroundId>,
    product: &str,
    acting_as: ActingAs<'_>,
    request: Option<&Request<'_>>,
    now: Moment,
) -> Decision {
    if request.is_some_and(|r| r.action == Action::Never) {
        return Closed::Never.into();
    }
    if let Some(lack) = facts.staff.lack_at_start() {
        return Need::Staff(lack).into();
    }
    let wanted = Wanted { product, acting_as, request, hour_end: now + VISIT_SPAN, idle_at: now + IDLE_SPAN };
    let best = |live_only: bool| {
        let grounds = facts.grounds.iter().filter(|held| ground.is_none_or(|id| id == held.id));
        grounds
            .filter(|held| !live_only || held.ground.ended().is_none())
            .map(|held| judge(facts, held, &wanted, now))
            .reduce(Decision::better)
    };
    // Ended grounds, of which there are many, matter only for saying why nothing opens.
    match best(true) {
        Some(open @ Decision::Open(_)) => open,
        _ => best(false).unwrap_or(Closed::NoGround.into()),
    }
}
