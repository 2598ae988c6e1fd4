//! The list of contacts: who may change it, who has to agree, who is told, what ends.

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{Browser, PRODUCT, TestApp, entries_named, on_both};
use serde_json::{Value, json};

/// The path of a change.
pub fn change(asked: &Value, verb: &str) -> String {
    format!("/contact-changes/{}/{verb}", asked["change"]["id"].as_str().expect("a change"))
}

pub fn rosa(role: &str, support: bool, instruction: bool) -> Value {
    json!({
        "first_name": "Rosa", "last_name": "Varga", "address": "rosa@oduya.example", "role": role,
        "support": support, "instruction": instruction, "language": "de",
    })
}

/// Gives the helper both rights and the admin's role, so that there are two authorised contacts.
pub async fn second(app: &TestApp) -> (Browser, Browser) {
    let customer = &app.world.near.customer;
    let mut owner = app.sign_in(&customer.owner).await;
    let path = format!("/support-settings/contacts/{}", customer.helper.id);
    let rights = json!({ "role": "admin", "instruction": true });
    let done = owner.call(Method::PATCH, &path, rights).await.ok();
    assert_eq!(done["applied"], true, "alone, the owner decides: {done}");
    let helper = app.sign_in(&customer.helper).await;
    (owner, helper)
}

/// A new contact as staff ask for it.
fn by_staff(address: &str, user: &str) -> Value {
    json!({
        "first_name": "Rosa", "last_name": "Varga", "role": "member", "language": "en",
        "rights": { "support": true, "instruction": true }, "addresses": [address],
        "product_users": { PRODUCT: user },
    })
}

fn names(settings: &Value) -> Vec<&str> {
    settings["contacts"].as_array().expect("contacts").iter().filter_map(|c| c["name"].as_str()).collect()
}

on_both! {
    /// Rules P2, control 19: where there is a second authorised contact, a change waits for them, and all
    /// who have a right are told.
    async fn p2_a_change_waits_for_a_second_authorised_contact(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, mut helper) = second(&app).await;
        let asked = owner.post("/support-settings/contacts", rosa("member", true, false)).await.ok();
        assert_eq!((&asked["applied"], &asked["change"]["state"]), (&json!(false), &json!("waiting")), "{asked}");
        assert!(!names(&owner.get("/support-settings").await.ok()).contains(&"Rosa Varga"));
        let mail = app.mail(&near.customer.helper.address, "Rosa Varga as a new contact").await;
        assert!(!mail.body.contains('#'), "a mail that asks for approval signs nobody in");
        // Neither who asked nor who has no right decides.
        owner.post(&change(&asked, "approve"), Value::Null).await.refused(403, "contact_change.own");
        let mut member = app.sign_in(&near.customer.member).await;
        member.post(&change(&asked, "approve"), Value::Null).await.refused(403, "contact_change.not_authorised");
        // Nor another customer, nor staff.
        let mut stranger = app.sign_in(&near.other.owner).await;
        stranger.post(&change(&asked, "approve"), Value::Null).await.refused(404, "not_found");
        let done = helper.post(&change(&asked, "approve"), Value::Null).await.ok();
        assert_eq!(done["state"], "approved");
        assert!(done["activation_code"].is_string(), "who agrees hands the code over: {done}");
        assert!(names(&owner.get("/support-settings").await.ok()).contains(&"Rosa Varga"));
        app.mail(&near.customer.owner.address, "Rosa Varga as a new contact").await;
        app.mail("rosa@oduya.example", "/activation#").await;
        helper.post(&change(&asked, "approve"), Value::Null).await.refused(409, "contact_change.over");
        assert_eq!(entries_named(&app.app, near.provider, "contact_change.decided").await.len(), 1);
        assert_eq!(entries_named(&app.app, near.provider, "contact.added").await.len(), 1);
    }

    /// Rule P2: only authorised contacts ask.
    async fn p2_only_authorised_contacts_ask(app: TestApp) {
        let customer = app.world.near.customer.clone();
        for person in [&customer.helper, &customer.member] {
            let mut browser = app.sign_in(person).await;
            let asked = browser.post("/support-settings/contacts", rosa("member", true, true)).await;
            asked.refused(403, "contact_change.not_authorised");
            let path = format!("/support-settings/contacts/{}", person.id);
            let raised = browser.call(Method::PATCH, &path, json!({ "support": true, "instruction": true })).await;
            raised.refused(403, "contact_change.not_authorised");
        }
    }

    /// Rule X6: silence is refusal; after seven days nobody can agree any more.
    async fn x6_silence_is_refusal(app: TestApp) {
        let (mut owner, _) = second(&app).await;
        let asked = owner.post("/support-settings/contacts", rosa("member", true, false)).await.ok();
        app.advance(Span::days(7));
        let mut helper = app.sign_in(&app.world.near.customer.helper).await;
        helper.post(&change(&asked, "approve"), Value::Null).await.refused(409, "contact_change.over");
        let settings = helper.get("/support-settings").await.ok();
        assert_eq!(settings["changes"][0]["state"], "expired");
        assert!(!names(&settings).contains(&"Rosa Varga"));
    }

    /// Rule X8: who signed in by a link from a mail asks for nothing and approves nothing.
    async fn x8_a_link_changes_no_contacts(app: TestApp) {
        let (mut owner, _) = second(&app).await;
        let asked = owner.post("/support-settings/contacts", rosa("member", true, false)).await.ok();
        let mut weak = app.sign_in_by_link(&app.world.near.customer.helper).await;
        weak.get("/support-settings").await.ok();
        let code = "sign_in.needs_confirmation";
        weak.post(&change(&asked, "approve"), Value::Null).await.refused(403, code);
        weak.post("/support-settings/contacts", rosa("member", true, false)).await.refused(403, code);
        weak.post("/support-settings/addresses", json!({ "address": "b@sawada.example" })).await.refused(403, code);
        weak.post("/support-settings/phones", json!({ "number": "030 23125111" })).await.refused(403, code);
    }

    /// Rules P2, P7; control 18: removal ends sign-ins, PIN and what it opened; who was just removed
    /// approves nothing, and what they asked for is over.
    async fn p2_removal_ends_everything_at_once(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, mut helper) = second(&app).await;
        let add = helper.post("/support-settings/contacts", rosa("member", true, false)).await.ok();
        let digits = helper.pin().await;
        app.advance(Span::seconds(30));
        let mut agent = app.sign_in(&near.agent).await;
        agent.redeem(&near.customer, &near.customer.helper, &digits).await;
        let path = format!("/support-settings/contacts/{}", near.customer.helper.id);
        let asked = owner.call(Method::DELETE, &path, Value::Null).await.ok();
        // The other authorised contact is the one concerned; they agree themselves.
        helper.post(&change(&asked, "approve"), Value::Null).await.ok();
        helper.get("/me").await.refused(401, "sign_in.needed");
        assert_eq!(owner.get("/door").await.ok()["state"], "closed");
        owner.post(&change(&add, "approve"), Value::Null).await.refused(409, "contact_change.over");
        assert!(!names(&owner.get("/support-settings").await.ok()).contains(&"Ben Sawada"));
        assert_eq!(entries_named(&app.app, near.provider, "contact.removed").await.len(), 1);
        assert_eq!(entries_named(&app.app, near.provider, "pin.killed").await.len(), 1);
    }

    /// Control 19: what staff add waits for an authorised contact, and the code is not theirs.
    async fn control_19_staff_add_no_contact_alone(app: TestApp) {
        let near = app.world.near.clone();
        let mut admin = app.sign_in(&near.admin).await;
        let body = json!({
            "first_name": "Rosa", "last_name": "Varga", "role": "owner", "language": "de",
            "rights": { "support": true, "instruction": true }, "addresses": ["rosa@oduya.example"],
        });
        let path = format!("/customers/{}/contacts", near.customer.id);
        let waits = admin.post(&path, body).await.ok();
        assert!(waits["contact"].is_null() && waits["activation_code"].is_null(), "{waits}");
        let mut owner = app.sign_in(&near.customer.owner).await;
        let change = owner.get("/support-settings").await.ok()["changes"][0].clone();
        assert_eq!((&change["asked_by"]["name"], &change["about"]["name"]), (&json!("Nils Admiraal"), &json!("Rosa Varga")));
        let verb = |verb: &str| format!("/contact-changes/{}/{verb}", change["id"].as_str().expect("an id"));
        assert_eq!(owner.post(&verb("refuse"), Value::Null).await.ok()["state"], "refused");
        owner.post(&verb("approve"), Value::Null).await.refused(409, "contact_change.over");
        assert!(!names(&owner.get("/support-settings").await.ok()).contains(&"Rosa Varga"));
    }

    /// Rules P2, Z10, control 19: where nobody has both rights, what staff ask for waits for the owner, who
    /// sees it, is told by mail, and decides; nobody else does.
    async fn p2_z10_staff_wait_for_the_owner_where_nobody_is_authorised(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let own = format!("/support-settings/contacts/{}", near.customer.owner.id);
        owner.call(Method::PATCH, &own, json!({ "instruction": false })).await.ok();
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/customers/{}/contacts", near.customer.id);
        let waits = admin.post(&path, by_staff("rosa@oduya.example", "u-rosa")).await.ok();
        assert!(waits["contact"].is_null() && waits["waits_until"].is_string(), "{waits}");
        app.mail(&near.customer.owner.address, "Rosa Varga as a new contact").await;
        let mut helper = app.sign_in(&near.customer.helper).await;
        assert_eq!(helper.get("/support-settings").await.ok()["changes"], json!([]));
        let change = owner.get("/support-settings").await.ok()["changes"][0].clone();
        assert_eq!((&change["may_decide"], &change["state"]), (&json!(true), &json!("waiting")), "{change}");
        let approve = format!("/contact-changes/{}/approve", change["id"].as_str().expect("an id"));
        helper.post(&approve, Value::Null).await.refused(403, "contact_change.not_authorised");
        let done = owner.post(&approve, Value::Null).await.ok();
        assert_eq!((&done["state"], &done["may_decide"]), (&json!("approved"), &json!(false)));
        assert!(names(&owner.get("/support-settings").await.ok()).contains(&"Rosa Varga"));
    }

    /// Rules T12, X2: a product's user is one contact's, at whichever customer; whose is not told.
    async fn t12_x2_a_products_user_is_one_contacts(app: TestApp) {
        let near = app.world.near.clone();
        let mut admin = app.sign_in(&near.admin).await;
        let new = admin.post("/customers", json!({ "name": "Varga Print" })).await.ok();
        let path = format!("/customers/{}/contacts", new["id"].as_str().expect("an id"));
        let user = |customer: uuid::Uuid| format!("u-ada-{}", &customer.simple().to_string()[24..]);
        for taken in [user(near.customer.id), format!(" {} ", user(near.other.id))] {
            let refused = admin.post(&path, by_staff("rosa@oduya.example", &taken)).await;
            let problem = refused.refused(409, "product_user.taken");
            assert!(!problem.to_string().contains("Oduya"), "{problem}");
        }
        // Another provider's users are others.
        let far = user(app.world.far.customer.id);
        assert!(admin.post(&path, by_staff("rosa@oduya.example", &far)).await.ok()["contact"].is_object());
        // What waits is looked at when it is asked for, and once more when somebody agrees.
        let waiting = format!("/customers/{}/contacts", near.customer.id);
        admin.post(&waiting, by_staff("r2@oduya.example", &far)).await.refused(409, "product_user.taken");
        for address in ["r3@oduya.example", "r4@oduya.example"] {
            assert!(admin.post(&waiting, by_staff(address, "u-new")).await.ok()["waits_until"].is_string());
        }
        let mut owner = app.sign_in(&near.customer.owner).await;
        let changes = owner.get("/support-settings").await.ok()["changes"].clone();
        let approve = |n: usize| format!("/contact-changes/{}/approve", changes[n]["id"].as_str().expect("an id"));
        owner.post(&approve(0), Value::Null).await.ok();
        owner.post(&approve(1), Value::Null).await.refused(409, "product_user.taken");
        // Whoever left is nobody's user any more.
        let settings = owner.get("/support-settings").await.ok();
        let all = settings["contacts"].as_array().expect("contacts");
        let rosa = all.iter().find(|c| c["name"] == "Rosa Varga").expect("Rosa");
        let gone = format!("/support-settings/contacts/{}", rosa["id"].as_str().expect("an id"));
        owner.call(Method::DELETE, &gone, Value::Null).await.ok();
        owner.post(&approve(1), Value::Null).await.ok();
    }

    /// Rule Z8: staff hear at once that an address is somebody's; who agrees to what they asked does not.
    async fn z8_staff_hear_of_an_address_when_they_ask(app: TestApp) {
        let near = app.world.near.clone();
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/customers/{}/contacts", near.customer.id);
        let theirs = by_staff(&near.other.owner.address, "u-rosa");
        admin.post(&path, theirs).await.refused(409, "address.shared");
        admin.post(&path, by_staff(&near.customer.member.address, "u-rosa")).await.refused(409, "address.taken");
        assert_eq!(app.sign_in(&near.customer.owner).await.get("/support-settings").await.ok()["changes"], json!([]));
    }

    /// Rule P12: below two admins, or with one authorised contact, the customer is warned; rule Z12: all
    /// see who the owner and the admins are.
    async fn p12_z12_the_customer_is_warned_and_sees_whom_to_ask(app: TestApp) {
        let member = app.sign_in(&app.world.near.customer.member).await;
        let settings = member.get("/support-settings").await.ok();
        let warnings = json!(["contacts.one_authorised", "contacts.few_admins"]);
        assert_eq!(settings["warnings"], warnings);
        assert_eq!(settings["owner_and_admins"][0]["name"], "Ada Oduya");
        second(&app).await;
        let settings = member.get("/support-settings").await.ok();
        assert_eq!((&settings["warnings"], settings["owner_and_admins"].as_array().map(Vec::len)), (&json!([]), Some(2)));
    }

    /// Rule P7: somebody with a second profile is a second contact, with an address of its own.
    async fn p7_a_second_profile_has_its_own_address(app: TestApp) {
        let mut owner = app.sign_in(&app.world.near.customer.owner).await;
        let body = |address: &str| json!({
            "first_name": "Ada", "last_name": "Oduya", "address": address, "role": "admin",
            "support": true, "instruction": false, "language": "en",
        });
        let own = app.world.near.customer.owner.address.clone();
        owner.post("/support-settings/contacts", body(&own)).await.refused(409, "address.taken");
        assert_eq!(owner.post("/support-settings/contacts", body("ada@second.example")).await.ok()["applied"], true);
    }
}
