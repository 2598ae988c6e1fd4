//! The access matrix: every endpoint of the API document, as every role, on own and foreign ids.
//!
//! [`ROWS`] has one row for each endpoint; one without a row fails the test (control 36). A foreign
//! provider's or another customer's id must be answered exactly as an id that never existed.

mod contacts;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use pforte_core::{
    kernel::{AlarmId, ContactId, CustomerId, Span},
    recovery::{Course, Lost, Way},
};
use pforte_store::{
    alarm::{self, Alarm},
    mail,
    recovery::{self, Recovery},
    sign_in::Person,
};
use pforte_testkit::{Answer, Browser, Customer, Letter, Side, TestApp, on_both};
use rows::{
    Expect::{self, Allowed, Forbidden, Hidden, SignIn},
    Ids, ROLES, ROWS, Row,
};
use serde_json::json;
use uuid::Uuid;

use crate::attachments::{HAR, ticket_with, upload};

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

/// An open ground with a visit at a customer, and an alarm; made by the provider's agent.
async fn things(app: &TestApp, side: &Side, customer: &Customer) -> Ids {
    let mut owner = app.sign_in(&customer.owner).await;
    let attachment = upload(&mut owner, "panel.har", "application/json", HAR.as_bytes()).await;
    let ticket = ticket_with(app, &customer.owner, vec![attachment]).await.id().0;
    app.advance(Span::seconds(30));
    let mut agent = app.sign_in(&side.agent).await;
    let digits = owner.pin().await;
    let ground = agent.redeem(customer, &customer.owner, &digits).await;
    let visit = agent.open(app, &ground).await;
    let other_ticket = ask(&mut owner).await;
    let watcher = json!({ "staff_id": side.colleague.id });
    agent.post(&format!("/tickets/{ticket}/watchers"), watcher).await.ok();
    let reach = contacts::make(app, side, customer).await;
    Ids {
        customer: customer.id,
        contact: customer.owner.id,
        staff: side.colleague.id,
        ground: visit.ground.parse().expect("an id"),
        visit: visit.id.parse().expect("an id"),
        alarm: raise(app, side).await,
        recovery: locked_out(app, side, customer, reach.colleague).await,
        reach,
        ticket,
        attachment,
        other_ticket,
        mail: held(app, side).await,
    }
}

/// A ticket of the owner's that nobody has.
async fn ask(owner: &mut Browser) -> Uuid {
    let made = owner.post("/tickets", json!({ "subject": "Error", "happened": "An error page" })).await.ok();
    made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// A colleague who cannot sign in, and has asked for approval.
async fn locked_out(app: &TestApp, side: &Side, customer: &Customer, colleague: Uuid) -> Uuid {
    let now = app.app.sources.now();
    let found = Recovery {
        id: app.app.sources.id(now),
        provider: side.provider,
        person: Person::Contact(ContactId(colleague)),
        customer: Some(CustomerId(customer.id)),
        code_hash: None,
        totp_sealed: None,
        wrong_tries: 0,
        wrong_words: 0,
        created_at: now,
        ended_at: None,
        course: Course {
            way: None,
            lost: None,
            begun_at: None,
            asked_at: None,
            ready_at: None,
            expires_at: now + Span::days(7),
            ended: None,
        },
    };
    let (id, key) = (found.id, app.app.sources.token());
    let asked = app.app.writer.upkeep(move |tx| {
        Box::pin(async move {
            recovery::insert(tx, &found, &format!("link {key}")).await?;
            recovery::begin(tx, &found, &key, now).await?;
            recovery::ask(tx, &found, (Lost::Password, Way::Colleague), found.course.expires_at, now).await
        })
    });
    assert!(asked.await.expect("a recovery"));
    id.0
}

/// A stranger's mail in quarantine.
async fn held(app: &TestApp, side: &Side) -> Uuid {
    let letter = Letter::from("stranger@elsewhere.example");
    app.receive(&letter.to(&format!("support@{}.example", side.slug))).await;
    let mut conn = app.app.read().await.expect("a connection");
    let waiting = mail::in_quarantine(&mut conn, side.provider, None, 1).await.expect("mails");
    waiting.first().expect("a mail waits").id.0
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
        let ends_things = [
            "/end",
            "/kill-switch",
            "/visits",
            "/acknowledge",
            "/take-over",
            "/close",
            "/merge",
            "/watchers",
            "/{person_id}",
        ];
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
    let named = ["POST /visits", "POST /pin/redeem", "POST /calls", "POST /guests"];
    row.endpoint.contains('{') || named.contains(&row.endpoint)
}

fn met(expect: Expect, answer: &Answer) -> bool {
    let status = answer.status.as_u16();
    match expect {
        SignIn => status == 401,
        Forbidden => status == 403,
        Hidden => status == 404,
        // What the body lacks is told only to those who may send one. A wrong PIN or password is a
        // refusal of the rules, not of the role; so is an original without leave (control 48).
        Allowed => match status {
            401 => answer.json()["code"] == "sign_in.wrong",
            403 => ["pin.wrong", "needs.reason", "leave.own", "leave.none", "ticket.not_yours"]
                .contains(&answer.json()["code"].as_str().unwrap_or("")),
            404 => false,
            410 => ["sign_in.link_spent", "challenge.over", "recovery.over"]
                .contains(&answer.json()["code"].as_str().unwrap_or("")),
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
            "/customers?q=%2B493023125100", "/staff", "/groups", "/alarms", "/sign-ins", "/customer", "/door",
            "/support-settings", "/callers?q=Oduya", "/callers?q=%2B493023125100"];
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
