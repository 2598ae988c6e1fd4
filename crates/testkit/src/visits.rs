//! The agent's side: redeeming, opening, and asking the door as the gateway does.

use pforte_core::access::{Closed, Need};
use pforte_gateway::{Ask, Pass, Permit, Shut, Why};
use pforte_server::Shared;
use serde_json::{Value, json};

use crate::{Browser, Customer, PRODUCT, Person, TestApp};

/// What an agent hands in to redeem a PIN.
pub fn redeem_body(customer: &Customer, contact: &Person, digits: &str) -> Value {
    json!({
        "customer_id": customer.id,
        "contact_id": contact.id,
        "digits": digits,
        "reason": { "category": "fault", "text": "The shop shows an error" },
        "record": { "channel": "phone", "from": "+49 30 23125100", "note": null },
    })
}

/// A visit that is open in the agent's browser.
#[derive(Clone)]
pub struct Opened {
    app: Shared,
    pub id: String,
    pub ground: String,
    pub label: String,
    pub cookie: String,
}

impl Browser {
    /// Redeems a contact's PIN and answers the ground.
    pub async fn redeem(&mut self, customer: &Customer, contact: &Person, digits: &str) -> Value {
        self.post("/pin/redeem", redeem_body(customer, contact, digits)).await.ok()
    }

    /// Opens the sample product on a ground for the first time, through the link as the browser does.
    pub async fn open(&mut self, app: &TestApp, ground: &Value) -> Opened {
        self.open_for(app, &ground["id"], Value::Null).await
    }

    /// Opens it once more, with a reason of its own (rule T24).
    pub async fn open_again(&mut self, app: &TestApp, visit: &Opened) -> Opened {
        let reason = json!({ "category": "question", "text": "The error is back" });
        self.open_for(app, &json!(visit.ground), reason).await
    }

    /// Opens it with a reason, as on a takeover (rule T4).
    pub async fn open_for(&mut self, app: &TestApp, ground: &Value, reason: Value) -> Opened {
        let ground = ground.as_str().expect("a ground");
        let body = json!({ "ground_id": ground, "product": PRODUCT, "reason": reason });
        let opened = self.post("/visits", body).await.ok();
        let (label, token) = link(opened["url"].as_str().expect("a link"));
        let entered = app.app.enter(&label, &token).await.expect("the link opens");
        Opened {
            app: app.app.clone(),
            id: opened["visit"]["id"].as_str().expect("a visit").to_owned(),
            ground: ground.to_owned(),
            label,
            cookie: entered.cookie,
        }
    }
}

/// Takes an opening link apart: label of the host name, and token.
pub fn link(url: &str) -> (String, String) {
    let rest = url.strip_prefix("https://").expect("https");
    let (host, query) = rest.split_once("/.pforte/open?t=").expect("an opening link");
    let label = host.split('.').next().unwrap_or_default();
    (label.to_owned(), query.to_owned())
}

impl Opened {
    /// The same visit, asked at a server that was started anew.
    pub fn at(&self, app: &TestApp) -> Self {
        Self { app: app.app.clone(), ..self.clone() }
    }

    /// Asks for leave to forward one request.
    pub async fn admit(&self, method: &str, path: &str) -> Result<Pass, Shut> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.ask(Ask { method, path, query, page: true, ..Ask::default() }).await
    }

    /// Asks as this visit's browser, whatever else the request is.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Pass, Shut> {
        self.app.admit(Ask { label: &self.label, cookie: Some(&self.cookie), ..ask }).await
    }

    /// The agent looks at a page.
    pub async fn view(&self) -> Result<Pass, Shut> {
        self.admit("GET", "/servers").await
    }

    /// Why the next page is refused.
    pub async fn refusal(&self) -> Why {
        self.view().await.expect_err("the door is shut").why
    }
}

/// A short word for why a door is shut, to compare with.
pub fn shut_code(shut: &Shut) -> String {
    match &shut.why {
        Why::NotHere => "not_here".into(),
        Why::LinkSpent => "link_spent".into(),
        Why::Over { how, .. } => format!("over.{how:?}"),
        Why::Unclassified => "never".into(),
        Why::Closed(Closed::LogDown) => "log_down".into(),
        Why::Closed(closed) => format!("{closed:?}").to_lowercase(),
        Why::Needs(Need::Consent(_)) => "needs.Consent".into(),
        Why::Needs(need) => format!("needs.{need:?}"),
        Why::Ended => "ended".into(),
        Why::TooOften => "too_often".into(),
        Why::Stopped => "stopped".into(),
        Why::Busy => "busy".into(),
    }
}

impl TestApp {
    /// Signs a contact and the agent in, redeems the PIN and opens the product: the main job up to step 4.
    pub async fn visit(&self) -> (Browser, Browser, Opened) {
        let near = &self.world.near;
        let mut contact = self.sign_in(&near.customer.owner).await;
        let mut agent = self.sign_in(&near.agent).await;
        let digits = contact.pin().await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let opened = agent.open(self, &ground).await;
        (contact, agent, opened)
    }
}
