//! A recovery with whose it is and who stands by it: read together, outside and inside of transactions alike.

use pforte_core::{
    contact::Listed,
    entry::{Actor, Entry, Event},
    kernel::{ContactId, CustomerId, Moment, ProviderId, StaffRole},
    recovery::{self as rules, Candidate, Overseer, Profile, RecoveryState, Way},
};
use pforte_store::{
    Conn,
    address::{self, Address},
    contact::{self, Contact},
    recovery::{self, Approval, Recovery},
    sign_in::Person,
    staff::{self, Staff},
};

use super::over;
use crate::{contact::Circle, cx::App, cx::Problem, people::Who, signin};

/// One recovery as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub recovery: Recovery,
    pub who: Who,
    /// All that were given, also those that no longer count.
    pub approvals: Vec<Approval>,
    pub state: RecoveryState,
}

impl Case {
    /// Reads whose it is and who stands by it. `None` when the person left.
    pub async fn of(conn: &mut Conn, recovery: Recovery, now: Moment) -> Result<Option<Self>, Problem> {
        let provider = recovery.provider;
        let who = match recovery.person {
            Person::Staff(id) => staff::by_id(conn, provider, id).await?.filter(|s| s.active).map(Who::Staff),
            Person::Contact(id) => {
                contact::by_id(conn, provider, id).await?.filter(|c| c.active).map(Who::Contact)
            }
        };
        let Some(who) = who else { return Ok(None) };
        let approvals = recovery::approvals(conn, provider, recovery.id).await?;
        let approved = stands(conn, &recovery, &who, &approvals).await?;
        let state = recovery.course.state(approved, now);
        Ok(Some(Self { recovery, who, approvals, state }))
    }

    /// The same, refused when it is over or the person left.
    pub async fn living(conn: &mut Conn, recovery: Recovery, now: Moment) -> Result<Self, Problem> {
        let case = Self::of(conn, recovery, now).await?;
        case.filter(|case| case.state != RecoveryState::Over).ok_or_else(over)
    }

    pub fn name(&self) -> String {
        match &self.who {
            Who::Staff(staff) => staff.name(),
            Who::Contact(contact) => contact.name(),
        }
    }

    /// An entry about it, as the customer's where it is a contact's.
    pub fn entry(&self, app: &App, now: Moment, by: Actor, event: Event) -> Entry {
        let entry = app.entry(now, self.recovery.provider, by, event);
        Entry { customer: self.recovery.customer, ..entry }
    }

    /// The person as the log names them.
    pub fn actor(&self) -> Actor {
        signin::actor(self.recovery.person)
    }
}

/// Whether all whose word it needs stand by it, as they are now.
async fn stands(
    conn: &mut Conn,
    recovery: &Recovery,
    who: &Who,
    approvals: &[Approval],
) -> Result<bool, Problem> {
    let provider = recovery.provider;
    match (recovery.course.way, who) {
        (Some(Way::Operator), _) => Ok(true),
        (Some(Way::Colleague), Who::Contact(contact)) => {
            let deciders = deciders(conn, contact).await?;
            Ok(approvals.iter().any(|a| matches!(a.by, Person::Contact(id) if deciders.contains(&id))))
        }
        (Some(Way::Staff | Way::Provider), _) => {
            let subject = profile(conn, who).await?;
            Ok(rules::complete(&overseers(conn, provider, approvals).await?, &subject))
        }
        _ => Ok(false),
    }
}

/// Who approved, as they are now.
pub async fn overseers(
    conn: &mut Conn,
    provider: ProviderId,
    approvals: &[Approval],
) -> Result<Vec<Overseer>, Problem> {
    let mut all = vec![];
    for approval in approvals {
        if let Person::Staff(id) = approval.by
            && let Some(staff) = staff::by_id(conn, provider, id).await?
        {
            all.push(overseer(&staff));
        }
    }
    Ok(all)
}

pub fn overseer(staff: &Staff) -> Overseer {
    Overseer {
        active: staff.active,
        leads: staff.leads(),
        administers: staff.roles.contains(&StaffRole::Admin),
        profile: staff_profile(staff),
    }
}

fn staff_profile(staff: &Staff) -> Profile {
    Profile::new(&staff.first_name, &staff.last_name, [staff.email.as_str()])
}

/// What the person is compared by with whoever approves.
pub async fn profile(conn: &mut Conn, who: &Who) -> Result<Profile, Problem> {
    match who {
        Who::Staff(staff) => Ok(staff_profile(staff)),
        Who::Contact(contact) => contact_profile(conn, contact).await,
    }
}

async fn contact_profile(conn: &mut Conn, contact: &Contact) -> Result<Profile, Problem> {
    let own = own_addresses(conn, contact).await?;
    let addresses = own.iter().map(|address| address.address.as_str());
    Ok(Profile::new(&contact.first_name, &contact.last_name, addresses))
}

/// The addresses that are a contact's: a claim that nobody confirmed is anybody's.
pub async fn own_addresses(conn: &mut Conn, contact: &Contact) -> Result<Vec<Address>, Problem> {
    let mut all = address::of_contact(conn, contact.provider, contact.id).await?;
    all.retain(|address| address.primary || address.confirmed_at.is_some());
    Ok(all)
}

/// Everybody at the customer as the rules see them.
async fn candidates(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
) -> Result<Vec<Candidate>, Problem> {
    let circle = Circle::load(conn, provider, customer).await?;
    let owned = address::owned_at(conn, provider, customer).await?;
    let candidate = |listed: Listed| {
        let contact = circle.contact(listed.id)?;
        let own = owned.iter().filter(|address| address.contact == contact.id);
        let addresses = own.map(|address| address.address.as_str());
        Some(Candidate { listed, profile: Profile::new(&contact.first_name, &contact.last_name, addresses) })
    };
    Ok(circle.listed().into_iter().filter_map(candidate).collect())
}

/// Which contacts can approve this one's.
pub async fn deciders(conn: &mut Conn, contact: &Contact) -> Result<Vec<ContactId>, Problem> {
    let all = candidates(conn, contact.provider, contact.customer).await?;
    Ok(rules::deciders(&all, contact.id))
}

/// Who has to agree.
pub async fn way(conn: &mut Conn, who: &Who) -> Result<Way, Problem> {
    match who {
        Who::Staff(_) => Ok(Way::Staff),
        Who::Contact(contact) => {
            let all = candidates(conn, contact.provider, contact.customer).await?;
            Ok(rules::way(&all, contact.id))
        }
    }
}
