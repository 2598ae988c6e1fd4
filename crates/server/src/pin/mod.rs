//! The support PIN: shown to the contact, typed in by staff (rules B3 to B9). The model feature.
//!
//! Each use case loads, asks `pforte_core::pin`, and commits change, entry, notice and mail together.
//! Digits exist only in the answer to the contact; nothing stores or logs them.

mod redeem;
pub mod routes;

use axum::http::StatusCode;
use pforte_core::{
    entry::{Actor, Event},
    kernel::{ContactId, CustomerId, Moment, PinId, ProviderId},
    pin::{DeadWhy, PinDigits, digits},
};
use pforte_store::{
    Change, StoreError, Tx,
    contact::Contact,
    customer,
    pin::{self, PinRecord},
};
pub use redeem::{RedeemAsk, redeem};

use crate::{
    cx::{App, Audience, News, Problem, Topic},
    people::{ContactActor, StaffActor, must_serve},
};

/// A PIN as its contact sees it.
#[derive(Debug)]
pub struct Shown {
    pub digits: PinDigits,
    pub issued_at: Moment,
    pub expires_at: Moment,
}

/// Too many wrong guesses: no PIN opens anything until an authorised contact signs in.
pub fn closed() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "pin.closed",
        "PINs are closed for now",
        "Too many wrong PINs were typed. An authorised contact of the customer opens the way by signing in afresh.",
    )
}

fn record(id: PinId, contact: &Contact, now: Moment) -> PinRecord {
    PinRecord {
        id,
        provider: contact.provider,
        customer: contact.customer,
        contact: contact.id,
        issued_at: now,
        ended_at: None,
        ended_how: None,
    }
}

/// The PIN's life as the core sees it; used ones only differ from dead ones in the log.
pub(crate) fn as_core(record: &PinRecord) -> pforte_core::pin::Pin {
    use pforte_core::pin::{Pin, PinState};
    let state = match (record.ended_at, record.ended_how.as_deref()) {
        (None, _) => PinState::Unused,
        // By whom, and for which ground, stands in the log; here it only has to be used up.
        (Some(at), Some("redeemed")) => {
            PinState::Redeemed { at, by: uuid::Uuid::nil().into(), ground: uuid::Uuid::nil().into() }
        }
        (Some(at), Some(how)) => {
            PinState::Dead { at, why: DeadWhy::from_word(how).unwrap_or(DeadWhy::Renewed) }
        }
        (Some(at), None) => PinState::Dead { at, why: DeadWhy::Renewed },
    };
    Pin {
        id: record.id,
        customer: record.customer,
        contact: record.contact,
        issued_at: record.issued_at,
        state,
    }
}

fn issued_event(pin: &PinRecord) -> Event {
    Event::PinIssued { pin: pin.id, contact: pin.contact, expires_at: as_core(pin).expires_at() }
}

/// Ends whatever PIN the contact has and issues another (rule B9), inside the caller's transaction.
pub(crate) async fn issue(
    tx: &mut Tx,
    new: &PinRecord,
    old: Option<(PinId, &str)>,
) -> Result<(), StoreError> {
    if let Some((id, how)) = old {
        pin::end(tx, new.provider, id, how, new.issued_at).await?;
    }
    pin::insert(tx, new).await
}

/// Shows the contact's PIN; issues one if there is none, or if `renew` asks for another (rule B6).
pub async fn show(app: &App, who: ContactActor, renew: bool) -> Result<Shown, Problem> {
    who.must_be_confirmed()?;
    let contact = who.contact;
    if !contact.rights.support {
        return Err(Problem::forbidden(
            "pin.not_authorised",
            "Only contacts who may ask for support have a PIN. Your colleagues with that right can help.",
        ));
    }
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let customer = customer::by_id(&mut conn, contact.provider, contact.customer).await?;
    if customer.ok_or_else(Problem::not_found)?.pin_closed() {
        return Err(closed());
    }
    let held = pin::unended(&mut conn, contact.provider, contact.id).await?;
    drop(conn);
    if let Some(held) = held.filter(|held| !renew && as_core(held).live(now)) {
        return Ok(shown(app, &held));
    }
    let new = record(app.sources.id(now), &contact, now);
    let entry = app.contact_entry(&contact, now, issued_event(&new));
    let pin = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                // Looked at again inside the transaction: two pages may ask at the same moment.
                let held = pin::unended(tx.conn(), new.provider, new.contact).await?;
                if let Some(held) = held.as_ref().filter(|held| !renew && as_core(held).live(now)) {
                    return Err(Existing(Box::new(Ok(held.clone()))));
                }
                let how = if renew { DeadWhy::Renewed.word() } else { "expired" };
                issue(tx, &new, held.as_ref().map(|held| (held.id, how))).await?;
                Ok(Change::logged(new, entry))
            })
        })
        .await;
    match pin {
        Ok(pin) => Ok(shown(app, &pin)),
        Err(Existing(found)) => (*found).map(|held| shown(app, &held)),
    }
}

/// Nothing had to be changed: somebody else just issued the PIN, or it failed.
struct Existing(Box<Result<PinRecord, Problem>>);

impl From<StoreError> for Existing {
    fn from(error: StoreError) -> Self {
        Self(Box::new(Err(error.into())))
    }
}

fn shown(app: &App, pin: &PinRecord) -> Shown {
    Shown {
        digits: digits(&app.secrets.pin, pin.id),
        issued_at: pin.issued_at,
        expires_at: as_core(pin).expires_at(),
    }
}

/// Staff deactivate a PIN that was not redeemed; the contact has another one at once (rules B8, B9).
pub async fn deactivate(
    app: &App,
    who: StaffActor,
    customer: CustomerId,
    contact: ContactId,
) -> Result<(), Problem> {
    must_serve(&who.staff)?;
    let provider = who.staff.provider;
    let now = app.sources.now();
    let contact = contact_of(app, provider, customer, contact).await?;
    let new = record(app.sources.id(now), &contact, now);
    let actor = Actor::Staff(who.staff.id);
    let entry = |event| pforte_core::entry::Entry {
        customer: Some(customer),
        ..app.entry(now, provider, actor, event)
    };
    let issued = entry(issued_event(&new));
    let killed = |pin| Event::PinKilled { pin, contact: contact.id, why: DeadWhy::Deactivated };
    let held = pin::unended(&mut *app.read().await?, provider, contact.id).await?;
    let Some(held) = held else { return Ok(()) };
    let killed = entry(killed(held.id));
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                issue(tx, &new, Some((held.id, DeadWhy::Deactivated.word()))).await?;
                Ok::<_, Problem>(Change::logged((), killed).and(issued))
            })
        })
        .await?;
    tell_pin(app, provider, customer);
    Ok(())
}

/// A contact, if it is one of this customer's.
pub(crate) async fn contact_of(
    app: &App,
    provider: ProviderId,
    customer: CustomerId,
    contact: ContactId,
) -> Result<Contact, Problem> {
    let found = pforte_store::contact::by_id(&mut *app.read().await?, provider, contact).await?;
    found.filter(|c| c.customer == customer && c.active).ok_or_else(Problem::not_found)
}

pub(crate) fn tell_pin(app: &App, provider: ProviderId, customer: CustomerId) {
    app.hub.publish(News::new(provider, &[Audience::Customer(customer)], &[Topic::Pin, Topic::Door]));
}
