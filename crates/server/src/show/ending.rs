//! How something ended, and who was behind it.

use pforte_core::{
    entry::Actor,
    kernel::{Language, ProviderId},
};
use pforte_store::{Conn, Ending, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

use super::{contact_name, staff_name};

/// Who was behind an ending.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EndedByView {
    /// `staff` or `contact`.
    pub kind: &'static str,
    pub name: String,
}

/// How something ended, in the words of the one table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EndingView {
    /// The stable word.
    pub how: &'static str,
    /// `null` when the server did it, or time.
    pub by: Option<EndedByView>,
    pub de: &'static str,
    pub en: &'static str,
}

impl EndingView {
    pub async fn new(conn: &mut Conn, provider: ProviderId, ending: Ending) -> Result<Self, StoreError> {
        let by = match ending.by {
            Actor::Staff(id) => {
                Some(EndedByView { kind: "staff", name: staff_name(conn, provider, id).await? })
            }
            Actor::Contact(id) => {
                Some(EndedByView { kind: "contact", name: contact_name(conn, provider, id).await? })
            }
            Actor::System => None,
        };
        let told = |language| ending.how.told(language);
        let (de, en) = (told(Language::German), told(Language::English));
        Ok(Self { how: ending.how.word(), by, de, en })
    }
}
