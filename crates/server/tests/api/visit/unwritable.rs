//! Control 37: when nothing can be written, nothing is opened; ending and signing out still work.

use std::time::Duration;

use pforte_core::{entry::Event, kernel::Span};
use pforte_gateway::Permit;
use pforte_testkit::{
    Opened, PRODUCT, TestApp, TestDb, entries_named, entries_until, redeem_body, shut_code, visit_link,
};
use serde_json::{Value, json};

use super::told;

/// Waits, at most ten seconds, until the server says that it can or cannot write.
async fn until_writable(app: &TestApp, wanted: bool) {
    let mut health = app.app.health.clone();
    let turned = health.wait_for(|h| (*h == pforte_store::Health::Writable) == wanted);
    let turned = tokio::time::timeout(Duration::from_secs(10), turned).await;
    turned.expect("the server notices").expect("the writer lives");
}

async fn nothing_opens_and_everything_shuts(app: TestApp) {
    let near = app.world.near.clone();
    let (mut contact, mut agent, visit) = app.visit().await;
    let other = agent.open_again(&app, &visit).await;
    let digits = contact.pin().await;
    let mut colleague = app.sign_in(&near.colleague).await;
    let hold = visit.view().await.expect("open").hold;

    let began = app.app.sources.now();

    app.db.make_unwritable();
    // The watcher notices by itself, and then the open stream is cut within a second.
    until_writable(&app, false).await;
    let cut = tokio::time::timeout(Duration::from_secs(1), hold.cancelled()).await;
    assert!(cut.is_ok(), "the open stream goes on though nothing can be logged");
    drop(hold);
    assert_eq!(told(&visit.view().await), "log_down");
    let redeem = redeem_body(&near.customer, &near.customer.owner, &digits);
    colleague.post("/pin/redeem", redeem).await.refused(503, "log.down");
    let reason = json!({ "category": "other", "text": "Once more" });
    let again = json!({ "ground_id": visit.ground, "product": PRODUCT, "reason": reason });
    agent.post("/visits", again).await.refused(503, "log.down");
    app.browser().sign_in(&near.customer.helper, "").await.refused(503, "log.down");

    // Ending works, says that it is not written yet, and stays.
    let ended = agent.post(&format!("/visits/{}/end", other.id), Value::Null).await.ok();
    assert_eq!(ended["written"], false);
    let ended = contact.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
    assert_eq!(ended["written"], false);
    assert_eq!(contact.get("/door").await.ok()["state"], "closed");
    assert_eq!(contact.get(&format!("/grounds/{}", visit.ground)).await.ok()["state"], "ended");
    // Signing out works.
    let old = colleague.clone();
    colleague.post("/sign-out", Value::Null).await.status(204);
    old.get("/me").await.refused(401, "sign_in.needed");

    app.db.make_writable();
    until_writable(&app, true).await;
    for event in ["ground.ended", "visit.ended", "sign_in.closed"] {
        entries_until(&app.app, near.provider, event, 1).await;
    }
    assert_eq!(told(&visit.view().await), "over.Customer");
    old.get("/me").await.refused(401, "sign_in.needed");
    for event in ["ground.ended", "visit.ended", "sign_in.closed"] {
        assert_eq!(entries_named(&app.app, near.provider, event).await.len(), 1, "{event}");
    }
    // The outage left a trace in every provider's log.
    for provider in [near.provider, app.world.far.provider] {
        let restored = entries_until(&app.app, provider, "log.restored", 1).await;
        let [entry] = restored.as_slice() else { panic!("{restored:?}") };
        let Event::LogRestored { down_since } = entry.event else { panic!("{entry:?}") };
        assert!(began <= down_since && down_since <= entry.at, "{entry:?}");
    }
    main_job_works_again(&app, &visit).await;
}

async fn main_job_works_again(app: &TestApp, old: &Opened) {
    app.advance(Span::seconds(30));
    let (contact, _, visit) = app.visit().await;
    assert_eq!(told(&visit.view().await), "open");
    assert_ne!(visit.ground, old.ground);
    let ground = contact.get(&format!("/grounds/{}", old.ground)).await.ok();
    assert_eq!((&ground["state"], &ground["ended_how"]), (&json!("ended"), &json!("customer")));
    let mut conn = app.app.read().await.expect("a connection");
    assert_eq!(pforte_store::log::gaps(&mut conn).await.expect("counts"), 0);
}

/// A link that could not be spent for want of a log opens once there is one again.
async fn a_link_is_not_burnt(app: TestApp) {
    let (_, mut agent, visit) = app.visit().await;
    let reason = json!({ "category": "other", "text": "Side by side" });
    let body = json!({ "ground_id": visit.ground, "product": PRODUCT, "reason": reason });
    let url = agent.post("/visits", body).await.ok()["url"].clone();
    let (label, token) = visit_link(url.as_str().expect("a link"));
    app.db.make_unwritable();
    until_writable(&app, false).await;
    assert_eq!(shut_code(&app.app.enter(&label, &token).await.expect_err("shut")), "log_down");
    app.db.make_writable();
    until_writable(&app, true).await;
    app.app.enter(&label, &token).await.expect("it was never spent");
    assert_eq!(shut_code(&app.app.enter(&label, &token).await.expect_err("once")), "link_spent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_not_burnt_sqlite() {
    if let Some(db) = TestDb::sqlite_on_small_disk() {
        a_link_is_not_burnt(TestApp::start(db).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_not_burnt_postgres() {
    if let Some(db) = TestDb::postgres() {
        a_link_is_not_burnt(TestApp::start(db).await).await;
    }
}

/// Control 37, rule W2: a full disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_37_full_disk_sqlite() {
    if let Some(db) = TestDb::sqlite_on_small_disk() {
        nothing_opens_and_everything_shuts(TestApp::start(db).await).await;
    }
}

/// Control 37, rule W2: the database server became read-only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_37_read_only_server_postgres() {
    if let Some(db) = TestDb::postgres() {
        nothing_opens_and_everything_shuts(TestApp::start(db).await).await;
    }
}

/// Control 37: what was ended while the disk was full stays ended when the server dies before writing it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn control_37_an_unwritten_end_survives_a_crash() {
    let Some(db) = TestDb::sqlite_on_small_disk() else { return };
    let app = TestApp::start(db).await;
    let (mut contact, _, visit) = app.visit().await;
    app.db.make_unwritable();
    let ended = contact.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
    assert_eq!(ended["written"], false);
    app.app.shutdown.cancel();
    app.db.make_writable();
    let app = app.restart_torn().await;
    assert_eq!(told(&visit.at(&app).view().await), "not_here");
    let contact = app.sign_in(&app.world.near.customer.owner).await;
    assert_eq!(contact.get("/door").await.ok()["state"], "closed");
}
