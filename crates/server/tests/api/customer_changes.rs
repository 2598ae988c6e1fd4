//! What admins change about customers and contacts, and what ends with it.

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{Browser, PRODUCT, entries_named, on_both};
use serde_json::{Value, json};

use crate::contacts::{change as path_of, second};

async fn patch(admin: &mut Browser, path: &str, body: Value) -> Value {
    admin.call(Method::PATCH, path, body).await.ok()
}

on_both! {
    /// U11: an admin changes name, number and group; what changes nothing leaves no trace.
    async fn u11_admins_edit_customers(app: TestApp) {
        let near = app.world.near.clone();
        let mut admin = app.sign_in(&near.admin).await;
        let group = admin.post("/groups", json!({ "name": "Bäcker" })).await.ok();
        let path = format!("/customers/{}", near.customer.id);
        let body = json!({ "name": "Öztürk Bäckerei", "number": "B-7", "group_id": group["id"] });
        let changed = patch(&mut admin, &path, body.clone()).await;
        assert_eq!((&changed["name"], &changed["number"], &changed["group"]), (&json!("Öztürk Bäckerei"), &json!("B-7"), &json!("Bäcker")));
        patch(&mut admin, &path, body).await;
        let found = admin.get("/customers?q=ozturk%20b-7").await.ok();
        assert_eq!(found["items"][0]["id"], json!(near.customer.id), "{found}");
        assert_eq!(admin.get("/customers?q=10001").await.ok()["items"], json!([]), "the old number is free");
        let changed = patch(&mut admin, &path, json!({ "ungrouped": true })).await;
        assert_eq!((&changed["group"], &changed["name"]), (&Value::Null, &json!("Öztürk Bäckerei")));
        assert_eq!(entries_named(&app.app, near.provider, "customer.changed").await.len(), 2);
        let taken = json!({ "number": near.other.number });
        admin.call(Method::PATCH, &path, taken).await.refused(409, "conflict");
        let foreign = json!({ "group_id": app.world.far.group });
        admin.call(Method::PATCH, &path, foreign).await.refused(422, "input.invalid");
        let path = format!("/customers/{}", app.world.far.customer.id);
        admin.call(Method::PATCH, &path, json!({ "name": "Mine" })).await.refused(404, "not_found");
    }

    /// U11: a customer who is none any more has no open door, no sign-in and no way in; the data stays, and it
    /// can come back. What was open does not come back with it.
    async fn u11_deactivation_ends_every_ground_and_sign_in(app: TestApp) {
        let near = app.world.near.clone();
        let (owner, mut agent, visit) = app.visit().await;
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/customers/{}", near.customer.id);
        let changed = patch(&mut admin, &path, json!({ "active": false })).await;
        assert_eq!(changed["active"], false);
        owner.get("/me").await.refused(401, "sign_in.needed");
        let shown = agent.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert!(shown["ended_at"].is_string(), "{shown}");
        assert!(agent.get(&format!("/visits/{}", visit.id)).await.ok()["ended_at"].is_string());
        app.browser().sign_in(&near.customer.owner, "").await.refused(401, "sign_in.wrong");
        assert_eq!(agent.get("/customers?q=oduya").await.ok()["items"].as_array().expect("items").len(), 1);
        let card = agent.get(&path).await.ok();
        assert_eq!((&card["active"], &card["products"][0]["code"]), (&json!(false), &json!("customer.inactive")), "{card}");
        agent.get("/customers?inactive=true").await.refused(403, "staff.admins_only");
        let all = admin.get("/customers?inactive=true&q=oduya").await.ok();
        assert!(all["items"].as_array().expect("items").iter().any(|one| one["active"] == false), "{all}");
        assert_eq!(entries_named(&app.app, near.provider, "customer.deactivated").await.len(), 1);

        patch(&mut admin, &path, json!({ "active": true })).await;
        assert_eq!(entries_named(&app.app, near.provider, "customer.reactivated").await.len(), 1);
        app.sign_in(&near.customer.owner).await.get("/me").await.ok();
        owner.get("/me").await.refused(401, "sign_in.needed");
        let card = agent.get(&path).await.ok();
        assert_eq!((&card["ground"], &card["products"][0]["decision"]), (&Value::Null, &json!("closed")), "{card}");
        // The PIN way is free again.
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        app.advance(Span::seconds(30));
        agent.redeem(&near.customer, &near.customer.owner, &digits).await;
    }

    /// U11: staff who are deactivated have nothing open when they come back.
    async fn u11_deactivated_staff_have_nothing_open_later(app: TestApp) {
        let near = app.world.near.clone();
        let (_, _, visit) = app.visit().await;
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/staff/{}", near.agent.id);
        patch(&mut admin, &path, json!({ "active": false })).await;
        patch(&mut admin, &path, json!({ "active": true })).await;
        app.advance(Span::seconds(30));
        let agent = app.sign_in(&near.agent).await;
        assert!(agent.get(&format!("/grounds/{}", visit.ground)).await.ok()["ended_at"].is_string());
    }

    /// U11, P2: an admin's change of a contact waits where somebody at the customer can agree; name and users
    /// in products with it.
    async fn p2_an_admins_change_of_a_contact_waits_for_the_customer(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, _) = second(&app).await;
        let mut admin = app.sign_in(&near.admin).await;
        let list = format!("/customers/{}/contacts", near.customer.id);
        let path = format!("{list}/{}", near.customer.member.id);
        let body = json!({ "first_name": "Jörg", "last_name": "Öztürk", "product_users": { PRODUCT: "u-new" } });
        let asked = patch(&mut admin, &path, body).await;
        assert_eq!((&asked["applied"], asked["waits_until"].is_string()), (&json!(false), true), "{asked}");
        assert!(!admin.get(&list).await.ok().to_string().contains("u-new"));
        let settings = owner.get("/support-settings").await.ok();
        let waiting = &settings["changes"][0];
        assert_eq!((&waiting["what"]["last_name"], &waiting["what"]["product_users"][PRODUCT]), (&json!("Öztürk"), &json!("u-new")));
        owner.post(&path_of(&json!({ "change": waiting }), "approve"), Value::Null).await.ok();
        let listed = admin.get(&list).await.ok();
        let member = listed.as_array().expect("contacts").iter().find(|one| one["id"] == json!(near.customer.member.id));
        let member = member.expect("listed");
        assert_eq!((&member["first_name"], &member["product_users"][PRODUCT]), (&json!("Jörg"), &json!("u-new")));
        assert!(!listed.to_string().contains('@'), "no address is an admin's to see");
        let found = admin.get("/search?q=joerg%20ozturk").await.ok();
        assert_eq!(found["contacts"].as_array().expect("contacts").len(), 1);
        // Removal waits as well, and so does coming back.
        for active in [false, true] {
            app.advance(Span::seconds(1));
            let asked = patch(&mut admin, &path, json!({ "active": active })).await;
            assert_eq!(asked["applied"], false);
            let settings = owner.get("/support-settings").await.ok();
            let waiting = &settings["changes"][0];
            assert_eq!(waiting["state"], "waiting", "{settings}");
            owner.post(&path_of(&json!({ "change": waiting }), "approve"), Value::Null).await.ok();
            let listed = admin.get(&list).await.ok();
            let member = listed.as_array().expect("contacts").iter().find(|one| one["id"] == json!(near.customer.member.id));
            assert_eq!(member.expect("listed")["active"], active);
            let tried = app.browser().sign_in(&near.customer.member, "").await;
            tried.status(if active { 200 } else { 401 });
        }
        admin.call(Method::PATCH, &path, json!({ "active": true })).await.refused(404, "not_found");
        admin.call(Method::PATCH, &path, json!({})).await.refused(422, "input.invalid");
        for user in ["u", "", " "] {
            let body = json!({ "product_users": { "nothing": user } });
            admin.call(Method::PATCH, &path, body).await.refused(422, "input.invalid");
        }
        let foreign = format!("/customers/{}/contacts/{}", near.other.id, near.customer.member.id);
        admin.call(Method::PATCH, &foreign, json!({ "first_name": "X" })).await.refused(404, "not_found");
    }

    /// U11, T12: a user of another contact's cannot be taken; a visit as the old user ends with the change.
    async fn t12_a_user_that_changes_ends_the_visit(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, agent, visit) = app.visit().await;
        let mut admin = app.sign_in(&near.admin).await;
        let list = format!("/customers/{}/contacts", near.customer.id);
        let path = format!("{list}/{}", near.customer.owner.id);
        let listed = admin.get(&list).await.ok();
        let helper = listed.as_array().expect("contacts").iter().find(|one| one["id"] == json!(near.customer.helper.id));
        let taken = helper.expect("listed")["product_users"][PRODUCT].clone();
        let body = json!({ "product_users": { PRODUCT: taken } });
        admin.call(Method::PATCH, &path, body).await.refused(409, "product_user.taken");
        patch(&mut admin, &path, json!({ "product_users": { PRODUCT: "u-other" } })).await;
        assert!(agent.get(&format!("/visits/{}", visit.id)).await.ok()["ended_at"].is_null());
        let settings = owner.get("/support-settings").await.ok();
        owner.post(&path_of(&json!({ "change": settings["changes"][0] }), "approve"), Value::Null).await.ok();
        assert!(agent.get(&format!("/visits/{}", visit.id)).await.ok()["ended_at"].is_string(), "it acts as the old user");
        // An empty user takes it away, and no visit opens as this contact any more.
        patch(&mut admin, &path, json!({ "product_users": { PRODUCT: "" } })).await;
        let settings = owner.get("/support-settings").await.ok();
        let changes = settings["changes"].as_array().expect("changes");
        let waiting = changes.iter().find(|change| change["state"] == "waiting").expect("one waits");
        owner.post(&path_of(&json!({ "change": waiting }), "approve"), Value::Null).await.ok();
        let listed = admin.get(&list).await.ok();
        let owner = listed.as_array().expect("contacts").iter().find(|one| one["id"] == json!(near.customer.owner.id));
        assert!(owner.expect("listed")["product_users"][PRODUCT].is_null(), "{listed}");
    }
}
