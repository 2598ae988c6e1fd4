//! The support PIN: shown to the contact, typed in by staff (rules B3 to B9). The model feature.
//!
//! Each use case reads inside its transaction, asks `pforte_core::pin`, and says on its `Cx` what the log, the
//! customer, the leads and the pages hear of it; it ends in `changed` or `nothing`.
//! Digits exist only in the answer to the contact; nothing stores or logs them.

mod redeem;
pub mod routes;

use axum::http::StatusCode;
use pforte_core::{
    entry::Event,
    kernel::{ContactId, CustomerId, Moment, PinId, ProviderId},
    pin::{DeadWhy, Pin, PinDigits, PinState, digits},
};
use pforte_store::{
    Conn, StoreError,
    contact::Contact,
    customer,
    pin::{self, PinRecord},
};
pub use redeem::{RedeemAsk, redeem};

use crate::{
    cx::{App, Audience, Cx, Done, Problem, Shared, Topic, there},
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

/// The PIN's life as the core sees it; used ones only differ from dead ones in the log.
fn as_core(record: &PinRecord) -> Result<Pin, StoreError> {
    let state = match (record.ended_at, record.ended_how.as_deref()) {
        (None, _) => PinState::Unused,
        // By whom, and for which ground, stands in the log; here it only has to be used up.
        (Some(at), Some("redeemed")) => {
            PinState::Redeemed { at, by: uuid::Uuid::nil().into(), ground: uuid::Uuid::nil().into() }
        }
        (Some(at), how) => {
            PinState::Dead { at, why: there(how.and_then(DeadWhy::from_word), "word for a PIN's end")? }
        }
    };
    let PinRecord { id, customer, contact, issued_at, .. } = *record;
    Ok(Pin { id, customer, contact, issued_at, state })
}

/// Issues a PIN to a contact, in place of the one they have (rule B9).
async fn issue(cx: &mut Cx, contact: &Contact, old: Option<(PinId, &str)>) -> Result<PinRecord, StoreError> {
    let new = PinRecord {
        id: cx.id(),
        provider: contact.provider,
        customer: contact.customer,
        contact: contact.id,
        issued_at: cx.now,
        ended_at: None,
        ended_how: None,
    };
    if let Some((id, how)) = old {
        pin::end(cx.tx(), new.provider, id, how, new.issued_at).await?;
    }
    pin::insert(cx.tx(), &new).await?;
    let expires_at = as_core(&new)?.expires_at();
    cx.log(new.customer, Event::PinIssued { pin: new.id, contact: new.contact, expires_at });
    Ok(new)
}

/// The contact's PIN, if it is still good.
async fn good(conn: &mut Conn, contact: &Contact, now: Moment) -> Result<Option<PinRecord>, StoreError> {
    let Some(held) = pin::unended(conn, contact.provider, contact.id).await? else { return Ok(None) };
    Ok(if as_core(&held)?.live(now) { Some(held) } else { None })
}

/// Shows the contact's PIN; issues one if there is none, or if `renew` asks for another (rule B6).
pub async fn show(app: &Shared, who: ContactActor, renew: bool) -> Result<Shown, Problem> {
    who.must_be_confirmed()?;
    let by = who.by();
    let contact = who.contact;
    if !contact.rights.support {
        return Err(Problem::forbidden(
            "pin.not_authorised",
            "Only contacts who may ask for support have a PIN. Your colleagues with that right can help.",
        ));
    }
    let mut conn = app.read().await?;
    let customer = customer::by_id(&mut conn, contact.provider, contact.customer).await?;
    if there(customer, "customer of a contact")?.pin_closed() {
        return Err(closed());
    }
    let held = if renew { None } else { good(&mut conn, &contact, app.sources.now()).await? };
    drop(conn);
    let pin = match held {
        Some(held) => held,
        None => app.change(by, move |cx| show_in(cx, contact, renew)).await?,
    };
    shown(app, &pin)
}

async fn show_in(mut cx: Cx, contact: Contact, renew: bool) -> Result<Done<PinRecord>, Problem> {
    // Looked at again inside the transaction: two pages may ask at the same moment.
    let now = cx.now;
    if !renew && let Some(held) = good(cx.conn(), &contact, now).await? {
        return cx.nothing(held);
    }
    let old = pin::unended(cx.conn(), contact.provider, contact.id).await?;
    let why = if renew { DeadWhy::Renewed } else { DeadWhy::Expired };
    let new = issue(&mut cx, &contact, old.map(|old| (old.id, why.word()))).await?;
    cx.changed(new)
}

fn shown(app: &App, pin: &PinRecord) -> Result<Shown, Problem> {
    Ok(Shown {
        digits: digits(&app.secrets.pin, pin.id),
        issued_at: pin.issued_at,
        expires_at: as_core(pin)?.expires_at(),
    })
}

/// Staff deactivate a PIN that was not redeemed; the contact has another one at once (rules B8, B9).
pub async fn deactivate(
    app: &Shared,
    who: StaffActor,
    customer: CustomerId,
    contact: ContactId,
) -> Result<(), Problem> {
    must_serve(&who.staff)?;
    let provider = who.staff.provider;
    app.change(who.by(), move |mut cx| async move {
        let contact = contact_of(cx.conn(), provider, customer, contact).await?;
        let Some(held) = pin::unended(cx.conn(), provider, contact.id).await? else { return cx.nothing(()) };
        let why = DeadWhy::Deactivated;
        cx.log(customer, Event::PinKilled { pin: held.id, contact: contact.id, why });
        issue(&mut cx, &contact, Some((held.id, why.word()))).await?;
        cx.tell(&[Audience::Customer(customer)], &[Topic::Pin, Topic::Door]);
        cx.changed(())
    })
    .await
}

/// A contact, if it is one of this customer's.
async fn contact_of(
    conn: &mut Conn,
    provider: ProviderId,
    customer: CustomerId,
    contact: ContactId,
) -> Result<Contact, Problem> {
    let found = pforte_store::contact::by_id(conn, provider, contact).await?;
    found.filter(|c| c.customer == customer && c.active).ok_or_else(Problem::not_found)
}
