//! Changing customers and their contacts, as admins do it.
//!
//! What changes a customer's list of contacts waits for one of them where there is somebody (rule P2); a
//! customer itself is the provider's to change. A customer who is none any more keeps its data: what ends is
//! access, at once and for good.

use std::collections::BTreeMap;

use pforte_core::{
    access::EndedHow,
    entry::{Actor, Clean, Entry, Event},
    kernel::{ContactId, ContactRole, CustomerId, GroupId},
};
use pforte_store::{
    Change, contact,
    customer::{self, Customer},
    sign_in,
};

use super::add::{group_named, known_users, number};
use crate::{
    contact::{self as contacts, Asked, By, ContactEdit, What, name},
    cx::{App, Audience, News, Problem, Topic},
    door::{EndAsk, Touched, Whose},
    people::StaffActor,
};

/// What changes about a customer; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct CustomerEdit {
    pub name: Option<String>,
    pub number: Option<String>,
    /// `Some(None)`: in no group.
    pub group: Option<Option<GroupId>>,
    pub active: Option<bool>,
}

impl CustomerEdit {
    /// What differs from what is, by name; the customer as it would be.
    fn apply(&self, mut customer: Customer, group: Option<&Option<String>>) -> (Vec<&'static str>, Customer) {
        let mut fields = vec![];
        if let Some(name) = self.name.as_ref().filter(|name| **name != customer.name) {
            customer.name.clone_from(name);
            fields.push("name");
        }
        if let Some(number) = self.number.as_ref().filter(|number| **number != customer.number) {
            customer.number.clone_from(number);
            fields.push("number");
        }
        if let Some(group) = group.filter(|group| **group != customer.group) {
            customer.group.clone_from(group);
            fields.push("group");
        }
        if let Some(active) = self.active.filter(|active| *active != customer.active) {
            customer.active = active;
            fields.push("active");
        }
        (fields, customer)
    }
}

/// Changes a customer; what changes nothing is not logged. When it is no customer any more, every ground and
/// every sign-in of its contacts is ended before this answers.
pub async fn change(
    app: &App,
    who: &StaffActor,
    id: CustomerId,
    edit: CustomerEdit,
) -> Result<Customer, Problem> {
    let (provider, now) = (who.staff.provider, app.sources.now());
    let edit = CustomerEdit {
        name: edit.name.as_deref().map(|text| name("name", text)).transpose()?,
        number: edit.number.as_deref().map(number).transpose()?,
        ..edit
    };
    let mut conn = app.read().await?;
    let was = customer::by_id(&mut conn, provider, id).await?.ok_or_else(Problem::not_found)?;
    let group = match edit.group {
        None => None,
        Some(None) => Some(None),
        Some(Some(group)) => Some(Some(group_named(&mut conn, provider, group).await?)),
    };
    drop(conn);
    if edit.apply(was.clone(), group.as_ref()).0.is_empty() {
        return Ok(was);
    }
    let actor = Actor::Staff(who.staff.id);
    let [first, second] = [(); 2].map(|()| Entry {
        customer: Some(id),
        ..app.entry(now, provider, actor, Event::CustomerReactivated { customer: id })
    });
    let (customer, ended) = app
        .writer
        .change(move |tx| {
            Box::pin(async move {
                // Read inside the transaction: nothing that somebody else changes meanwhile is undone.
                let was = customer::by_id(tx.conn(), provider, id).await?.ok_or_else(Problem::not_found)?;
                let (fields, customer) = edit.apply(was, group.as_ref());
                customer::update(tx, &customer, edit.group).await?;
                let left = fields.contains(&"active") && !customer.active;
                let ended =
                    if left { sign_in::end_all_of_customer(tx, provider, id, now).await? } else { vec![] };
                let named = fields.iter().filter(|field| **field != "active");
                let named: Vec<Clean> = named.map(|field| Clean::name(field)).collect();
                let back = fields.contains(&"active").then_some(match customer.active {
                    true => Event::CustomerReactivated { customer: id },
                    false => Event::CustomerDeactivated { customer: id },
                });
                let changed = Event::CustomerChanged { customer: id, fields: named.clone() };
                let done = match back {
                    Some(event) if named.is_empty() => {
                        Change::logged((customer, ended), Entry { event, ..first })
                    }
                    Some(event) => Change::logged((customer, ended), Entry { event: changed, ..first })
                        .and(Entry { event, ..second }),
                    None => Change::logged((customer, ended), Entry { event: changed, ..first }),
                };
                Ok::<_, Problem>(done)
            })
        })
        .await?;
    for id in ended {
        app.door.sign_out(id);
    }
    if !customer.active {
        let ask = EndAsk { how: EndedHow::CustomerInactive, actor };
        if let Err(error) = app.end_every(provider, Whose::Customer(id), ask).await {
            // The doors are shut all the same, by what is renewed below.
            tracing::error!(%error, customer = %id, "what was open at a customer is not ended");
        }
    }
    app.renew(&[Touched::Customer(id)]).await;
    app.end_touched(&[Touched::Customer(id)], actor).await;
    let topics = [Topic::Customers, Topic::Door, Topic::Me];
    app.hub.publish(News::new(provider, &[Audience::Customer(id), Audience::Desk], &topics));
    Ok(customer)
}

/// What changes about a contact, as an admin asks for it.
#[derive(Clone, Debug, Default)]
pub struct ContactEditAsk {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Option<ContactRole>,
    pub support: Option<bool>,
    pub instruction: Option<bool>,
    /// By product; an empty user takes it away.
    pub product_users: BTreeMap<String, String>,
}

impl ContactEditAsk {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        let named = self.first_name.is_some() || self.last_name.is_some() || self.role.is_some();
        !named && self.support.is_none() && self.instruction.is_none() && self.product_users.is_empty()
    }
}

/// Asks for a change of a contact: done at once, or once one of the customer's agrees (rule P2).
pub async fn change_contact(
    app: &App,
    who: &StaffActor,
    customer: CustomerId,
    id: ContactId,
    ask: ContactEditAsk,
) -> Result<Asked, Problem> {
    super::find(&mut *app.read().await?, who.staff.provider, customer).await?;
    let is_empty = ask.is_empty();
    let users: Vec<_> = ask.product_users.iter().filter(|(_, user)| !user.trim().is_empty()).collect();
    known_users(app, users.into_iter())?;
    if ask.product_users.keys().any(|product| app.product(product).is_none()) {
        return Err(Problem::input([("product_users", "Name a product of this server.")]));
    }
    let edit = ContactEdit {
        role: ask.role,
        support: ask.support,
        instruction: ask.instruction,
        first_name: ask.first_name.as_deref().map(|text| name("first_name", text)).transpose()?,
        last_name: ask.last_name.as_deref().map(|text| name("last_name", text)).transpose()?,
        product_users: ask.product_users,
    };
    if is_empty {
        return Err(Problem::input([("contact", "Name what is to change.")]));
    }
    contacts::ask(app, By::Staff(&who.staff), customer, Some(id), What::ContactChange(edit)).await
}

/// Asks to take a contact off the list, or to put one who left back on it.
pub async fn set_contact_active(
    app: &App,
    who: &StaffActor,
    customer: CustomerId,
    id: ContactId,
    active: bool,
) -> Result<Asked, Problem> {
    let provider = who.staff.provider;
    let mut conn = app.read().await?;
    super::find(&mut conn, provider, customer).await?;
    let left = contact::left(&mut conn, provider, customer, id).await?;
    drop(conn);
    let what = match (active, left) {
        (false, None) => What::ContactRemove {},
        (true, Some(left)) => {
            What::ContactRestore { name: left.name(), role: left.role, rights: left.rights }
        }
        // It is so already, or there is no such contact.
        _ => return Err(Problem::not_found()),
    };
    contacts::ask(app, By::Staff(&who.staff), customer, Some(id), what).await
}
