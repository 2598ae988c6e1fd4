//! One's own addresses: claimed, confirmed by a personal challenge, removed (rules Z6 to Z9).
//!
//! Claiming somebody else's address is answered like any other claim, and changes nothing for whoever has
//! it; only its reader can confirm it. Must never flag a holder for what anybody can do.

use super::{MANY, too_many};
use crate::{
    challenge::Question,
    cx::{App, Audience, News, Problem, Topic},
    mail,
    people::{ContactActor, parse_address, shared, sign_in_needed, taken},
};
use pforte_core::{
    contact::{self as rules, Confirmation},
    entry::{Clean, Entry, Event},
    kernel::{ContactId, Moment, Span},
    sender::{AddressKind, address_kind},
};
use pforte_store::{
    Change, Tx,
    address::{self, Address, Flag},
    challenge::{self, Challenge},
    contact::{self, Contact},
    outbox::{self, Message},
    support_address,
};
use uuid::Uuid;

/// Questions that one contact causes in an hour.
const CAUSED_PER_HOUR: i64 = 10;
/// Questions that one address gets in a day, whoever causes them.
const PER_ADDRESS_AND_DAY: i64 = 5;

/// Since when an address counts as a list: role names are seen as it is entered (rules Z14, Z15).
pub fn list_at(address: &str, now: Moment) -> Option<Moment> {
    (address_kind(address) != AddressKind::Personal).then_some(now)
}

/// Everything the transaction of a claim needs.
struct Claim {
    now: Moment,
    contact: Contact,
    row: Address,
    question: Question,
    told: Option<Message>,
    added: Entry,
    sent: Entry,
}

/// Adds an address, and asks there whether it is this contact's.
pub async fn add(app: &App, who: &ContactActor, text: &str) -> Result<Address, Problem> {
    who.must_be_confirmed()?;
    let me = who.contact.clone();
    let parsed = parse_address(text)?;
    let address = parsed.as_str();
    let mut conn = app.read().await?;
    let named = support_address::named(&mut conn, me.provider, address, Some(me.customer)).await?;
    let primary = contact::primary_address(&mut conn, me.provider, me.id).await?;
    drop(conn);
    if named || app.support_at(address).is_some() {
        return Err(Problem::input([(
            "address",
            "Support is reached at this address; give one of your own.",
        )]));
    }
    let now = app.sources.now();
    let row = Address {
        id: app.sources.id(now),
        provider: me.provider,
        contact: me.id,
        address: address.to_owned(),
        primary: false,
        added_at: now,
        confirmed_at: None,
        unreachable_at: None,
        shared_at: None,
        list_at: list_at(address, now),
    };
    let question = Question::about_address(app, &me, address, now).await?;
    let claim = Claim {
        now,
        told: primary.map(|primary| mail::address_added(app, &me, &primary, address, now)),
        added: app.contact_entry(&me, now, Event::AddressAdded { contact: me.id }),
        sent: question.entry(app, &me),
        row,
        question,
        contact: me,
    };
    let (provider, customer) = (claim.contact.provider, claim.contact.customer);
    let added = app.writer.change(move |tx| Box::pin(claim.run(tx))).await?;
    tell(app, provider, customer);
    Ok(added)
}

impl Claim {
    async fn run(self, tx: &mut Tx) -> Result<Change<Address>, Problem> {
        let Self { now, contact: me, row, question, .. } = &self;
        bounded(tx, me, &row.address, *now).await?;
        let mine = address::of_contact(tx.conn(), me.provider, me.id).await?;
        if mine.iter().any(|own| own.address == row.address) {
            return Err(Problem::input([("address", "You have this address already.")]));
        }
        if mine.len() >= MANY {
            return Err(too_many("A contact has up to ten addresses. Remove one first."));
        }
        address::release_of_inactive(tx, me.provider, &row.address).await?;
        if !address::claimed_at(tx.conn(), me.provider, me.customer, &row.address).await?.is_empty() {
            return Err(taken());
        }
        // Whoever holds it is not touched: a claim proves nothing (rule Z8).
        address::insert(tx, row).await?;
        question.save(tx).await?;
        if let Some(told) = &self.told {
            outbox::put(tx, told).await?;
        }
        Ok(Change::logged(self.row, self.added).and(self.sent))
    }
}

/// Refuses what would make us a mail bomb.
async fn bounded(tx: &mut Tx, me: &Contact, address: &str, now: Moment) -> Result<(), Problem> {
    let conn = tx.conn();
    let caused = challenge::caused_since(conn, me.provider, me.id, now - Span::hours(1)).await?;
    let got = challenge::sent_since(conn, me.provider, address, now - Span::days(1)).await?;
    if caused < CAUSED_PER_HOUR && got < PER_ADDRESS_AND_DAY {
        return Ok(());
    }
    Err(Problem::new(
        axum::http::StatusCode::TOO_MANY_REQUESTS,
        "challenge.too_many",
        "Enough mails for now",
        "Look through that mailbox, also where unwanted mail goes, and try again tomorrow.",
    ))
}

/// Asks again whether an address is mine; also when mail to it came back or somebody else uses it.
pub async fn ask_again(app: &App, who: &ContactActor, id: Uuid) -> Result<Address, Problem> {
    who.must_be_confirmed()?;
    let me = who.contact.clone();
    let found = address::by_id(&mut *app.read().await?, me.provider, me.id, id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let now = app.sources.now();
    let question = Question::about_address(app, &me, &found.address, now).await?;
    let entry = question.entry(app, &me);
    let (provider, customer) = (me.provider, me.customer);
    let asked = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                bounded(tx, &me, &found.address, now).await?;
                question.save(tx).await?;
                Ok::<_, Problem>(Change::logged(found, entry))
            })
        })
        .await?;
    tell(app, provider, customer);
    Ok(asked)
}

/// Removes a secondary address.
pub async fn remove(app: &App, who: &ContactActor, id: Uuid) -> Result<(), Problem> {
    who.must_be_confirmed()?;
    let me = who.contact.clone();
    let mut conn = app.read().await?;
    let found = address::by_id(&mut conn, me.provider, me.id, id).await?.ok_or_else(Problem::not_found)?;
    let primary = contact::primary_address(&mut conn, me.provider, me.id).await?;
    drop(conn);
    if found.primary {
        return Err(Problem::new(
            axum::http::StatusCode::CONFLICT,
            "address.primary",
            "This is your primary address",
            "Make another one the primary address first.",
        ));
    }
    let now = app.sources.now();
    let entry = app.contact_entry(&me, now, Event::AddressRemoved { contact: me.id });
    let told = primary.map(|primary| mail::address_removed(app, &me, &primary, &found.address, now));
    let (provider, customer) = (me.provider, me.customer);
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                if !address::remove(tx, me.provider, me.id, id).await? {
                    return Err(Problem::not_found());
                }
                if let Some(told) = &told {
                    outbox::put(tx, told).await?;
                }
                Ok(Change::logged((), entry))
            })
        })
        .await?;
    tell(app, provider, customer);
    Ok(())
}

/// What came of an answer to the question whose an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressAnswer {
    Confirmed,
    /// “Not mine”: the claim is gone.
    Disowned,
    /// Somebody else answered, or has confirmed it before: nothing is confirmed (rule Z8, control 42).
    Shared,
}

/// Takes the answer to the question whose an address is. `by` is who is signed in at the same provider;
/// “not mine” takes nobody.
pub async fn answer_address(
    app: &App,
    asked: Challenge,
    by: Option<&ContactActor>,
    yes: bool,
) -> Result<AddressAnswer, Problem> {
    let now = app.sources.now();
    let owner = contact::by_id(&mut *app.read().await?, asked.provider, asked.contact).await?;
    let owner = owner.filter(|owner| owner.active).ok_or_else(crate::challenge::over)?;
    let by_id = by.map(|by| by.contact.id);
    if let (true, Some(by)) = (yes, by.filter(|by| by.contact.id == owner.id)) {
        by.must_be_confirmed()?;
    }
    let (provider, customer) = (owner.provider, owner.customer);
    let answering = Answering {
        now,
        yes,
        by: by_id,
        answered: app.contact_entry(
            &owner,
            now,
            Event::ChallengeAnswered { challenge: asked.id, contact: owner.id, yes },
        ),
        done: app.contact_entry(&owner, now, Event::AddressConfirmed { contact: owner.id }),
        spare: app.sources.id(now),
        asked,
        owner,
    };
    let answer = app.writer.change(move |tx| Box::pin(answering.run(tx))).await?;
    tell(app, provider, customer);
    Ok(answer)
}

struct Answering {
    now: Moment,
    yes: bool,
    by: Option<ContactId>,
    asked: Challenge,
    owner: Contact,
    answered: Entry,
    done: Entry,
    spare: Uuid,
}

impl Answering {
    async fn run(self, tx: &mut Tx) -> Result<Change<AddressAnswer>, Problem> {
        if !challenge::answer(tx, &self.asked, self.yes, self.now).await? {
            return Err(crate::challenge::over());
        }
        let (provider, address) = (self.owner.provider, &self.asked.address);
        let row = address::claim(tx.conn(), provider, self.owner.id, address).await?;
        let Some(row) = row else { return Err(crate::challenge::over()) };
        if !self.yes {
            // Whose it was has to confirm it anew; a mere claim is gone.
            let gone = row.confirmed_at.is_none() && !row.primary;
            if gone {
                address::remove(tx, provider, self.owner.id, row.id).await?;
            } else {
                address::flag_shared(tx, &row, self.now).await?;
            }
            let event = if gone {
                Event::AddressRemoved { contact: self.owner.id }
            } else {
                self.flagged(self.owner.id)
            };
            let entry = Entry { event, ..self.done };
            return Ok(Change::logged(AddressAnswer::Disowned, self.answered).and(entry));
        }
        let holder = address::holder(tx.conn(), provider, address).await?;
        let holder = holder.filter(|holder| holder.confirmed_at.is_some());
        let by = self.by.ok_or_else(sign_in_needed)?;
        let shown = rules::confirm(self.owner.id, by, holder.as_ref().map(|holder| holder.contact));
        if shown == Confirmation::Confirmed {
            address::confirm(tx, &row, self.now).await?;
            return Ok(Change::logged(AddressAnswer::Confirmed, self.answered).and(self.done));
        }
        address::flag_shared(tx, &row, self.now).await?;
        let mut flagged = vec![Entry { event: self.flagged(self.owner.id), ..self.done.clone() }];
        let others = holder.filter(|h| shown == Confirmation::Shared && h.contact != self.owner.id);
        if let Some(holder) = others {
            address::flag_shared(tx, &holder, self.now).await?;
            // The entry's frame names the asker's customer; whose address it is stands in the event.
            let event = self.flagged(holder.contact);
            flagged.push(Entry { id: self.spare.into(), customer: None, event, ..self.done.clone() });
        }
        Ok(Change::logged(AddressAnswer::Shared, self.answered).and_all(flagged))
    }

    fn flagged(&self, contact: ContactId) -> Event {
        Event::AddressFlagged { contact, flag: Clean::name(Flag::Shared.word()) }
    }
}

impl AddressAnswer {
    /// What the page is told.
    pub fn told(self) -> Result<(), Problem> {
        match self {
            Self::Confirmed | Self::Disowned => Ok(()),
            Self::Shared => Err(shared()),
        }
    }
}

pub(super) fn tell(
    app: &App,
    provider: pforte_core::kernel::ProviderId,
    customer: pforte_core::kernel::CustomerId,
) {
    app.hub.publish(News::new(provider, &[Audience::Customer(customer)], &[Topic::Contacts]));
}
