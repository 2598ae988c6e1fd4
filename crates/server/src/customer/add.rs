//! Adding customers, groups and contacts.

use std::collections::BTreeMap;

use pforte_core::{
    entry::{Actor, Entry, Event},
    kernel::{ContactRights, ContactRole, CustomerId, GroupId, Language, Moment},
};
use pforte_store::{
    Change, contact,
    contact::Contact,
    customer::{self, Customer},
    notice::{self, Notice},
    outbox::{self, Message},
    provider,
};

use super::phone_number;
use crate::{
    App,
    kernel::{Problem, StaffActor},
    live::{Audience, News, Topic},
    mail, signin,
};

const NAME_MAX: usize = 200;
const FIRST_NUMBER: i64 = 10_001;
/// Addresses, numbers and users one contact may have.
const MANY: usize = 10;

fn name(field: &'static str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fine = !text.is_empty() && text.chars().count() <= NAME_MAX && !text.chars().any(char::is_control);
    if fine { Ok(text.to_owned()) } else { Err(Problem::input([(field, "Use 1 to 200 characters.")])) }
}

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
    let number = match number.map(str::trim).filter(|n| !n.is_empty()) {
        Some(number) => {
            let fine = number.len() <= 20 && number.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if !fine {
                return Err(Problem::input([("number", "Use up to 20 letters, digits and dashes.")]));
            }
            number.to_owned()
        }
        None => {
            let highest = customer::highest_number(&mut *app.read().await?, provider).await?;
            highest.map_or(FIRST_NUMBER, |n| n + 1).to_string()
        }
    };
    let group_name = match group {
        None => None,
        Some(group) => {
            let found = customer::group(&mut *app.read().await?, provider, group).await?;
            Some(found.ok_or_else(|| Problem::input([("group_id", "There is no such group.")]))?)
        }
    };
    let new = Customer {
        id: app.sources.id(now),
        provider,
        number,
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
                customer::insert(tx, &new, group, now).await?;
                Ok(Change::logged(new, entry))
            })
        })
        .await
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

/// Adds a contact; answers the activation code, which is shown once.
pub async fn add_contact(
    app: &App,
    who: &StaffActor,
    customer: CustomerId,
    ask: ContactAsk,
) -> Result<(Contact, String), Problem> {
    let provider = who.staff.provider;
    let now = app.sources.now();
    let mut conn = app.read().await?;
    super::find(&mut conn, provider, customer).await?;
    let home = provider::by_id(&mut conn, provider).await?.ok_or_else(Problem::not_found)?;
    drop(conn);
    let addresses = addresses(&ask.addresses)?;
    let phones = phones(&ask.phones)?;
    for (product, user) in &ask.product_users {
        let known = app.product(product).is_some() && !user.trim().is_empty() && user.len() <= NAME_MAX;
        if !known {
            return Err(Problem::input([(
                "product_users",
                "Name a product of this server and a user in it.",
            )]));
        }
    }
    let new = Contact {
        id: app.sources.id(now),
        provider,
        customer,
        first_name: name("first_name", &ask.first_name)?,
        last_name: name("last_name", &ask.last_name)?,
        role: ask.role,
        rights: ask.rights,
        language: ask.language.word().into(),
        password_hash: None,
        totp_sealed: None,
        totp_confirmed: false,
        totp_step: 0,
        active: true,
    };
    let activation = signin::new_activation(app, &home, &new, &addresses[0], now);
    let code = activation.code.clone();
    let notice_id = app.sources.id(now);
    let told = tell_authorised(app, &new, now).await?;
    let ids: Vec<uuid::Uuid> = (0..addresses.len() + phones.len()).map(|_| app.sources.id(now)).collect();
    let event = Event::ContactAdded { contact: new.id, role: new.role, rights: new.rights };
    let entry =
        Entry { customer: Some(customer), ..app.entry(now, provider, Actor::Staff(who.staff.id), event) };
    let contact = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                contact::insert(tx, &new, now).await?;
                let mut ids = ids.into_iter();
                for (index, address) in addresses.iter().enumerate() {
                    contact::add_address(tx, &new, ids.next().unwrap_or_default(), address, index == 0)
                        .await?;
                }
                for number in &phones {
                    contact::add_phone(tx, &new, ids.next().unwrap_or_default(), number).await?;
                }
                for (product, user) in &ask.product_users {
                    contact::add_user(tx, &new, product, user.trim()).await?;
                }
                activation.save(tx, now).await?;
                let notice = Notice { code: "contact.added".into(), at: now };
                notice::insert(tx, notice_id, provider, customer, &notice).await?;
                for mail in &told {
                    outbox::put(tx, mail).await?;
                }
                Ok::<_, Problem>(Change::logged(new, entry))
            })
        })
        .await?;
    app.hub.publish(News::new(provider, &[Audience::Customer(customer)], &[Topic::Door]));
    Ok((contact, code))
}

/// The mails that tell the customer's authorised contacts of a new one (rule P2): a contact with a
/// mailbox of somebody else's must not go unnoticed.
async fn tell_authorised(app: &App, new: &Contact, now: Moment) -> Result<Vec<Message>, Problem> {
    let mut conn = app.read().await?;
    let mut mails = Vec::new();
    for other in contact::of_customer(&mut conn, new.provider, new.customer).await? {
        if !other.rights.authorised() {
            continue;
        }
        if let Some(address) = contact::primary_address(&mut conn, new.provider, other.id).await? {
            mails.push(mail::contact_added(app, &other, &address, &new.name(), now));
        }
    }
    Ok(mails)
}

fn addresses(given: &[String]) -> Result<Vec<String>, Problem> {
    let read =
        |text: &String| text.trim().parse::<lettre::Address>().ok().map(|a| a.to_string().to_lowercase());
    let all: Option<Vec<String>> = given.iter().map(read).collect();
    all.filter(|all| (1..=MANY).contains(&all.len()))
        .ok_or_else(|| Problem::input([("addresses", "Give one to ten mail addresses.")]))
}

fn phones(given: &[String]) -> Result<Vec<String>, Problem> {
    let all: Option<Vec<String>> = given.iter().map(|text| phone_number(text)).collect();
    all.filter(|all| all.len() <= MANY)
        .ok_or_else(|| Problem::input([("phones", "Write numbers with country code, as +49 30 1234567.")]))
}
