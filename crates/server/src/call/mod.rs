//! Calls: whose number is on the display, what proves who is speaking, and the ticket it becomes (rule P6,
//! control 50).
//!
//! A number on a display can be forged: it picks a contact and proves nothing. What proves one is a
//! call-back to a registered number, or a PIN; from any other number only the call-back. A call opens no
//! door: a redeemed PIN does, and that is another ground.

pub mod routes;

use axum::http::StatusCode;
use pforte_core::{
    access::Terms,
    entry::{Actor, Clean, Event},
    kernel::{CallId, ContactId, GroundId, StaffId, TicketId},
    ticket::{self as rules, MessageKind, Opener, Priority, TicketAction, TicketChannel, Viewer},
};
use pforte_store::{
    Change, Conn, Tx,
    contact::Contact,
    ground, phone,
    phone_call::{self, PhoneCall},
    sign_in::Person,
    ticket::{self as tickets, TicketRecord},
    watcher,
};
use serde_json::json;

use crate::{
    cx::{Audience, News, Problem, Shared, Step, Topic},
    people::{StaffActor, display, e164, must_serve, unregistered},
    ticket::{Asked, NewMessage, NewTicket, happened, open_in, put, refused, settle},
};

/// The longest note and subject, in characters.
const NOTE_MAX: usize = rules::TEXT_CHARS;
const SUBJECT_MAX: usize = rules::SUBJECT_CHARS;

/// What proved who was speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallProof {
    None,
    /// Staff called back, on a registered number.
    CallBack,
    /// The contact read out a PIN, which opened a ground.
    Pin,
}

impl CallProof {
    /// The word that database, API and log use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::CallBack => "call_back",
            Self::Pin => "pin",
        }
    }
}

/// A call as staff write it down.
#[derive(Clone, Debug)]
pub struct CallAsk {
    pub contact: ContactId,
    /// What the display showed; `None` for a voice channel without numbers.
    pub number: Option<String>,
    pub proof: CallProof,
    /// Where staff called back.
    pub call_back_number: Option<String>,
    /// What the PIN opened.
    pub ground: Option<GroundId>,
    pub note: String,
    pub subject: Option<String>,
    /// The ticket it belongs to; without one it opens another.
    pub ticket: Option<TicketId>,
}

/// A call with everything its transaction needs.
struct Recording {
    step: Step,
    contact: Contact,
    ask: CallAsk,
    /// In E.164, or as it was typed.
    number: Option<String>,
    note: String,
    subject: String,
}

/// Writes a call down: in its ticket, or in one that it opens (opened by staff: access follows only once
/// the customer stands behind it, rule B10).
pub async fn record(
    app: &Shared,
    who: StaffActor,
    ask: CallAsk,
) -> Result<(PhoneCall, TicketRecord), Problem> {
    must_serve(&who.staff)?;
    let provider = who.staff.provider;
    let note = text("note", &ask.note, NOTE_MAX)?;
    let subject = match ask.subject.as_deref().map(str::trim).filter(|subject| !subject.is_empty()) {
        Some(subject) => text("subject", subject, SUBJECT_MAX)?,
        None => note.lines().next().unwrap_or_default().chars().take(80).collect(),
    };
    let mut conn = app.read().await?;
    let contact = pforte_store::contact::by_id(&mut conn, provider, ask.contact).await?;
    let contact = contact.filter(|contact| contact.active).ok_or_else(Problem::not_found)?;
    let home = &app.support(provider).country;
    let number = ask.number.as_deref().map(|text| e164(text, home).unwrap_or_else(|| text.trim().to_owned()));
    let number = number.filter(|number| !number.is_empty());
    drop(conn);
    let step = Step::new(app, provider, Actor::Staff(who.staff.id));
    let back = ask.call_back_number.as_deref().map(|text| e164(text, home).unwrap_or_default());
    let ask = CallAsk { call_back_number: back, ..ask };
    let customer = contact.customer;
    let recording = Recording { step, contact, ask, number, note, subject };
    let (call, ticket) = app.writer.change(move |tx| Box::pin(recording.run(tx))).await?;
    settle(app, &ticket).await;
    let audience = [Audience::Customer(customer), Audience::Desk];
    app.hub.publish(News::new(provider, &audience, &[Topic::Calls]));
    Ok((call, ticket))
}

fn text(field: &'static str, given: &str, max: usize) -> Result<String, Problem> {
    let given = given.trim();
    if given.is_empty() || given.chars().count() > max {
        return Err(Problem::input([(field, format!("Use 1 to {max} characters."))]));
    }
    Ok(given.to_owned())
}

impl Recording {
    async fn run(mut self, tx: &mut Tx) -> Result<Change<(PhoneCall, TicketRecord)>, Problem> {
        self.proven(tx.conn()).await?;
        let Actor::Staff(staff) = self.step.actor else { return Err(Problem::not_found()) };
        let ticket = self.ticket(tx, staff).await?;
        let call = PhoneCall {
            id: self.step.id::<CallId>(),
            provider: self.step.provider,
            staff,
            customer: self.contact.customer,
            contact: self.contact.id,
            proof: self.ask.proof.word().into(),
            ticket: Some(ticket.id()),
            ground: self.ask.ground,
            at: self.step.now,
        };
        phone_call::insert(tx, &call).await?;
        if let (CallProof::Pin, Some(ground)) = (self.ask.proof, call.ground) {
            ground::set_ticket(tx, call.provider, ground, ticket.id()).await?;
        }
        let number = self.number.as_deref().unwrap_or("–");
        let shown = self.number.as_deref().map(display);
        let data = json!({ "call": call.id, "proof": call.proof, "number": shown });
        happened(tx, &self.step, &ticket, "call.recorded", data).await?;
        let event = Event::CallRecorded {
            call: call.id,
            contact: self.contact.id,
            number: Clean::name(number),
            proof: Clean::name(&call.proof),
        };
        self.step.log(self.contact.customer, event);
        Ok(self.step.done((call, ticket))?)
    }

    /// Whether what is said to prove the caller does (rule P6).
    async fn proven(&self, conn: &mut Conn) -> Result<(), Problem> {
        let (provider, contact) = (self.step.provider, self.contact.id);
        match self.ask.proof {
            CallProof::None => Ok(()),
            CallProof::CallBack => {
                let number = self.ask.call_back_number.as_deref().unwrap_or_default();
                if phone::is_registered(conn, provider, contact, number).await? {
                    return Ok(());
                }
                Err(unregistered())
            }
            CallProof::Pin => {
                if let Some(number) = &self.number
                    && !phone::is_registered(conn, provider, contact, number).await?
                {
                    return Err(unregistered());
                }
                self.by_pin(conn).await
            }
        }
    }

    /// The PIN was this contact's, and this staff member redeemed it.
    async fn by_pin(&self, conn: &mut Conn) -> Result<(), Problem> {
        let found = match self.ask.ground {
            Some(id) => ground::by_id(conn, self.step.provider, id).await?,
            None => None,
        };
        let mine = found.is_some_and(|found| {
            matches!(found.terms, Terms::Pin { .. })
                && found.terms.contact() == self.contact.id
                && found.terms.staff().map(Actor::Staff) == Some(self.step.actor)
                && found.open(self.step.now)
        });
        if mine {
            return Ok(());
        }
        Err(Problem::input([(
            "ground_id",
            "Name what the contact's PIN opened for you; it must still be open.",
        )]))
    }

    /// A ticket of the caller's, or one that they read along (rules T4, X2): what a colleague asked is not
    /// theirs to speak for.
    async fn callers_own(&self, conn: &mut Conn, ticket: &TicketRecord) -> Result<(), Problem> {
        let caller = self.contact.id;
        if ticket.life.contact == caller {
            return Ok(());
        }
        let along = watcher::since(conn, ticket.provider, ticket.id(), Person::Contact(caller)).await?;
        along.map(drop).ok_or_else(|| {
            Problem::new(
                StatusCode::CONFLICT,
                "call.not_in_ticket",
                "Whoever called has no part in this request",
                "Write the call down in a request of theirs, or in a new one.",
            )
        })
    }

    /// The ticket it belongs to, with the note in it: nobody's, or of the staff who had the call (rule B11).
    async fn ticket(&mut self, tx: &mut Tx, staff: StaffId) -> Result<TicketRecord, Problem> {
        let message = NewMessage {
            via: "phone",
            ..NewMessage::typed(self.step.author(), MessageKind::Note, self.note.clone(), vec![])
        };
        let Some(id) = self.ask.ticket else {
            let new = NewTicket {
                contact: self.contact.clone(),
                channel: if self.number.is_some() { TicketChannel::Phone } else { TicketChannel::Voice },
                subject: self.subject.clone(),
                asked: Asked::default(),
                priority: Priority::Normal,
                by: Opener::Staff,
                proof: None,
                follows: None,
                message: Some(message),
            };
            return Ok(open_in(tx, &mut self.step, new).await?.ticket);
        };
        let found = tickets::by_id(tx.conn(), self.step.provider, id).await?;
        let found = found.filter(|found| found.life.customer == self.contact.customer);
        let found = found.ok_or_else(Problem::not_found)?;
        let viewer = Viewer::Serving(staff);
        rules::check(&found.life, TicketAction::Note, viewer, self.step.age, self.step.now)
            .map_err(refused)?;
        self.callers_own(tx.conn(), &found).await?;
        put(tx, &mut self.step, &found, message).await?;
        Ok(found)
    }
}
