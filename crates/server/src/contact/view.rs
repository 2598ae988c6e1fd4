//! How contacts, addresses, numbers and changes are shown to their own customer.

use super::{What, circle::Circle};
use crate::{
    cx::{App, Problem, Timestamp},
    people::display,
    show::Person,
};
use pforte_core::{
    access::TicketAge,
    contact::{Asker, Change as RulesChange, ChangeKind, Listed, decides_on, may_decide, warnings},
    kernel::{ContactRole, Moment, Span},
};
use pforte_store::{
    Conn,
    address::{self, Address, Flag},
    challenge,
    contact::Contact,
    contact_change::{self, ContactChange},
    phone::{self, Phone},
    staff, support_address,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Changes of the last so many days are shown.
const CHANGES_SHOWN: Span = Span::days(30);

/// One of my addresses.
#[derive(Serialize, ToSchema)]
pub struct AddressView {
    id: Uuid,
    address: String,
    primary: bool,
    /// `null` until I confirmed it.
    confirmed_at: Option<Timestamp>,
    /// `unreachable`, `shared`, `list`.
    flags: Vec<&'static str>,
    /// When it was last asked there whether it is mine.
    challenge_sent_at: Option<Timestamp>,
}

/// One of my numbers.
#[derive(Serialize, ToSchema)]
pub struct PhoneView {
    id: Uuid,
    /// In E.164.
    number: String,
    /// As people read it.
    display: String,
}

impl From<&Phone> for PhoneView {
    fn from(phone: &Phone) -> Self {
        Self { id: phone.id, number: phone.number.clone(), display: display(&phone.number) }
    }
}

/// Shows an address.
pub async fn address_view(conn: &mut Conn, found: Address) -> Result<AddressView, Problem> {
    let asked = challenge::of_address(conn, found.provider, found.contact, &found.address).await?;
    Ok(AddressView {
        id: found.id,
        primary: found.primary,
        confirmed_at: found.confirmed_at.map(Timestamp),
        flags: found.flags().into_iter().map(Flag::word).collect(),
        challenge_sent_at: asked.map(|asked| asked.created_at.into()),
        address: found.address,
    })
}

/// A contact on the list.
#[derive(Serialize, ToSchema)]
pub struct SupportContact {
    id: Uuid,
    name: String,
    #[schema(value_type = String)]
    role: ContactRole,
    support: bool,
    instruction: bool,
    active: bool,
    /// Whether nothing is wrong with the primary address.
    addresses_ok: bool,
    me: bool,
}

/// Whom to turn to (rule Z12).
#[derive(Serialize, ToSchema)]
pub struct Administrator {
    id: Uuid,
    name: String,
    /// `owner` or `admin`.
    #[schema(value_type = String)]
    role: ContactRole,
}

/// A change that was asked for.
#[derive(Serialize, ToSchema)]
pub struct ChangeView {
    id: Uuid,
    /// `contact_add`, `contact_change`, `contact_remove`, `contact_restore`, `primary_address` or `phone_add`.
    kind: String,
    about: Option<Person>,
    /// What would change, by name.
    #[schema(value_type = Object)]
    what: serde_json::Value,
    asked_by: Person,
    asked_at: Timestamp,
    expires_at: Timestamp,
    /// `waiting`, `approved`, `refused` or `expired`.
    state: &'static str,
    /// Whether I asked for it.
    mine: bool,
    /// Whether I may approve or refuse it now.
    may_decide: bool,
}

/// Shows a change to one of its customer's contacts; `listed` are all of them.
pub async fn change_view(
    conn: &mut Conn,
    change: &ContactChange,
    (me, listed): (&Contact, &[Listed]),
    now: Moment,
) -> Result<ChangeView, Problem> {
    let what: What = serde_json::from_str(&change.change).map_err(|_| Problem::not_found())?;
    let core = RulesChange {
        kind: what.kind(),
        asked_by: change.asked_by_contact.map_or(Asker::Staff, Asker::Contact),
        expires_at: change.expires_at,
        approved: change.approved,
    };
    let may_decide = may_decide(&core, listed, me.id, now).is_ok();
    let provider = change.provider;
    let about = match (change.contact, &what) {
        // A name that changes is told as it is still.
        (Some(id), _) => {
            Some(Person { id: id.0, name: crate::show::contact_name(conn, provider, id).await? })
        }
        (None, What::ContactAdd(new)) => Some(Person { id: Uuid::nil(), name: new.name() }),
        (None, _) => None,
    };
    let asked_by = match (change.asked_by_contact, change.asked_by_staff) {
        (Some(id), _) => Person { id: id.0, name: crate::show::contact_name(conn, provider, id).await? },
        (None, Some(id)) => {
            let member = staff::by_id(conn, provider, id).await?;
            Person { id: id.0, name: member.map_or_else(|| "–".into(), |m| m.name()) }
        }
        (None, None) => Person { id: Uuid::nil(), name: "–".into() },
    };
    Ok(ChangeView {
        id: change.id.0,
        kind: change.kind.clone(),
        about,
        what: shown(&what),
        asked_by,
        asked_at: change.asked_at.into(),
        expires_at: change.expires_at.into(),
        state: core.state(now).word(),
        mine: change.asked_by_contact == Some(me.id),
        may_decide,
    })
}

/// What those who agree have to know, in the words of the API.
fn shown(what: &What) -> serde_json::Value {
    match what {
        What::ContactAdd(new) => serde_json::json!({
            "first_name": new.first_name, "last_name": new.last_name, "role": new.role,
            "support": new.rights.support, "instruction": new.rights.instruction,
            "address": new.addresses.first(), "addresses": new.addresses, "phones": new.phones,
            "product_users": new.product_users,
        }),
        What::ContactChange(edit) => serde_json::json!({
            "role": edit.role, "support": edit.support, "instruction": edit.instruction,
            "first_name": edit.first_name, "last_name": edit.last_name, "product_users": edit.product_users,
        }),
        What::ContactRestore { role, rights, .. } => serde_json::json!({
            "role": role, "support": rights.support, "instruction": rights.instruction,
        }),
        What::ContactRemove {} => serde_json::json!({}),
        What::PrimaryAddress { address, .. } => serde_json::json!({ "address": address }),
        What::PhoneAdd { number } => serde_json::json!({ "number": number, "display": display(number) }),
    }
}

/// My own addresses and numbers.
#[derive(Serialize, ToSchema)]
pub struct OwnReach {
    addresses: Vec<AddressView>,
    phones: Vec<PhoneView>,
}

/// What the provider chose.
#[derive(Serialize, ToSchema)]
pub struct SupportPolicy {
    /// From when a ticket's thirty days count: `created` or `activity`.
    ticket_age: &'static str,
}

/// Everything under *Settings › Support*.
#[derive(Serialize, ToSchema)]
pub struct SupportSettings {
    contacts: Vec<SupportContact>,
    owner_and_admins: Vec<Administrator>,
    /// What to do something about (rules P12, Z8, Z13 to Z15).
    #[schema(value_type = Vec<String>)]
    warnings: Vec<pforte_core::contact::Warning>,
    /// What waits, and what was decided lately; newest first.
    changes: Vec<ChangeView>,
    /// Where our own customers reach us (rule Z4).
    support_addresses: Vec<String>,
    me: OwnReach,
    policy: SupportPolicy,
}

/// Loads it all.
pub async fn settings(app: &App, me: &Contact) -> Result<SupportSettings, Problem> {
    let now = app.sources.now();
    let (provider, customer) = (me.provider, me.customer);
    let mut conn = app.read().await?;
    let circle = Circle::load(&mut conn, provider, customer).await?;
    let contacts = circle.members.iter().map(|(contact, address)| SupportContact {
        id: contact.id.0,
        name: contact.name(),
        role: contact.role,
        support: contact.rights.support,
        instruction: contact.rights.instruction,
        active: contact.active,
        addresses_ok: address.as_ref().is_some_and(|a| a.confirmed_at.is_some() && a.flags().is_empty()),
        me: contact.id == me.id,
    });
    let contacts = contacts.collect();
    let administer = circle.members.iter().map(|(contact, _)| contact);
    let administer = administer.filter(|c| matches!(c.role, ContactRole::Owner | ContactRole::Admin));
    let owner_and_admins =
        administer.map(|c| Administrator { id: c.id.0, name: c.name(), role: c.role }).collect();
    let listed = circle.listed();
    let mut changes = Vec::new();
    for change in contact_change::of_customer(&mut conn, provider, customer, now - CHANGES_SHOWN).await? {
        if visible(&change, me, &listed) {
            changes.push(change_view(&mut conn, &change, (me, &listed), now).await?);
        }
    }
    let mut addresses = Vec::new();
    for found in address::of_contact(&mut conn, provider, me.id).await? {
        addresses.push(address_view(&mut conn, found).await?);
    }
    let phones = phone::of_contact(&mut conn, provider, me.id).await?;
    Ok(SupportSettings {
        contacts,
        owner_and_admins,
        warnings: warnings(&listed),
        changes,
        support_addresses: support_address::of_customer(&mut conn, provider, customer).await?,
        me: OwnReach { addresses, phones: phones.iter().map(PhoneView::from).collect() },
        policy: SupportPolicy {
            ticket_age: match app.support(provider).ticket_age {
                TicketAge::Created => "created",
                TicketAge::Activity => "activity",
            },
        },
    })
}

/// Who may agree to a change sees it, and whom it is about, and who asked: it holds addresses and numbers.
fn visible(change: &ContactChange, me: &Contact, listed: &[Listed]) -> bool {
    me.rights.authorised()
        || ChangeKind::from_word(&change.kind).is_some_and(|kind| decides_on(kind, listed, me.id))
        || change.asked_by_contact == Some(me.id)
        || change.contact == Some(me.id)
}
