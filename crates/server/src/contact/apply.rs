//! Carrying a change out: prepared before the transaction, done inside it, told after it.

use std::collections::BTreeMap;

use super::{ContactEdit, MANY, NewContact, What, too_many, user_taken};
use crate::{
    cx::{App, Audience, News, Problem, Topic},
    door::{EndAsk, Touched, Whose},
    people::{shared, taken},
    signin::{self, Activation},
};
use pforte_core::{
    access::EndedHow,
    entry::{Actor, Clean, Entry, Event},
    kernel::{ContactId, ContactRights, CustomerId, Moment, ProviderId, SignInId},
    pin::DeadWhy,
};
use pforte_store::{
    Tx,
    address::{self, Address},
    contact::{self, Contact},
    phone::{self, Phone},
    pin, provider,
    sign_in::{self, Person},
};
use uuid::Uuid;

/// Contacts one customer may have.
const CONTACTS: usize = 200;

/// A change with everything its transaction needs.
#[derive(Debug)]
pub struct Applying {
    now: Moment,
    provider: ProviderId,
    customer: CustomerId,
    about: Option<ContactId>,
    actor: Actor,
    what: What,
    /// Whether staff do it: they may know what other customers have.
    by_staff: bool,
    new: Option<(Contact, Activation)>,
    ids: [Uuid; 4],
    row_ids: Vec<Uuid>,
}

/// What was done.
#[derive(Debug)]
pub struct Applied {
    pub entries: Vec<Entry>,
    signed_out: Vec<SignInId>,
    /// Whoever lost rights: what they opened ends.
    lost: Option<ContactId>,
    /// Products in which they were another user until now: a visit there ends.
    other_users: Vec<String>,
    /// A new contact, with the code for the first password.
    pub added: Option<(Contact, String)>,
}

/// Whose change it is.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub now: Moment,
    pub provider: ProviderId,
    pub customer: CustomerId,
    pub about: Option<ContactId>,
    pub actor: Actor,
    pub by_staff: bool,
}

impl Applying {
    /// Makes ids, entries and mails; nothing is drawn inside the transaction.
    pub async fn prepare(app: &App, frame: Frame, what: What) -> Result<Self, Problem> {
        let Frame { now, provider, customer, about, actor, by_staff } = frame;
        let new = match &what {
            What::ContactAdd(new) => {
                let home = provider::by_id(&mut *app.read().await?, provider)
                    .await?
                    .ok_or_else(Problem::not_found)?;
                let contact = contact_of(app, frame, new);
                let primary = new.addresses.first().ok_or_else(Problem::not_found)?;
                let activation = signin::new_activation(app, &home, &contact, primary, now);
                Some((contact, activation))
            }
            _ => None,
        };
        let rows = match &what {
            What::ContactAdd(new) => new.addresses.len() + new.phones.len(),
            _ => 1,
        };
        Ok(Self {
            now,
            provider,
            customer,
            about,
            actor,
            what,
            by_staff,
            new,
            ids: std::array::from_fn(|_| app.sources.id(now)),
            row_ids: (0..rows).map(|_| app.sources.id(now)).collect(),
        })
    }

    /// Refuses what would be refused once somebody agreed, so that whoever asks hears of it (rule Z8). Of
    /// other customers' addresses only staff hear.
    pub async fn refuse_taken(&self, tx: &mut Tx) -> Result<(), Problem> {
        match &self.what {
            What::ContactAdd(new) => {
                for address in &new.addresses {
                    self.free_address(tx, address).await?;
                }
                self.free_users(tx, &new.product_users, None).await
            }
            What::ContactChange(edit) => self.free_users(tx, &edit.product_users, self.about).await,
            _ => Ok(()),
        }
    }

    /// Does it. `Err` undoes everything; what counts is read inside the transaction.
    pub async fn run(self, tx: &mut Tx) -> Result<Applied, Problem> {
        let mut done =
            Applied { entries: vec![], signed_out: vec![], lost: None, other_users: vec![], added: None };
        match self.what.clone() {
            What::ContactAdd(new) => self.add(tx, &new, &mut done).await?,
            What::ContactChange(edit) => self.edit(tx, &edit, &mut done).await?,
            What::ContactRestore { .. } => self.restore(tx, &mut done).await?,
            What::ContactRemove {} => {
                let was = self.subject(tx).await?;
                contact::deactivate(tx, self.provider, was.id).await?;
                done.entries.push(self.entry(0, Event::ContactRemoved { contact: was.id }));
                self.end_pin(tx, was.id, &mut done).await?;
                let person = Person::Contact(was.id);
                done.signed_out = sign_in::end_all(tx, self.provider, person, None, self.now).await?;
                done.lost = Some(was.id);
            }
            What::PrimaryAddress { id, .. } => {
                let was = self.subject(tx).await?;
                let chosen = address::by_id(tx.conn(), self.provider, was.id, id).await?;
                let chosen = chosen.ok_or_else(Problem::not_found)?;
                if !address::make_primary(tx, &chosen).await? {
                    return Err(super::own::unconfirmed());
                }
                done.entries.push(self.entry(0, Event::AddressMadePrimary { contact: was.id }));
            }
            What::PhoneAdd { number } => {
                let was = self.subject(tx).await?;
                let held = phone::of_contact(tx.conn(), self.provider, was.id).await?;
                if held.len() >= MANY {
                    return Err(too_many("A contact has up to ten numbers. Remove one first."));
                }
                if !held.iter().any(|phone| phone.number == number) {
                    let phone =
                        Phone { id: self.row_ids[0], provider: self.provider, contact: was.id, number };
                    phone::insert(tx, &phone, self.now).await?;
                }
                done.entries.push(self.entry(0, Event::PhoneAdded { contact: was.id }));
            }
        }
        Ok(done)
    }

    async fn edit(&self, tx: &mut Tx, edit: &ContactEdit, done: &mut Applied) -> Result<(), Problem> {
        let was = self.subject(tx).await?;
        let rights = ContactRights {
            support: edit.support.unwrap_or(was.rights.support),
            instruction: edit.instruction.unwrap_or(was.rights.instruction),
        };
        contact::set_rights(tx, self.provider, was.id, edit.role.unwrap_or(was.role), rights).await?;
        if edit.first_name.is_some() || edit.last_name.is_some() {
            let first = edit.first_name.as_deref().unwrap_or(&was.first_name);
            let last = edit.last_name.as_deref().unwrap_or(&was.last_name);
            contact::rename(tx, self.provider, was.id, (first, last)).await?;
        }
        self.free_users(tx, &edit.product_users, Some(was.id)).await?;
        for (product, user) in &edit.product_users {
            let gone = contact::remove_user(tx, self.provider, was.id, product).await?;
            if !user.trim().is_empty() {
                contact::add_user(tx, &was, product, user.trim()).await?;
            }
            if gone {
                done.other_users.push(product.clone());
            }
        }
        let event =
            Event::ContactChanged { contact: was.id, fields: edit.fields().map(Clean::name).collect() };
        done.entries.push(self.entry(0, event));
        if was.rights.support && !rights.support {
            self.end_pin(tx, was.id, done).await?;
        }
        done.lost = Some(was.id);
        Ok(())
    }

    /// Back on the list, if nobody else has become who they were.
    async fn restore(&self, tx: &mut Tx, done: &mut Applied) -> Result<(), Problem> {
        let id = self.about.ok_or_else(Problem::not_found)?;
        let was = contact::left(tx.conn(), self.provider, self.customer, id).await?;
        let was = was.ok_or_else(Problem::not_found)?;
        if contact::of_customer(tx.conn(), self.provider, self.customer).await?.len() >= CONTACTS {
            return Err(too_many("A customer has up to 200 contacts. Remove one first."));
        }
        // An address that somebody else registered meanwhile was taken away from who left.
        if contact::primary_address(tx.conn(), self.provider, id).await?.is_none() {
            return Err(shared());
        }
        let users = contact::users(tx.conn(), self.provider, id).await?;
        self.free_users(tx, &users.into_iter().collect(), Some(id)).await?;
        contact::restore(tx, self.provider, id).await?;
        done.entries.push(self.entry(0, Event::ContactRestored { contact: id }));
        done.lost = Some(was.id);
        Ok(())
    }

    /// Whom it is about, if they are still there.
    async fn subject(&self, tx: &mut Tx) -> Result<Contact, Problem> {
        let id = self.about.ok_or_else(Problem::not_found)?;
        let found = contact::by_id(tx.conn(), self.provider, id).await?;
        found.filter(|c| c.active && c.customer == self.customer).ok_or_else(Problem::not_found)
    }

    async fn add(&self, tx: &mut Tx, new: &NewContact, done: &mut Applied) -> Result<(), Problem> {
        let Some((contact, activation)) = &self.new else { return Err(Problem::not_found()) };
        if contact::of_customer(tx.conn(), self.provider, self.customer).await?.len() >= CONTACTS {
            return Err(too_many("A customer has up to 200 contacts. Remove one first."));
        }
        self.free_users(tx, &new.product_users, None).await?;
        contact::insert(tx, contact, self.now).await?;
        let mut ids = self.row_ids.iter().copied();
        for (index, text) in new.addresses.iter().enumerate() {
            self.add_address(tx, contact.id, ids.next().unwrap_or_default(), text, index == 0).await?;
        }
        for number in &new.phones {
            let id = ids.next().unwrap_or_default();
            let phone = Phone { id, provider: self.provider, contact: contact.id, number: number.clone() };
            phone::insert(tx, &phone, self.now).await?;
        }
        for (product, user) in &new.product_users {
            contact::add_user(tx, contact, product, user.trim()).await?;
        }
        activation.save(tx, self.now).await?;
        let event = Event::ContactAdded { contact: contact.id, role: contact.role, rights: contact.rights };
        done.entries.push(self.entry(0, event));
        done.added = Some((contact.clone(), activation.code.clone()));
        Ok(())
    }

    async fn add_address(
        &self,
        tx: &mut Tx,
        contact: ContactId,
        id: Uuid,
        text: &str,
        primary: bool,
    ) -> Result<(), Problem> {
        address::release_of_inactive(tx, self.provider, text).await?;
        self.free_address(tx, text).await?;
        let row = Address {
            id,
            provider: self.provider,
            contact,
            address: text.to_owned(),
            primary,
            added_at: self.now,
            confirmed_at: None,
            unreachable_at: None,
            shared_at: None,
            list_at: super::address::list_at(text, self.now),
        };
        address::insert(tx, &row).await?;
        Ok(())
    }

    /// Whoever is not staff is told only of colleagues, and whoever else has it is not touched (rule Z8).
    async fn free_address(&self, tx: &mut Tx, text: &str) -> Result<(), Problem> {
        if !address::claimed_at(tx.conn(), self.provider, self.customer, text).await?.is_empty() {
            return Err(taken());
        }
        if !self.by_staff {
            return Ok(());
        }
        match address::standing(tx.conn(), self.provider, text).await? {
            Some(held) if held.active => Err(shared()),
            _ => Ok(()),
        }
    }

    /// A product's user is one contact's: a visit acts as the user, and must not act as somebody else's
    /// (rules T12, X2). Not told: whose it is.
    async fn free_users(
        &self,
        tx: &mut Tx,
        users: &BTreeMap<String, String>,
        own: Option<ContactId>,
    ) -> Result<(), Problem> {
        for (product, user) in users.iter().filter(|(_, user)| !user.trim().is_empty()) {
            let taken = contact::user_taken(tx.conn(), self.provider, product, user.trim()).await?;
            if taken.is_some_and(|holder| Some(holder) != own) {
                return Err(user_taken());
            }
        }
        Ok(())
    }

    /// The PIN of who lost the right, or left, opens nothing more.
    async fn end_pin(&self, tx: &mut Tx, contact: ContactId, done: &mut Applied) -> Result<(), Problem> {
        if let Some(held) = pin::unended(tx.conn(), self.provider, contact).await? {
            pin::end(tx, self.provider, held.id, DeadWhy::Contact.word(), self.now).await?;
            let event = Event::PinKilled { pin: held.id, contact, why: DeadWhy::Contact };
            done.entries.push(self.entry(1, event));
        }
        Ok(())
    }

    fn entry(&self, id: usize, event: Event) -> Entry {
        Entry {
            id: self.ids[id].into(),
            provider: self.provider,
            customer: Some(self.customer),
            at: self.now,
            actor: self.actor,
            event,
        }
    }
}

fn contact_of(app: &App, frame: Frame, new: &NewContact) -> Contact {
    Contact {
        id: app.sources.id(frame.now),
        provider: frame.provider,
        customer: frame.customer,
        first_name: new.first_name.clone(),
        last_name: new.last_name.clone(),
        role: new.role,
        rights: new.rights,
        language: new.language.word().into(),
        password_hash: None,
        totp_sealed: None,
        totp_confirmed: false,
        totp_step: 0,
        active: true,
    }
}

impl Applied {
    /// After the commit: sign-ins, visits and grounds of who lost rights end, and the pages hear of it.
    pub async fn tell(&self, app: &App, provider: ProviderId, customer: CustomerId, actor: Actor) {
        for id in &self.signed_out {
            app.door.sign_out(*id);
        }
        if let Some(lost) = self.lost {
            let ask = EndAsk { how: EndedHow::ConditionLost, actor };
            app.end_visits_as(lost, &self.other_users, ask).await;
            if let Err(problem) = end_grounds(app, provider, lost, actor).await {
                tracing::error!(code = problem.code, "grounds of a changed contact are not looked at");
            }
            app.renew(&[Touched::Customer(customer)]).await;
            app.end_touched(&[Touched::Customer(customer)], actor).await;
        }
        let topics = [Topic::Contacts, Topic::Door, Topic::Customers, Topic::Pin, Topic::Me];
        app.hub.publish(News::new(provider, &[Audience::Customer(customer), Audience::Leads], &topics));
    }
}

/// Ends what a contact opened: everything when they are gone, their PINs when they may no longer ask for
/// support by telephone.
async fn end_grounds(
    app: &App,
    provider: ProviderId,
    contact: ContactId,
    actor: Actor,
) -> Result<(), Problem> {
    let now = contact::by_id(&mut *app.read().await?, provider, contact).await?;
    let whose = match now {
        Some(now) if now.active && now.rights.support => return Ok(()),
        Some(now) if now.active => Whose::PinsOf(contact),
        _ => Whose::Contact(contact),
    };
    app.end_every(provider, whose, EndAsk { how: EndedHow::ContactGone, actor }).await?;
    Ok(())
}
