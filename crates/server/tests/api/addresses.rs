//! One's own addresses: claimed, confirmed by their reader, made primary with somebody's agreement.

use http::Method;
use pforte_core::kernel::Span;
use pforte_store::address::{self, Flag};
use pforte_testkit::{Browser, TestApp, entries_named, on_both};
use serde_json::{Value, json};

use crate::contacts::{change, second};

/// Adds an address; answers its view.
async fn add(browser: &mut Browser, address: &str) -> Value {
    browser.post("/support-settings/addresses", json!({ "address": address })).await.ok()
}

/// The token of the newest question sent to an address.
pub async fn token(app: &TestApp, address: &str) -> String {
    app.mail(address, "/challenge#").await.token()
}

/// My own row of an address.
async fn own(browser: &Browser, address: &str) -> Value {
    let settings = browser.get("/support-settings").await.ok();
    let all = settings["me"]["addresses"].as_array().expect("addresses").clone();
    all.into_iter().find(|one| one["address"] == address).unwrap_or(Value::Null)
}

fn yes(token: &str) -> Value {
    json!({ "token": token, "yes": true })
}

on_both! {
    /// Rules Z6, Z7, Z9: an address counts once its reader, signed in, said that it is theirs; the primary
    /// address is told.
    async fn z9_an_address_counts_once_its_owner_confirmed_it(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let added = add(&mut owner, " Ada@Second.example ").await;
        assert_eq!((&added["address"], &added["confirmed_at"]), (&json!("ada@second.example"), &Value::Null));
        app.mail(&near.customer.owner.address, "ada@second.example was added").await;
        let token = token(&app, "ada@second.example").await;
        let provider = near.provider;
        let standing = async || {
            let mut conn = app.app.read().await.expect("a connection");
            address::standing(&mut conn, provider, "ada@second.example").await.expect("reads")
        };
        assert_eq!(standing().await, None, "a claim is no registration");
        // Following the link answers nothing, and nobody signed in answers nothing.
        let seen = app.browser().post("/challenge/look", json!({ "token": token })).await.ok();
        assert_eq!((&seen["purpose"], &seen["address_hint"]), (&json!("address"), &json!("a…@second.example")));
        app.browser().post("/challenge/answer", yes(&token)).await.refused(401, "sign_in.needed");
        owner.post("/challenge/answer", yes(&token)).await.ok();
        let standing = standing().await.expect("registered");
        assert!(standing.confirmed && standing.active && standing.rights.authorised());
        assert!(own(&owner, "ada@second.example").await["confirmed_at"].is_string());
        owner.post("/challenge/answer", yes(&token)).await.refused(410, "challenge.over");
    }

    /// Rule Z8, control 42: somebody else who confirms confirms nothing, and the address is flagged.
    async fn z8_somebody_else_confirms_nothing(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        add(&mut owner, "team@bakery.example").await;
        let token = token(&app, "team@bakery.example").await;
        let mut stranger = app.sign_in(&near.other.owner).await;
        stranger.post("/challenge/answer", yes(&token)).await.refused(409, "address.shared");
        let row = own(&owner, "team@bakery.example").await;
        assert_eq!((&row["confirmed_at"], &row["flags"]), (&Value::Null, &json!(["shared", "list"])));
        owner.post("/challenge/answer", yes(&token)).await.refused(410, "challenge.over");
    }

    /// Rules Z3, Z8, control 42: claiming another customer's address is answered as any other claim is, and
    /// changes nothing for who has it; only once two people confirmed it from that mailbox it is flagged.
    async fn z8_a_claim_tells_nothing_of_other_customers(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let taken = near.other.owner.address.clone();
        let fresh = add(&mut owner, "mira.holt@bakery.example").await;
        let claimed = add(&mut owner, &taken).await;
        for field in ["primary", "confirmed_at", "flags"] {
            assert_eq!(fresh[field], claimed[field], "{field}");
        }
        let other = app.sign_in(&near.other.owner).await;
        assert_eq!(own(&other, &taken).await["flags"], json!([]), "a claim proves nothing");
        let token = token(&app, &taken).await;
        let mut conn = app.app.read().await.expect("a connection");
        let held = address::standing(&mut conn, near.provider, &taken).await.expect("reads").expect("held");
        drop(conn);
        assert!(held.confirmed && held.flags.is_empty(), "{held:?}");
        assert!(entries_named(&app.app, near.provider, "address.flagged").await.is_empty());
        // Even with the mailbox in hand it is not confirmed twice.
        owner.post("/challenge/answer", yes(&token)).await.refused(409, "address.shared");
        assert_eq!(own(&owner, &taken).await["confirmed_at"], Value::Null);
        assert_eq!(own(&other, &taken).await["flags"], json!(["shared"]), "two people read it");
        assert_eq!(entries_named(&app.app, near.provider, "address.flagged").await.len(), 2);
        // Signing in with it is its holder's, as before.
        assert_eq!(app.sign_in(&near.other.owner).await.get("/me").await.ok()["id"], json!(near.other.owner.id));
        // A colleague's may be told.
        let colleague = json!({ "address": near.customer.helper.address });
        owner.post("/support-settings/addresses", colleague).await.refused(409, "address.taken");
    }

    /// Rules Z8, Z9: whoever holds an address and says yes to a stranger's claim of it reads it alone; so does
    /// whoever disowns the claim. Nobody at another provider answers.
    async fn z8_whoever_holds_it_is_not_flagged_by_their_own_answer(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut other = app.sign_in(&near.other.owner).await;
        let held = near.other.owner.address.clone();
        add(&mut owner, &held).await;
        let asked = token(&app, &held).await;
        let mut far = app.sign_in(&app.world.far.customer.owner).await;
        far.post("/challenge/answer", yes(&asked)).await.refused(401, "sign_in.needed");
        other.post("/challenge/answer", yes(&asked)).await.refused(409, "address.shared");
        assert_eq!(own(&other, &held).await["flags"], json!([]));
        let claim = own(&owner, &held).await;
        assert_eq!((&claim["confirmed_at"], &claim["flags"]), (&Value::Null, &json!(["shared"])));
    }

    /// Rules Z8, Z9, control 42: a colleague added with a stranger's address takes nothing from the stranger.
    async fn z8_a_colleague_with_a_strangers_address_flags_nobody(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let held = near.other.owner.address.clone();
        let mut rosa = crate::contacts::rosa("member", true, false);
        rosa["address"] = json!(held);
        let added = owner.post("/support-settings/contacts", rosa).await.ok();
        assert_eq!(added["applied"], true, "answered like any other: {added}");
        let other = app.sign_in(&near.other.owner).await;
        assert_eq!(own(&other, &held).await["flags"], json!([]));
        // Link and code together prove the mailbox: then two people read it.
        let link = app.mail(&held, "/activation#").await.token();
        let body = json!({ "token": link, "code": added["activation_code"], "password": "a long first password" });
        app.browser().post("/activation", body).await.refused(409, "address.shared");
        assert_eq!(own(&other, &held).await["flags"], json!(["shared"]));
        assert_eq!(entries_named(&app.app, near.provider, "address.flagged").await.len(), 1);
    }

    /// Rule Z9: “not mine” takes nobody signed in; the claim is gone.
    async fn z9_whoever_reads_the_mail_can_disown_it(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        add(&mut owner, "ada@second.example").await;
        let token = token(&app, "ada@second.example").await;
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": false })).await.ok();
        assert_eq!(own(&owner, "ada@second.example").await, Value::Null);
    }

    /// A question can be answered for seven days.
    async fn a_question_ends_after_seven_days(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        add(&mut owner, "ada@second.example").await;
        let token = token(&app, "ada@second.example").await;
        app.advance(Span::days(7));
        app.browser().post("/challenge/look", json!({ "token": token })).await.refused(410, "challenge.over");
        app.browser().post("/challenge/look", json!({ "token": "x" })).await.refused(410, "challenge.over");
    }

    /// Rules Z10, Z11: another primary address needs owner or admin; the old address is told.
    async fn z10_another_primary_address_needs_agreement(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, mut helper) = second(&app).await;
        let added = add(&mut owner, "ada@second.example").await;
        let path = format!("/support-settings/addresses/{}/primary", added["id"].as_str().expect("an id"));
        owner.post(&path, Value::Null).await.refused(409, "address.unconfirmed");
        let token = token(&app, "ada@second.example").await;
        owner.post("/challenge/answer", yes(&token)).await.ok();
        let asked = owner.post(&path, Value::Null).await.ok();
        assert_eq!(asked["applied"], false, "{asked}");
        owner.post(&change(&asked, "approve"), Value::Null).await.refused(403, "contact_change.own");
        helper.post(&change(&asked, "approve"), Value::Null).await.ok();
        app.mail(&near.customer.owner.address, "another primary address for Ada Oduya").await;
        app.mail("ada@second.example", "we write to you at this address").await;
        assert_eq!(own(&owner, "ada@second.example").await["primary"], true);
        assert_eq!(own(&owner, &near.customer.owner.address).await["primary"], false);
        assert_eq!(entries_named(&app.app, near.provider, "address.made_primary").await.len(), 1);
    }

    /// Rules Z13 to Z15: role names are flagged as they are entered, bounces later; confirming settles
    /// what came back, not what a name says.
    async fn z13_z14_z15_flags_are_shown_and_settled(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        assert_eq!(add(&mut owner, "info@bakery.example").await["flags"], json!(["list"]));
        let primary = near.customer.owner.address.clone();
        let (provider, bounced, now) = (near.provider, primary.clone(), app.app.sources.now());
        let flagged = app.app.writer.upkeep(move |tx| Box::pin(async move {
            address::flag(tx, provider, &bounced, Flag::Unreachable, now).await
        })).await.expect("flags");
        assert_eq!(flagged.len(), 1);
        let settings = owner.get("/support-settings").await.ok();
        assert!(settings["warnings"].as_array().expect("warnings").contains(&json!("address.unreachable")));
        let id = own(&owner, &primary).await["id"].as_str().expect("an id").to_owned();
        owner.post(&format!("/support-settings/addresses/{id}/challenge"), Value::Null).await.ok();
        let token = token(&app, &primary).await;
        owner.post("/challenge/answer", yes(&token)).await.ok();
        assert_eq!(own(&owner, &primary).await["flags"], json!([]));
    }

    /// Rule Z4: an address of one's own support is none of a contact's, and the other way round.
    async fn z4_support_addresses_are_no_senders(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let named = json!({ "address": "help@bakery.example" });
        owner.post("/support-settings/support-addresses", named.clone()).await.status(204);
        let settings = owner.get("/support-settings").await.ok();
        assert_eq!(settings["support_addresses"], json!(["help@bakery.example"]));
        owner.post("/support-settings/addresses", named.clone()).await.refused(422, "input.invalid");
        let colleague = json!({ "address": near.customer.helper.address });
        owner.post("/support-settings/support-addresses", colleague).await.refused(409, "address.taken");
        let mut helper = app.sign_in(&near.customer.helper).await;
        helper.post("/support-settings/support-addresses", named.clone()).await.refused(403, "contact_change.not_authorised");
        owner.call(Method::DELETE, "/support-settings/support-addresses", named).await.status(204);
    }

    /// No address gets more than five questions a day, whoever asks (control 46).
    async fn control_46_no_address_is_flooded(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        let id = add(&mut owner, "ada@second.example").await["id"].as_str().expect("an id").to_owned();
        let path = format!("/support-settings/addresses/{id}/challenge");
        for _ in 0..4 {
            owner.post(&path, Value::Null).await.ok();
        }
        owner.post(&path, Value::Null).await.refused(429, "challenge.too_many");
        for text in ["", "no address", "a@b", "x@y.example\r\nBcc: z@y.example"] {
            let refused = owner.post("/support-settings/addresses", json!({ "address": text })).await;
            refused.refused(422, "address.invalid");
        }
    }
}
