//! Forgotten passwords and lost second factors: who has to agree, and until when (rules Z10, Z11, X8).
//!
//! Must never let one thing be enough: not a mailbox, not a telephone, not one person's approval of
//! themselves. What a mail brings is one of two, always. Start reading at [`way`], then at [`complete`].

mod state;
mod words;

pub use state::*;
pub use words::*;

use crate::{
    contact::Listed,
    kernel::{ContactId, ContactRole, name_key},
};

/// A person as far as it matters whether two accounts are theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// First and last name, as it is compared.
    name: String,
    /// Their mail addresses, as they are compared.
    addresses: Vec<String>,
}

impl Profile {
    pub fn new<'a>(first: &str, last: &str, addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let addresses = addresses.into_iter().map(plain_address).collect();
        Self { name: name_key([first, last]), addresses }
    }

    /// Whether both accounts look like one person's: by name or by a mailbox. Rule P7 lets somebody have a second
    /// profile; with that one they agree to nothing of their own.
    pub fn same_person(&self, other: &Self) -> bool {
        let named = !self.name.is_empty() && self.name == other.name;
        named || self.addresses.iter().any(|address| other.addresses.contains(address))
    }
}

/// One mailbox, one spelling: what follows a `+` only sorts its mail.
fn plain_address(address: &str) -> String {
    let lower = address.trim().to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, host)) => format!("{}@{host}", local.split('+').next().unwrap_or_default()),
        None => lower,
    }
}

/// A contact on the customer's list, with what they are compared by.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub listed: Listed,
    pub profile: Profile,
}

/// Which contacts can approve this one's recovery: other people with both rights; owner or admins where one of them
/// is among those (rules Z10, Z11).
pub fn deciders(candidates: &[Candidate], subject: ContactId) -> Vec<ContactId> {
    let Some(own) = candidates.iter().find(|c| c.listed.id == subject) else { return vec![] };
    let others = || {
        candidates.iter().filter(|c| {
            c.listed.id != subject && c.listed.authorised() && !c.profile.same_person(&own.profile)
        })
    };
    let administers = |c: &&Candidate| matches!(c.listed.role, ContactRole::Owner | ContactRole::Admin);
    let any = others().any(|c| administers(&c));
    others().filter(|c| !any || administers(c)).map(|c| c.listed.id).collect()
}

/// Who has to agree to a contact's recovery: a colleague where there is one who may, else the provider, with a code that
/// goes another way and time to object.
pub fn way(candidates: &[Candidate], subject: ContactId) -> Way {
    if deciders(candidates, subject).is_empty() { Way::Provider } else { Way::Colleague }
}

/// A staff member who approved, or could, as they are now.
#[derive(Clone, Debug)]
pub struct Overseer {
    pub active: bool,
    pub leads: bool,
    pub administers: bool,
    pub profile: Profile,
}

impl Overseer {
    /// Whether their word counts for this person: somebody else, in office.
    pub fn may_approve(&self, subject: &Profile) -> bool {
        self.active && (self.leads || self.administers) && !self.profile.same_person(subject)
    }
}

/// Whether a lead **and** an admin approved: two people, neither of them the one whom it is about. Who is both counts
/// for one of the two. What they are now counts, not what they were when they approved.
pub fn complete(approvals: &[Overseer], subject: &Profile) -> bool {
    let standing: Vec<&Overseer> = approvals.iter().filter(|a| a.may_approve(subject)).collect();
    standing.iter().enumerate().any(|(n, lead)| {
        let others = standing.iter().enumerate().filter(|(m, _)| *m != n);
        lead.leads && others.into_iter().any(|(_, o)| o.administers && !o.profile.same_person(&lead.profile))
    })
}
