//! The product catalogue as it is written in configuration files.

mod table;

use std::{fs, ops::Range, path::Path};

use pforte_core::catalogue::{
    Action, Area, BodyRule, DataClass, IdentityHeaders, Methods, Param, PassList, PathPattern, Product, Route,
};
pub use table::ProductTable;
use table::{AreaTable, BodyTable, CatalogueFile, PassTable, RouteTable, Words};
use toml::Spanned;

use crate::config::{ConfigError, Source};

/// The longest product id.
const ID_MAX: usize = 40;

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
    let areas = areas(source, table.area)?;
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
        areas,
        routes,
    })
}

fn areas(source: &Source<'_>, tables: Vec<AreaTable>) -> Result<Vec<Area>, ConfigError> {
    let mut areas: Vec<Area> = Vec::with_capacity(tables.len());
    for table in tables {
        if areas.iter().any(|area| area.id == *table.id.get_ref()) {
            return Err(source.error(table.id.span(), "area.id", "this area has a name already"));
        }
        for name in [&table.name.de, &table.name.en] {
            if name.get_ref().trim().is_empty() {
                return Err(source.error(name.span(), "area.name", "give the area a name in both languages"));
            }
        }
        areas.push(Area {
            id: table.id.into_inner(),
            german: table.name.de.into_inner(),
            english: table.name.en.into_inner(),
            files: table.files,
        });
    }
    Ok(areas)
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
    let methods = methods(source, &table.method)?;
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
    let body = table.body.as_ref().map(|body| body_rule(source, body)).transpose()?;
    if let (Some(BodyRule::GraphQl | BodyRule::Rpc(_)), Some(_), Some(table)) = (&body, &pass, &table.body) {
        let what = "an answer to such a call is named by whoever asks, so no pass list can hold it; leave `pass` out";
        return Err(source.error(table.span(), "route.pass", what));
    }
    let params = |list: &Option<Spanned<Vec<String>>>, key: &str| {
        list.as_ref().map(|list| params(source, list.span(), list.get_ref(), key)).transpose()
    };
    let when = params(&table.when, "route.when")?;
    if let (Some(list), Some(when)) = (&table.when, &when)
        && when.is_empty()
    {
        return Err(source.error(list.span(), "route.when", "name a parameter, or leave `when` out"));
    }
    Ok(Route {
        methods,
        path,
        when: when.unwrap_or_default(),
        query: params(&table.query, "route.query")?,
        body,
        area: table.area.into_inner(),
        action,
        class,
        websocket: table.websocket,
        pass,
    })
}

/// `"*"`, a method, or several.
fn methods(source: &Source<'_>, given: &Spanned<Words>) -> Result<Methods, ConfigError> {
    const REFUSED: &[&str] = &["CONNECT", "TRACE", "TRACK", "PRI"];
    let names = given.get_ref().list();
    if names == ["*"] {
        return Ok(Methods::Any);
    }
    let token = |name: &str| {
        let letters = |b: u8| b.is_ascii_uppercase() || b == b'-';
        (1..=20).contains(&name.len()) && name.bytes().all(letters) && !REFUSED.contains(&name)
    };
    if names.is_empty() || !names.iter().all(|name| token(name)) {
        let what =
            "use \"*\", a method in capital letters as GET or PROPFIND, or several as [\"GET\", \"POST\"]";
        return Err(source.error(given.span(), "route.method", what));
    }
    Ok(Methods::Named(names.into_iter().map(str::to_owned).collect()))
}

fn params(
    source: &Source<'_>,
    at: Range<usize>,
    list: &[String],
    key: &str,
) -> Result<Vec<Param>, ConfigError> {
    list.iter()
        .map(|text| {
            let what = "write a parameter's name, or name and value as action=close";
            Param::parse(text).ok_or_else(|| source.error(at.clone(), key, what))
        })
        .collect()
}

fn body_rule(source: &Source<'_>, table: &Spanned<BodyTable>) -> Result<BodyRule, ConfigError> {
    let wrong = |what: &str| source.error(table.span(), "route.body", what);
    match table.get_ref() {
        BodyTable { json_rpc: Some(methods), graphql: None, form: None, json: None } => {
            let plain = |name: &String| {
                let inner = name.strip_prefix('*').unwrap_or(name);
                let inner = inner.strip_suffix('*').unwrap_or(inner);
                !inner.is_empty() && !inner.contains('*') && name.len() - inner.len() <= 1
            };
            if methods.is_empty() || !methods.iter().all(plain) {
                return Err(wrong("name methods, as host.get; a * may stand at one end, as *.get"));
            }
            Ok(BodyRule::Rpc(methods.clone()))
        }
        BodyTable { json_rpc: None, graphql: Some(word), form: None, json: None } => match word.as_str() {
            "query" => Ok(BodyRule::GraphQl),
            _ => Err(wrong("write graphql = \"query\": nothing else of it can be told apart")),
        },
        BodyTable { json_rpc: None, graphql: None, form: Some(fields), json: None } => {
            Ok(BodyRule::Form(params(source, table.span(), fields, "route.body")?))
        }
        BodyTable { json_rpc: None, graphql: None, form: None, json: Some(fields) } => {
            Ok(BodyRule::Json(params(source, table.span(), fields, "route.body")?))
        }
        _ => Err(wrong("write one of json_rpc, graphql, form and json")),
    }
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
