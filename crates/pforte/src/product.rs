//! The product catalogue as it is written in configuration files.

use std::{fs, path::Path};

use pforte_core::catalogue::{Action, DataClass, IdentityHeaders, PassList, PathPattern, Product, Route};
use serde::Deserialize;
use toml::Spanned;

use crate::config::{ConfigError, Source};

/// The longest product id.
const ID_MAX: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    product: Vec<ProductTable>,
}

/// One `[[product]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductTable {
    id: Spanned<String>,
    name: String,
    upstream: Spanned<String>,
    upstream_ca: Option<Spanned<String>>,
    #[serde(default)]
    own_origins: Vec<Spanned<String>>,
    #[serde(default)]
    script_cookies: Vec<Spanned<String>>,
    #[serde(default)]
    request_headers: Vec<Spanned<String>>,
    identity: IdentityTable,
    route: Vec<RouteTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityTable {
    user: Option<Spanned<String>>,
    staff: Option<Spanned<String>>,
    token: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteTable {
    method: Spanned<String>,
    path: Spanned<String>,
    area: Spanned<String>,
    action: Spanned<String>,
    class: Spanned<String>,
    #[serde(default)]
    websocket: bool,
    pass: Option<PassTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassTable {
    #[serde(default)]
    json: Vec<Spanned<String>>,
    #[serde(default)]
    json_mask: Vec<Spanned<String>>,
    #[serde(default)]
    html: Vec<Spanned<String>>,
    #[serde(default)]
    html_mask: Vec<Spanned<String>>,
}

/// Reads a catalogue file.
pub fn read(source: &Source<'_>) -> Result<Vec<Product>, ConfigError> {
    let file: CatalogueFile = source.parse()?;
    products(source, source.file.parent().unwrap_or(Path::new(".")), file.product)
}

/// Checks the tables and makes products of them.
pub fn products(
    source: &Source<'_>,
    home: &Path,
    tables: Vec<ProductTable>,
) -> Result<Vec<Product>, ConfigError> {
    tables.into_iter().map(|table| product(source, home, table)).collect()
}

/// Refuses two products with one id.
pub fn unique(products: &[Product]) -> Result<(), String> {
    for (index, product) in products.iter().enumerate() {
        if products[..index].iter().any(|other| other.id == product.id) {
            return Err(format!("two products are called {}; give one another id", product.id));
        }
    }
    Ok(())
}

fn product(source: &Source<'_>, home: &Path, table: ProductTable) -> Result<Product, ConfigError> {
    let id = table.id.get_ref();
    let plain = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if id.is_empty() || id.len() > ID_MAX || !plain {
        return Err(source.error(table.id.span(), "product.id", "use lower-case letters, digits and dashes"));
    }
    origin(source, "product.upstream", &table.upstream)?;
    for own in &table.own_origins {
        origin(source, "product.own_origins", own)?;
    }
    let upstream_ca_pem = match table.upstream_ca {
        None => None,
        Some(file) => Some(fs::read_to_string(home.join(file.get_ref())).map_err(|e| {
            source.error(file.span(), "product.upstream_ca", format!("cannot read the certificates: {e}"))
        })?),
    };
    let header = |key: &str, name: Option<Spanned<String>>| header_name(source, key, name);
    let identity = IdentityHeaders {
        user: header("product.identity.user", table.identity.user)?,
        staff: header("product.identity.staff", table.identity.staff)?,
        token: header("product.identity.token", table.identity.token)?,
    };
    if identity.user.is_none() && identity.token.is_none() {
        let what = "name `user`, `token` or both: the product must learn as whom the session acts";
        return Err(source.error(table.id.span(), "product.identity", what));
    }
    for name in &table.request_headers {
        request_header(source, &identity, name)?;
    }
    let mut routes = Vec::with_capacity(table.route.len());
    for table in table.route {
        routes.push(route(source, table)?);
    }
    let words = |list: Vec<Spanned<String>>| list.into_iter().map(Spanned::into_inner).collect();
    Ok(Product {
        id: table.id.into_inner(),
        name: table.name,
        upstream: table.upstream.into_inner().trim_end_matches('/').to_owned(),
        upstream_ca_pem,
        own_origins: words(table.own_origins),
        identity,
        script_cookies: words(table.script_cookies),
        request_headers: words(table.request_headers),
        routes,
    })
}

fn origin(source: &Source<'_>, key: &str, text: &Spanned<String>) -> Result<(), ConfigError> {
    let uri = text.get_ref().parse::<http::Uri>().ok();
    let fine = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|a| !a.as_str().contains('@'))
            && uri.path_and_query().is_none_or(|p| p.as_str() == "/")
    });
    if fine {
        return Ok(());
    }
    Err(source.error(text.span(), key, "write scheme, host and port only, as http://127.0.0.1:7002"))
}

fn header_name(
    source: &Source<'_>,
    key: &str,
    name: Option<Spanned<String>>,
) -> Result<Option<String>, ConfigError> {
    let Some(name) = name else { return Ok(None) };
    if name.get_ref().parse::<http::HeaderName>().is_err() {
        return Err(source.error(name.span(), key, "this is no header name"));
    }
    Ok(Some(name.into_inner()))
}

/// A header that is let through must not be one that tells who asks.
fn request_header(
    source: &Source<'_>,
    identity: &IdentityHeaders,
    name: &Spanned<String>,
) -> Result<(), ConfigError> {
    let key = "product.request_headers";
    let alike = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
    let given = alike(name.get_ref());
    let ours = [&identity.user, &identity.staff, &identity.token];
    let reserved = ["cookie", "host", "connection", "forwarded", "transfer-encoding", "content-length"];
    if name.get_ref().parse::<http::HeaderName>().is_err() {
        return Err(source.error(name.span(), key, "this is no header name"));
    }
    let taken = ours.into_iter().flatten().any(|own| alike(own) == given)
        || reserved.contains(&given.as_str())
        || given.starts_with("x-forwarded");
    if taken {
        return Err(source.error(
            name.span(),
            key,
            "this one is the gateway's own; a browser may not send it",
        ));
    }
    Ok(())
}

fn route(source: &Source<'_>, table: RouteTable) -> Result<Route, ConfigError> {
    let word = |text: &Spanned<String>, key: &str, what: &str| source.error(text.span(), key, what);
    let method = table.method.get_ref().as_str();
    let known = ["*", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    if !known.contains(&method) {
        return Err(word(&table.method, "route.method", "use *, GET, POST, PUT, PATCH, DELETE or OPTIONS"));
    }
    let path = PathPattern::parse(table.path.get_ref())
        .map_err(|e| source.error(table.path.span(), "route.path", e.to_string()))?;
    let action = Action::from_word(table.action.get_ref()).ok_or_else(|| {
        word(&table.action, "route.action", "use view, change, import, download, test or never")
    })?;
    let class = DataClass::from_word(table.class.get_ref())
        .ok_or_else(|| word(&table.class, "route.class", "use product or personal"))?;
    if table.area.get_ref().trim().is_empty() {
        return Err(word(&table.area, "route.area", "give the area a name, as it is shown to the customer"));
    }
    if table.pass.is_some() && class == DataClass::Product {
        let what = "only a personal route is masked; set class = \"personal\" or leave `pass` out";
        return Err(word(&table.class, "route.pass", what));
    }
    if table.websocket && class == DataClass::Personal {
        let what = "a WebSocket cannot be masked; give it class = \"product\" or leave `websocket` out";
        return Err(word(&table.class, "route.websocket", what));
    }
    let pass = table.pass.map(|pass| pass_list(source, pass)).transpose()?;
    Ok(Route {
        method: (method != "*").then(|| method.to_owned()),
        path,
        area: table.area.into_inner(),
        action,
        class,
        websocket: table.websocket,
        pass,
    })
}

fn pass_list(source: &Source<'_>, table: PassTable) -> Result<PassList, ConfigError> {
    for pointer in table.json.iter().chain(&table.json_mask) {
        let text = pointer.get_ref();
        if !text.is_empty() && !text.starts_with('/') {
            return Err(source.error(
                pointer.span(),
                "route.pass.json",
                "a pointer begins with /, as /servers/*/name",
            ));
        }
    }
    for selector in table.html.iter().chain(&table.html_mask) {
        if pforte_gateway::selector_is_valid(selector.get_ref()) {
            continue;
        }
        let what = "this selector is not understood; use names, classes, ids, attributes and descendants";
        return Err(source.error(selector.span(), "route.pass.html", what));
    }
    let words = |list: Vec<Spanned<String>>| list.into_iter().map(Spanned::into_inner).collect();
    Ok(PassList {
        json: words(table.json),
        json_mask: words(table.json_mask),
        html: words(table.html),
        html_mask: words(table.html_mask),
    })
}
