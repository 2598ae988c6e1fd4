//! What senders are answered by themselves: the same to all, once a day, and a question where it helps.

use pforte_core::kernel::Span;
use pforte_testkit::{Letter, Mail, on_both};
use serde_json::json;

use super::{agent, quarantine, texts, ticket, tickets};

fn to<'a>(mails: &'a [Mail], address: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to == address).collect()
}

on_both! {
    /// Rule Z3: whoever we do not know gets the same words, which tell nothing.
    async fn z3_everybody_unknown_is_answered_the_same(app: TestApp) {
        let near = &app.world.near;
        let alike = near.customer.owner.address.replacen("oduya", "0duya", 1);
        for address in ["stranger@elsewhere.example", &alike] {
            app.receive(&Letter::from(address).text("SECRET-OF-THE-SENDER")).await;
            app.receive(&Letter::from(address).unproven()).await;
        }
        let mails = app.mails().await;
        let [first, second] = ["stranger@elsewhere.example", &alike].map(|a| to(&mails, a));
        assert_eq!((first.len(), second.len()), (1, 1));
        assert_eq!((&first[0].subject, &first[0].body), (&second[0].subject, &second[0].body));
        for told in [&near.customer.name, &near.customer.owner.name, "SECRET-OF-THE-SENDER", "The shop shows"] {
            assert!(!first[0].raw.contains(told), "{told}");
        }
        assert!(first[0].raw.contains("Auto-Submitted: auto-replied"));
    }

    /// Control 46: a thousand mails in a victim's name are one answer in 24 hours.
    async fn control_46_one_answer_for_an_address_and_a_day(app: TestApp) {
        let victim = "victim@elsewhere.example";
        for _ in 0..20 {
            app.receive(&Letter::from(victim).unproven().text("buy now")).await;
        }
        assert_eq!(to(&app.mails().await, victim).len(), 1);
        app.advance(Span::hours(25));
        app.receive(&Letter::from(victim).unproven()).await;
        assert_eq!(to(&app.mails().await, victim).len(), 2);
    }

    /// Control 47: what nobody wrote gets no answer.
    async fn control_47_no_answer_to_machines(app: TestApp) {
        for (name, value) in [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Pforte", "1")] {
            app.receive(&Letter::from("machine@elsewhere.example").header(name, value)).await;
        }
        app.receive(&Letter::from("machine@elsewhere.example").from_nobody()).await;
        assert!(to(&app.mails().await, "machine@elsewhere.example").is_empty());
    }

    /// Rules P2, P15: a proven colleague hears who may, and that the portal is open.
    async fn p2_p15_a_colleague_hears_who_may_ask(app: TestApp) {
        let customer = &app.world.near.customer;
        app.receive(&Letter::from(&customer.member.address)).await;
        let mail = app.mail(&customer.member.address, "/requests/new").await;
        assert!(mail.body.contains(&customer.owner.name) && mail.body.contains(&customer.helper.name), "{}", mail.body);
        // Somebody who only says so does not.
        app.advance(Span::hours(25));
        app.receive(&Letter::from(&customer.member.address).unproven()).await;
        let mails = app.mails().await;
        let last = to(&mails, &customer.member.address).last().map(|m| m.body.clone()).expect("an answer");
        assert!(!last.contains(&customer.owner.name), "{last}");
        let mut member = app.sign_in(&customer.member).await;
        let body = json!({ "subject": "Printer", "done": "", "expected": "", "happened": "No paper", "affected": null, "text": null, "attachments": [] });
        member.post("/tickets", body).await.ok();
    }

    /// Rule Z5: an unproven mail of a registered address waits for the person's own word.
    async fn z5_the_registered_address_is_asked_and_yes_lets_the_mail_in(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        let address = &near.customer.owner.address;
        app.receive(&Letter::from(address).unproven()).await;
        assert!(tickets(&agent).await.is_empty());
        let token = app.mail(address, "/challenge#").await.token();
        let mut anybody = app.browser();
        let asked = anybody.post("/challenge/look", json!({ "token": token })).await.ok();
        assert_eq!(asked["purpose"], "sender");
        // A yes is one to the words that came, and not to a subject alone.
        assert_eq!((&asked["subject"], &asked["text"]), (&json!("The shop shows an error"), &json!("Since this morning the basket stays empty.")));
        anybody.post("/challenge/answer", json!({ "token": token, "yes": true })).await.ok();
        let all = tickets(&agent).await;
        assert_eq!((all.len(), &all[0]["proof"]), (1, &json!("confirmed")));
        assert!(quarantine(&agent).await.is_empty());
        assert_eq!(texts(&ticket(&agent, &all[0]["id"]).await).len(), 1);
        anybody.post("/challenge/answer", json!({ "token": token, "yes": true })).await.status(410);
    }

    /// “No” leaves it where it is, and staff see that it was answered.
    async fn z5_no_leaves_the_mail_in_quarantine(app: TestApp) {
        let near = &app.world.near;
        let agent = agent(&app).await;
        let address = &near.customer.owner.address;
        app.receive(&Letter::from(address).unproven()).await;
        let token = app.mail(address, "/challenge#").await.token();
        app.browser().post("/challenge/answer", json!({ "token": token, "yes": false })).await.ok();
        assert!(tickets(&agent).await.is_empty());
        assert_eq!(quarantine(&agent).await[0]["challenge"]["answered"], "no");
    }

    /// Rule X8, control 22: consent by mail is kept as what it is, a message, and opens nothing.
    async fn x8_control_22_consent_by_mail_opens_nothing(app: TestApp) {
        let near = &app.world.near;
        let mut agent = agent(&app).await;
        let letter = Letter::from(&near.customer.owner.address).subject("einverstanden").text("Ich stimme allem zu.");
        app.receive(&letter).await;
        let id = tickets(&agent).await[0]["id"].as_str().expect("an id").to_owned();
        agent.post(&format!("/tickets/{id}/take-over"), json!({ "from_staff_id": null })).await.ok();
        let owner = app.sign_in(&near.customer.owner).await;
        let door = owner.get("/door").await.ok();
        let areas = door["can_see"][0]["areas"].as_array().expect("areas");
        assert!(areas.iter().any(|a| a["how"] == "closed") && door["grounds"][0]["kind"] == "takeover", "{door}");
    }
}
