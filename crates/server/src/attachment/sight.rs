//! Who may see a file: whoever sees the message that carries it (controls 36, 44). Before it is sent it
//! is its uploader's alone.

use pforte_core::{
    kernel::{AttachmentId, ContactRole, CustomerId, Moment, ProviderId, TicketId},
    ticket::MessageKind,
};
use pforte_store::{
    Conn,
    attachment::{self, AttachmentRecord},
    contact::Contact,
    message,
    sign_in::Person,
    staff::Staff,
    ticket::{self, TicketRecord},
    watcher,
};

use crate::{
    kernel::{Problem, SignedIn, Who},
    staff::must_serve,
};

/// Where a file belongs that may be seen.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    pub ticket: Option<TicketId>,
    pub customer: Option<CustomerId>,
}

/// The file, if this person may see it; else it is not there.
pub async fn of(
    conn: &mut Conn,
    who: &SignedIn,
    id: AttachmentId,
) -> Result<(AttachmentRecord, Sight), Problem> {
    match &who.who {
        Who::Staff(staff) => of_staff(conn, staff, id).await,
        Who::Contact(contact) => of_contact(conn, contact, id).await,
    }
}

/// The same for staff.
pub async fn of_staff(
    conn: &mut Conn,
    staff: &Staff,
    id: AttachmentId,
) -> Result<(AttachmentRecord, Sight), Problem> {
    let person = Person::Staff(staff.id);
    let (file, ticket) = found(conn, staff.provider, id).await?;
    let Some(ticket) = ticket else { return unsent(file, person, None) };
    if must_serve(staff).is_err() {
        let since = watcher::since(conn, staff.provider, ticket.id(), person).await?;
        shown_since(conn, &file, since).await?;
    }
    Ok(seen(file, &ticket))
}

async fn of_contact(
    conn: &mut Conn,
    contact: &Contact,
    id: AttachmentId,
) -> Result<(AttachmentRecord, Sight), Problem> {
    let person = Person::Contact(contact.id);
    let (file, ticket) = found(conn, contact.provider, id).await?;
    let Some(ticket) = ticket else { return unsent(file, person, Some(contact.customer)) };
    let since = if sees_all(contact, &ticket) {
        Some(Moment(i64::MIN))
    } else {
        watcher::since(conn, contact.provider, ticket.id(), person).await?
    };
    shown_since(conn, &file, since).await?;
    Ok(seen(file, &ticket))
}

/// Whoever asked sees all of a ticket, and so do those who answer for the customer.
fn sees_all(contact: &Contact, ticket: &TicketRecord) -> bool {
    let answers = contact.role != ContactRole::Member || contact.rights.authorised();
    ticket.life.customer == contact.customer && (ticket.life.contact == contact.id || answers)
}

async fn found(
    conn: &mut Conn,
    provider: ProviderId,
    id: AttachmentId,
) -> Result<(AttachmentRecord, Option<TicketRecord>), Problem> {
    let file = attachment::by_id(conn, provider, id).await?.ok_or_else(Problem::not_found)?;
    let ticket = match file.ticket {
        Some(ticket) => Some(ticket::by_id(conn, provider, ticket).await?.ok_or_else(Problem::not_found)?),
        None => None,
    };
    Ok((file, ticket))
}

fn unsent(
    file: AttachmentRecord,
    person: Person,
    customer: Option<CustomerId>,
) -> Result<(AttachmentRecord, Sight), Problem> {
    if file.owner == Some(person) {
        return Ok((file, Sight { ticket: None, customer }));
    }
    Err(Problem::not_found())
}

fn seen(file: AttachmentRecord, ticket: &TicketRecord) -> (AttachmentRecord, Sight) {
    (file, Sight { ticket: Some(ticket.id()), customer: Some(ticket.life.customer) })
}

/// Control 44: notes are the staff's, and nobody sees what was written before they came along.
async fn shown_since(
    conn: &mut Conn,
    file: &AttachmentRecord,
    since: Option<Moment>,
) -> Result<(), Problem> {
    let (Some(since), Some(id)) = (since, file.message) else { return Err(Problem::not_found()) };
    let message = message::by_id(conn, file.provider, id).await?;
    let shown = message.is_some_and(|m| m.kind != MessageKind::Note && m.at >= since);
    if shown { Ok(()) } else { Err(Problem::not_found()) }
}
