//! Facts to start from: one agent with everything in order, one customer, one ground of each kind.
#![allow(dead_code, reason = "the benchmark uses a part of it")]

use pforte_core::{
    access::*,
    catalogue::{Action, DataClass},
    kernel::*,
    ticket::Opener,
};
use uuid::Uuid;

pub const T0: Moment = Moment(1_800_000_000_000_000);
pub const SECOND: Span = Span::seconds(1);
pub const MINUTE: Span = Span::minutes(1);
pub const DAY: Span = Span::days(1);

pub const ME: StaffId = StaffId(Uuid::from_u128(0x51));
pub const COLLEAGUE: StaffId = StaffId(Uuid::from_u128(0x52));
pub const CUSTOMER: CustomerId = CustomerId(Uuid::from_u128(0xc1));
pub const STRANGER: CustomerId = CustomerId(Uuid::from_u128(0xc2));
pub const GROUND: GroundId = GroundId(Uuid::from_u128(0x91));
pub const PANEL: &str = "panel";

pub fn contact(n: u128) -> ContactFacts {
    ContactFacts {
        id: ContactId(Uuid::from_u128(0xa0 + n)),
        active: true,
        rights: ContactRights { support: true, instruction: true },
    }
}

pub fn pin() -> Ground {
    Ground::Pin(PinGround { staff: ME, contact: contact(1), issued_at: T0, redeemed_at: T0, ended: None })
}

pub fn ticket() -> TicketFacts {
    TicketFacts {
        id: TicketId(Uuid::from_u128(0x71)),
        contact: contact(1),
        assigned_to: Some(ME),
        opened_at: T0,
        opened_by: Opener::Customer,
        reopened: None,
        customer_spoke_at: None,
        last_message_at: T0,
        waits_for_customer_since: None,
        closed: None,
    }
}

pub fn takeover_of(ticket: TicketFacts) -> Ground {
    Ground::Takeover(Takeover { staff: ME, taken_over_at: T0, ticket, ended: None })
}

pub fn takeover() -> Ground {
    takeover_of(ticket())
}

pub fn a_grant() -> Grant {
    Grant {
        granted_by: contact(1).id,
        granted_at: T0,
        ends_at: T0 + Span::days(7),
        staff: None,
        products: None,
        areas: None,
        ended: None,
    }
}

pub fn grant() -> Ground {
    Ground::Grant(a_grant())
}

pub fn onboarding() -> Ground {
    Ground::Onboarding(Onboarding {
        manager: ME,
        contact: contact(1),
        began_at: T0,
        ends_at: T0 + Span::days(30),
        ended: None,
    })
}

pub fn self_grant() -> Ground {
    Ground::SelfGrant(SelfGrant {
        staff: ME,
        contact: contact(1),
        opened_at: T0,
        ends_at: T0 + Span::minutes(30),
        ended: None,
    })
}

/// All five, by name.
pub fn all() -> [(&'static str, Ground); 5] {
    [
        ("pin", pin()),
        ("takeover", takeover()),
        ("grant", grant()),
        ("onboarding", onboarding()),
        ("self_grant", self_grant()),
    ]
}

pub fn end(ground: &mut Ground, at: Moment, how: EndedHow) {
    let ended = match ground {
        Ground::Pin(g) => &mut g.ended,
        Ground::Takeover(g) => &mut g.ended,
        Ground::Grant(g) => &mut g.ended,
        Ground::Onboarding(g) => &mut g.ended,
        Ground::SelfGrant(g) => &mut g.ended,
    };
    *ended = Some((at, how));
}

pub fn held(id: u128, ground: Ground) -> HeldGround {
    HeldGround { id: GroundId(Uuid::from_u128(id)), customer: CUSTOMER, ground }
}

/// No ground, no visit; the policy allows self-grants, so that each kind can be tried.
pub fn nothing() -> Facts {
    Facts {
        staff: StaffFacts {
            id: ME,
            active: true,
            roles: vec![StaffRole::Agent, StaffRole::OnboardingManager],
            mfa: true,
            trainings_done: true,
            guidelines_accepted: true,
            overdue_duties: 0,
        },
        customer: CustomerFacts { id: CUSTOMER, active: true, self_grant_opted_out: false },
        policy: Policy { self_grant: SelfGrantPolicy::On, ..Policy::default() },
        grounds: vec![],
        consents: vec![],
        visit: None,
        log_writable: true,
    }
}

/// A visit on this one ground, started at T0 as the user of contact 1.
pub fn visiting(ground: Ground) -> Facts {
    let mut facts = nothing();
    facts.grounds.push(HeldGround { id: GROUND, customer: CUSTOMER, ground });
    facts.visit = Some(visit(GROUND, T0));
    facts
}

pub fn visit(ground: GroundId, started_at: Moment) -> VisitFacts {
    VisitFacts {
        id: VisitId(Uuid::from_u128(0xf1)),
        staff: ME,
        customer: CUSTOMER,
        product: PANEL.to_owned(),
        acting_as: contact(1),
        ground,
        started_at,
        last_active_at: started_at,
        ended: None,
    }
}

pub fn consent(to: ConsentTo) -> Consent {
    Consent {
        id: ConsentId(Uuid::from_u128(0x81)),
        customer: CUSTOMER,
        to,
        given_by: contact(2).id,
        given_at: T0,
        ends_at: T0 + Span::minutes(20),
        ended_at: None,
        ground: None,
    }
}

/// A request to an area of the default allow-list.
pub fn request(action: Action, class: DataClass) -> Request<'static> {
    Request { product: PANEL, area: "settings", action, class, has_pass_list: false }
}

pub const fn start() -> Start<'static> {
    Start { ground: None, product: PANEL, acting_as: None, reason: true, link: true }
}

/// The code of the answer to a product page's view.
pub fn viewing(facts: &Facts, now: Moment) -> &'static str {
    decide(facts, &Ask::Request(request(Action::View, DataClass::Product)), now).code()
}

/// The code of the answer to a start.
pub fn starting(facts: &Facts, now: Moment) -> &'static str {
    decide(facts, &Ask::Start(start()), now).code()
}
