//! What opens, as whom, and what stays shut.

use http::Request;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use pforte_core::kernel::Span;
use pforte_testkit::{PRODUCT, on_both};
use serde_json::{Value, json};

use super::told;

on_both! {
    /// Rule P8: without a ground there is nothing to open, and every product is shut.
    async fn p8_no_access_by_default(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        let card = agent.get(&format!("/customers/{}", near.customer.id)).await.ok();
        assert_eq!((&card["products"][0]["decision"], &card["products"][0]["code"]), (&json!("closed"), &json!("ground.none")));
        assert_eq!(card["ground"], Value::Null);
        let body = json!({ "ground_id": near.customer.id, "product": PRODUCT });
        agent.post("/visits", body).await.refused(404, "not_found");
    }

    /// Rules B5 and X2, control 10: a PIN opens the product to look at; personal data is masked or refused,
    /// everything else needs consent.
    async fn b5_control_10_a_pin_shows_products_and_no_personal_data(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let expected = [
            ("GET", "/servers", "open"),
            ("HEAD", "/servers", "open"),
            ("GET", "/account", "masked"),
            ("GET", "/address", "needs.PersonalData"),
            ("GET", "/invoices/7/pdf", "needs.Consent"),
            ("POST", "/servers/7/restart", "needs.Consent"),
            ("POST", "/servers/7/test", "needs.Consent"),
            ("POST", "/import", "needs.Consent"),
            ("POST", "/password", "never"),
            ("GET", "/nobody/classified/this", "never"),
            ("DELETE", "/servers", "never"),
        ];
        for (method, path, answer) in expected {
            assert_eq!(told(&visit.admit(method, path).await), answer, "{method} {path}");
        }
        let masked = visit.admit("GET", "/account").await.expect("masked");
        assert_eq!(masked.pass_list().map(|list| list.json.clone()), Some(vec!["/id".into(), "/domains/*".into()]));
    }

    /// Rule X7: the page before, the customer's door and the gateway give the same answer.
    async fn x7_page_door_and_gateway_agree(app: TestApp) {
        let (contact, agent, visit) = app.visit().await;
        let door = contact.get("/door").await.ok();
        let areas = door["can_see"][0]["areas"].as_array().expect("areas").clone();
        let how = |area: &str| areas.iter().find(|a| a["area"] == area).expect("it")["how"].clone();
        assert_eq!((how("servers"), how("account"), how("billing"), how("security")),
            (json!("shown"), json!("masked"), json!("closed"), json!("closed")));
        let card = agent.get(&format!("/customers/{}", app.world.near.customer.id)).await.ok();
        assert_eq!(card["products"][0]["decision"], "open");
        assert_eq!(card["products"][0]["until"], card["ground"]["ends_at"]);
        // The moment the ground is over all three say so.
        app.advance(Span::minutes(60));
        assert!(told(&visit.view().await).starts_with("over."));
        assert_eq!(contact.get("/door").await.ok()["can_see"], json!([]));
        let agent = app.sign_in(&app.world.near.agent).await;
        let card = agent.get(&format!("/customers/{}", app.world.near.customer.id)).await.ok();
        assert_ne!(card["products"][0]["decision"], "open");
    }

    /// Rule T12 (RFC 8693 §4.1): every request names the customer's user and the staff member; the token
    /// is signed with a published key and is good for a minute at most.
    async fn t12_every_request_names_user_and_staff(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let near = &app.world.near;
        let identity = visit.view().await.expect("open").identity;
        assert!(identity.user.starts_with("u-ada-"), "{identity:?}");
        assert_eq!(Some(&identity.staff), near.agent.username.as_ref());

        let request = Request::get("/.well-known/jwks.json").body(axum::body::Body::empty()).expect("a request");
        let keys = app.browser().send(request).await.ok();
        let header = decode_header(&identity.token).expect("a header");
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some("at+jwt")));
        let key = keys["keys"].as_array().expect("keys").iter().find(|k| k["kid"] == header.kid.as_deref().unwrap_or(""));
        let key = DecodingKey::from_ed_components(key.expect("a published key")["x"].as_str().expect("x")).expect("a key");
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.validate_exp = false; // The clock of this test is not the library's.
        rules.set_audience(&[PRODUCT]);
        let claims = decode::<Value>(&identity.token, &key, &rules).expect("verifies").claims;
        assert_eq!(claims["sub"], identity.user.as_str());
        assert_eq!(claims["act"], json!({ "sub": identity.staff, "name": near.agent.name }));
        assert_eq!(claims["iss"], pforte_testkit::PUBLIC_ORIGIN);
        assert_eq!(claims["pforte"]["visit"], visit.id.as_str());
        let now = app.app.sources.now().0 / 1_000_000;
        assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 60)));

        // A later request carries a token that still has half its life.
        app.advance(Span::seconds(40));
        let later = visit.view().await.expect("open").identity;
        let claims = decode::<Value>(&later.token, &key, &rules).expect("verifies").claims;
        assert!(claims["exp"].as_i64().is_some_and(|exp| exp >= now + 40 + 30), "{claims}");
    }

    /// Rule T5: the customer is told live when the PIN is redeemed and when a visit starts, and by mail.
    async fn t5_the_customer_is_told_at_once_and_by_mail(app: TestApp) {
        let near = &app.world.near;
        let mut contact = app.sign_in(&near.customer.owner).await;
        let mut page = contact.listen(None).await;
        let mut agent = app.sign_in(&near.agent).await;
        let digits = contact.pin().await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let heard = page.hear("door").await;
        assert!(heard.about("pin") && heard.about("grounds"), "{heard:?}");
        assert_eq!(heard.data["ground"], ground["id"]);
        let door = contact.get("/door").await.ok();
        assert_eq!((&door["state"], &door["grounds"][0]["staff"]["name"]), (&json!("open"), &json!(near.agent.name)));
        let visit = agent.open(&app, &ground).await;
        assert_eq!(page.hear("visits").await.data["visit"], visit.id.as_str());
        let mail = app.mails().await.pop().expect("a mail");
        assert_eq!((&mail.to, mail.subject.as_str()), (&near.customer.owner.address, "Mara Lindqvist is now in Hosting Panel"));
        // Nobody at the provider can do without: what is opened is in the same transaction as the mail.
        visit.view().await.expect("open");
        page.hear("visits").await;
        assert_eq!(contact.get(&format!("/visits/{}", visit.id)).await.ok()["last"]["path"], "/servers");
    }

    /// Rule W6: both sides see the same two words, only they, and only while it is open.
    async fn w6_both_sides_see_the_same_two_words(app: TestApp) {
        let (mut contact, agent, visit) = app.visit().await;
        let path = format!("/grounds/{}", visit.ground);
        let words = agent.get(&path).await.ok()["words"].clone();
        assert_eq!(words.as_array().map(Vec::len), Some(2));
        assert_eq!(contact.get(&path).await.ok()["words"], words);
        assert_eq!(contact.get("/door").await.ok()["grounds"][0]["words"], words);
        app.sign_in(&app.world.near.other.owner).await.get(&path).await.refused(404, "not_found");
        contact.post(&format!("{path}/end"), Value::Null).await.ok();
        assert_eq!(contact.get(&path).await.ok()["words"], Value::Null);
        let bytes = app.db.bytes();
        let pair = format!("{}\",\"{}", words[0].as_str().unwrap_or(""), words[1].as_str().unwrap_or(""));
        assert!(!bytes.windows(pair.len()).any(|w| w == pair.as_bytes()), "the database holds the words");
    }

    /// Rules X1, T24: what bounds a ground's visits holds also for those that are opened side by side.
    async fn t24_visits_opened_side_by_side_are_bounded(app: TestApp) {
        let near = app.world.near.clone();
        let mut contact = app.sign_in(&near.customer.owner).await;
        let digits = contact.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let side_by_side = async |reason: Value| {
            let body = json!({ "ground_id": ground["id"], "product": PRODUCT, "reason": reason });
            let all: Vec<_> = (0..20)
                .map(|_| {
                    let (mut agent, body) = (agent.clone(), body.clone());
                    tokio::spawn(async move { agent.post("/visits", body).await.status.as_u16() })
                })
                .collect();
            let mut statuses = vec![];
            for one in all {
                statuses.push(one.await.expect("an answer"));
            }
            statuses
        };
        // The PIN's reason is for one of them; the others need their own.
        let first = side_by_side(Value::Null).await;
        assert_eq!(first.iter().filter(|s| **s == 200).count(), 1, "{first:?}");
        assert!(first.iter().all(|s| [200, 403].contains(s)), "{first:?}");
        let more = side_by_side(json!({ "category": "question", "text": "The error is back" })).await;
        assert_eq!(more.iter().filter(|s| **s == 200).count(), 4, "{more:?}");
        assert!(more.iter().all(|s| [200, 409].contains(s)), "{more:?}");
    }

    /// Rule X1: the ground is not the visit: several visits on one ground, each ends by itself.
    async fn x1_a_ground_carries_several_visits(app: TestApp) {
        let (contact, mut agent, first) = app.visit().await;
        let second = agent.open_again(&app, &first).await;
        assert_ne!((&first.label, &first.cookie), (&second.label, &second.cookie), "an origin of its own");
        agent.post(&format!("/visits/{}/end", first.id), Value::Null).await.ok();
        assert_eq!(told(&first.view().await), "over.Staff");
        assert_eq!(told(&second.view().await), "open");
        assert_eq!(contact.get("/door").await.ok()["state"], "open");
        // Five side by side, and no more.
        for _ in 0..4 {
            agent.open_again(&app, &first).await;
        }
        let reason = json!({ "category": "other", "text": "A sixth" });
        let body = json!({ "ground_id": first.ground, "product": PRODUCT, "reason": reason });
        agent.post("/visits", body).await.refused(409, "visit.too_many");
    }

    /// Rule T24: a further visit needs a reason of its own, and the customer reads it.
    async fn t24_a_further_visit_needs_a_reason_of_its_own(app: TestApp) {
        let (contact, mut agent, first) = app.visit().await;
        let body = |reason: Value| json!({ "ground_id": first.ground, "product": PRODUCT, "reason": reason });
        agent.post("/visits", body(Value::Null)).await.refused(403, "needs.reason");
        let empty = json!({ "category": "question", "text": " " });
        agent.post("/visits", body(empty)).await.refused(422, "input.invalid");
        let second = agent.open_again(&app, &first).await;
        let reason = async |id: &str| contact.get(&format!("/visits/{id}")).await.ok()["reason"]["text"].clone();
        assert_eq!(reason(&first.id).await, "The shop shows an error");
        assert_eq!(reason(&second.id).await, "The error is back");
    }

    /// Rule B5: only who redeemed the PIN enters on it; not colleagues, not leads.
    async fn nobody_else_enters_on_ones_ground(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let near = &app.world.near;
        for person in [&near.colleague, &near.support_lead, &near.admin] {
            let mut staff = app.sign_in(person).await;
            let body = json!({ "ground_id": visit.ground, "product": PRODUCT });
            staff.post("/visits", body).await.refused(404, "not_found");
        }
    }

    /// Control 23: a condition lost between redeeming and opening opens nothing (rule T21).
    async fn control_23_the_conditions_are_looked_at_on_opening_too(app: TestApp) {
        let near = &app.world.near;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let mut admin = app.sign_in(&near.admin).await;
        let lost = json!({ "training_done": false });
        admin.call(http::Method::PATCH, &format!("/staff/{}", near.agent.id), lost).await.ok();
        let body = json!({ "ground_id": ground["id"], "product": PRODUCT });
        agent.post("/visits", body.clone()).await.refused(403, "staff.lacks.training");
        let done = json!({ "training_done": true });
        admin.call(http::Method::PATCH, &format!("/staff/{}", near.agent.id), done).await.ok();
        agent.post("/visits", body).await.ok();
    }

    /// Rule T13, control 34: the customer's own sign-ins and pages go on undisturbed.
    async fn control_34_t13_the_customer_is_not_disturbed(app: TestApp) {
        let near = &app.world.near;
        let before = app.sign_in(&near.customer.owner).await;
        let page = before.get("/sign-ins").await.ok();
        let (_, _, visit) = app.visit().await;
        for _ in 0..5 {
            visit.view().await.expect("open");
            assert_eq!(before.get("/me").await.status, 200);
        }
        let own = before.get("/sign-ins").await.ok();
        let same = own.as_array().expect("sign-ins").iter().any(|s| s["id"] == page[0]["id"]);
        assert!(same, "{own}");
    }
}
