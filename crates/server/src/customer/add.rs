//! Adding customers, groups and contacts.

use std::collections::BTreeMap;

use pforte_core::{
    entry::{Actor, Entry, Event},
    kernel::{ContactRights, ContactRole, CustomerId, GroupId, Language, ProviderId},
    sender::{Address, AddressRefusal},
};
use pforte_store::{
    Change, Conn,
    customer::{self, Customer},
};

use crate::{
    contact::{self as contacts, Asked, By, MANY, NewContact, What, name},
    cx::{App, Problem},
    people::{StaffActor, e164},
};

const NAME_MAX: usize = 200;
const FIRST_NUMBER: i64 = 10_001;

/// Adds a customer; without a number it gets the next one.
pub async fn add_customer(
    app: &App,
    who: &StaffActor,
    number: Option<&str>,
    called: &str,
    group: Option<GroupId>,
) -> Result<Customer, Problem> {
    let provider = who.staff.provider;
    let called = name("name", called)?;
    let now = app.sources.now();
    let number = number.map(str::trim).filter(|n| !n.is_empty()).map(self::number).transpose()?;
    let group_name = match group {
        None => None,
        Some(group) => Some(group_named(&mut *app.read().await?, provider, group).await?),
    };
    let mut new = Customer {
        id: app.sources.id(now),
        provider,
        number: number.unwrap_or_default(),
        name: called,
        group: group_name,
        address: None,
        active: true,
        pin_closed_at: None,
        pin_reopened_at: None,
    };
    let event = Event::CustomerAdded { customer: new.id };
    let entry =
        Entry { customer: Some(new.id), ..app.entry(now, provider, Actor::Staff(who.staff.id), event) };
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                // The next one is read where it is written: two who add at the same moment get two numbers.
                if new.number.is_empty() {
                    let next = customer::next_number(tx.conn(), provider, FIRST_NUMBER).await?;
                    new.number = next.ok_or_else(no_number)?;
                }
                customer::insert(tx, &new, group, now).await?;
                Ok::<_, Problem>(Change::logged(new, entry))
            })
        })
        .await
}

/// A customer's number, trimmed.
pub(crate) fn number(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain && (1..=20).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err(Problem::input([("number", "Use up to 20 letters, digits and dashes.")]))
}

/// The name of a group of this provider's.
pub(super) async fn group_named(
    conn: &mut Conn,
    provider: ProviderId,
    group: GroupId,
) -> Result<String, Problem> {
    let found = customer::group(conn, provider, group).await?;
    found.ok_or_else(|| Problem::input([("group_id", "There is no such group.")]))
}

/// Whether these are users in products of this server.
pub(super) fn known_users<'a>(
    app: &App,
    mut users: impl Iterator<Item = (&'a String, &'a String)>,
) -> Result<(), Problem> {
    let known = |(product, user): (&'a String, &'a String)| {
        let plain = !user.trim().is_empty() && user.len() <= NAME_MAX && !user.chars().any(char::is_control);
        app.product(product).is_some() && plain
    };
    if users.all(known) {
        return Ok(());
    }
    Err(Problem::input([("product_users", "Name a product of this server and a user in it.")]))
}

fn no_number() -> Problem {
    Problem::input([("number", "The next numbers are taken. Choose one.")])
}

/// Adds a group of customers (rule M3/M4).
pub async fn add_group(app: &App, who: &StaffActor, called: &str) -> Result<(GroupId, String), Problem> {
    let called = name("name", called)?;
    let now = app.sources.now();
    let (provider, id): (_, GroupId) = (who.staff.provider, app.sources.id(now));
    let entry = app.entry(now, provider, Actor::Staff(who.staff.id), Event::GroupAdded { group: id });
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                customer::insert_group(tx, provider, id, &called).await?;
                Ok(Change::logged((id, called), entry))
            })
        })
        .await
}

/// A new contact.
#[derive(Debug)]
pub struct ContactAsk {
    pub first_name: String,
    pub last_name: String,
    pub role: ContactRole,
    pub rights: ContactRights,
    pub language: Language,
    /// The first one is the primary one.
    pub addresses: Vec<String>,
    pub phones: Vec<String>,
    /// The contact's user in each product.
    pub product_users: BTreeMap<String, String>,
}

/// Adds a contact; answers the activation code, which is shown once. Where the customer has an authorised
/// contact, it waits until one of them agrees (control 19): then the answer is the change.
pub async fn add_contact(
    app: &App,
    who: &StaffActor,
    customer: CustomerId,
    ask: ContactAsk,
) -> Result<Asked, Problem> {
    super::find(&mut *app.read().await?, who.staff.provider, customer).await?;
    known_users(app, ask.product_users.iter())?;
    let new = NewContact {
        first_name: name("first_name", &ask.first_name)?,
        last_name: name("last_name", &ask.last_name)?,
        role: ask.role,
        rights: ask.rights,
        language: ask.language,
        addresses: addresses(&ask.addresses)?,
        phones: phones(&ask.phones, &app.support(who.staff.provider).country)?,
        product_users: ask.product_users,
    };
    contacts::ask(app, By::Staff(&who.staff), customer, None, What::ContactAdd(new)).await
}

fn addresses(given: &[String]) -> Result<Vec<String>, Problem> {
    let local = given.iter().any(|text| Address::parse(text) == Err(AddressRefusal::LocalPart));
    if local {
        return Err(Problem::input([("addresses", "Before the @ only the letters a to z can be used.")]));
    }
    let read = |text: &String| Address::parse(text).ok().map(|a| a.as_str().to_owned());
    let all: Option<Vec<String>> = given.iter().map(read).collect();
    let once = |all: &Vec<String>| all.iter().enumerate().all(|(at, one)| !all[..at].contains(one));
    all.filter(|all| (1..=MANY).contains(&all.len()) && once(all))
        .ok_or_else(|| Problem::input([("addresses", "Give one to ten mail addresses.")]))
}

fn phones(given: &[String], home: &str) -> Result<Vec<String>, Problem> {
    let all: Option<Vec<String>> = given.iter().map(|text| e164(text, home)).collect();
    all.filter(|all| all.len() <= MANY)
        .ok_or_else(|| Problem::input([("phones", "Give up to ten numbers, as +49 30 1234567.")]))
}
