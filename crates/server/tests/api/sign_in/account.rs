//! The own account: language, password, one-time codes.

use pforte_core::kernel::Span;
use pforte_server::cx::password::totp;
use pforte_testkit::{Browser, PASSWORD, Person, TestApp, on_both};
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

    /// RFC 6238 §5.2: a code counts once for whatever it is typed; and the person hears of it.
    async fn a_code_that_signed_in_turns_nothing_off(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let (mut contact, code) = with_codes(&app, &owner).await;
        app.mail(&owner.address, "you also need a code").await;
        app.advance(Span::seconds(30));
        let mut typed = typed_by_contact(&owner, PASSWORD);
        typed["totp"] = json!(code(&app));
        app.browser().post("/sign-in/contact", typed).await.ok();
        let off = |code: String| json!({ "password": PASSWORD, "code": code });
        contact.post("/totp/remove", off(code(&app))).await.refused(401, "sign_in.wrong");
        app.advance(Span::seconds(30));
        contact.post("/totp/remove", off(code(&app))).await.status(204);
        app.mail(&owner.address, "no longer takes a code").await;
        let door = contact.get("/door").await.ok();
        let notices: Vec<_> = door["notices"].as_array().expect("notices").iter().map(|n| n["code"].clone()).collect();
        assert!(notices.contains(&json!("totp.on")) && notices.contains(&json!("totp.off")), "{notices:?}");
    }

    /// A password that is asked for once more is guessed no more often than one at the door, wherever it is asked for;
    /// after a quarter of an hour the right one counts again.
    async fn a_password_that_is_asked_for_again_is_not_guessed_for_ever(app: TestApp) {
        let owner = app.world.near.customer.owner.clone();
        let (mut here, mut by_link) = (app.sign_in(&owner).await, app.sign_in_by_link(&owner).await);
        let body = |current: &str| json!({ "current": current, "new": "another long password" });
        for _ in 0..10 {
            here.post("/password", body("wrong")).await.refused(401, "sign_in.wrong");
            by_link.post("/sign-in/confirm", json!({ "password": "wrong" })).await.refused(401, "sign_in.wrong");
        }
        here.post("/password", body(PASSWORD)).await.refused(429, "sign_in.throttled");
        by_link.post("/sign-in/confirm", json!({ "password": PASSWORD })).await.refused(429, "sign_in.throttled");
        app.advance(Span::minutes(15));
        by_link.post("/sign-in/confirm", json!({ "password": PASSWORD })).await.ok();
        here.post("/password", body(PASSWORD)).await.status(204);
    }

    /// A wrong code on a right password counts under the name that was typed as a wrong password does.
    async fn wrong_codes_count_under_the_name(app: TestApp) {
        let near = app.world.near.clone();
        let mut typed = json!({
            "provider": near.slug, "username": near.agent.username, "password": PASSWORD, "totp": "000000",
        });
        for _ in 0..10 {
            app.browser().post("/sign-in/staff", typed.clone()).await.refused(401, "sign_in.wrong");
        }
        typed["totp"] = json!(app.code());
        app.browser().post("/sign-in/staff", typed.clone()).await.refused(429, "sign_in.throttled");
        app.advance(Span::minutes(15));
        typed["totp"] = json!(app.code());
        app.browser().post("/sign-in/staff", typed).await.ok();
    }

    /// Who knows the password guesses twenty codes a day and no more, from wherever and for whatever; then the right one
    /// waits as well, and leads and the person are told.
    async fn codes_are_not_guessed_for_ever(app: TestApp) {
        let near = app.world.near.clone();
        let owner = near.customer.owner.clone();
        let (mut contact, code) = with_codes(&app, &owner).await;
        let mut typed = typed_by_contact(&owner, PASSWORD);
        let mut staff = json!({
            "provider": near.slug, "username": near.agent.username, "password": PASSWORD, "totp": "000000",
        });
        typed["totp"] = json!("000000");
        let mut wrong = 0;
        for n in 0..22 {
            // The name itself waits after ten within a quarter of an hour.
            app.advance(Span::minutes(16));
            if n == 5 {
                let off = json!({ "password": PASSWORD, "code": "000000" });
                contact.post("/totp/remove", off).await.refused(401, "sign_in.wrong");
                wrong += 1;
            }
            let answer = app.browser().post("/sign-in/contact", typed.clone()).await;
            wrong += usize::from(answer.status == 401);
            let answer = app.browser().post("/sign-in/staff", staff.clone()).await;
            assert_eq!(answer.status, if n < 20 { 401 } else { 429 }, "{n}");
        }
        assert_eq!(wrong, 20);
        typed["totp"] = json!(code(&app));
        app.browser().post("/sign-in/contact", typed.clone()).await.refused(429, "sign_in.throttled");
        staff["totp"] = json!(app.code());
        app.browser().post("/sign-in/staff", staff.clone()).await.refused(429, "sign_in.throttled");
        for person in [&owner, &near.agent] {
            app.mail(&person.address, "Twenty wrong codes").await;
        }
        let alarms = app.sign_in(&near.success_lead).await.get("/alarms").await.ok();
        let codes = alarms["items"].as_array().expect("alarms").iter().filter(|a| a["code"] == "sign_in.codes");
        assert_eq!(codes.count(), 2, "{alarms}");
        let door = contact.get("/door").await.ok();
        assert!(door["notices"].as_array().expect("notices").iter().any(|n| n["code"] == "codes.guessed"), "{door}");
        app.advance(Span::hours(24));
        typed["totp"] = json!(code(&app));
        app.browser().post("/sign-in/contact", typed).await.ok();
        staff["totp"] = json!(app.code());
        app.browser().post("/sign-in/staff", staff).await.ok();
    }
}

/// The person with codes turned on, and what their app shows.
async fn with_codes(app: &TestApp, person: &Person) -> (Browser, impl Fn(&TestApp) -> String + use<>) {
    let mut contact = app.sign_in(person).await;
    let new = contact.post("/totp", Value::Null).await.ok();
    let secret = data_encoding::BASE32_NOPAD.decode(new["secret"].as_str().expect("a secret").as_bytes());
    let generator = totp(&secret.expect("base 32"), "", "").expect("a secret");
    let code = move |app: &TestApp| {
        let now = app.app.sources.now().0 / 1_000_000;
        generator.generate(u64::try_from(now).expect("after 1970")).to_string()
    };
    contact.post("/totp/confirm", json!({ "code": code(app) })).await.status(204);
    (contact, code)
}
