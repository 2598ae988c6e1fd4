//! The opening link and the visit's cookie.

use pforte_core::kernel::Span;
use pforte_gateway::{Ask, Permit};
use pforte_testkit::{Browser, PRODUCT, TestApp, on_both, shut_code, visit_link};
use serde_json::json;

use super::told;

async fn opened(app: &TestApp) -> (Browser, String, String) {
    let near = &app.world.near;
    let digits = app.sign_in(&near.customer.owner).await.pin().await;
    let mut agent = app.sign_in(&near.agent).await;
    let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
    let body = json!({ "ground_id": ground["id"], "product": PRODUCT });
    let answer = agent.post("/visits", body).await.ok();
    let url = answer["url"].as_str().expect("a link").to_owned();
    assert!(url.contains(".gate.example/.pforte/open?t="), "{url}");
    let (label, token) = visit_link(&url);
    (agent, label, token)
}

on_both! {
    /// The link works once, and only with its own token.
    async fn the_link_works_once(app: TestApp) {
        let (_, label, token) = opened(&app).await;
        let refused = |result: Result<_, pforte_gateway::Shut>| shut_code(&result.map(|_: pforte_gateway::Entered| ()).expect_err("shut"));
        assert_eq!(refused(app.app.enter(&label, "nonsense").await), "link_spent");
        assert_eq!(refused(app.app.enter("nonsense", &token).await), "not_here");
        let entered = app.app.enter(&label, &token).await.expect("opens");
        assert_eq!(refused(app.app.enter(&label, &token).await), "link_spent");
        assert!(entered.cookie.len() >= 32);
        let bytes = app.db.bytes();
        for secret in [&token, &entered.cookie] {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "kept in the clear");
        }
    }

    /// The link is good for a minute.
    async fn the_link_is_good_for_a_minute(app: TestApp) {
        let (_, label, token) = opened(&app).await;
        app.advance(Span::seconds(60));
        assert_eq!(shut_code(&app.app.enter(&label, &token).await.expect_err("late")), "link_spent");
    }

    /// Only the browser that followed the link is let in; others are not even told that there is a visit.
    async fn another_browser_sees_nothing(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        for cookie in [None, Some(""), Some("nonsense")] {
            let ask = Ask { label: &visit.label, cookie, method: "GET", path: "/servers", ..Ask::default() };
            assert_eq!(told(&app.app.admit(ask).await), "not_here");
            assert_eq!(shut_code(&app.app.end(&visit.label, cookie).await.expect_err("shut")), "not_here");
            assert_eq!(shut_code(&app.app.status(&visit.label, cookie).await.expect_err("shut")), "not_here");
        }
        visit.view().await.expect("untouched");
    }

    /// After an end the other tabs of the visit, whose cookie went with it, hear that it has ended; nobody
    /// hears how without the cookie.
    async fn other_tabs_hear_that_the_visit_has_ended(app: TestApp) {
        let (mut contact, _, visit) = app.visit().await;
        contact.post(&format!("/grounds/{}/end", visit.ground), serde_json::Value::Null).await.ok();
        for cookie in [None, Some("nonsense")] {
            let ask = Ask { label: &visit.label, cookie, method: "GET", path: "/servers", ..Ask::default() };
            assert_eq!(told(&app.app.admit(ask).await), "ended");
            assert_eq!(shut_code(&app.app.status(&visit.label, cookie).await.expect_err("shut")), "ended");
        }
        assert_eq!(told(&visit.view().await), "over.Customer");
        let ask = Ask { label: "nonsense", cookie: None, method: "GET", path: "/", ..Ask::default() };
        assert_eq!(told(&app.app.admit(ask).await), "not_here");
    }

    /// A route is upgraded to a WebSocket only where the catalogue says so.
    async fn a_websocket_needs_a_route_for_it(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let ask = |path| Ask { label: &visit.label, cookie: Some(&visit.cookie), method: "GET", path, websocket: true, ..Ask::default() };
        assert_eq!(told(&app.app.admit(ask("/console")).await), "open");
        assert_eq!(told(&app.app.admit(ask("/servers")).await), "never");
    }
}
