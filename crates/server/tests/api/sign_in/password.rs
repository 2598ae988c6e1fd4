//! Passwords and one-time codes: the same answer for unknown and wrong, and not too often.

use pforte_core::kernel::Span;
use pforte_testkit::{PASSWORD, TestApp, TestDb, on_both};
use serde_json::json;

use super::{signed_in, typed, typed_by_contact};

on_both! {
    /// Staff need password and code; unknown name, wrong password and wrong code get the same answer.
    async fn staff_need_both_and_every_failure_reads_the_same(app: TestApp) {
        let near = &app.world.near;
        let mut nobody = near.agent.clone();
        nobody.username = Some("nobody".into());
        let mut browser = app.browser();
        let mut answers = Vec::new();
        for body in [
            typed(&nobody, PASSWORD, &app.code()),
            typed(&near.agent, "not the right one", &app.code()),
            typed(&near.agent, PASSWORD, "000000"),
            typed(&near.agent, PASSWORD, ""),
            typed(&near.agent, "not the right one", "000000"),
        ] {
            let answer = browser.post("/sign-in/staff", body).await;
            answer.refused(401, "sign_in.wrong");
            answers.push((answer.headers, answer.body));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        assert!(!signed_in(&browser).await);
        let me = browser.post("/sign-in/staff", typed(&near.agent, PASSWORD, &app.code())).await.ok();
        assert_eq!((&me["kind"], &me["strength"]), (&json!("staff"), &json!("password_totp")));
    }

    /// RFC 6238 §5.2: a code counts once, and no older one after it.
    async fn a_code_is_not_taken_twice(app: TestApp) {
        let agent = &app.world.near.agent;
        let old = app.code();
        app.advance(Span::seconds(30));
        let mut browser = app.browser();
        browser.post("/sign-in/staff", typed(agent, PASSWORD, &app.code())).await.ok();
        browser.post("/sign-in/staff", typed(agent, PASSWORD, &app.code())).await.refused(401, "sign_in.wrong");
        browser.post("/sign-in/staff", typed(agent, PASSWORD, &old)).await.refused(401, "sign_in.wrong");
        app.advance(Span::seconds(30));
        browser.post("/sign-in/staff", typed(agent, PASSWORD, &app.code())).await.ok();
    }

    /// Contacts: unknown address and wrong password get the same answer.
    async fn contacts_unknown_and_wrong_read_the_same(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let mut nobody = owner.clone();
        nobody.address = "nobody@oduya.example".into();
        let mut browser = app.browser();
        let unknown = browser.post("/sign-in/contact", typed_by_contact(&nobody, PASSWORD)).await;
        let wrong = browser.post("/sign-in/contact", typed_by_contact(owner, "not the right one")).await;
        unknown.refused(401, "sign_in.wrong");
        assert_eq!((unknown.headers, unknown.body), (wrong.headers, wrong.body));
        // Another provider's contact is unknown here.
        let mut astray = app.world.far.customer.owner.clone();
        astray.slug = app.world.near.slug.clone();
        browser.post("/sign-in/contact", typed_by_contact(&astray, PASSWORD)).await.refused(401, "sign_in.wrong");
    }

    /// Ten failures under a name close it for a quarter of an hour, known or not, also after a restart.
    async fn ten_failures_close_a_name_for_a_while(app: TestApp) {
        let agent = app.world.near.agent.clone();
        let owner = app.world.near.customer.owner.clone();
        let mut nobody = agent.clone();
        nobody.username = Some("nobody".into());
        let mut browser = app.browser();
        for _ in 0..10 {
            for body in [typed(&agent, "wrong", "000000"), typed(&nobody, "wrong", "000000")] {
                browser.post("/sign-in/staff", body).await.refused(401, "sign_in.wrong");
            }
            browser.post("/sign-in/contact", typed_by_contact(&owner, "wrong")).await.refused(401, "sign_in.wrong");
        }
        let app = app.restart().await;
        let mut browser = app.browser();
        let mut closed = Vec::new();
        for body in [typed(&agent, PASSWORD, &app.code()), typed(&nobody, PASSWORD, &app.code())] {
            let answer = browser.post("/sign-in/staff", body).await;
            answer.refused(429, "sign_in.throttled");
            closed.push(answer.body);
        }
        let right = typed_by_contact(&owner, PASSWORD);
        let answer = browser.post("/sign-in/contact", right.clone()).await;
        answer.refused(429, "sign_in.throttled");
        closed.push(answer.body);
        assert!(closed.iter().all(|body| *body == closed[0]));
        // Nobody else is locked out, and it passes.
        app.sign_in(&app.world.near.colleague).await;
        app.advance(Span::minutes(15));
        browser.post("/sign-in/contact", right).await.ok();
        app.sign_in(&agent).await;
    }

    /// Whoever cannot say `__Host-` in every respect gets no cookie that others could set or read.
    async fn the_cookie_is_bound_to_this_host_and_kept_only_as_a_hash(app: TestApp) {
        let mut browser = app.browser();
        let answer = browser.sign_in(&app.world.near.customer.owner, "").await;
        let cookie = answer.headers["set-cookie"].to_str().expect("text").to_owned();
        for part in ["__Host-pforte=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie} lacks {part}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let token = browser.cookie.clone().expect("a token");
        assert!(token.len() >= 32, "160 bits: {token}");
        let bytes = app.db.bytes();
        assert!(!bytes.windows(token.len()).any(|w| w == token.as_bytes()), "the database holds the token");
        let password = PASSWORD.as_bytes();
        assert!(!bytes.windows(password.len()).any(|w| w == password), "the database holds the password");
    }

    /// A second cookie of our name, set by somebody else, is not guessed at.
    async fn two_cookies_of_our_name_are_nobody(app: TestApp) {
        let browser = app.sign_in(&app.world.near.customer.owner).await;
        let mut twice = browser.clone();
        twice.cookie = browser.cookie.as_ref().map(|token| format!("{token}; __Host-pforte=other"));
        assert!(!signed_in(&twice).await);
        twice.cookie = browser.cookie.as_ref().map(|token| format!("{token}; other=1"));
        assert!(signed_in(&twice).await);
    }

    /// Sign-ins end without use and at last by themselves: staff after an hour and after twelve.
    async fn sign_ins_end_by_themselves(app: TestApp) {
        let near = &app.world.near;
        let (agent, contact) = (app.sign_in(&near.agent).await, app.sign_in(&near.customer.owner).await);
        app.advance(Span::minutes(59));
        assert!(signed_in(&agent).await);
        app.advance(Span::minutes(61));
        assert!(!signed_in(&agent).await);
        assert!(signed_in(&contact).await, "contacts have twelve hours");
        app.advance(Span::hours(13));
        assert!(!signed_in(&contact).await);
    }
}

/// One address that tries all names is slowed down, whatever it tries.
#[tokio::test]
async fn an_address_that_tries_too_often_is_slowed_down() {
    let app = TestApp::start(TestDb::sqlite()).await;
    let mut browser = app.browser();
    let mut throttled = None;
    for n in 0..300 {
        let body = json!({ "provider": "nordlicht", "address": format!("nobody{n}@oduya.example") });
        let answer = browser.post("/sign-in/link", body).await;
        if answer.status == 429 {
            answer.refused(429, "sign_in.throttled");
            throttled = Some(n);
            break;
        }
    }
    assert!(throttled.is_some_and(|n| n >= 60), "throttled after {throttled:?}");
    // Another address is not; and who says to be forwarded for another, without a trusted proxy, is not believed.
    app.sign_in(&app.world.near.customer.owner).await;
}

/// Sample people can be chosen in a demo, and only there.
#[tokio::test]
async fn demo_people_are_there_only_in_a_demo() {
    let app = TestApp::start(TestDb::sqlite()).await;
    let near = &app.world.near;
    let body = json!({ "provider": near.slug, "person": near.agent.id });
    assert_eq!(app.browser().get("/sign-in?provider=nordlicht").await.ok()["demo"], json!(null));
    app.browser().post("/sign-in/demo", body.clone()).await.refused(404, "not_found");

    let demo = TestApp::start_with(TestDb::sqlite(), |settings| settings.demo = true).await;
    let people = demo.browser().get("/sign-in?provider=nordlicht").await.ok()["demo"].clone();
    let roles: Vec<_> = people.as_array().expect("people").iter().map(|p| p["role"].clone()).collect();
    for role in ["customer", "agent", "lead", "admin"] {
        assert!(roles.contains(&json!(role)), "{roles:?}");
    }
    let person = json!({ "provider": "nordlicht", "person": demo.world.near.agent.id });
    assert_eq!(demo.browser().post("/sign-in/demo", person).await.ok()["demo"], true);
    let foreign = json!({ "provider": "nordlicht", "person": demo.world.far.agent.id });
    demo.browser().post("/sign-in/demo", foreign).await.refused(404, "not_found");
}
