//! Tickets: `/tickets` and what is below it, `/ticket-views`.

mod access;
mod clocks;
mod customer;
mod desk;
mod list;
mod word;

use pforte_testkit::{Browser, Opened, PRODUCT, Person, TestApp};
use serde_json::{Value, json};

/// What a contact types into the request form (rule P1).
pub fn request(subject: &str) -> Value {
    json!({ "subject": subject, "done": "Opened the shop", "expected": "The shop", "happened": "An error page" })
}

/// A contact opens a ticket; answers its id.
pub async fn ask(contact: &mut Browser, subject: &str) -> String {
    id(&contact.post("/tickets", request(subject)).await.ok())
}

pub fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

/// Types something into a ticket.
pub async fn write(browser: &mut Browser, ticket: &str, text: &str) -> Value {
    let body = json!({ "text": text, "kind": "message" });
    browser.post(&format!("/tickets/{ticket}/messages"), body).await.ok()
}

pub async fn take_over(browser: &mut Browser, ticket: &str) -> Value {
    browser.post(&format!("/tickets/{ticket}/take-over"), json!({})).await.ok()
}

/// Does something to a ticket that takes no body.
pub async fn act(browser: &mut Browser, ticket: &str, what: &str) -> pforte_testkit::Answer {
    browser.post(&format!("/tickets/{ticket}/{what}"), Value::Null).await
}

pub async fn view(browser: &Browser, ticket: &str) -> Value {
    browser.get(&format!("/tickets/{ticket}")).await.ok()
}

/// The code of what is open to this staff member because of the ticket.
pub async fn access(browser: &Browser, ticket: &str) -> String {
    view(browser, ticket).await["access"]["code"].as_str().expect("a code").to_owned()
}

/// The texts of the messages this person reads, oldest first; happenings by their code.
pub async fn texts(browser: &Browser, ticket: &str) -> Vec<String> {
    let view = view(browser, ticket).await;
    let line = |m: &Value| {
        let text = if m["kind"] == "event" { &m["event"]["code"] } else { &m["text"] };
        text.as_str().expect("a text").to_owned()
    };
    view["messages"].as_array().expect("messages").iter().map(line).collect()
}

/// Opens the sample product on the takeover of a ticket.
pub async fn enter(agent: &mut Browser, app: &TestApp, ticket: &str) -> Opened {
    let ground = view(agent, ticket).await["access"]["ground_id"].clone();
    agent.open_for(app, &ground, json!({ "category": "fault", "text": "To see the error" })).await
}

/// A contact's ticket that the agent has taken over, with a visit on it.
pub struct Running {
    pub owner: Browser,
    pub agent: Browser,
    pub ticket: String,
    pub visit: Opened,
}

pub async fn running(app: &TestApp) -> Running {
    let near = &app.world.near;
    let mut owner = app.sign_in(&near.customer.owner).await;
    let mut agent = app.sign_in(&near.agent).await;
    let ticket = ask(&mut owner, "The shop shows an error").await;
    take_over(&mut agent, &ticket).await;
    let visit = enter(&mut agent, app, &ticket).await;
    Running { owner, agent, ticket, visit }
}

/// Signs somebody in after the clock went on, since a one-time code works once.
pub async fn fresh(app: &TestApp, person: &Person) -> Browser {
    app.advance(pforte_core::kernel::Span::seconds(30));
    app.sign_in(person).await
}

/// What a visit on a ground asks for without a reason.
pub fn visit_body(ground: &Value) -> Value {
    json!({ "ground_id": ground, "product": PRODUCT })
}
