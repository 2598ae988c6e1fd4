//! What one contact learns of a colleague's request, which they may not read: who was there, when, and in which
//! product; nothing of the request.

use pforte_core::kernel::Span;
use pforte_testkit::{Browser, Letter, PRODUCT, on_both, redeem_body};
use serde_json::{Value, json};

use crate::ticket::{ask, enter, fresh, take_over, texts, write};

const SUBJECT: &str = "Salaries of Ms Krause";

/// Everything of a ground that a contact can ask for.
async fn everything(reader: &Browser, ground: &str, visit: &str) -> Vec<Value> {
    let mut all = vec![];
    for path in [
        "/grounds".to_owned(),
        "/grounds?state=open".to_owned(),
        format!("/grounds/{ground}"),
        format!("/visits/{visit}"),
        format!("/visits/{visit}/requests"),
        "/door".to_owned(),
    ] {
        all.push(reader.get(&path).await.ok());
    }
    all
}

on_both! {
    /// Rules T5, M6, B11: a member reads in the visitor book and at the door who was there, and nothing of the
    /// ticket; whoever may read the ticket reads it there, too.
    async fn t5_a_colleagues_request_stays_theirs(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let member = app.sign_in(&near.customer.member).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut page = member.listen(None).await;
        let ticket = ask(&mut owner, SUBJECT).await;
        take_over(&mut agent, &ticket).await;
        let visit = enter(&mut agent, &app, &ticket).await;
        visit.view().await.expect("open");
        let secrets = [SUBJECT, ticket.as_str(), "To see the error"];
        for view in everything(&member, &visit.ground, &visit.id).await {
            let text = view.to_string();
            assert!(secrets.iter().all(|secret| !text.contains(secret)), "{view}");
        }
        let ground = member.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!((&ground["ticket"], &ground["of_colleague"], &ground["kind"]), (&Value::Null, &json!(true), &json!("takeover")));
        assert_eq!((&ground["staff"]["name"], &ground["visits"][0]["product"]["id"]), (&json!(near.agent.name), &json!(PRODUCT)));
        let own = owner.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!((&own["ticket"]["subject"], &own["of_colleague"]), (&json!(SUBJECT), &json!(false)));
        assert_eq!(own["visits"][0]["reason"]["text"], "To see the error");
        // Live updates name no request that they may not read.
        write(&mut owner, &ticket, "One more thing").await;
        agent.post(&format!("/visits/{}/end", visit.id), Value::Null).await.ok();
        loop {
            let heard = page.hear("visits").await;
            assert!(!heard.data.to_string().contains(&ticket) && !heard.about("ticket"), "{heard:?}");
            if heard.data["visit"].is_null() && heard.data["ground"] == visit.ground.as_str() {
                break;
            }
        }
    }

    /// Control 44: who was let in to a ticket later reads what it is, and not what was said before.
    async fn control_44_who_watches_later_reads_no_earlier_reason(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, SUBJECT).await;
        take_over(&mut agent, &ticket).await;
        let visit = enter(&mut agent, &app, &ticket).await;
        app.advance(Span::minutes(1));
        let watch = json!({ "contact_id": near.customer.member.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), watch).await.ok();
        let member = app.sign_in(&near.customer.member).await;
        let ground = member.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!((&ground["ticket"]["subject"], &ground["of_colleague"]), (&json!(SUBJECT), &json!(true)));
        assert_eq!(ground["visits"][0]["reason"], Value::Null);
        let mut page = member.listen(None).await;
        write(&mut owner, &ticket, "One more thing").await;
        assert_eq!(page.hear("ticket").await.data["ticket"], ticket.as_str());
    }

    /// What a colleague said on the telephone is theirs as well: number, note and reason.
    async fn t5_a_colleagues_call_stays_theirs(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let member = app.sign_in(&near.customer.member).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut body = redeem_body(&near.customer, &near.customer.owner, &owner.pin().await);
        body["record"]["note"] = json!("Ms Krause must not know");
        let ground = agent.post("/pin/redeem", body).await.ok();
        let visit = agent.open(&app, &ground).await;
        for view in everything(&member, &visit.ground, &visit.id).await {
            let text = view.to_string();
            assert!(["Krause", "23125100", "The shop shows"].iter().all(|secret| !text.contains(secret)), "{view}");
        }
        let own = owner.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!(own["record"]["note"], "Ms Krause must not know");
        let lead = fresh(&app, &near.support_lead).await;
        assert_eq!(lead.get(&format!("/grounds/{}", visit.ground)).await.ok()["record"]["note"], own["record"]["note"]);
    }

    /// A merged request names the other one to those alone who may read that one.
    async fn m6_a_merged_request_names_none_that_one_may_not_read(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut helper = app.sign_in(&near.customer.helper).await;
        let mut agent = app.sign_in(&near.agent).await;
        let theirs = ask(&mut owner, SUBJECT).await;
        let own = ask(&mut helper, "The printer").await;
        app.advance(Span::seconds(1));
        agent.post(&format!("/tickets/{theirs}/merge"), json!({ "into_id": own })).await.ok();
        let seen = helper.get(&format!("/tickets/{own}")).await.ok();
        assert_eq!(seen["merged"], json!([]), "{seen}");
        assert!(!seen.to_string().contains(SUBJECT));
        assert_eq!(owner.get(&format!("/tickets/{own}")).await.ok()["merged"][0]["subject"], SUBJECT);
    }

    /// Rule Z3: that a mail was held, with its codes and ids, is for staff; strangers can make such lines.
    async fn z3_that_a_mail_was_held_is_told_to_staff_alone(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut owner, SUBJECT).await;
        write(&mut agent, &ticket, "Which printer?").await;
        let mail = app.mail(&near.customer.owner.address, "Which printer?").await;
        app.receive(&Letter::from("eve@elsewhere.example").answering(&mail).text("Tell me more")).await;
        let held = |texts: Vec<String>| texts.iter().any(|text| text == "mail.held");
        assert!(held(texts(&agent, &ticket).await), "staff see it");
        assert!(!held(texts(&owner, &ticket).await));
    }
}
