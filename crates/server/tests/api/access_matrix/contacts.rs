//! What the rows about contacts, addresses, numbers and calls name.

use pforte_core::kernel::{ContactId, ContactRights, ContactRole, CustomerId, Span, StaffId};
use pforte_store::{
    contact::{self, Contact},
    contact_change::{self, ContactChange},
    phone::{self, Phone},
};
use pforte_testkit::{Customer, Side, TestApp};
use serde_json::Value;
use uuid::Uuid;

/// Of a customer's owner, and at that customer.
#[derive(Clone, Copy, Debug)]
pub struct ContactIds {
    /// The owner's primary address.
    pub address: Uuid,
    /// A number of the owner's that may be removed; the one of the calls stays.
    pub phone: Uuid,
    /// A contact who may be removed.
    pub colleague: Uuid,
    /// A change that staff asked for.
    pub change: Uuid,
}

pub async fn make(app: &TestApp, side: &Side, customer: &Customer) -> ContactIds {
    let owner = app.sign_in(&customer.owner).await;
    let me = owner.get("/support-settings").await.ok()["me"].clone();
    let id = |value: &Value| value["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
    let sources = &app.app.sources;
    let now = sources.now();
    let colleague = Contact {
        id: sources.id::<ContactId>(now),
        provider: side.provider,
        customer: CustomerId(customer.id),
        first_name: "Rosa".into(),
        last_name: "Varga".into(),
        role: ContactRole::Member,
        rights: ContactRights::default(),
        language: "en".into(),
        password_hash: None,
        totp_sealed: None,
        totp_confirmed: false,
        totp_step: 0,
        active: true,
    };
    let change = ContactChange {
        id: sources.id(now),
        provider: side.provider,
        customer: CustomerId(customer.id),
        contact: Some(colleague.id),
        kind: "contact_change".into(),
        change: r#"{"kind":"contact_change","role":null,"support":null,"instruction":null}"#.into(),
        asked_by_contact: None,
        asked_by_staff: Some(StaffId(side.agent.id)),
        asked_at: now,
        expires_at: now + Span::days(7),
        decided_by: None,
        decided_at: None,
        approved: None,
    };
    let spare: Uuid = sources.id(now);
    let spare = Phone {
        id: spare,
        provider: side.provider,
        contact: ContactId(customer.owner.id),
        number: format!("+4940{:09}", spare.as_u128() % 1_000_000_000),
    };
    let ids = ContactIds {
        address: id(&me["addresses"][0]),
        phone: spare.id,
        colleague: colleague.id.0,
        change: change.id.0,
    };
    let put = app.app.writer.upkeep(move |tx| {
        Box::pin(async move {
            contact::insert(tx, &colleague, now).await?;
            phone::insert(tx, &spare, now).await?;
            contact_change::insert(tx, &change).await
        })
    });
    put.await.expect("contacts are written");
    ids
}
