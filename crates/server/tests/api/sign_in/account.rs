//! The own account: language, password, one-time codes.

use pforte_core::kernel::Span;
use pforte_server::kernel::password::totp;
use pforte_testkit::{PASSWORD, on_both};
use serde_json::{Value, json};

use super::{signed_in, typed_by_contact};

on_both! {
    /// Changing the password takes the current one and ends every other sign-in.
    async fn a_new_password_ends_the_other_sign_ins(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let (mut here, there) = (app.sign_in(owner).await, app.sign_in(owner).await);
        let body = |current: &str, new: &str| json!({ "current": current, "new": new });
        here.post("/password", body("wrong", "another long password")).await.refused(401, "sign_in.wrong");
        here.post("/password", body(PASSWORD, "short")).await.refused(422, "input.invalid");
        here.post("/password", body(PASSWORD, "another long password")).await.status(204);
        assert!(signed_in(&here).await);
        assert!(!signed_in(&there).await);
        let mut browser = app.browser();
        browser.post("/sign-in/contact", typed_by_contact(owner, PASSWORD)).await.refused(401, "sign_in.wrong");
        browser.post("/sign-in/contact", typed_by_contact(owner, "another long password")).await.ok();
    }

    /// Contacts may ask to be asked for a code; then it is asked for.
    async fn contacts_turn_codes_on_and_off(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let mut contact = app.sign_in(owner).await;
        let new = contact.post("/totp", Value::Null).await.ok();
        let secret = data_encoding::BASE32_NOPAD.decode(new["secret"].as_str().expect("a secret").as_bytes());
        let generator = totp(&secret.expect("base 32"), "", "").expect("a secret");
        let code = || {
            let now = app.app.sources.now().0 / 1_000_000;
            generator.generate(u64::try_from(now).expect("after 1970")).to_string()
        };
        contact.post("/totp/confirm", json!({ "code": "000000" })).await.refused(401, "sign_in.wrong");
        // Not asked for before it was proven.
        app.browser().post("/sign-in/contact", typed_by_contact(owner, PASSWORD)).await.ok();
        contact.post("/totp/confirm", json!({ "code": code() })).await.status(204);
        // The code that proved it is used up, too.
        app.advance(Span::seconds(30));
        contact.post("/totp", Value::Null).await.refused(409, "totp.there");
        let mut typed = typed_by_contact(owner, PASSWORD);
        app.browser().post("/sign-in/contact", typed.clone()).await.refused(401, "sign_in.totp_needed");
        typed["totp"] = json!(code());
        assert_eq!(app.browser().post("/sign-in/contact", typed.clone()).await.ok()["strength"], "password_totp");
        app.browser().post("/sign-in/contact", typed).await.refused(401, "sign_in.wrong");
        app.advance(Span::seconds(30));
        let off = |password: &str, code: &str| json!({ "password": password, "code": code });
        contact.post("/totp/remove", off(PASSWORD, "000000")).await.refused(401, "sign_in.wrong");
        contact.post("/totp/remove", off("wrong", &code())).await.refused(401, "sign_in.wrong");
        contact.post("/totp/remove", off(PASSWORD, &code())).await.status(204);
        app.browser().post("/sign-in/contact", typed_by_contact(owner, PASSWORD)).await.ok();
    }

    /// The chosen language stays.
    async fn the_language_is_kept(app: TestApp) {
        for person in [&app.world.near.agent, &app.world.near.customer.member] {
            let mut browser = app.sign_in(person).await;
            assert_eq!(browser.get("/me").await.ok()["language"], "en");
            browser.call(http::Method::PATCH, "/me", json!({ "language": "de" })).await.ok();
            assert_eq!(browser.get("/me").await.ok()["language"], "de");
            browser.call(http::Method::PATCH, "/me", json!({ "language": "fr" })).await.refused(422, "input.invalid");
        }
    }
}
