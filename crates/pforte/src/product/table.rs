//! The tables of a catalogue, as they stand in a file.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueFile {
    pub(super) product: Vec<ProductTable>,
}

/// One `[[product]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductTable {
    pub(super) id: Spanned<String>,
    pub(super) name: String,
    pub(super) upstream: Spanned<String>,
    pub(super) upstream_ca: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) own_origins: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) script_cookies: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) request_headers: Vec<Spanned<String>>,
    pub(super) identity: IdentityTable,
    #[serde(default)]
    pub(super) area: Vec<AreaTable>,
    pub(super) route: Vec<RouteTable>,
}

/// One `[[product.area]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AreaTable {
    pub(super) id: Spanned<String>,
    pub(super) name: NameTable,
    #[serde(default)]
    pub(super) files: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameTable {
    pub(super) de: Spanned<String>,
    pub(super) en: Spanned<String>,
}

/// One word, or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    One(String),
    Several(Vec<String>),
}

impl Words {
    pub(super) fn list(&self) -> Vec<&str> {
        match self {
            Self::One(word) => vec![word],
            Self::Several(words) => words.iter().map(String::as_str).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityTable {
    pub(super) user: Option<Spanned<String>>,
    pub(super) staff: Option<Spanned<String>>,
    pub(super) token: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTable {
    pub(super) method: Spanned<Words>,
    pub(super) path: Spanned<String>,
    pub(super) when: Option<Spanned<Vec<String>>>,
    pub(super) query: Option<Spanned<Vec<String>>>,
    pub(super) body: Option<Spanned<BodyTable>>,
    pub(super) area: Spanned<String>,
    pub(super) action: Spanned<String>,
    pub(super) class: Spanned<String>,
    #[serde(default)]
    pub(super) websocket: bool,
    pub(super) pass: Option<PassTable>,
}

/// One of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BodyTable {
    pub(super) json_rpc: Option<Vec<String>>,
    pub(super) graphql: Option<String>,
    pub(super) form: Option<Vec<String>>,
    pub(super) json: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PassTable {
    #[serde(default)]
    pub(super) json: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) json_mask: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) html: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) html_mask: Vec<Spanned<String>>,
}
