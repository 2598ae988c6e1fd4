//! The clocks that close and lock a ticket (rules B14 to B16).

use http::Method;
use pforte_core::kernel::Span;
use pforte_server::ticket::sweep;
use pforte_testkit::{TestApp, entries_named, on_both, shut_code};
use serde_json::{Value, json};

use super::{access, act, ask, enter, fresh, running, take_over, texts, view, write};

/// The subjects of mails to somebody, oldest first, with this in their text.
async fn mails(app: &TestApp, to: &str, text: &str) -> usize {
    app.mails().await.iter().filter(|m| m.to == to && m.body.contains(text)).count()
}

on_both! {
    /// Rule B14: a ticket that cannot be read holds up no other one, of this provider or the next, and is told of
    /// once it can be read again.
    async fn b14_one_ticket_that_cannot_be_read_holds_up_no_other(app: TestApp) {
        let (near, far) = (app.world.near.clone(), app.world.far.clone());
        let mut owner = app.sign_in(&near.customer.owner).await;
        ask(&mut owner, "Broken").await;
        app.advance(Span::minutes(1));
        ask(&mut owner, "Whole").await;
        ask(&mut app.sign_in(&far.customer.owner).await, "Elsewhere").await;
        app.sql("UPDATE ticket SET priority = 'odd' WHERE subject = 'Broken'").await;
        app.advance(Span::days(3));
        sweep(&app.app).await.expect("swept");
        sweep(&app.app).await.expect("swept");
        let escalated = async |provider| entries_named(&app.app, provider, "ticket.escalated").await.len();
        assert_eq!((escalated(near.provider).await, escalated(far.provider).await), (1, 1));
        app.sql("UPDATE ticket SET priority = 'normal' WHERE subject = 'Broken'").await;
        sweep(&app.app).await.expect("swept");
        assert_eq!(escalated(near.provider).await, 2);
    }

    /// Rule B14: a reminder that could not be sent is not noted as sent; it goes out when it can.
    async fn b14_a_failed_reminder_is_tried_again(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        write(&mut run.agent, &run.ticket, "Does it work now?").await;
        let to = near.customer.owner.address.clone();
        app.sql("ALTER TABLE outbox RENAME TO outbox_away").await;
        app.advance(Span::days(11));
        sweep(&app.app).await.expect("swept");
        app.sql("ALTER TABLE outbox_away RENAME TO outbox").await;
        assert_eq!(mails(&app, &to, "closes in three days").await, 0);
        sweep(&app.app).await.expect("swept");
        sweep(&app.app).await.expect("swept");
        assert_eq!(mails(&app, &to, "closes in three days").await, 1);
    }

    /// Rule B14, control 16: fourteen days without an answer close it, sweeper or not; a message opens it again.
    async fn b14_control_16_silence_closes_and_an_answer_reopens(app: TestApp) {
        let near = app.world.near.clone();
        let run = running(&app).await;
        let mut agent = run.agent;
        write(&mut agent, &run.ticket, "Does it work now?").await;
        assert_eq!(view(&agent, &run.ticket).await["state"], "waiting");
        app.advance(Span::days(14));
        let agent = fresh(&app, &near.agent).await;
        // Signing in took thirty seconds: the fourteen days are over.
        assert_eq!(view(&agent, &run.ticket).await["state"], "closed");
        assert_eq!(access(&agent, &run.ticket).await, "ticket.closed");
        let listed = agent.get("/tickets").await.ok();
        assert_eq!(listed["items"], json!([]));
        assert_eq!(agent.get("/tickets?state=closed").await.ok()["items"][0]["id"], run.ticket.as_str());
        let mut owner = app.sign_in(&near.customer.owner).await;
        write(&mut owner, &run.ticket, "No").await;
        assert_eq!(access(&agent, &run.ticket).await, "masked");
        assert_eq!(texts(&owner, &run.ticket).await, ["ticket.taken_over", "Does it work now?", "ticket.closed", "ticket.reopened", "No"]);
    }

    /// Rule B14: a ticket that waits for staff never closes by itself: it escalates, once.
    async fn b14_what_waits_for_staff_escalates_once(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        app.advance(Span::minutes(2 * 24 * 60 - 1));
        sweep(&app.app).await.expect("swept");
        let lead = app.sign_in(&near.support_lead).await;
        assert_eq!(lead.get("/alarms").await.ok()["items"], json!([]));
        app.advance(Span::minutes(2));
        sweep(&app.app).await.expect("swept");
        sweep(&app.app).await.expect("swept");
        let alarms = lead.get("/alarms").await.ok()["items"].clone();
        assert_eq!((alarms.as_array().map(Vec::len), &alarms[0]["code"]), (Some(1), &json!("ticket.waiting")));
        assert_eq!(lead.get("/tickets/counts").await.ok()["escalated"], 1);
        app.advance(Span::days(20));
        sweep(&app.app).await.expect("swept");
        let lead = fresh(&app, &near.support_lead).await;
        assert_eq!(view(&lead, &ticket).await["state"], "new");
        // The customer does not read of it.
        let owner = app.sign_in(&near.customer.owner).await;
        assert!(!texts(&owner, &ticket).await.contains(&"ticket.escalated".to_owned()));
    }

    /// Rule B14: three days before it closes the customer is told, once; and when it has closed.
    async fn b14_the_customer_is_told_before_and_after(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        write(&mut run.agent, &run.ticket, "Does it work now?").await;
        let to = near.customer.owner.address.clone();
        app.advance(Span::days(11));
        sweep(&app.app).await.expect("swept");
        sweep(&app.app).await.expect("swept");
        assert_eq!(mails(&app, &to, "closes in three days").await, 1);
        app.advance(Span::days(3));
        sweep(&app.app).await.expect("swept");
        sweep(&app.app).await.expect("swept");
        assert_eq!(mails(&app, &to, "waited two weeks").await, 1);
        let closed = entries_named(&app.app, near.provider, "ticket.closed").await;
        assert_eq!(closed.len(), 1);
        let owner = fresh(&app, &near.customer.owner).await;
        assert_eq!(texts(&owner, &run.ticket).await.last().map(String::as_str), Some("ticket.closed"));
    }

    /// Rules B15 and B16, control 16: after thirty days it is locked for every role; access ends for good.
    async fn b15_b16_control_16_locked_for_everybody(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        app.advance(Span::hours(29 * 24 + 23));
        let mut agent = app.sign_in(&near.agent).await;
        take_over(&mut agent, &ticket).await;
        let visit = enter(&mut agent, &app, &ticket).await;
        visit.view().await.expect("open");
        app.advance(Span::hours(1));
        let shut = visit.view().await.expect_err("locked");
        assert!(shut_code(&shut).starts_with("over."), "{}", shut_code(&shut));
        let mut agent = app.sign_in(&near.agent).await;
        assert_eq!(view(&agent, &ticket).await["state"], "locked");
        assert_eq!(access(&agent, &ticket).await, "ticket.locked");
        let message = json!({ "text": "Hello?", "kind": "message" });
        for person in [&near.support_lead, &near.success_lead, &near.admin, &near.untrained, &near.colleague] {
            let mut staff = app.sign_in(person).await;
            let path = format!("/tickets/{ticket}");
            staff.post(&format!("{path}/messages"), message.clone()).await.refused(423, "ticket.locked");
            let note = json!({ "text": "Hm", "kind": "note" });
            staff.post(&format!("{path}/messages"), note).await.refused(423, "ticket.locked");
            staff.call(Method::PATCH, &path, json!({ "priority": "low" })).await.refused(423, "ticket.locked");
            act(&mut staff, &ticket, "close").await.refused(423, "ticket.locked");
            let watch = json!({ "staff_id": person.id });
            staff.post(&format!("{path}/watchers"), watch).await.refused(423, "ticket.locked");
        }
        agent.post(&format!("/tickets/{ticket}/take-over"), json!({})).await.refused(423, "ticket.locked");
        let mut owner = app.sign_in(&near.customer.owner).await;
        act(&mut owner, &ticket, "reopen").await.refused(423, "ticket.locked");
    }

    /// Rule B16: a message to a locked ticket opens a follow-up, linked both ways; nothing is lost.
    async fn b16_a_message_to_a_locked_ticket_opens_a_follow_up(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        app.advance(Span::days(30));
        let mut owner = app.sign_in(&near.customer.owner).await;
        let written = write(&mut owner, &ticket, "It is still there").await;
        assert_eq!(written["follow_up"], true);
        let next = written["ticket"]["id"].as_str().expect("an id").to_owned();
        assert_ne!(next, ticket);
        let view_of = view(&owner, &next).await;
        assert_eq!((&view_of["follows"]["id"], &view_of["subject"], &view_of["state"]), (&json!(ticket), &json!("Error"), &json!("new")));
        assert_eq!(view_of["messages"][0]["text"], "It is still there");
        assert_eq!(view(&owner, &ticket).await["followed_by"][0]["id"], next.as_str());
        // Staff go on in one that opens nothing until the customer confirms it.
        let mut agent = app.sign_in(&near.agent).await;
        let made = agent.post(&format!("/tickets/{ticket}/follow-up"), json!({ "text": "We found it" })).await.ok();
        take_over(&mut agent, made["id"].as_str().expect("an id")).await;
        assert_eq!(access(&agent, made["id"].as_str().expect("an id")).await, "needs.customer_word");
    }

    /// Rules B15, B16: both sides are told three days before, once.
    async fn b15_both_sides_are_told_three_days_before(app: TestApp) {
        let near = app.world.near.clone();
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        app.advance(Span::days(26));
        let mut agent = app.sign_in(&near.agent).await;
        take_over(&mut agent, &ticket).await;
        sweep(&app.app).await.expect("swept");
        assert_eq!(mails(&app, &near.customer.owner.address, "locked in three days").await, 0);
        app.advance(Span::days(1));
        for _ in 0..2 {
            sweep(&app.app).await.expect("swept");
        }
        assert_eq!(mails(&app, &near.customer.owner.address, "locked in three days").await, 1);
        assert_eq!(mails(&app, &near.agent.address, "locked in three days").await, 1);
        // Locking ends the ground for good, also when nobody looks.
        app.advance(Span::days(3));
        for _ in 0..2 {
            sweep(&app.app).await.expect("swept");
        }
        let agent = app.sign_in(&near.agent).await;
        let ended = entries_named(&app.app, near.provider, "ground.ended").await;
        assert_eq!(ended.len(), 1);
        assert_eq!(agent.get("/tickets?state=locked").await.ok()["items"][0]["id"], ticket.as_str());
        assert_eq!(agent.get("/tickets").await.ok()["items"], json!([]));
        assert_eq!(view(&agent, &ticket).await["grounds"][0]["state"], "ended");
        assert_ne!(Value::Null, view(&agent, &ticket).await["locks_at"]);
    }
}
