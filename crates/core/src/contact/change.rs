//! Changes of a customer's contacts: who may ask, who must agree, and until when (rules P2, Z11, X6).

use super::{ChangeKind, ChangeRefusal, ChangeState, Listed};
use crate::kernel::{ContactId, ContactRole, Moment, Span};

/// A change that nobody decided on lapses after this long (rule X6).
pub const CHANGE_SPAN: Span = Span::days(7);

/// Who asks for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    Contact(ContactId),
    /// Staff, on the customer's behalf.
    Staff,
}

/// A change that was asked for, as the database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: ChangeKind,
    pub asked_by: Asker,
    pub expires_at: Moment,
    /// Whether somebody approved or refused it.
    pub approved: Option<bool>,
}

impl Change {
    /// What it is now. Expiry is computed: a change that was not decided in time never is (rule X6).
    pub fn state(&self, now: Moment) -> ChangeState {
        match self.approved {
            Some(true) => ChangeState::Approved,
            Some(false) => ChangeState::Refused,
            None if now >= self.expires_at => ChangeState::Expired,
            None => ChangeState::Waiting,
        }
    }
}

/// When a change that is asked for now lapses.
pub fn change_expires_at(now: Moment) -> Moment {
    now + CHANGE_SPAN
}

/// Whether this one may ask for such a change (rules P2, P12).
///
/// The list is the authorised contacts'. Where there is none, the owner may ask, so that a customer can
/// help itself. Whoever is active may ask for another primary address or number of their own. Staff may
/// ask; see [`needs_second`].
pub fn may_ask(kind: ChangeKind, contacts: &[Listed], asker: Asker) -> Result<(), ChangeRefusal> {
    let Asker::Contact(id) = asker else { return Ok(()) };
    let may = find(contacts, id).is_some_and(|asker| {
        let helps_itself = asker.role == ContactRole::Owner && !contacts.iter().any(Listed::authorised);
        asker.active && (own(kind) || asker.authorised() || helps_itself)
    });
    if may { Ok(()) } else { Err(ChangeRefusal::NotAuthorised) }
}

/// Whether the change waits for a second person: whenever there is one who could agree (rule P2), whoever
/// asks. Staff's asks are done at once only where the customer has nobody yet who could.
///
/// Another primary address needs owner or admin (rule Z11). One who is that waits only while another one
/// could agree, others wait even when nobody is there.
pub fn needs_second(kind: ChangeKind, contacts: &[Listed], asker: Asker) -> bool {
    match (kind, asker) {
        (ChangeKind::PrimaryAddress, Asker::Contact(id)) => {
            !find(contacts, id).is_some_and(Listed::administers)
                || deciders(kind, contacts, asker).next().is_some()
        }
        (ChangeKind::PrimaryAddress, Asker::Staff) => true,
        _ => deciders(kind, contacts, asker).next().is_some(),
    }
}

/// Who can approve or refuse such a change; they are asked.
pub fn deciders(kind: ChangeKind, contacts: &[Listed], asker: Asker) -> impl Iterator<Item = ContactId> {
    contacts.iter().filter(move |c| agrees(kind, contacts, c) && asker != Asker::Contact(c.id)).map(|c| c.id)
}

/// Whether such changes are for this contact to decide on, unless they asked themselves.
pub fn decides_on(kind: ChangeKind, contacts: &[Listed], who: ContactId) -> bool {
    find(contacts, who).is_some_and(|contact| agrees(kind, contacts, contact))
}

/// Whether this contact may approve or refuse it now. How surely they are signed in is asked elsewhere
/// (rule X8).
pub fn may_decide(
    change: &Change,
    contacts: &[Listed],
    who: ContactId,
    now: Moment,
) -> Result<(), ChangeRefusal> {
    if !decides_on(change.kind, contacts, who) {
        Err(ChangeRefusal::NotAuthorised)
    } else if change.asked_by == Asker::Contact(who) {
        Err(ChangeRefusal::Own)
    } else if change.state(now) != ChangeState::Waiting {
        Err(ChangeRefusal::Over)
    } else {
        Ok(())
    }
}

/// Whether a change of this kind concerns whoever asks for it, and nobody else.
const fn own(kind: ChangeKind) -> bool {
    matches!(kind, ChangeKind::PrimaryAddress | ChangeKind::PhoneAdd)
}

/// The list is for the authorised contacts to decide on. While there is none, for the owner, and while there
/// is no owner either, for the admins (rules P2, Z10): they answer for the customer.
fn agrees(kind: ChangeKind, contacts: &[Listed], contact: &Listed) -> bool {
    let any = |is: fn(&Listed) -> bool| contacts.iter().any(is);
    if kind == ChangeKind::PrimaryAddress {
        contact.administers()
    } else if any(Listed::authorised) {
        contact.authorised()
    } else if any(owns) {
        owns(contact)
    } else {
        contact.administers()
    }
}

fn owns(contact: &Listed) -> bool {
    contact.active && contact.role == ContactRole::Owner
}

fn find(contacts: &[Listed], id: ContactId) -> Option<&Listed> {
    contacts.iter().find(|c| c.id == id)
}
