//! Rules P7, Z2, Z6 and Z9, from the first claim to the request that counts.

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{Browser, Letter, PASSWORD, TestApp, on_both};
use serde_json::{Value, json};

use crate::{addresses::token, contacts::change};

async fn tickets(staff: &Browser) -> usize {
    staff.get("/tickets?state=all").await.ok()["items"].as_array().expect("items").len()
}

/// Why the newest mail waits in quarantine.
async fn why(staff: &Browser) -> Value {
    staff.get("/quarantine").await.ok()["items"][0]["why"][0].clone()
}

async fn addresses(who: &Browser) -> Vec<Value> {
    who.get("/support-settings").await.ok()["me"]["addresses"].as_array().expect("addresses").clone()
}

/// Claims an address and answers the question that is sent there.
async fn confirm(app: &TestApp, who: &mut Browser, address: &str) -> Value {
    let added = who.post("/support-settings/addresses", json!({ "address": address })).await.ok();
    // Mail goes to the address in the one spelling.
    let token = token(app, added["address"].as_str().expect("an address")).await;
    who.post("/challenge/answer", json!({ "token": token, "yes": true })).await.ok();
    added["id"].clone()
}

on_both! {
    /// Rule P7: an admin with a second profile is a support contact with that one as well: it signs in, has a PIN
    /// that opens, writes by mail, and each profile is asked and logged by itself.
    async fn p7_an_admins_second_profile_asks_for_support_as_the_first_does(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        // The first profile: an admin, alone with both rights.
        let first = format!("/support-settings/contacts/{}", near.customer.owner.id);
        owner.call(Method::PATCH, &first, json!({ "role": "admin" })).await.ok();
        let second = json!({
            "first_name": "Ada", "last_name": "Oduya", "address": "ada@zweites-profil.example", "role": "admin",
            "support": true, "instruction": false, "language": "en",
        });
        let added = owner.post("/support-settings/contacts", second).await.ok();
        let code = added["activation_code"].as_str().expect("a code").to_owned();
        let link = app.mail("ada@zweites-profil.example", "/activation#").await.token();
        let mut profile = app.browser();
        profile.post("/activation", json!({ "token": link, "code": code, "password": PASSWORD })).await.ok();
        let body = json!({ "provider": near.slug, "address": "ada@zweites-profil.example", "password": PASSWORD });
        profile.post("/sign-in/contact", body).await.ok();
        let me = profile.get("/me").await.ok();
        assert_ne!(me["id"], json!(near.customer.owner.id));
        assert_eq!((&me["name"], &me["contact"]["rights"]["support"]), (&json!("Ada Oduya"), &json!(true)), "{me}");

        // Its PIN opens, and what it opens is that profile's.
        let digits = profile.pin().await;
        app.advance(Span::seconds(30));
        let mut agent = app.sign_in(&near.agent).await;
        let redeem = json!({
            "customer_id": near.customer.id, "contact_id": me["id"], "digits": digits,
            "reason": { "category": "fault", "text": "The shop shows an error" },
            "record": { "channel": "chat", "from": "Ada Oduya" },
        });
        let ground = agent.post("/pin/redeem", redeem).await.ok();
        assert_eq!((&ground["state"], &ground["contact"]["id"]), (&json!("open"), &me["id"]));

        // And it writes by mail, as the first profile does.
        for address in ["ada@zweites-profil.example", near.customer.owner.address.as_str()] {
            app.receive(&Letter::from(address)).await;
        }
        let all = agent.get("/tickets?state=all").await.ok();
        let by: std::collections::BTreeSet<_> =
            all["items"].as_array().expect("items").iter().map(|line| line["contact"]["id"].to_string()).collect();
        assert_eq!(by.len(), 2, "{all}");
    }

    /// Rules Z1, Z2: whoever asks, and by whichever way, is looked up among the registered contacts of the customer;
    /// who is none gets no ticket, no account information, and waits where staff see why.
    async fn z2_every_request_is_checked_against_the_registered_contacts(app: TestApp) {
        let (near, far) = (app.world.near.clone(), app.world.far.clone());
        let agent = app.sign_in(&near.agent).await;
        let mut owner = app.sign_in(&near.customer.owner).await;
        owner.post("/support-settings/addresses", json!({ "address": "ada@claimed.example" })).await.ok();
        // By mail: strangers, other providers' contacts, look-alikes, mere claims, those without the right.
        for (from, code) in [
            ("stranger@elsewhere.example", "sender.unregistered"),
            (far.customer.owner.address.as_str(), "sender.unregistered"),
            ("ada@claimed.example", "sender.unregistered"),
            (near.customer.member.address.as_str(), "sender.not_authorised"),
        ] {
            app.receive(&Letter::from(from)).await;
            assert_eq!((tickets(&agent).await, why(&agent).await), (0, json!(code)), "{from}");
        }
        // A claim counts once its owner confirmed it, and not before.
        let claimed = token(&app, "ada@claimed.example").await;
        owner.post("/challenge/answer", json!({ "token": claimed, "yes": true })).await.ok();
        app.receive(&Letter::from("ada@claimed.example")).await;
        assert_eq!(tickets(&agent).await, 1);
        // By telephone: the number picks the contacts who registered it; any other number picks nobody.
        let callers = agent.get("/callers?q=%2B49%2030%2099999999").await.ok();
        assert_eq!((&callers["registered"], &callers["matches"]), (&json!(false), &json!([])));
        let callers = agent.get("/callers?q=%2B49%2030%2023125100").await.ok();
        assert_eq!(callers["registered"], true);
        for found in callers["matches"].as_array().expect("matches") {
            assert!([near.customer.number.as_str(), near.other.number.as_str()].contains(&found["customer"]["number"].as_str().expect("a number")));
        }
        // By the portal: nobody without a sign-in.
        let ask = json!({ "subject": "Error", "happened": "An error page" });
        app.browser().post("/tickets", ask).await.refused(401, "sign_in.needed");
        // Who is a contact no more is a stranger: by removal, and with the customer.
        let mut admin = app.sign_in(&near.admin).await;
        app.receive(&Letter::from(&near.customer.helper.address)).await;
        assert_eq!(tickets(&agent).await, 2);
        let path = format!("/customers/{}", near.customer.id);
        admin.call(Method::PATCH, &path, json!({ "active": false })).await.ok();
        for from in [&near.customer.helper.address, &near.customer.owner.address] {
            app.receive(&Letter::from(from)).await;
            assert_eq!(tickets(&agent).await, 2, "{from}");
            assert!(why(&agent).await.as_str().expect("a code").starts_with("sender."), "{from}");
        }
        let callers = agent.get("/callers?q=Sawada").await.ok();
        let numbers: Vec<_> = callers["matches"].as_array().expect("matches").iter().map(|m| m["customer"]["number"].clone()).collect();
        assert!(!numbers.contains(&json!(near.customer.number)), "{callers}");
    }

    /// Rule Z6: each contact sees which primary address is registered for them, and nobody else's.
    async fn z6_a_contact_sees_the_registered_primary_address(app: TestApp) {
        let near = app.world.near.clone();
        for person in [&near.customer.owner, &near.customer.helper, &near.customer.member] {
            let browser = app.sign_in(person).await;
            let mine = addresses(&browser).await;
            assert_eq!(mine.len(), 1, "{mine:?}");
            assert_eq!((&mine[0]["address"], &mine[0]["primary"]), (&json!(person.address), &json!(true)));
            let whole = browser.get("/support-settings").await.ok().to_string();
            for other in [&near.customer.owner, &near.customer.helper, &near.customer.member, &near.other.owner] {
                assert_eq!(whole.contains(&other.address), other.id == person.id, "{} in {}", other.address, person.name);
            }
        }
    }

    /// Rules Z6, Z7, Z9: a contact adds further addresses and changes the primary one; each counts only once its
    /// owner confirmed it, and the old one goes on until then.
    async fn z9_addresses_are_added_and_changed_once_each_is_confirmed(app: TestApp) {
        let near = app.world.near.clone();
        let agent = app.sign_in(&near.agent).await;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let old = near.customer.owner.address.clone();
        // Alone as owner with nobody who could agree, the change is the owner's own.
        let new = confirm(&app, &mut owner, "ada@öduya.example").await;
        let new_spelling = "ada@xn--duya-4qa.example";
        let mine = addresses(&owner).await;
        assert_eq!((&mine[0]["address"], &mine[1]["address"]), (&json!(old), &json!(new_spelling)));
        assert!(mine.iter().all(|one| one["confirmed_at"].is_string()));
        app.receive(&Letter::from(new_spelling)).await;
        assert_eq!(tickets(&agent).await, 1, "a confirmed further address is a registered one");
        let path = format!("/support-settings/addresses/{}/primary", new.as_str().expect("an id"));
        let asked = owner.post(&path, Value::Null).await.ok();
        assert_eq!(asked["applied"], true, "{asked}");
        let mine = addresses(&owner).await;
        assert_eq!((&mine[0]["address"], &mine[0]["primary"]), (&json!(new_spelling), &json!(true)));
        // Signing in goes by both, however the domain is written.
        for address in ["ADA@Öduya.example", new_spelling, old.as_str()] {
            let body = json!({ "provider": near.slug, "address": address, "password": PASSWORD });
            app.browser().post("/sign-in/contact", body).await.ok();
        }
        // The old one is removed; what is unconfirmed never becomes the primary one.
        let id = mine[1]["id"].as_str().expect("an id").to_owned();
        owner.call(Method::DELETE, &format!("/support-settings/addresses/{id}"), Value::Null).await.status(204);
        app.receive(&Letter::from(&old)).await;
        assert_eq!((tickets(&agent).await, why(&agent).await), (1, json!("sender.unregistered")));
        let third = owner.post("/support-settings/addresses", json!({ "address": "ada@third.example" })).await.ok();
        let path = format!("/support-settings/addresses/{}/primary", third["id"].as_str().expect("an id"));
        owner.post(&path, Value::Null).await.refused(409, "address.unconfirmed");
        // Somebody else's change of it waits for owner or admin (rule Z10).
        let mut helper = app.sign_in(&near.customer.helper).await;
        let own = confirm(&app, &mut helper, "ben@second.example").await;
        let path = format!("/support-settings/addresses/{}/primary", own.as_str().expect("an id"));
        let asked = helper.post(&path, Value::Null).await.ok();
        assert_eq!(asked["applied"], false);
        owner.post(&change(&asked, "approve"), Value::Null).await.ok();
        assert_eq!(addresses(&helper).await[0]["address"], "ben@second.example");
    }
}
