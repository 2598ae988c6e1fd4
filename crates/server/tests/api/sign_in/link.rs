//! One-time links by mail: weak sign-ins, and the first password.

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, PRODUCT, on_both};
use serde_json::{Value, json};

/// Has an admin add a contact; answers the address and the activation code.
async fn invite(admin: &mut Browser) -> (String, String) {
    let address = "rosa@oduya.nordlicht.example";
    let body = json!({
        "first_name": "Rosa", "last_name": "Varga", "role": "member", "language": "en",
        "rights": { "support": true, "instruction": false },
        "addresses": [address], "phones": ["+49 40 1234567"], "product_users": { PRODUCT: "u-rosa" },
    });
    let customer = admin.post("/customers", json!({ "name": "Varga Print" })).await.ok();
    let path = format!("/customers/{}/contacts", customer["id"].as_str().expect("an id"));
    let added = admin.post(&path, body).await.ok();
    (address.to_owned(), added["activation_code"].as_str().expect("a code").to_owned())
}

on_both! {
    /// Rule X8: a link works once and for a quarter of an hour; asking tells nothing about the address.
    async fn x8_a_link_works_once_and_for_a_quarter_of_an_hour(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let mut browser = app.browser();
        let mut ask = async |address: &str| {
            let body = json!({ "provider": "nordlicht", "address": address });
            let answer = browser.post("/sign-in/link", body).await;
            answer.status(202);
            (answer.headers, answer.body)
        };
        assert_eq!(ask(&owner.address).await, ask("nobody@oduya.example").await);
        let first = json!({ "token": app.mail(&owner.address, "/sign-in/link#").await.token() });
        let me = browser.post("/sign-in/link/redeem", first.clone()).await.ok();
        assert_eq!(me["strength"], "link");
        browser.post("/sign-in/link/redeem", first).await.refused(410, "sign_in.link_spent");
        browser.post("/sign-in/link/redeem", json!({ "token": "nonsense" })).await.refused(410, "sign_in.link_spent");
        let other = &app.world.near.other.owner;
        let body = json!({ "provider": "nordlicht", "address": other.address });
        browser.post("/sign-in/link", body).await.status(202);
        let late = json!({ "token": app.mail(&other.address, "/sign-in/link#").await.token() });
        app.advance(Span::minutes(15));
        browser.post("/sign-in/link/redeem", late).await.refused(410, "sign_in.link_spent");
    }

    /// Five links an hour and no more; the answer stays the same.
    async fn no_mailbox_is_flooded(app: TestApp) {
        let owner = &app.world.near.customer.owner;
        let body = json!({ "provider": "nordlicht", "address": owner.address });
        for _ in 0..20 {
            app.browser().post("/sign-in/link", body.clone()).await.status(202);
        }
        // The work is done beside the answers; somebody else's link comes after it.
        app.sign_in_by_link(&app.world.near.other.owner).await;
        let count = async || app.mails().await.iter().filter(|m| m.to == owner.address).count();
        assert_eq!(count().await, 5);
        app.advance(Span::hours(1));
        app.browser().post("/sign-in/link", body).await.status(202);
        let sixth = async { while count().await < 6 {} };
        tokio::time::timeout(std::time::Duration::from_secs(10), sixth).await.expect("another one");
    }

    /// Rule X8: a link alone changes nothing that opens: no PIN, no password, no codes.
    async fn x8_a_link_approves_nothing(app: TestApp) {
        let mut contact = app.sign_in_by_link(&app.world.near.customer.owner).await;
        contact.post("/pin", Value::Null).await.refused(403, "sign_in.needs_confirmation");
        contact.post("/totp", Value::Null).await.refused(403, "sign_in.needs_confirmation");
        contact.post("/totp/confirm", json!({ "code": app.code() })).await.refused(403, "sign_in.needs_confirmation");
        let password = json!({ "current": "", "new": "another long password" });
        contact.post("/password", password).await.refused(401, "sign_in.wrong");
        // Shutting is always allowed, and looking.
        assert_eq!(contact.get("/door").await.ok()["state"], "closed");
    }

    /// A first password takes the link from the mail and the code from elsewhere; the code never is in the mail.
    async fn a_first_password_takes_link_and_code(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let (address, code) = invite(&mut admin).await;
        let mail = app.mail(&address, "/activation#").await;
        assert!(!mail.body.contains(&code), "the code is in the mail");
        let body = |code: &str, password: &str| json!({ "token": mail.token(), "code": code, "password": password });
        let mut browser = app.browser();
        browser.post("/activation", body(&code, "short")).await.refused(422, "input.invalid");
        browser.post("/activation", body("AAAA-BBBB", "a long first password")).await.refused(401, "sign_in.wrong");
        let spoken = code.to_lowercase().replace('-', " ");
        let me = browser.post("/activation", body(&spoken, "a long first password")).await.ok();
        assert_eq!((&me["name"], &me["strength"]), (&json!("Rosa Varga"), &json!("password")));
        browser.pin().await;
        browser.post("/activation", body(&code, "a long first password")).await.refused(410, "sign_in.link_spent");
        let sign_in = json!({ "provider": "nordlicht", "address": address, "password": "a long first password" });
        app.browser().post("/sign-in/contact", sign_in).await.ok();
    }

    /// Five wrong codes spend an activation, also for the right one.
    async fn wrong_codes_spend_an_activation(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let (address, code) = invite(&mut admin).await;
        let token = app.mail(&address, "/activation#").await.token();
        let body = |code: &str| json!({ "token": token, "code": code, "password": "a long first password" });
        for _ in 0..5 {
            app.browser().post("/activation", body("AAAA-BBBB")).await.refused(401, "sign_in.wrong");
        }
        app.browser().post("/activation", body(&code)).await.refused(410, "sign_in.link_spent");
    }

    /// Many codes that are tried side by side are no more than five, also for guests' first look.
    async fn codes_tried_side_by_side_all_count(app: TestApp) {
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let (address, code) = invite(&mut admin).await;
        let token = app.mail(&address, "/activation#").await.token();
        let body = |code: &str| json!({ "token": token, "code": code, "password": "a long first password" });
        let tries = (0..30).map(|_| {
            let (mut browser, body) = (app.browser(), body("AAAA-BBBB"));
            tokio::spawn(async move { browser.post("/activation", body).await.status.as_u16() })
        });
        let mut looked_at = 0;
        for tried in tries.collect::<Vec<_>>() {
            looked_at += usize::from(tried.await.expect("an answer") == 401);
        }
        assert_eq!(looked_at, 5);
        app.browser().post("/activation", body(&code)).await.refused(410, "sign_in.link_spent");
    }

    /// What waits to be sent, and what is given up, holds no link that works; what is kept of a code cannot be tried
    /// without a key that is elsewhere.
    async fn the_database_holds_no_usable_link_and_no_code_to_try(app: TestApp) {
        let app = app.without_mail().await;
        let near = app.world.near.clone();
        let mut admin = app.sign_in(&near.admin).await;
        let (address, code) = invite(&mut admin).await;
        app.browser()
            .post("/sign-in/link", json!({ "provider": "nordlicht", "address": near.customer.owner.address }))
            .await
            .status(202);
        let waiting = async {
            loop {
                let mut conn = app.app.read().await.expect("reads");
                let later = app.app.sources.now() + Span::days(1);
                let due = pforte_store::outbox::due(&mut conn, pforte_store::outbox::Lane::Shared(&[]), later, &[], 50).await.expect("reads");
                if due.len() >= 2 {
                    return due;
                }
            }
        };
        let waiting = tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await.expect("two mails");
        for mail in &waiting {
            if !mail.body.contains("#\u{27e6}") {
                continue;
            }
            // Whoever reads the row tries what stands behind the sign.
            let secret = mail.body.split('#').nth(1).and_then(|rest| rest.split_whitespace().next());
            let secret = secret.expect("a secret").trim_matches(['\u{27e6}', '\u{27e7}']);
            let body = json!({ "token": secret, "code": code, "password": "a long first password" });
            app.browser().post("/activation", body).await.refused(410, "sign_in.link_spent");
            app.browser().post("/sign-in/link/redeem", json!({ "token": secret })).await.refused(410, "sign_in.link_spent");
        }
        let sealed = |to: &str| waiting.iter().any(|m| m.recipient == to && m.body.contains("#\u{27e6}"));
        assert!(sealed(&address) && sealed(&near.customer.owner.address));
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let fast = pforte_server::cx::sources::hash_token(&format!("activation:{plain}"));
        let bytes = app.db.bytes();
        assert!(!bytes.windows(fast.len()).any(|w| w == fast.as_bytes()), "a hash without a key");
    }
}
