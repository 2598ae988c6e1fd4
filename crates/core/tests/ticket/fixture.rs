//! Tickets to start from, and the door behind them.

use pforte_core::{access::*, catalogue::*, kernel::*, ticket::*};
use uuid::Uuid;

pub const T0: Moment = Moment(1_800_000_000_000_000);
pub const MINUTE: Span = Span::minutes(1);
pub const AGE: TicketAge = TicketAge::Created;

pub const ME: StaffId = StaffId(Uuid::from_u128(0x51));
pub const COLLEAGUE: StaffId = StaffId(Uuid::from_u128(0x52));
pub const CUSTOMER: CustomerId = CustomerId(Uuid::from_u128(0xc1));
pub const CONTACT: ContactId = ContactId(Uuid::from_u128(0xa1));

pub fn day(n: i64) -> Moment {
    T0 + Span::days(n)
}

pub const fn opened(by: Opener) -> Opened {
    Opened {
        id: TicketId(Uuid::from_u128(0x71)),
        customer: CUSTOMER,
        contact: CONTACT,
        by,
        priority: Priority::Normal,
    }
}

/// A ticket of this opener's that I took over, a minute after it was opened.
pub fn mine(by: Opener) -> Ticket {
    Ticket::open(opened(by), T0).take_over(ME, None, AGE, T0 + MINUTE).expect("open")
}

/// The customer's ticket, that I took over.
pub fn ticket() -> Ticket {
    mine(Opener::Customer)
}

/// The customer's ticket, closed by me on the first day.
pub fn closed() -> Ticket {
    ticket().close(ClosedHow::Staff, AGE, day(1)).expect("open")
}

/// Older than 30 days.
pub const LATE: i64 = 31;

/// What the one decision says to a start on the ground of this staff member's takeover.
pub fn door(ticket: &Ticket, staff: StaffId, age: TicketAge, now: Moment) -> Decision {
    let rights = ContactRights { support: true, instruction: false };
    let contact = ContactFacts { id: CONTACT, active: true, rights };
    let takeover = Takeover { staff, taken_over_at: T0, ticket: ticket.facts(contact), ended: None };
    let facts = Facts {
        staff: StaffFacts {
            id: staff,
            active: true,
            roles: vec![StaffRole::Agent],
            mfa: true,
            trainings_done: true,
            guidelines_accepted: true,
            overdue_duties: 0,
        },
        customer: CustomerFacts { id: CUSTOMER, active: true, self_grant_opted_out: false },
        policy: Policy { ticket_age: age, ..Policy::default() },
        grounds: vec![HeldGround {
            id: GroundId(Uuid::from_u128(0x91)),
            customer: CUSTOMER,
            ground: Ground::Takeover(takeover),
        }],
        consents: vec![],
        visit: None,
        log_writable: true,
    };
    let request = Request {
        product: "panel",
        area: "settings",
        action: Action::View,
        class: DataClass::Product,
        has_pass_list: false,
    };
    decide(&facts, &Ask::Preview { request, acting_as: None, ground: None }, now)
}

/// The code of that.
pub fn code(ticket: &Ticket, staff: StaffId, now: Moment) -> &'static str {
    door(ticket, staff, AGE, now).code()
}
