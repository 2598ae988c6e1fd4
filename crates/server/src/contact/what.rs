//! What a change would change, as it is kept while it waits.

use std::collections::BTreeMap;

use pforte_core::{
    contact::ChangeKind,
    kernel::{ContactRights, ContactRole, Language},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cx::Problem;

/// The longest name, in characters.
const NAME_MAX: usize = 200;

/// A change, checked before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    ContactAdd(NewContact),
    /// What is left out stays.
    ContactChange(ContactEdit),
    ContactRemove {},
    /// With the role and rights of before; they are named for those who agree.
    ContactRestore {
        name: String,
        role: ContactRole,
        rights: ContactRights,
    },
    PrimaryAddress {
        id: Uuid,
        address: String,
    },
    PhoneAdd {
        /// In E.164.
        number: String,
    },
}

/// What changes about a contact; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEdit {
    pub role: Option<ContactRole>,
    pub support: Option<bool>,
    pub instruction: Option<bool>,
    #[serde(default)]
    pub first_name: Option<String>,
    #[serde(default)]
    pub last_name: Option<String>,
    /// The contact's user in these products; an empty one takes it away.
    #[serde(default)]
    pub product_users: BTreeMap<String, String>,
}

impl ContactEdit {
    /// What would change, by name.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        let named = [
            (self.role.is_some(), "role"),
            (self.support.is_some(), "support"),
            (self.instruction.is_some(), "instruction"),
            (self.first_name.is_some() || self.last_name.is_some(), "name"),
            (!self.product_users.is_empty(), "product_users"),
        ];
        named.into_iter().filter(|(set, _)| *set).map(|(_, name)| name)
    }
}

/// Somebody who is to become a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewContact {
    pub first_name: String,
    pub last_name: String,
    pub role: ContactRole,
    pub rights: ContactRights,
    pub language: Language,
    /// In lower case; the first one is the primary one.
    pub addresses: Vec<String>,
    /// In E.164.
    pub phones: Vec<String>,
    /// The contact's user in each product.
    pub product_users: BTreeMap<String, String>,
}

impl NewContact {
    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

impl What {
    /// The kind as the rules know it.
    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::ContactAdd(_) => ChangeKind::ContactAdd,
            Self::ContactChange(_) => ChangeKind::ContactChange,
            Self::ContactRemove {} => ChangeKind::ContactRemove,
            Self::ContactRestore { .. } => ChangeKind::ContactRestore,
            Self::PrimaryAddress { .. } => ChangeKind::PrimaryAddress,
            Self::PhoneAdd { .. } => ChangeKind::PhoneAdd,
        }
    }

    /// The code of the notice that tells of it once it is done.
    pub const fn notice(&self) -> &'static str {
        match self {
            Self::ContactAdd(_) => "contact.added",
            Self::ContactChange(_) => "contact.changed",
            Self::ContactRemove {} => "contact.removed",
            Self::ContactRestore { .. } => "contact.restored",
            Self::PrimaryAddress { .. } => "address.made_primary",
            Self::PhoneAdd { .. } => "phone.added",
        }
    }
}

/// A person's name, trimmed.
pub fn name(field: &'static str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fine = !text.is_empty() && text.chars().count() <= NAME_MAX && !text.chars().any(char::is_control);
    if fine { Ok(text.to_owned()) } else { Err(Problem::input([(field, "Use 1 to 200 characters.")])) }
}
