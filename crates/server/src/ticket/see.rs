//! Who may see a ticket, and from when on.

use pforte_core::{
    kernel::{ContactRole, Moment, TicketId},
    ticket::Viewer,
};
use pforte_store::{
    Conn, StoreError,
    contact::Contact,
    message::Reading,
    sign_in::Person,
    ticket::{self, TicketRecord},
    watcher,
};

use crate::{
    kernel::{Problem, SignedIn, Who},
    staff::must_serve,
};

/// A ticket that this person may see.
#[derive(Clone, Debug)]
pub struct Seen {
    pub record: TicketRecord,
    pub viewer: Viewer,
    /// Only what was written from then on (control 44).
    pub since: Option<Moment>,
}

impl Seen {
    /// What of its messages is read.
    pub const fn reading(&self) -> Reading {
        Reading { notes: matches!(self.viewer, Viewer::Serving(_)), since: self.since }
    }

    /// Whether what was asked at the opening is shown (control 44).
    pub fn from_the_beginning(&self) -> bool {
        self.since.is_none_or(|since| since <= self.record.life.opened_at)
    }
}

/// Owner, admins and authorised contacts see all of their customer's tickets.
pub fn sees_all(contact: &Contact) -> bool {
    contact.role != ContactRole::Member || contact.rights.authorised()
}

/// Whose word stands behind a ticket (rules B10, X2): the requester's, as whose user a visit acts, and of
/// those who answer for the customer. A colleague who only reads along opens nothing.
pub fn speaks_for(record: &TicketRecord, writer: &Contact) -> bool {
    writer.id == record.life.contact || sees_all(writer)
}

/// A ticket, if this person may see it; else as if there were none.
pub async fn see(conn: &mut Conn, who: &SignedIn, id: TicketId) -> Result<Seen, Problem> {
    let record = ticket::by_id(conn, who.sign_in.provider, id).await?.ok_or_else(Problem::not_found)?;
    look(conn, who, record).await?.ok_or_else(Problem::not_found)
}

/// The same for a ticket that was read already.
pub async fn look(conn: &mut Conn, who: &SignedIn, record: TicketRecord) -> Result<Option<Seen>, StoreError> {
    let person = who.sign_in.person;
    let (viewer, since) = match &who.who {
        Who::Staff(staff) if must_serve(staff).is_ok() => (Viewer::Serving(staff.id), None),
        Who::Staff(_) => match watched(conn, &record, person).await? {
            Some(since) => (Viewer::Guest, Some(since)),
            None => return Ok(None),
        },
        Who::Contact(contact) if contact.customer != record.life.customer => return Ok(None),
        Who::Contact(contact) if speaks_for(&record, contact) => (Viewer::Contact, None),
        Who::Contact(_) => match watched(conn, &record, person).await? {
            Some(since) => (Viewer::Along, Some(since)),
            None => return Ok(None),
        },
    };
    Ok(Some(Seen { record, viewer, since }))
}

async fn watched(
    conn: &mut Conn,
    record: &TicketRecord,
    person: Person,
) -> Result<Option<Moment>, StoreError> {
    watcher::since(conn, record.provider, record.id(), person).await
}

/// Who somebody is to a ticket that was read again inside a transaction.
pub async fn viewer(conn: &mut Conn, who: &SignedIn, record: &TicketRecord) -> Result<Viewer, Problem> {
    let seen = look(conn, who, record.clone()).await?;
    Ok(seen.ok_or_else(Problem::not_found)?.viewer)
}
