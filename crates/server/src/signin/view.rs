//! Who I am, as the API tells it.

use pforte_core::kernel::ContactId;
use pforte_store::{customer, provider};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    cx::{App, Problem, Timestamp, there},
    door::staff_facts,
    people::{SignedIn, Who},
    show::{CustomerRef, Rights},
};

/// The provider, as everybody may see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProviderView {
    pub slug: String,
    pub name: String,
}

/// The contact's side of [`Me`].
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactSelf {
    pub customer: CustomerRef,
    /// `owner`, `admin` or `member`.
    #[schema(value_type = String)]
    pub role: pforte_core::kernel::ContactRole,
    pub rights: Rights,
    /// Whether a one-time code is asked for at sign-in.
    pub totp: bool,
}

/// The staff member's side of [`Me`].
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StaffSelf {
    pub username: String,
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<pforte_core::kernel::StaffRole>,
    /// Too many wrong PINs: a lead has to unlock the form.
    pub form_locked: bool,
    /// Whether nothing is missing to enter customers' products (rule T21).
    pub may_enter: bool,
    /// What is missing: `role`, `mfa`, `training`, `guidelines`, `duties`.
    #[schema(value_type = Vec<String>)]
    pub lacks: Vec<pforte_core::access::Lack>,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Me {
    /// `contact` or `staff`.
    pub kind: &'static str,
    pub id: Uuid,
    pub name: String,
    /// `de` or `en`.
    pub language: String,
    pub provider: ProviderView,
    /// `link`, `password` or `password_totp`.
    #[schema(value_type = String)]
    pub strength: pforte_core::kernel::Strength,
    pub signed_in_at: Timestamp,
    /// Whether this server shows sample people.
    pub demo: bool,
    pub contact: Option<ContactSelf>,
    pub staff: Option<StaffSelf>,
}

/// Tells who is signed in.
pub async fn me(app: &App, who: &SignedIn) -> Result<Me, Problem> {
    let mut conn = app.read().await?;
    let provider = there(provider::by_id(&mut conn, who.sign_in.provider).await?, "provider of a sign-in")?;
    let (kind, id, name, language, contact, staff) = match &who.who {
        Who::Contact(contact) => {
            let customer = customer::by_id(&mut conn, contact.provider, contact.customer).await?;
            let view = ContactSelf {
                customer: CustomerRef::new(&there(customer, "customer of a contact")?),
                role: contact.role,
                rights: contact.rights.into(),
                totp: contact.totp_confirmed,
            };
            let ContactId(id) = contact.id;
            ("contact", id, contact.name(), contact.language.clone(), Some(view), None)
        }
        Who::Staff(staff) => {
            let lacks = staff_facts(staff).lacks();
            let view = StaffSelf {
                username: staff.username.clone(),
                roles: staff.roles.clone(),
                form_locked: staff.form_locked_at.is_some(),
                may_enter: lacks.is_empty(),
                lacks,
            };
            ("staff", staff.id.0, staff.name(), staff.language.clone(), None, Some(view))
        }
    };
    Ok(Me {
        kind,
        id,
        name,
        language,
        provider: ProviderView { slug: provider.slug, name: provider.name },
        strength: who.sign_in.strength,
        signed_in_at: who.sign_in.created_at.into(),
        demo: app.settings.demo,
        contact,
        staff,
    })
}
