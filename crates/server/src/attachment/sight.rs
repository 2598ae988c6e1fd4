//! Who may see a file: whoever sees the message that carries it (controls 36, 44). Before it is sent it
//! is its uploader's alone.

use pforte_core::{
    kernel::{AttachmentId, CustomerId, TicketId},
    ticket::MessageKind,
};
use pforte_store::{
    Conn,
    attachment::{self, AttachmentRecord},
    message,
};

use crate::{
    cx::Problem,
    people::{
        SignedIn, Who,
        sees::{Seen, see},
    },
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
    let file = attachment::by_id(conn, who.sign_in.provider, id).await?.ok_or_else(Problem::not_found)?;
    let Some(ticket) = file.ticket else { return unsent(file, who) };
    let seen = see(conn, who, ticket).await?;
    shown(conn, &file, &seen).await?;
    let sight = Sight { ticket: Some(ticket), customer: Some(seen.record.life.customer) };
    Ok((file, sight))
}

fn unsent(file: AttachmentRecord, who: &SignedIn) -> Result<(AttachmentRecord, Sight), Problem> {
    if file.owner != Some(who.sign_in.person) {
        return Err(Problem::not_found());
    }
    let customer = match &who.who {
        Who::Contact(contact) => Some(contact.customer),
        Who::Staff(_) => None,
    };
    Ok((file, Sight { ticket: None, customer }))
}

/// Control 44: notes are the staff's, and nobody sees what was written before they came along.
async fn shown(conn: &mut Conn, file: &AttachmentRecord, seen: &Seen) -> Result<(), Problem> {
    let message = match file.message {
        Some(id) => message::by_id(conn, file.provider, id).await?,
        None => None,
    };
    let reading = seen.reading();
    let shown = message.is_some_and(|message| {
        let late = reading.since.is_none_or(|since| message.at >= since);
        late && (reading.notes || message.kind != MessageKind::Note)
    });
    if shown { Ok(()) } else { Err(Problem::not_found()) }
}
