//! The product catalogue: what a request means, told by all of it.
//!
//! The provider's developer describes each product in configuration; the gateway and the decision
//! both read it here. A route that nobody classified counts as the strictest ([`Action::Never`]).
//! Where a request can be read in two ways, the stricter one counts: see [`Product::classify`].
//! Must never look at who asks, nor keep a value of what was asked.

mod body;
mod graphql;
mod params;
mod path;

pub use body::{AskedBody, BODY_MOST, BodyRule};
pub use params::{Param, Params};
pub use path::{PathPattern, PatternError};

use crate::kernel::words;
use body::Reading;

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
    /// What its areas are called.
    pub areas: Vec<Area>,
    /// Earlier routes win, but for what [`Product::classify`] says of routes with conditions.
    pub routes: Vec<Route>,
}

/// A part of a product, as its customers call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// As routes name it.
    pub id: String,
    pub german: String,
    pub english: String,
    /// Styles, scripts and pictures: nothing that anybody opened.
    pub files: bool,
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
    pub methods: Methods,
    pub path: PathPattern,
    /// Applies only to requests whose query holds one of these; empty: to all.
    pub when: Vec<Param>,
    /// The parameters that may be there. `None`: on a masked route none, else any.
    pub query: Option<Vec<Param>>,
    /// Applies only to requests with such a body.
    pub body: Option<BodyRule>,
    pub area: String,
    pub action: Action,
    pub class: DataClass,
    /// Whether the route may be upgraded to a WebSocket.
    pub websocket: bool,
    /// What may pass when the route is masked; `None`: a masked route is closed.
    pub pass: Option<PassList>,
}

/// Which methods a route is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Methods {
    /// All of them; on a route of the action `view` those that only look: GET, HEAD and OPTIONS.
    Any,
    /// Upper-case tokens. `GET` also covers `HEAD`.
    Named(Vec<String>),
}

impl Methods {
    fn take(&self, method: &str, action: Action) -> bool {
        match self {
            Self::Any => action != Action::View || matches!(method, "GET" | "HEAD" | "OPTIONS"),
            Self::Named(names) => {
                names.iter().any(|name| name == method || (name == "GET" && method == "HEAD"))
            }
        }
    }
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

/// One request, as far as it tells what it means.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub method: &'a str,
    /// Canonical, without query.
    pub path: &'a str,
    /// As it was sent, without the question mark.
    pub query: &'a str,
    pub body: AskedBody<'a>,
}

/// What in a request made its classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Its route, as the catalogue says.
    Route,
    /// Nobody classified it.
    Unclassified,
    /// Parameters that its route does not name.
    Query,
    /// A body that its route says nothing of.
    Body,
}

impl Because {
    /// The code of a refusal that does not come from the route itself.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Route => None,
            Self::Unclassified => Some("route.unclassified"),
            Self::Query => Some("route.query"),
            Self::Body => Some("route.body"),
        }
    }
}

/// What the catalogue says about one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Classified<'a> {
    /// Position in [`Product::routes`]; `None` when nobody classified it.
    pub route: Option<usize>,
    pub area: &'a str,
    pub action: Action,
    pub class: DataClass,
    pub websocket: bool,
    pub pass: Option<&'a PassList>,
    pub because: Because,
    /// Names of the parameters, for the log: never a value.
    pub query: Vec<String>,
    /// Names in the body, where a rule had it read: fields, or the methods that were called.
    pub body: Vec<String>,
}

/// How one route with its conditions fits one request.
struct Fit<'a> {
    index: usize,
    route: &'a Route,
    /// In every reading.
    surely: bool,
    /// In some reading.
    possibly: bool,
    conditional: bool,
    body: Vec<String>,
}

impl Product {
    /// The area of that id, if the catalogue names it.
    pub fn area(&self, id: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.id == id)
    }

    /// Whether a request can only be classified with its body.
    pub fn reads_body(&self, method: &str, path: &str) -> bool {
        self.routes.iter().any(|route| {
            route.body.is_some() && route.methods.take(method, route.action) && route.path.matches(path)
        })
    }

    /// Says what a request means.
    ///
    /// The first route that fits in every reading is taken. Then each route with conditions (`when`,
    /// `body`) that fits in *some* reading and is stricter counts as well, wherever it stands: a
    /// `DELETE` in disguise is one. At last the parameters: one that the route does not name closes it,
    /// or, on a masked route, takes its pass list away.
    pub fn classify(&self, asked: &Asked<'_>) -> Classified<'_> {
        let query = Params::read(asked.query);
        let fits = self.fits(asked, &query);
        let mut names: Vec<String> = fits.iter().flat_map(|fit| fit.body.iter().cloned()).collect();
        names.sort_unstable();
        names.dedup();
        let first = fits.iter().find(|fit| fit.surely);
        let mut found = match first {
            Some(first) => Classified::of(first),
            None => Classified::NOBODY,
        };
        for fit in fits.iter().filter(|fit| first.is_some() && fit.conditional && fit.possibly) {
            found.tighten(fit);
        }
        if let Some(route) = found.route.map(|at| &self.routes[at]) {
            found.limit(route, asked, &query);
        }
        Classified { query: query.names(), body: names, ..found }
    }

    fn fits(&self, asked: &Asked<'_>, query: &Params) -> Vec<Fit<'_>> {
        let mut fits = Vec::new();
        for (index, route) in self.routes.iter().enumerate() {
            if !route.methods.take(asked.method, route.action) || !route.path.matches(asked.path) {
                continue;
            }
            let always = route.when.is_empty();
            let reading = match &route.body {
                Some(rule) => rule.read(query, asked.body),
                None => Reading { surely: true, possibly: true, names: vec![] },
            };
            fits.push(Fit {
                index,
                route,
                surely: reading.surely && (always || query.surely(&route.when)),
                possibly: reading.possibly && (always || query.possibly(&route.when)),
                conditional: !always || route.body.is_some(),
                body: reading.names,
            });
        }
        fits
    }
}

impl<'a> Classified<'a> {
    const NOBODY: Self = Self {
        route: None,
        area: UNCLASSIFIED,
        action: Action::Never,
        class: DataClass::Personal,
        websocket: false,
        pass: None,
        because: Because::Unclassified,
        query: vec![],
        body: vec![],
    };

    fn of(fit: &Fit<'a>) -> Self {
        let route = fit.route;
        Self {
            route: Some(fit.index),
            area: &route.area,
            action: route.action,
            class: route.class,
            websocket: route.websocket,
            pass: route.pass.as_ref(),
            because: Because::Route,
            query: vec![],
            body: vec![],
        }
    }

    /// Takes over what is stricter in `other`. Two kinds of action at once are none that anybody can
    /// consent to.
    fn tighten(&mut self, fit: &Fit<'a>) {
        let other = Self::of(fit);
        let action = match (self.action, other.action) {
            (one, two) if one == two => one,
            (Action::View, other) | (other, Action::View) => other,
            _ => Action::Never,
        };
        let personal = [self.class, other.class].contains(&DataClass::Personal);
        let class = if personal { DataClass::Personal } else { DataClass::Product };
        if (action, class) == (self.action, self.class) {
            return;
        }
        // Its own pass list is for what surely is its own request.
        let pass = other.pass.filter(|_| fit.surely && (action, class) == (other.action, other.class));
        *self = Self { action, class, pass, websocket: false, ..other };
    }

    fn limit(&mut self, route: &Route, asked: &Asked<'_>, query: &Params) {
        let looks = route.action == Action::View;
        let masked = route.class == DataClass::Personal && (looks || route.pass.is_some());
        let named = route.query.as_deref();
        let limited = named.is_some() || route.pass.is_some() || route.body.is_some();
        let in_query = asked.body == AskedBody::None && route.body == Some(BodyRule::GraphQl);
        if limited && !in_query && !query.unnamed(&[named.unwrap_or_default(), &route.when]).is_empty() {
            self.close(masked, Because::Query);
        }
        if looks && route.pass.is_some() && asked.body != AskedBody::None && route.body.is_none() {
            self.close(masked, Because::Body);
        }
    }

    /// On a masked route only the pass list is lost: whom a grant shows everything may go on asking.
    fn close(&mut self, masked: bool, because: Because) {
        self.because = because;
        self.pass = None;
        if !masked {
            self.action = Action::Never;
        }
    }
}
