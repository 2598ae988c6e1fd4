//! Guests (rule M6): invited by mail to a ticket, of which they see what is written from then on, and
//! nothing else: no customers, no search, no access.
//!
//! A guest is a staff member with that one role. The first password takes the link from the mail and a
//! code that comes another way; see `signin/guest.rs`.

pub mod routes;

use axum::http::StatusCode;
use pforte_core::{
    access::TicketAge,
    entry::{Actor, Clean, Entry, Event},
    kernel::{Language, Moment, StaffRole, TicketId},
    sender::Address,
};
use pforte_store::{
    Change, Conn, Tx, guest, outbox, provider,
    provider::Provider,
    sign_in::Person,
    staff::{self, Staff},
    ticket::{self, TicketRecord},
    watcher::{self, Watcher},
};

use crate::{
    cx::{Problem, Shared, there},
    mail,
    people::{StaffActor, must_invite},
    signin::{self, Invite},
    staff::{StaffAsk, prepare_staff},
    ticket::{refused, tell},
};

/// Usernames that are tried before one gets random letters.
const TRIES: u32 = 20;

/// Whom to invite, and to what.
#[derive(Clone, Debug)]
pub struct GuestAsk {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub language: Language,
    pub ticket: TicketId,
}

/// A guest who was invited.
#[derive(Debug)]
pub struct Invited {
    pub staff: Staff,
    /// To be handed over by another way than mail, and shown once; `None` when they have a password.
    pub code: Option<String>,
}

fn conflict(code: &str, title: &str, detail: &str) -> Problem {
    Problem::new(StatusCode::CONFLICT, code, title, detail)
}

/// Invites a guest to a ticket; one who was here before is only told of it. Nobody comes to a locked ticket
/// any more (rule B15), nor to one that goes on in another; a closed one can be opened again, so they do.
pub async fn invite(app: &Shared, who: &StaffActor, ask: GuestAsk) -> Result<Invited, Problem> {
    must_invite(&who.staff)?;
    let (now, provider) = (app.sources.now(), who.staff.provider);
    let mut conn = app.read().await?;
    let record = ticket::by_id(&mut conn, provider, ask.ticket).await?.ok_or_else(Problem::not_found)?;
    let age = app.support(provider).ticket_age;
    record.life.refuse_locked(age, now).map_err(refused)?;
    let home = there(provider::by_id(&mut conn, provider).await?, "provider of a staff member")?;
    let email = Address::spelling(&ask.email);
    let known = match staff::by_email(&mut conn, provider, &email).await? {
        Some(known) => Some(guest_again(known)?),
        None => None,
    };
    let waits = match &known {
        Some(known) => guest::waits(&mut conn, provider, known.id).await?,
        None => true,
    };
    let new = known.is_none();
    let guest = match known {
        Some(known) => known,
        None => {
            let username = username(app, &mut conn, &home, &email).await?;
            drop(conn);
            new_guest(app, &home, ask, username).await?
        }
    };
    let invite = waits.then(|| signin::new_invite(app, &guest, now));
    let url = invite.as_ref().map(|invite| invite.url.clone());
    let message = mail::guest_invited(app, &home, (&guest, &record), url.as_deref(), now);
    let work = Work { guest, new, invite, message, record: record.clone(), age, now };
    let mut added = app.entry(now, provider, Actor::Staff(who.staff.id), work.added());
    let mut watches = app.entry(now, provider, Actor::Staff(who.staff.id), work.watches());
    (added.customer, watches.customer) = (None, Some(record.life.customer));
    let invited = app.writer.change(move |tx| Box::pin(work.save(tx, added, watches))).await?;
    tell(app, &record);
    Ok(invited)
}

/// Somebody with this address is there already.
fn guest_again(known: Staff) -> Result<Staff, Problem> {
    if known.roles.iter().any(|role| *role != StaffRole::Guest) {
        return Err(conflict("guest.is_staff", "That is a colleague", "Let them watch the request instead."));
    }
    if !known.active {
        return Err(conflict("guest.inactive", "This guest is shut out", "An admin can let them in again."));
    }
    Ok(known)
}

/// A username out of the address, that nobody has.
async fn username(app: &Shared, conn: &mut Conn, home: &Provider, email: &str) -> Result<String, Problem> {
    let local = email.split('@').next().unwrap_or_default();
    let plain: String =
        local.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c)).take(30).collect();
    let plain = if plain.len() < 2 { "guest".to_owned() } else { plain };
    for n in 1..=TRIES {
        let name = if n == 1 { plain.clone() } else { format!("{plain}{n}") };
        if staff::by_username(conn, home.id, &name).await?.is_none() {
            return Ok(name);
        }
    }
    Ok(format!("{plain}-{}", &app.sources.token()[..6]))
}

async fn new_guest(app: &Shared, home: &Provider, ask: GuestAsk, username: String) -> Result<Staff, Problem> {
    let ask = StaffAsk {
        username,
        first_name: ask.first_name,
        last_name: ask.last_name,
        email: ask.email,
        salutation: None,
        address: None,
        company: None,
        roles: vec![StaffRole::Guest],
        language: ask.language,
    };
    // Nobody knows this one; the invitation replaces it.
    let password = app.sources.token();
    let new = prepare_staff((&app.sources, &app.secrets), &app.passwords, home.id, ask, password).await?;
    Ok(new.staff)
}

/// What an invitation writes.
struct Work {
    guest: Staff,
    new: bool,
    invite: Option<Invite>,
    message: outbox::Message,
    record: TicketRecord,
    age: TicketAge,
    now: Moment,
}

impl Work {
    fn added(&self) -> Event {
        Event::StaffAdded { staff: self.guest.id, roles: self.guest.roles.clone() }
    }

    fn watches(&self) -> Event {
        Event::TicketChanged { ticket: self.record.id(), fields: vec![Clean::name("watchers")] }
    }

    async fn save(self, tx: &mut Tx, added: Entry, watches: Entry) -> Result<Change<Invited>, Problem> {
        let (provider, ticket) = (self.guest.provider, self.record.id());
        let now = ticket::by_id(tx.conn(), provider, ticket).await?.ok_or_else(Problem::not_found)?;
        now.life.refuse_locked(self.age, self.now).map_err(refused)?;
        if self.new {
            // Looked at again inside the transaction: two may invite at the same moment.
            if staff::by_email(tx.conn(), provider, &self.guest.email).await?.is_some() {
                return Err(conflict("conflict", "Already there", "Somebody has just invited them."));
            }
            staff::insert(tx, &self.guest, self.now).await?;
        }
        let watcher = Watcher { person: Person::Staff(self.guest.id), since: self.now };
        if watcher::since(tx.conn(), provider, ticket, watcher.person).await?.is_none() {
            let all = watcher::of_ticket(tx.conn(), provider, ticket).await?;
            if i64::try_from(all.len()).unwrap_or(i64::MAX) >= watcher::MANY {
                let detail = "Take somebody else off the request first.";
                return Err(conflict("ticket.too_many_watchers", "Too many watch it", detail));
            }
            watcher::add(tx, provider, ticket, watcher).await?;
        }
        if let Some(invite) = &self.invite {
            invite.save(tx, self.now).await?;
        }
        outbox::put(tx, &self.message).await?;
        let code = self.invite.map(|invite| invite.code);
        let change = Change::logged(Invited { staff: self.guest, code }, watches);
        Ok(if self.new { change.and(added) } else { change })
    }
}
