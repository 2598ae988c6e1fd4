//! Signing out, here and everywhere.

use pforte_core::kernel::Span;
use pforte_testkit::{entries_named, on_both, shut_code};
use serde_json::Value;

use super::signed_in;

on_both! {
    /// Signing out takes the cookie back, ends the sign-in and cuts what listens.
    async fn signing_out_ends_this_browser_only(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let (mut here, there) = (app.sign_in(owner).await, app.sign_in(owner).await);
        let old = here.clone();
        let mut page = here.listen(None).await;
        here.post("/sign-out", Value::Null).await.status(204);
        assert_eq!(here.cookie, None);
        assert!(!signed_in(&old).await, "the token is dead, not only forgotten");
        assert_eq!(page.next().await, None);
        assert!(signed_in(&there).await);
        assert_eq!(entries_named(&app.app, app.world.near.provider, "sign_in.closed").await.len(), 1);
    }

    /// Signing out everywhere ends every sign-in, and every visit that was opened from one.
    async fn signing_out_everywhere_ends_visits_too(app: TestApp) {
        let (contact, agent, visit) = app.visit().await;
        app.advance(Span::seconds(30));
        let mut second = app.sign_in(&app.world.near.agent).await;
        assert_eq!(second.get("/sign-ins").await.ok().as_array().map(Vec::len), Some(2));
        let pass = visit.view().await.expect("open");
        let cut = pass.hold.cancelled();
        second.post("/sign-out/everywhere", Value::Null).await.status(204);
        cut.await;
        assert!(!signed_in(&agent).await);
        assert!(!signed_in(&second).await);
        drop(pass);
        assert_eq!(shut_code(&visit.view().await.expect_err("shut")), "over.SignedOut");
        assert!(signed_in(&contact).await);
    }

    /// Signing out ends the visits opened from that browser, not those of another one.
    async fn signing_out_ends_only_its_own_visits(app: TestApp) {
        let (_, mut agent, visit) = app.visit().await;
        app.advance(Span::seconds(30));
        let mut second = app.sign_in(&app.world.near.agent).await;
        second.post("/sign-out", Value::Null).await.status(204);
        visit.view().await.expect("goes on");
        agent.post("/sign-out", Value::Null).await.status(204);
        assert_eq!(shut_code(&visit.view().await.expect_err("shut")), "over.SignedOut");
    }
}
