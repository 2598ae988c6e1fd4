//! One's own primary address and numbers, and the customer's own support addresses (rules Z4, Z10, P6).

use super::{
    Asked, What,
    address::tell,
    ask,
    change::By,
    circle::{Circle, concerned},
    refused, too_many,
};
use crate::{
    cx::{App, Problem},
    mail,
    people::{ContactActor, e164, parse_address, taken},
};
use axum::http::StatusCode;
use pforte_core::entry::{Clean, Event};
use pforte_store::{Change, address, notice::Notice, outbox, phone, support_address};
use uuid::Uuid;

/// Support addresses that one customer may name.
const SUPPORT_ADDRESSES: usize = 50;

/// Only a confirmed address can be the primary one.
pub(super) fn unconfirmed() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "address.unconfirmed",
        "This address is not confirmed yet",
        "Confirm it first with the link that was sent there.",
    )
}

/// Asks to make a confirmed address the primary one.
pub async fn make_primary(app: &App, who: &ContactActor, id: Uuid) -> Result<Asked, Problem> {
    who.must_be_confirmed()?;
    let me = &who.contact;
    let found = address::by_id(&mut *app.read().await?, me.provider, me.id, id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    if found.confirmed_at.is_none() {
        return Err(unconfirmed());
    }
    let what = What::PrimaryAddress { id, address: found.address };
    ask(app, By::Contact(me), me.customer, Some(me.id), what).await
}

/// Asks to register a number: a call-back to it would prove who called (control 19).
pub async fn add_phone(app: &App, who: &ContactActor, text: &str) -> Result<Asked, Problem> {
    who.must_be_confirmed()?;
    let me = &who.contact;
    let number = e164(text, &app.support(me.provider).country).ok_or_else(|| {
        Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "phone.invalid",
            "That is no telephone number",
            "Write it as +49 30 1234567.",
        )
    })?;
    let held = phone::of_contact(&mut *app.read().await?, me.provider, me.id).await?;
    if held.len() >= super::MANY {
        return Err(too_many("A contact has up to ten numbers. Remove one first."));
    }
    if held.iter().any(|phone| phone.number == number) {
        return Err(Problem::input([("number", "You have this number already.")]));
    }
    ask(app, By::Contact(me), me.customer, Some(me.id), What::PhoneAdd { number }).await
}

/// Removes a number; told to all, but nobody has to agree: it proves less, not more.
pub async fn remove_phone(app: &App, who: &ContactActor, id: Uuid) -> Result<(), Problem> {
    who.must_be_confirmed()?;
    let me = who.contact.clone();
    let now = app.sources.now();
    let circle = Circle::load(&mut *app.read().await?, me.provider, me.customer).await?;
    let mails = circle.mails(
        |c| concerned(c, Some(me.id)),
        |contact, address| mail::phone_removed(app, contact, address, &me.name(), now),
    );
    let entry = app.contact_entry(&me, now, Event::PhoneRemoved { contact: me.id });
    let (provider, customer) = (me.provider, me.customer);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !phone::remove(tx, me.provider, me.id, id).await? {
                    return Err(Problem::not_found());
                }
                for mail in &mails {
                    outbox::put(tx, mail).await?;
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    tell(app, provider, customer);
    Ok(())
}

/// Names an address at which the customer's own customers reach it, or takes it off the list (rule Z4).
pub async fn set_support_address(
    app: &App,
    who: &ContactActor,
    text: &str,
    named: bool,
) -> Result<(), Problem> {
    who.must_be_confirmed()?;
    let me = who.contact.clone();
    if !me.rights.authorised() {
        return Err(refused(pforte_core::contact::ChangeRefusal::NotAuthorised));
    }
    let parsed = parse_address(text)?;
    let now = app.sources.now();
    let (provider, customer) = (me.provider, me.customer);
    let event = Event::CustomerChanged { customer, fields: vec![Clean::name("support_addresses")] };
    let entry = app.contact_entry(&me, now, event);
    let notice_id = app.sources.id(now);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                let address = parsed.as_str();
                if !named {
                    if !support_address::remove(tx, provider, customer, address).await? {
                        return Err(Problem::not_found());
                    }
                } else {
                    if !address::claimed_at(tx.conn(), provider, customer, address).await?.is_empty() {
                        return Err(taken());
                    }
                    let held = support_address::of_customer(tx.conn(), provider, customer).await?;
                    if held.len() >= SUPPORT_ADDRESSES {
                        return Err(too_many("Name up to fifty support addresses."));
                    }
                    support_address::insert(tx, provider, customer, address).await?;
                }
                let notice = Notice { code: "support_address.changed".into(), at: now };
                pforte_store::notice::insert(tx, notice_id, provider, customer, &notice).await?;
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    tell(app, provider, customer);
    Ok(())
}
