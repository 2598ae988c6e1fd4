//! Staff: added and changed by admins (rule M5).

use http::Method;
use pforte_server::cx::password::totp;
use pforte_testkit::{TestApp, on_both};
use serde_json::{Value, json};

fn new_agent() -> Value {
    json!({
        "username": "Lena.K", "first_name": "Lena", "last_name": "Kraus", "email": "lena@nordlicht.example",
        "salutation": null, "address": null, "company": null, "roles": ["agent"], "language": "de",
    })
}

async fn sign_in(app: &TestApp, added: &Value) -> pforte_testkit::Answer {
    let secret = added["totp_secret"].as_str().expect("a secret").as_bytes();
    let secret = data_encoding::BASE32_NOPAD.decode(secret).expect("base 32");
    let now = u64::try_from(app.app.sources.now().0 / 1_000_000).expect("after 1970");
    let code = totp(&secret, "", "").expect("a secret").generate(now).to_string();
    let body = json!({
        "provider": "nordlicht", "username": "lena.k", "password": added["password_once"], "totp": code,
    });
    app.browser().post("/sign-in/staff", body).await
}

on_both! {
    /// Rule M5: username, names and mail are required, the rest is not; a new agent lacks the training.
    async fn m5_a_new_agent_can_sign_in_and_not_yet_enter(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let added = admin.post("/staff", new_agent()).await.ok();
        assert_eq!(added["staff"]["username"], "lena.k");
        assert_eq!(added["staff"]["lacks"], json!(["training", "guidelines"]));
        let me = sign_in(&app, &added).await.ok();
        assert_eq!((&me["staff"]["may_enter"], &me["language"]), (&json!(false), &json!("de")));
        admin.post("/staff", new_agent()).await.refused(409, "conflict");
        let path = format!("/staff/{}", added["staff"]["id"].as_str().expect("an id"));
        let ready = json!({ "training_done": true, "guidelines_accepted": true });
        assert_eq!(admin.call(Method::PATCH, &path, ready).await.ok()["lacks"], json!([]));
        let bytes = app.db.bytes();
        for secret in ["password_once", "totp_secret"] {
            let secret = added[secret].as_str().expect("a secret").as_bytes();
            assert!(!bytes.windows(secret.len()).any(|w| w == secret), "the database holds a secret");
        }
    }

    /// Rule M5: what is required is asked for, field by field.
    async fn m5_missing_fields_are_named(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        for (field, bad) in [
            ("username", json!("x")),
            ("username", json!("two words")),
            ("first_name", json!(" ")),
            ("last_name", json!("")),
            ("email", json!("no address")),
            ("roles", json!([])),
            ("language", json!("fr")),
        ] {
            let mut body = new_agent();
            body[field] = bad;
            let refused = admin.post("/staff", body).await.refused(422, "input.invalid");
            assert!(refused["fields"][field].is_string(), "{field}: {refused}");
        }
    }

    /// Admins do not lock themselves out, and who was deactivated is signed out.
    async fn admins_keep_themselves_and_deactivate_others(app: TestApp) {
        let near = &app.world.near;
        let mut admin = app.sign_in(&near.admin).await;
        let path = |person: &pforte_testkit::Person| format!("/staff/{}", person.id);
        for change in [json!({ "active": false }), json!({ "roles": ["agent"] })] {
            admin.call(Method::PATCH, &path(&near.admin), change).await.refused(403, "staff.not_oneself");
        }
        let agent = app.sign_in(&near.agent).await;
        admin.call(Method::PATCH, &path(&near.agent), json!({ "active": false })).await.ok();
        agent.get("/me").await.refused(401, "sign_in.needed");
        app.advance(pforte_core::kernel::Span::seconds(30));
        app.browser().sign_in(&near.agent, &app.code()).await.refused(401, "sign_in.wrong");
        // Activated again they sign in anew; the old sign-in does not come back.
        admin.call(Method::PATCH, &path(&near.agent), json!({ "active": true })).await.ok();
        app.sign_in(&near.agent).await;
        agent.get("/me").await.refused(401, "sign_in.needed");
    }
}
