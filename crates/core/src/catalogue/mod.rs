//! The product catalogue: what a request means, told by method and path alone.
//!
//! The provider's developer describes each product in configuration; the gateway and the decision
//! both read it here. A route that nobody classified counts as the strictest ([`Action::Never`]).
//! Must never look at a request's body or at who asks.

mod path;

pub use path::{PathPattern, PatternError};

use crate::kernel::words;

words! {
    /// What a request does to the customer's product.
    Action {
        View = "view",
        Change = "change",
        Import = "import",
        Download = "download",
        Test = "test",
        /// Passwords, MFA, addresses, keys, support settings: closed to every ground.
        Never = "never",
    }
}

words! {
    /// Whether a route carries people's personal data (rule B5).
    DataClass { Product = "product", Personal = "personal" }
}

/// An application of the provider's in which the customer has data.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Short, stable, URL-safe.
    pub id: String,
    pub name: String,
    /// Scheme and authority only, as `http://127.0.0.1:7002` or `https://panel.internal.example`.
    pub upstream: String,
    /// Certificates (PEM) that an `https` upstream is checked against; `None` = the public roots.
    pub upstream_ca_pem: Option<String>,
    /// Origins under which the product knows itself; links and redirects to them are rewritten.
    pub own_origins: Vec<String>,
    pub identity: IdentityHeaders,
    /// Names of upstream cookies that product scripts must read in the browser.
    pub script_cookies: Vec<String>,
    /// Further request headers let through, beside the gateway's own list.
    pub request_headers: Vec<String>,
    /// Earlier routes win.
    pub routes: Vec<Route>,
}

/// Under which names the upstream learns who asks. Whatever a browser sends under one of them, in
/// any spelling, is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityHeaders {
    /// The customer's user that the session acts as.
    pub user: Option<String>,
    /// The staff member behind it.
    pub staff: Option<String>,
    /// The signed token (RFC 8693 §4.1 `act`), prefixed with `Bearer ` when the name is `Authorization`.
    pub token: Option<String>,
}

/// One classified route.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// An upper-case method, or `None` for every method. `GET` also covers `HEAD`.
    pub method: Option<String>,
    pub path: PathPattern,
    pub area: String,
    pub action: Action,
    pub class: DataClass,
    /// Whether the route may be upgraded to a WebSocket.
    pub websocket: bool,
    /// What may pass when the route is masked; `None`: a masked route is closed.
    pub pass: Option<PassList>,
}

/// What a masked route may still show. Everything that is on neither list is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassList {
    /// JSON pointers (RFC 6901) with `*` for any one member or element: shown as they are.
    pub json: Vec<String>,
    /// JSON pointers whose member stays, with [`MASK`] for its value.
    pub json_mask: Vec<String>,
    /// CSS selectors of elements whose content is shown as it is.
    pub html: Vec<String>,
    /// CSS selectors of elements, inside a passing one, whose content is masked all the same.
    pub html_mask: Vec<String>,
}

/// What stands where something was withheld. A request that carries it back is refused.
pub const MASK: &str = "•••••";

/// The area of a request that no route matches.
pub const UNCLASSIFIED: &str = "unclassified";

/// What the catalogue says about one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classified<'a> {
    /// Position in [`Product::routes`]; `None` when nobody classified it.
    pub route: Option<usize>,
    pub area: &'a str,
    pub action: Action,
    pub class: DataClass,
    pub websocket: bool,
    pub pass: Option<&'a PassList>,
}

impl Product {
    /// Finds the first route that matches; `path` is canonical, without query.
    pub fn classify(&self, method: &str, path: &str) -> Classified<'_> {
        let wanted = if method == "HEAD" { "GET" } else { method };
        let found = self.routes.iter().enumerate().find(|(_, route)| {
            route.method.as_deref().is_none_or(|m| m == wanted || m == method) && route.path.matches(path)
        });
        match found {
            Some((index, route)) => Classified {
                route: Some(index),
                area: &route.area,
                action: route.action,
                class: route.class,
                websocket: route.websocket,
                pass: route.pass.as_ref(),
            },
            None => Classified {
                route: None,
                area: UNCLASSIFIED,
                action: Action::Never,
                class: DataClass::Personal,
                websocket: false,
                pass: None,
            },
        }
    }
}
