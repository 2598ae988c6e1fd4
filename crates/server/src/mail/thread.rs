//! One thread for each ticket in its readers' mail programs: our Message-IDs and what they refer to.

use pforte_core::kernel::{ProviderId, TicketId};
use pforte_mail::thread as refs;
use pforte_store::{
    Conn, StoreError, mail,
    message::{self, Author},
    outbox::{self, Message, Place},
    provider, staff,
};
use uuid::Uuid;

use super::compose::Sender;
use crate::cx::App;

/// Earlier mails that a mail names.
const NAMED: usize = 5;

/// Who a mail comes from: the person at support who wrote what it carries, else support.
pub async fn sender(app: &App, mail: &Message) -> Result<Sender, StoreError> {
    let provider = mail.provider;
    let mut conn = app.read().await?;
    let named = provider::by_id(&mut conn, provider).await?;
    let written = match mail.message {
        Some(id) => message::by_id(&mut conn, provider, id).await?,
        None => None,
    };
    let writer = match written.map(|message| message.author) {
        Some(Author::Staff(id)) => staff::by_id(&mut conn, provider, id).await?.map(|staff| staff.name()),
        _ => None,
    };
    let name = match (named.map(|provider| provider.name), writer) {
        (Some(at), Some(writer)) => format!("{writer} · {at}"),
        (Some(at), None) => format!("{at} Support"),
        (None, _) => "Support".to_owned(),
    };
    let address = address(app, provider);
    let bounces = app.support(provider).bounce_address.clone().unwrap_or_else(|| address.clone());
    Ok(Sender { name, address, bounces })
}

/// The support address; until one is configured, one at the portal's own name.
fn address(app: &App, provider: ProviderId) -> String {
    app.support(provider).address.clone().unwrap_or_else(|| {
        let host = app.settings.public_origin.split("://").nth(1).unwrap_or("localhost");
        format!("support@{}", host.split(':').next().unwrap_or("localhost"))
    })
}

fn id_of(app: &App, provider: ProviderId, ticket: Option<TicketId>, mail: Uuid, host: &str) -> String {
    let ticket = ticket.map_or(Uuid::nil(), |t| t.0);
    refs::write(&app.secrets.mail, provider.0, ticket, mail, host)
}

/// The Message-ID of a mail: its id, its ticket, and a keyed hash of both.
pub fn message_id(app: &App, message: &Message, host: &str) -> String {
    id_of(app, message.provider, message.ticket, message.id, host)
}

/// Where the next mail of a ticket to an address stands. Every mail names the ticket itself as its root,
/// so that a thread holds together also when a mail in between got lost.
pub async fn place(
    app: &App,
    conn: &mut Conn,
    provider: ProviderId,
    ticket: TicketId,
    recipient: &str,
) -> Result<Place, StoreError> {
    let address = address(app, provider);
    let host = address.rsplit('@').next().unwrap_or("localhost").to_owned();
    let root = id_of(app, provider, Some(ticket), ticket.0, &host);
    let ours = outbox::of_ticket(conn, provider, ticket, recipient).await?;
    let ours = ours.into_iter().take(NAMED).map(|mail| id_of(app, provider, Some(ticket), mail, &host));
    let theirs = mail::refs_of_ticket(conn, provider, ticket).await?;
    let in_reply_to = theirs.first().cloned().or_else(|| ours.clone().next());
    let mut references = vec![root];
    references.extend(ours.collect::<Vec<_>>().into_iter().rev());
    references.extend(theirs.into_iter().take(NAMED).rev());
    Ok(Place { in_reply_to, references })
}
