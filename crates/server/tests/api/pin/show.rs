//! Showing the PIN, and having a new one at once.

use futures_util::future::join_all;
use pforte_core::{entry::Event, kernel::Span};
use pforte_testkit::{entries_named, on_both, redeem_body};
use serde_json::Value;

on_both! {
    /// Rule B6: one press, and the same PIN until something ends it.
    async fn b6_the_same_pin_is_shown_until_it_ends(app: TestApp) {
        let mut contact = app.sign_in(&app.world.near.customer.helper).await;
        let first = contact.post("/pin", Value::Null).await.ok();
        app.advance(Span::minutes(30));
        let later = contact.post("/pin", Value::Null).await.ok();
        assert_eq!(first, later);
        assert_eq!(first["digits"].as_str().map(str::len), Some(9));
        assert_eq!(first["issued_at"], "2026-01-15T09:00:00.000000Z");
        assert_eq!(first["expires_at"], "2026-01-15T10:00:00.000000Z");
    }

    /// Rule B6: only when signed in; and only contacts with the right have one.
    async fn b6_nobody_else_is_shown_a_pin(app: TestApp) {
        let near = &app.world.near;
        app.browser().post("/pin", Value::Null).await.refused(401, "sign_in.needed");
        app.sign_in(&near.customer.member).await.post("/pin", Value::Null).await.refused(403, "pin.not_authorised");
        app.sign_in(&near.agent).await.post("/pin", Value::Null).await.refused(403, "actor.contacts_only");
    }

    /// Rule X8: who signed in only by a link from a mail sees no PIN, until confirmed by password.
    async fn x8_a_link_shows_no_pin_until_the_password_is_typed(app: TestApp) {
        let mut contact = app.sign_in_by_link(&app.world.near.customer.owner).await;
        for path in ["/pin", "/pin/renew"] {
            contact.post(path, Value::Null).await.refused(403, "sign_in.needs_confirmation");
        }
        let wrong = serde_json::json!({ "password": "not the right one" });
        contact.post("/sign-in/confirm", wrong).await.refused(401, "sign_in.wrong");
        contact.post("/pin", Value::Null).await.refused(403, "sign_in.needs_confirmation");
        let right = serde_json::json!({ "password": pforte_testkit::PASSWORD });
        assert_eq!(contact.post("/sign-in/confirm", right).await.ok()["strength"], "password");
        contact.pin().await;
    }

    /// Rule B9: after expiry there is a new PIN at once.
    async fn b9_after_expiry_there_is_another(app: TestApp) {
        let mut contact = app.sign_in(&app.world.near.customer.owner).await;
        let old = contact.pin().await;
        app.advance(Span::minutes(60));
        let new = contact.post("/pin", Value::Null).await.ok();
        assert_ne!(new["digits"], old.as_str());
        assert_eq!(new["expires_at"], "2026-01-15T11:00:00.000000Z");
    }

    /// Rule B9: after use there is a new PIN at once, and the used one opens nothing more.
    async fn b9_after_use_there_is_another(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let old = contact.pin().await;
        agent.redeem(&near.customer, &near.customer.owner, &old).await;
        assert_ne!(contact.pin().await, old);
        let again = redeem_body(&near.customer, &near.customer.owner, &old);
        agent.post("/pin/redeem", again).await.refused(403, "pin.wrong");
    }

    /// Rule B9: the customer may ask for another one; the old one is dead.
    async fn b9_a_renewed_pin_replaces_the_old_one(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let old = contact.pin().await;
        let new = contact.post("/pin/renew", Value::Null).await.ok()["digits"].clone();
        assert_ne!(new, old.as_str());
        let typed = redeem_body(&near.customer, &near.customer.owner, &old);
        agent.post("/pin/redeem", typed).await.refused(403, "pin.wrong");
        agent.redeem(&near.customer, &near.customer.owner, new.as_str().expect("digits")).await;
    }

    /// Rule B9: two pages that ask at the same moment see the same PIN.
    async fn b9_two_pages_see_one_pin(app: TestApp) {
        let person = &app.world.near.customer.owner;
        let (mut a, mut b) = (app.sign_in(person).await, app.sign_in(person).await);
        let (one, two) = tokio::join!(a.pin(), b.pin());
        assert_eq!(one, two);
    }

    /// D10: two pages that ask at once are shown one PIN, which one entry tells of; looking leaves none.
    async fn d10_only_what_was_issued_is_logged(app: TestApp) {
        let near = &app.world.near;
        let contact = app.sign_in(&near.customer.owner).await;
        let shows = (0..6).map(|_| {
            let mut page = contact.clone();
            async move { page.post("/pin", Value::Null).await.ok()["digits"].clone() }
        });
        let shown = join_all(shows).await;
        assert!(shown.iter().all(|digits| *digits == shown[0]), "{shown:?}");
        assert_eq!(entries_named(&app.app, near.provider, "pin.issued").await.len(), 1);
    }

    /// D11: what staff deactivate is read where it is ended: at once from many pages, each finds the PIN of
    /// that moment, and none is told that a name exists already.
    async fn d11_deactivations_at_once_all_end_a_pin(app: TestApp) {
        let near = &app.world.near;
        let (customer, owner) = (&near.customer, &near.customer.owner);
        let mut agent = app.sign_in(&near.agent).await;
        let path = format!("/customers/{}/contacts/{}/pin/deactivate", customer.id, owner.id);
        // There is none: nothing happened, and the log says nothing.
        agent.post(&path, Value::Null).await.status(204);
        assert!(entries_named(&app.app, near.provider, "pin.killed").await.is_empty());
        app.sign_in(owner).await.pin().await;
        let ends = (0..6).map(|_| {
            let (mut page, path) = (agent.clone(), path.clone());
            async move {
                page.post(&path, Value::Null).await.status(204);
            }
        });
        join_all(ends).await;
        let killed = entries_named(&app.app, near.provider, "pin.killed").await;
        let killed = killed.iter().map(|entry| match entry.event {
            Event::PinKilled { pin, .. } => pin,
            _ => unreachable!("that is what was asked for"),
        });
        let different: std::collections::BTreeSet<_> = killed.collect();
        assert_eq!(different.len(), 6, "each ended the PIN that was there");
    }

    /// Control 11, rules B8 and B9: staff deactivate a PIN; it is dead at once, the customer has another.
    async fn control_11_a_deactivated_pin_is_dead_and_replaced(app: TestApp) {
        let near = &app.world.near;
        let (customer, owner) = (&near.customer, &near.customer.owner);
        let mut contact = app.sign_in(owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let old = contact.pin().await;
        let mut page = contact.listen(None).await;
        let path = format!("/customers/{}/contacts/{}/pin/deactivate", customer.id, owner.id);
        agent.post(&path, Value::Null).await.status(204);
        page.hear("pin").await;
        agent.post("/pin/redeem", redeem_body(customer, owner, &old)).await.refused(403, "pin.wrong");
        let new = contact.pin().await;
        assert_ne!(new, old);
        agent.redeem(customer, owner, &new).await;
    }
}
