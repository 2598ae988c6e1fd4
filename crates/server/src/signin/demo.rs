//! Sample people at sign-in: only in demo mode, and only there.

use pforte_core::kernel::{StaffRole, Strength};
use pforte_store::{
    Change, contact,
    customer::{self, Seek},
    sign_in::Person,
    staff,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Fresh, actor, contact::Opening, save, signed_in_event, unknown_provider};
use crate::cx::{App, Problem};

const PEOPLE: i64 = 12;

/// A sample person, offered as a button.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DemoPerson {
    pub id: Uuid,
    pub name: String,
    /// `customer`, `agent`, `lead` or `admin`.
    pub role: &'static str,
    /// The customer, or the username.
    pub hint: String,
}

/// The sample people of a provider; `None` when this is no demo.
pub async fn people(
    app: &App,
    provider: &pforte_store::provider::Provider,
) -> Result<Option<Vec<DemoPerson>>, Problem> {
    if !app.settings.demo {
        return Ok(None);
    }
    let mut conn = app.read().await?;
    let mut people = Vec::new();
    for customer in customer::find(&mut conn, provider.id, Seek::default(), None, PEOPLE).await? {
        for contact in contact::of_customer(&mut conn, provider.id, customer.id).await? {
            let hint = format!("{} {}", customer.number, customer.name);
            people.push(DemoPerson { id: contact.id.0, name: contact.name(), role: "customer", hint });
        }
    }
    for member in staff::list(&mut conn, provider.id, "", None, PEOPLE).await? {
        let role = if member.leads() {
            "lead"
        } else if member.roles.contains(&StaffRole::Admin) {
            "admin"
        } else {
            "agent"
        };
        people.push(DemoPerson { id: member.id.0, name: member.name(), role, hint: member.username });
    }
    Ok(Some(people))
}

/// Signs a sample person in without a secret. Refused unless this is a demo.
pub async fn as_demo_person(
    app: &App,
    provider: Option<&str>,
    id: Uuid,
    browser: &str,
) -> Result<Fresh, Problem> {
    if !app.settings.demo {
        return Err(Problem::not_found());
    }
    let provider = app.provider(provider).await?.ok_or_else(unknown_provider)?.id;
    let now = app.sources.now();
    let mut conn = app.read().await?;
    if let Some(contact) = contact::by_id(&mut conn, provider, id.into()).await? {
        drop(conn);
        let opening = Opening { contact, strength: Strength::Password, step: None, key: None };
        return super::contact::open(app, opening, browser, now).await;
    }
    let member = staff::by_id(&mut conn, provider, id.into()).await?.ok_or_else(Problem::not_found)?;
    drop(conn);
    let fresh = app.fresh(provider, Person::Staff(member.id), Strength::PasswordTotp, now);
    let entry = app.entry(now, provider, actor(fresh.sign_in.person), signed_in_event(&fresh, browser));
    app.writer
        .change(move |tx| {
            Box::pin(async move {
                save(tx, &fresh).await?;
                Ok(Change::logged(fresh, entry))
            })
        })
        .await
}
