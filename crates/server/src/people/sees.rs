//! Who may see a ticket, and from when on.

use pforte_core::{
    kernel::{ContactId, ContactRole, CustomerId, Moment, TicketId},
    ticket::Viewer,
};
use pforte_store::{
    Conn, StoreError,
    contact::Contact,
    message::Reading,
    search::Found,
    sign_in::Person,
    ticket::{self, TicketRecord},
    watcher,
};

use super::{SignedIn, Who, must_serve};
use crate::cx::Problem;

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
    pub fn shows_the_request(&self) -> bool {
        self.since.is_none_or(|since| since <= self.record.life.opened_at)
    }
}

/// Owner, admins and authorised contacts see all of their customer's tickets.
pub fn sees_all(contact: &Contact) -> bool {
    contact.role != ContactRole::Member || contact.rights.authorised()
}

/// Whose word stands behind a ticket (rules B10, X2): the requester's, as whose user a visit acts, and of
/// those who answer for the customer. A colleague who only reads along opens nothing.
pub fn speaks_for(requester: ContactId, writer: &Contact) -> bool {
    writer.id == requester || sees_all(writer)
}

/// Who somebody is to a ticket.
pub(crate) enum Stand {
    Sees(Viewer),
    /// Only what was written since they watch it (control 44).
    Watching(Viewer),
    Outside,
}

pub(crate) fn stand(who: &SignedIn, customer: CustomerId, requester: ContactId) -> Stand {
    match &who.who {
        Who::Staff(staff) if must_serve(staff).is_ok() => Stand::Sees(Viewer::Serving(staff.id)),
        Who::Staff(_) => Stand::Watching(Viewer::Guest),
        Who::Contact(contact) if contact.customer != customer => Stand::Outside,
        Who::Contact(contact) if speaks_for(requester, contact) => Stand::Sees(Viewer::Contact),
        Who::Contact(_) => Stand::Watching(Viewer::Along),
    }
}

/// A ticket, if this person may see it; else as if there were none.
pub async fn see(conn: &mut Conn, who: &SignedIn, id: TicketId) -> Result<Seen, Problem> {
    let record = ticket::by_id(conn, who.sign_in.provider, id).await?.ok_or_else(Problem::not_found)?;
    look(conn, who, record).await?.ok_or_else(Problem::not_found)
}

/// The same for a ticket that was read already.
pub async fn look(conn: &mut Conn, who: &SignedIn, record: TicketRecord) -> Result<Option<Seen>, StoreError> {
    let (viewer, since) = match stand(who, record.life.customer, record.life.contact) {
        Stand::Sees(viewer) => (viewer, None),
        Stand::Watching(viewer) => match watched(conn, &record, who.sign_in.person).await? {
            Some(since) => (viewer, Some(since)),
            None => return Ok(None),
        },
        Stand::Outside => return Ok(None),
    };
    Ok(Some(Seen { record, viewer, since }))
}

/// Whether this person may see a ticket at all.
pub async fn may_see(conn: &mut Conn, who: &SignedIn, id: TicketId) -> Result<bool, StoreError> {
    match ticket::by_id(conn, who.sign_in.provider, id).await? {
        Some(record) => Ok(look(conn, who, record).await?.is_some()),
        None => Ok(false),
    }
}

/// Whether this person may read a document that a search found.
pub fn may_read(who: &SignedIn, found: &Found) -> bool {
    match stand(who, found.customer, found.contact) {
        Stand::Sees(viewer) => !found.note || matches!(viewer, Viewer::Serving(_)),
        Stand::Watching(_) => !found.note && found.watched.is_some_and(|since| found.at >= since),
        Stand::Outside => false,
    }
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
