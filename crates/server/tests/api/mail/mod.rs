//! Mail in: what becomes of a message that is handed over, in tickets and in quarantine.

mod answers;
mod held;
mod outbox;
mod persons;
mod replays;
mod returns;
mod threads;
mod tickets;
mod vouched;

use pforte_testkit::{Browser, TestApp};
use serde_json::Value;

/// The tickets that somebody sees, newest first.
async fn tickets(who: &Browser) -> Vec<Value> {
    let page = who.get("/tickets?state=all&sort=newest").await.ok();
    page["items"].as_array().expect("items").clone()
}

/// What waits in quarantine, newest first.
async fn quarantine(staff: &Browser) -> Vec<Value> {
    let page = staff.get("/quarantine").await.ok();
    page["items"].as_array().expect("items").clone()
}

/// Why the newest mail waits: its first code.
async fn why(staff: &Browser) -> String {
    let waiting = quarantine(staff).await;
    waiting.first().expect("a mail waits")["why"][0].as_str().expect("a code").to_owned()
}

/// One ticket as somebody sees it.
async fn ticket(who: &Browser, id: &Value) -> Value {
    who.get(&format!("/tickets/{}", id.as_str().expect("an id"))).await.ok()
}

/// The agent, signed in.
async fn agent(app: &TestApp) -> Browser {
    app.sign_in(&app.world.near.agent).await
}

/// The texts of a ticket's messages, oldest first.
fn texts(ticket: &Value) -> Vec<String> {
    let messages = ticket["messages"].as_array().expect("messages").iter();
    messages
        .filter(|m| m["kind"] == "message")
        .map(|m| m["text"].as_str().expect("a text").trim().to_owned())
        .collect()
}
