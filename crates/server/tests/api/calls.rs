//! Calls: whose number it is, and what proves who is speaking.

use pforte_core::kernel::Span;
use pforte_testkit::{entries_named, on_both};
use serde_json::{Value, json};

use crate::contacts::{change, second};

on_both! {
    /// Rule P6: a caller is looked up by what the display shows, in any spelling; another number is nobody's.
    async fn p6_callers_are_found_by_the_display(app: TestApp) {
        let near = app.world.near.clone();
        let agent = app.sign_in(&near.agent).await;
        for shown in ["%2B493023125100", "030%2023125-100", "0049%2030%2023125100", "(030)%2023125/100"] {
            let found = agent.get(&format!("/callers?q={shown}")).await.ok();
            assert_eq!((&found["number"], &found["display"]), (&json!("+493023125100"), &json!("+49 30 23125100")));
            assert_eq!(found["registered"], true, "{found}");
            assert_eq!(found["matches"].as_array().map(Vec::len), Some(6), "both customers' contacts, none of another provider");
        }
        let nobody = agent.get("/callers?q=030%2023125199").await.ok();
        assert_eq!((&nobody["registered"], &nobody["matches"]), (&json!(false), &json!([])));
        let named = agent.get("/callers?q=ben%20saw").await.ok();
        assert_eq!((&named["number"], &named["matches"][0]["call_back"]), (&Value::Null, &json!(["+49 30 23125100"])));
    }

    /// Control 50, rule P6: a number on the display proves nothing; a call-back does on a registered
    /// number only; from another number not even a PIN does.
    async fn control_50_p6_only_a_registered_call_back_or_a_pin_proves(app: TestApp) {
        let near = app.world.near.clone();
        let mut agent = app.sign_in(&near.agent).await;
        let call = |number: Value, proof: &str, back: Value, ground: Value| json!({
            "contact_id": near.customer.owner.id, "number": number, "proof": proof, "call_back_number": back,
            "ground_id": ground, "note": "The shop shows an error", "subject": null, "ticket_id": null,
        });
        let (known, other) = (json!("030 23125100"), json!("030 23125199"));
        let plain = agent.post("/calls", call(known.clone(), "none", Value::Null, Value::Null)).await.ok();
        assert_eq!(plain["call"]["proof"], "none");
        let code = "call.unregistered_number";
        agent.post("/calls", call(other.clone(), "call_back", other.clone(), Value::Null)).await.refused(409, code);
        agent.post("/calls", call(other.clone(), "call_back", Value::Null, Value::Null)).await.refused(409, code);
        agent.post("/calls", call(other.clone(), "call_back", known.clone(), Value::Null)).await.ok();

        let mut owner = app.sign_in(&near.customer.owner).await;
        let digits = owner.pin().await;
        let ground = agent.redeem(&near.customer, &near.customer.owner, &digits).await["id"].clone();
        agent.post("/calls", call(other, "pin", Value::Null, ground.clone())).await.refused(409, code);
        agent.post("/calls", call(known.clone(), "pin", Value::Null, Value::Null)).await.refused(422, "input.invalid");
        let proven = agent.post("/calls", call(known, "pin", Value::Null, ground.clone())).await.ok();
        assert_eq!(proven["call"]["proof"], "pin");
        // Voice without a number: the PIN (rule B3).
        agent.post("/calls", call(Value::Null, "pin", Value::Null, ground.clone())).await.ok();
        // Somebody else's ground proves nothing to me.
        app.advance(Span::seconds(30));
        let mut colleague = app.sign_in(&near.colleague).await;
        colleague.post("/calls", call(Value::Null, "pin", Value::Null, ground)).await.refused(422, "input.invalid");
        assert_eq!(entries_named(&app.app, near.provider, "call.recorded").await.len(), 4);
    }

    /// Rules T4, X2, B11: a call's note goes into a request of whoever called, or one they read along; not into
    /// a colleague's, and not into one that somebody else of the staff has.
    async fn t4_x2_b11_a_note_goes_into_the_callers_own_request(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = crate::ticket::ask(&mut owner, "The shop shows an error").await;
        let by = |contact: uuid::Uuid| json!({
            "contact_id": contact, "proof": "none", "note": "Still broken", "ticket_id": ticket,
        });
        agent.post("/calls", by(near.customer.helper.id)).await.refused(409, "call.not_in_ticket");
        agent.post("/calls", by(near.other.owner.id)).await.refused(404, "not_found");
        agent.post("/calls", by(near.customer.owner.id)).await.ok();
        let watch = json!({ "contact_id": near.customer.helper.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), watch).await.ok();
        agent.post("/calls", by(near.customer.helper.id)).await.ok();
        crate::ticket::take_over(&mut agent, &ticket).await;
        let mut colleague = app.sign_in(&near.colleague).await;
        colleague.post("/calls", by(near.customer.owner.id)).await.refused(403, "ticket.not_yours");
        agent.post("/calls", by(near.customer.owner.id)).await.ok();
        app.advance(Span::days(30));
        let mut agent = app.sign_in(&near.agent).await;
        agent.post("/calls", by(near.customer.owner.id)).await.refused(423, "ticket.locked");
    }

    /// Control 19: a number that a call-back would prove takes a second contact; all are told.
    async fn control_19_a_number_takes_a_second_contact(app: TestApp) {
        let near = app.world.near.clone();
        let (mut owner, mut helper) = second(&app).await;
        let asked = owner.post("/support-settings/phones", json!({ "number": "030 23125111" })).await.ok();
        assert_eq!(asked["applied"], false);
        let agent = app.sign_in(&near.agent).await;
        assert_eq!(agent.get("/callers?q=03023125111").await.ok()["registered"], false);
        helper.post(&change(&asked, "approve"), Value::Null).await.ok();
        app.mail(&near.customer.owner.address, "another telephone number for Ada Oduya").await;
        assert_eq!(agent.get("/callers?q=03023125111").await.ok()["registered"], true);
        let settings = owner.get("/support-settings").await.ok();
        let phones = settings["me"]["phones"].as_array().expect("phones");
        let phone = phones.iter().find(|phone| phone["display"] == "+49 30 23125111").expect("the number");
        let path = format!("/support-settings/phones/{}", phone["id"].as_str().expect("an id"));
        owner.call(http::Method::DELETE, &path, Value::Null).await.status(204);
        assert_eq!(agent.get("/callers?q=03023125111").await.ok()["registered"], false);
        for text in ["12", "Oduya", "+49"] {
            owner.post("/support-settings/phones", json!({ "number": text })).await.refused(422, "phone.invalid");
        }
    }

    /// Rule P6: on the telephone a PIN counts only from a number that is registered for this contact; whatever else the
    /// display shows leaves the call-back, and uses up no PIN. Rule B3: a chat has no number.
    async fn p6_a_pin_does_not_count_from_a_number_nobody_knows(app: TestApp) {
        let near = app.world.near.clone();
        let mut contact = app.sign_in(&near.customer.owner).await;
        let digits = contact.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut body = pforte_testkit::redeem_body(&near.customer, &near.customer.owner, &digits);
        for from in ["withheld", "unterdrückt", "Anonymous", "0", "030 23125199", "+49", "Ada Oduya", "030 23125100 (?)"] {
            body["record"]["from"] = json!(from);
            agent.post("/pin/redeem", body.clone()).await.refused(409, "call.unregistered_number");
        }
        body["record"] = json!({ "channel": "voice", "from": "Ada Oduya", "note": null });
        agent.post("/pin/redeem", body).await.ok();
    }
}
