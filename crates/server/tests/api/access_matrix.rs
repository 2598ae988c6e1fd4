//! The access matrix: every endpoint of the API document, as every role, on own and foreign ids.
//!
//! [`ROWS`] has one row for each endpoint; one without a row fails the test (control 36). A foreign
//! provider's or another customer's id must be answered exactly as an id that never existed.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use pforte_core::kernel::{AlarmId, Span};
use pforte_store::alarm::{self, Alarm};
use pforte_testkit::{Answer, Browser, Customer, Side, TestApp, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a role may expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    /// Not signed in: 401.
    SignIn,
    /// Signed in, but for others: 403.
    Forbidden,
    /// Done, or refused only for what is in the body: neither 401, 403 nor 404.
    Allowed,
    /// As if the thing did not exist: 404.
    Hidden,
}
use Expect::{Allowed, Forbidden, Hidden, SignIn};

/// Whose ids go into the path and the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The customer, ground, visit and staff of the role's own provider; for contacts, their own.
    Own,
    /// The other customer of the same provider.
    Other,
    /// The other provider's.
    Foreign,
    /// Nobody's.
    Nowhere,
}

/// The columns, left to right.
const ROLES: [&str; 11] = [
    "anonymous",
    "owner",
    "helper",
    "member",
    "by link",
    "agent",
    "untrained",
    "support lead",
    "success lead",
    "admin",
    "guest",
];

type Columns = [Expect; ROLES.len()];

/// Open to everybody, signed in or not.
const EVERYBODY: Columns = [Allowed; ROLES.len()];
/// Open to all who are signed in.
const SIGNED_IN: Columns = [SignIn, A, A, A, A, A, A, A, A, A, A];
/// Things of a customer, to be seen by its contacts, the staff member concerned, leads and admins.
const CONCERNED: Columns = [SignIn, A, A, A, A, A, H, A, A, A, H];
const CONTACTS: Columns = [SignIn, A, A, A, A, F, F, F, F, F, F];
/// Rule X8: not by link.
const CONFIRMED: Columns = [SignIn, A, A, A, F, F, F, F, F, F, F];
/// Rules B6 and X8.
const PIN: Columns = [SignIn, A, A, F, F, F, F, F, F, F, F];
const STAFF: Columns = [SignIn, F, F, F, F, A, A, A, A, A, F];
/// Rule T21: whoever may enter.
const ENTERING: Columns = [SignIn, F, F, F, F, A, F, A, F, F, F];
/// Only on one's own ground; leads are no exception.
const OWN_GROUND: Columns = [SignIn, F, F, F, F, A, H, H, H, H, H];
const LEADS: Columns = [SignIn, F, F, F, F, F, F, A, A, F, F];
const OVERSEERS: Columns = [SignIn, F, F, F, F, F, F, A, A, A, F];
const ADMINS: Columns = [SignIn, F, F, F, F, F, F, F, F, A, F];
const A: Expect = Allowed;
const F: Expect = Forbidden;
const H: Expect = Hidden;

struct Row {
    endpoint: &'static str,
    columns: Columns,
    /// `Value::Null` for no body. Ids are put in by name.
    body: fn(&Ids) -> Value,
}

const fn row(endpoint: &'static str, columns: Columns, body: fn(&Ids) -> Value) -> Row {
    Row { endpoint, columns, body }
}

fn none(_: &Ids) -> Value {
    Value::Null
}

/// One row for each endpoint.
const ROWS: &[Row] = &[
    row("GET /sign-in", EVERYBODY, none),
    row(
        "POST /sign-in/staff",
        EVERYBODY,
        |_| json!({ "provider": "nordlicht", "username": "x", "password": "x", "totp": "" }),
    ),
    row(
        "POST /sign-in/contact",
        EVERYBODY,
        |_| json!({ "provider": "nordlicht", "address": "x", "password": "x" }),
    ),
    row("POST /sign-in/link", EVERYBODY, |_| json!({ "provider": "nordlicht", "address": "x" })),
    row("POST /sign-in/link/redeem", EVERYBODY, |_| json!({ "token": "x" })),
    row("POST /sign-in/demo", [Hidden; ROLES.len()], |ids| json!({ "person": ids.staff })),
    row(
        "POST /activation",
        EVERYBODY,
        |_| json!({ "token": "x", "code": "x", "password": "a long password" }),
    ),
    row("POST /sign-in/confirm", CONTACTS, |_| json!({})),
    row("GET /me", SIGNED_IN, none),
    row("PATCH /me", SIGNED_IN, |_| json!({ "language": "en" })),
    row("GET /sign-ins", SIGNED_IN, none),
    row("POST /password", SIGNED_IN, |_| json!({})),
    row("POST /totp", CONFIRMED, none),
    row("POST /totp/confirm", CONFIRMED, |_| json!({ "code": "x" })),
    row("POST /totp/remove", CONTACTS, |_| json!({})),
    row("GET /events", SIGNED_IN, none),
    row("GET /door", CONTACTS, none),
    row("GET /customer", CONTACTS, none),
    row("POST /pin", PIN, none),
    row("POST /pin/renew", PIN, none),
    row("POST /pin/redeem", ENTERING, redeem),
    row("POST /customers/{id}/contacts/{contact_id}/pin/deactivate", STAFF, none),
    row("GET /grounds", SIGNED_IN, none),
    row("GET /grounds/{id}", CONCERNED, none),
    row("POST /grounds/{id}/end", CONCERNED, none),
    row("POST /visits", OWN_GROUND, |ids| json!({ "ground_id": ids.ground, "product": "panel" })),
    row("GET /visits/{id}", CONCERNED, none),
    row("POST /visits/{id}/end", CONCERNED, none),
    row("GET /visits/{id}/requests", CONCERNED, none),
    row("GET /products", STAFF, none),
    row("GET /customers", STAFF, none),
    row("GET /customers/{id}", STAFF, none),
    row("POST /customers", ADMINS, |_| json!({ "name": "" })),
    row("POST /customers/{id}/contacts", ADMINS, contact),
    row("GET /groups", OVERSEERS, none),
    row("POST /groups", ADMINS, |_| json!({ "name": "" })),
    row("GET /staff", OVERSEERS, none),
    row("POST /staff", ADMINS, staff),
    row("PATCH /staff/{id}", ADMINS, |_| json!({ "training_done": true })),
    row("POST /staff/{id}/unlock", LEADS, none),
    row("POST /kill-switch", LEADS, none),
    row("GET /alarms", OVERSEERS, none),
    row("POST /alarms/{id}/acknowledge", OVERSEERS, none),
    // Last, since they end the sign-ins of the other rows.
    row("POST /sign-out", SIGNED_IN, none),
    row("POST /sign-out/everywhere", SIGNED_IN, none),
];

fn redeem(ids: &Ids) -> Value {
    json!({
        "customer_id": ids.customer, "contact_id": ids.contact, "digits": "572400000",
        "reason": { "category": "fault", "text": "The shop shows an error" },
        "record": { "channel": "phone", "from": "+49 30 23125100", "note": null },
    })
}

fn contact(_: &Ids) -> Value {
    json!({
        "first_name": "Rosa", "last_name": "Varga", "role": "member", "language": "en",
        "rights": { "support": false, "instruction": false }, "addresses": ["no address"],
    })
}

fn staff(_: &Ids) -> Value {
    json!({ "username": "", "first_name": "", "last_name": "", "email": "", "roles": ["agent"] })
}

/// What the paths and bodies name.
#[derive(Clone, Copy, Debug)]
struct Ids {
    customer: Uuid,
    contact: Uuid,
    staff: Uuid,
    ground: Uuid,
    visit: Uuid,
    alarm: Uuid,
}

impl Ids {
    const NOWHERE: Self = {
        let id = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001);
        Self { customer: id, contact: id, staff: id, ground: id, visit: id, alarm: id }
    };

    fn path(&self, endpoint: &str) -> (Method, String) {
        let (method, path) = endpoint.split_once(' ').expect("method and path");
        let id = match path.split('/').nth(1) {
            Some("customers") => self.customer,
            Some("grounds") => self.ground,
            Some("visits") => self.visit,
            Some("staff") => self.staff,
            Some("alarms") => self.alarm,
            _ => Uuid::nil(),
        };
        let path = if path == "/sign-in" { "/sign-in?provider=nordlicht" } else { path };
        let path = path.replace("{id}", &id.to_string()).replace("{contact_id}", &self.contact.to_string());
        (method.parse().expect("a method"), path)
    }
}

/// An open ground with a visit at a customer, and an alarm; made by the provider's agent.
async fn things(app: &TestApp, side: &Side, customer: &Customer) -> Ids {
    let mut owner = app.sign_in(&customer.owner).await;
    app.advance(Span::seconds(30));
    let mut agent = app.sign_in(&side.agent).await;
    let digits = owner.pin().await;
    let ground = agent.redeem(customer, &customer.owner, &digits).await;
    let visit = agent.open(app, &ground).await;
    Ids {
        customer: customer.id,
        contact: customer.owner.id,
        staff: side.colleague.id,
        ground: visit.ground.parse().expect("an id"),
        visit: visit.id.parse().expect("an id"),
        alarm: raise(app, side).await,
    }
}

async fn raise(app: &TestApp, side: &Side) -> Uuid {
    let at = app.app.sources.now();
    let id: AlarmId = app.app.sources.id(at);
    let alarm = Alarm {
        id,
        provider: side.provider,
        code: "pin.flood".into(),
        at,
        staff: None,
        customer: None,
        acknowledged_at: None,
        acknowledged_by: None,
    };
    let raised = app.app.writer.upkeep(move |tx| Box::pin(async move { alarm::insert(tx, &alarm).await }));
    raised.await.expect("an alarm");
    id.0
}

/// Everything the matrix is asked with.
struct Matrix {
    app: TestApp,
    roles: BTreeMap<&'static str, Browser>,
    own: Ids,
    other: Ids,
    foreign: Ids,
}

impl Matrix {
    async fn start(app: TestApp) -> Self {
        let near = app.world.near.clone();
        let own = things(&app, &near, &near.customer).await;
        let other = things(&app, &near, &near.other).await;
        let foreign = things(&app, &app.world.far, &app.world.far.customer).await;
        let mut matrix = Self { app, roles: BTreeMap::new(), own, other, foreign };
        for role in ROLES {
            let browser = matrix.sign_in(role).await;
            matrix.roles.insert(role, browser);
        }
        matrix
    }

    async fn sign_in(&self, role: &str) -> Browser {
        let near = &self.app.world.near;
        self.app.advance(Span::seconds(30));
        let person = match role {
            "anonymous" => return self.app.browser(),
            "by link" => return self.app.sign_in_by_link(&near.customer.owner).await,
            "owner" => &near.customer.owner,
            "helper" => &near.customer.helper,
            "member" => &near.customer.member,
            "agent" => &near.agent,
            "untrained" => &near.untrained,
            "support lead" => &near.support_lead,
            "success lead" => &near.success_lead,
            "admin" => &near.admin,
            "guest" => &near.guest,
            _ => panic!("no such role: {role}"),
        };
        self.app.sign_in(person).await
    }

    /// What an earlier request ended is put up again, so that rows do not depend on each other.
    async fn put_up(&mut self, role: &'static str, row: &Row) {
        let ends_sign_ins = row.endpoint.contains("/sign-out");
        let ends_things = ["/end", "/kill-switch", "/visits", "/acknowledge"];
        if ends_sign_ins {
            let browser = self.sign_in(role).await;
            self.roles.insert(role, browser);
        } else if ends_things.iter().any(|end| row.endpoint.ends_with(end)) {
            let near = self.app.world.near.clone();
            self.own = things(&self.app, &near, &near.customer).await;
        }
    }

    fn ids(&self, whose: Whose) -> &Ids {
        match whose {
            Whose::Own => &self.own,
            Whose::Other => &self.other,
            Whose::Foreign => &self.foreign,
            Whose::Nowhere => &Ids::NOWHERE,
        }
    }

    async fn ask(&self, role: &str, row: &Row, whose: Whose) -> Answer {
        let ids = self.ids(whose);
        let (method, path) = ids.path(row.endpoint);
        if path == "/events" && role != "anonymous" {
            // A stream has no end to wait for.
            self.roles[role].listen(None).await;
            return self.roles[role].get("/me").await;
        }
        self.roles[role].clone().call(method, &path, (row.body)(ids)).await
    }
}

/// Rows whose path or body names a thing of somebody's.
fn names_a_thing(row: &Row) -> bool {
    row.endpoint.contains('{') || ["POST /visits", "POST /pin/redeem"].contains(&row.endpoint)
}

fn met(expect: Expect, answer: &Answer) -> bool {
    let status = answer.status.as_u16();
    match expect {
        SignIn => status == 401,
        Forbidden => status == 403,
        Hidden => status == 404,
        // What the body lacks is told only to those who may send one. A wrong PIN or password is a
        // refusal of the rules, not of the role.
        Allowed => match status {
            401 => answer.json()["code"] == "sign_in.wrong",
            403 => ["pin.wrong", "needs.reason"].contains(&answer.json()["code"].as_str().unwrap_or("")),
            404 => false,
            410 => answer.json()["code"] == "sign_in.link_spent",
            status => status < 500,
        },
    }
}

/// Every endpoint has a row, and every row an endpoint.
#[test]
fn control_36_every_endpoint_has_a_row() {
    let document = serde_json::to_value(pforte_server::openapi()).expect("a document");
    let mut endpoints = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            endpoints.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let rows: BTreeSet<String> = ROWS.iter().map(|row| row.endpoint.to_owned()).collect();
    assert_eq!(rows.len(), ROWS.len(), "a row stands twice");
    let missing: Vec<_> = endpoints.difference(&rows).collect();
    assert!(missing.is_empty(), "no row in the access matrix for {missing:?}");
    let gone: Vec<_> = rows.difference(&endpoints).collect();
    assert!(gone.is_empty(), "rows for endpoints that are gone: {gone:?}");
}

on_both! {
    /// Control 36: each role is answered as its column says, on what is its own.
    async fn control_36_roles_reach_only_what_is_theirs(app: TestApp) {
        let mut matrix = Matrix::start(app).await;
        let mut wrong = Vec::new();
        for row in ROWS {
            for (role, expect) in ROLES.into_iter().zip(row.columns) {
                matrix.put_up(role, row).await;
                let answer = matrix.ask(role, row, Whose::Own).await;
                if !met(expect, &answer) {
                    wrong.push(format!(
                        "{} as {role}: {expect:?}, but {} {:?}",
                        row.endpoint, answer.status, answer.body
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Control 36: ids of another provider, and for contacts of another customer, are answered like ids
    /// that never existed: the same status, and the same body to the letter.
    async fn control_36_foreign_ids_are_like_none_at_all(app: TestApp) {
        let matrix = Matrix::start(app).await;
        let mut wrong = Vec::new();
        for row in ROWS.iter().filter(|row| names_a_thing(row)) {
            for (role, expect) in ROLES.into_iter().zip(row.columns) {
                let nowhere = matrix.ask(role, row, Whose::Nowhere).await;
                let contact = ["owner", "helper", "member", "by link"].contains(&role);
                let foreign = if contact { vec![Whose::Foreign, Whose::Other] } else { vec![Whose::Foreign] };
                for whose in foreign {
                    let answer = matrix.ask(role, row, whose).await;
                    let hidden = match expect {
                        SignIn => answer.status == 401,
                        Forbidden => answer.status == 403,
                        Allowed | Hidden => answer.status == 404 || answer.status == 422,
                    };
                    let same = (answer.status, &answer.body) == (nowhere.status, &nowhere.body);
                    if !hidden || !same {
                        wrong.push(format!("{} as {role}, {whose:?}: {} {:?}, nowhere {} {:?}", row.endpoint,
                            answer.status, answer.body, nowhere.status, nowhere.body));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // Nothing of the foreign provider's was touched.
        let far = &matrix.app.world.far;
        let owner = matrix.app.sign_in(&far.customer.owner).await;
        assert_eq!(owner.get("/door").await.ok()["state"], "open");
    }

    /// Control 36: lists hold nothing of another customer's or provider's, whatever is asked.
    async fn control_36_lists_hold_nothing_foreign(app: TestApp) {
        let matrix = Matrix::start(app).await;
        let far = &matrix.app.world.far;
        let mut secrets = vec![far.customer.id.to_string(), far.agent.id.to_string(), far.group.to_string()];
        secrets.extend([matrix.foreign.ground.to_string(), matrix.foreign.visit.to_string()]);
        let lists = ["/grounds", "/grounds?scope=all", "/customers", "/customers?q=Oduya", "/customers?q=20001",
            "/customers?q=%2B493023125100", "/staff", "/groups", "/alarms", "/sign-ins", "/customer", "/door"];
        for role in ROLES {
            for path in lists {
                let text = String::from_utf8_lossy(&matrix.roles[role].get(path).await.body).into_owned();
                assert!(!secrets.iter().any(|id| text.contains(id)), "{role} reads of the foreign provider in {path}");
                let contact = ["owner", "helper", "member", "by link"].contains(&role);
                let others = [matrix.other.customer.to_string(), matrix.other.ground.to_string()];
                assert!(!contact || !others.iter().any(|id| text.contains(id)), "{role} reads of another customer in {path}");
            }
        }
        // An agent sees the own grounds only, also when asking for all.
        let colleague = matrix.app.sign_in(&matrix.app.world.near.colleague).await;
        assert_eq!(colleague.get("/grounds?scope=all").await.ok()["items"], json!([]));
    }
}
