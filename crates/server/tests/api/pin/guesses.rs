//! Wrong guesses and what follows from them; the counters survive a restart.

use pforte_core::{entry::Event, kernel::Span};
use pforte_testkit::{entries_named, on_both, redeem_body};
use serde_json::{Value, json};

use super::{alarms, guess_wrong, notices, wrong_digits};

on_both! {
    /// Control 4: five wrong guesses kill the PIN, tell the customer, and refuse the right PIN.
    async fn control_4_five_wrong_guesses_kill_the_pin(app: TestApp) {
        let near = &app.world.near;
        let (customer, owner) = (&near.customer, &near.customer.owner);
        let mut contact = app.sign_in(owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let right = contact.pin().await;
        guess_wrong(&mut agent, customer, owner, 4).await;
        assert_eq!(contact.pin().await, right, "four do not");
        let mut page = contact.listen(None).await;
        guess_wrong(&mut agent, customer, owner, 1).await;
        page.hear("pin").await;
        agent.post("/pin/redeem", redeem_body(customer, owner, &right)).await.refused(403, "pin.wrong");
        assert_eq!(notices(&contact).await, ["pin.killed"]);
        let mails = app.mails().await;
        let told: Vec<_> = mails.iter().map(|m| (m.to.as_str(), m.subject.as_str())).collect();
        assert_eq!(told, [(owner.address.as_str(), "Your support PIN was blocked")]);
        // Rule B9: another one at once.
        let new = contact.pin().await;
        assert_ne!(new, right);
        agent.redeem(customer, owner, &new).await;
    }

    /// Control 4: the count survives a restart, orderly or not.
    async fn control_4_guesses_survive_a_restart(app: TestApp) {
        let near = app.world.near.clone();
        let (customer, owner) = (&near.customer, &near.customer.owner);
        let right = app.sign_in(owner).await.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        guess_wrong(&mut agent, customer, owner, 2).await;
        let app = app.restart().await;
        guess_wrong(&mut agent.at(&app), customer, owner, 2).await;
        let app = app.restart_torn().await;
        app.advance(Span::minutes(1));
        let mut agent = app.sign_in(&near.agent).await;
        guess_wrong(&mut agent, customer, owner, 1).await;
        agent.post("/pin/redeem", redeem_body(customer, owner, &right)).await.refused(403, "pin.wrong");
        assert_eq!(entries_named(&app.app, near.provider, "pin.killed").await.len(), 1);
    }

    /// Control 5: 15 wrong in 24 hours, over several staff and PINs, close the way until an authorised
    /// contact signs in afresh; the portal works meanwhile.
    async fn control_5_fifteen_wrong_guesses_close_the_way(app: TestApp) {
        let near = &app.world.near;
        let (customer, owner, helper) = (&near.customer, &near.customer.owner, &near.customer.helper);
        let mut contact = app.sign_in(helper).await;
        let mut staff = [app.sign_in(&near.agent).await, app.sign_in(&near.colleague).await];
        guess_wrong(&mut staff[0], customer, owner, 8).await;
        guess_wrong(&mut staff[1], customer, helper, 7).await;
        let right = redeem_body(customer, helper, &wrong_digits(""));
        staff[1].post("/pin/redeem", right).await.refused(409, "pin.closed");
        // The portal works; it says what happened, and shows no PIN.
        let door = contact.get("/door").await.ok();
        assert_eq!((&door["state"], &door["pin_closed"]), (&json!("closed"), &json!(true)));
        contact.post("/pin", Value::Null).await.refused(409, "pin.closed");
        assert!(notices(&contact).await.contains(&"pin.closed".to_owned()));
        let lead = app.sign_in(&near.success_lead).await;
        let codes: Vec<_> = alarms(&lead).await.iter().map(|a| a["code"].clone()).collect();
        assert!(codes.contains(&json!("pin.customer_closed")), "{codes:?}");
        // A contact without both rights does not open it, nor does a link from a mail.
        app.sign_in(helper).await;
        app.sign_in_by_link(owner).await;
        contact.post("/pin", Value::Null).await.refused(409, "pin.closed");
        // What is told at one instant has no order.
        app.advance(Span::seconds(1));
        app.sign_in(owner).await;
        let digits = contact.pin().await;
        assert_eq!(notices(&contact).await[0], "pin.reopened");
        staff[1].redeem(customer, helper, &digits).await;
    }

    /// Control 5: guesses older than 24 hours no longer count.
    async fn control_5_the_window_is_24_hours(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        guess_wrong(&mut agent, &near.customer, &near.customer.owner, 9).await;
        app.advance(Span::hours(24));
        let mut colleague = app.sign_in(&near.colleague).await;
        guess_wrong(&mut colleague, &near.customer, &near.customer.owner, 9).await;
        let contact = app.sign_in(&near.customer.helper).await;
        assert_eq!(contact.get("/door").await.ok()["pin_closed"], false);
    }

    /// Control 6: ten wrong in a day lock that staff member's form until a lead unlocks it.
    async fn control_6_ten_wrong_guesses_lock_the_form(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        let mut lead = app.sign_in(&near.success_lead).await;
        let mut board = lead.listen(None).await;
        guess_wrong(&mut agent, &near.customer, &near.customer.owner, 5).await;
        guess_wrong(&mut agent, &near.other, &near.other.owner, 5).await;
        board.hear("alarms").await;
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        let body = redeem_body(&near.customer, &near.customer.owner, &digits);
        agent.post("/pin/redeem", body.clone()).await.refused(423, "pin.form_locked");
        assert_eq!(agent.get("/me").await.ok()["staff"]["form_locked"], true);
        // Waiting does not help, and nobody unlocks the own form.
        app.advance(Span::hours(25));
        let mut agent = app.sign_in(&near.agent).await;
        agent.post("/pin/redeem", body).await.refused(423, "pin.form_locked");
        let unlock = format!("/staff/{}/unlock", near.agent.id);
        agent.post(&unlock, Value::Null).await.refused(403, "staff.leads_only");
        lead = app.sign_in(&near.success_lead).await;
        lead.post(&unlock, Value::Null).await.status(204);
        let digits = app.sign_in(&near.customer.owner).await.pin().await;
        agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        // Other staff were never locked out; the lead was told once.
        let codes: Vec<_> = alarms(&lead).await.iter().map(|a| a["code"].clone()).collect();
        assert_eq!(codes, [json!("pin.staff_locked")]);
    }

    /// D9: whatever raises an alarm stands in the log as raised, in the order in which it came.
    async fn d9_every_alarm_of_a_wrong_guess_has_its_entry(app: TestApp) {
        let near = &app.world.near;
        let (customer, owner) = (&near.customer, &near.customer.owner);
        app.sign_in(owner).await.pin().await;
        let mut agent = app.sign_in(&near.agent).await;
        guess_wrong(&mut agent, customer, owner, 10).await;
        guess_wrong(&mut app.sign_in(&near.colleague).await, customer, owner, 5).await;
        let raised = entries_named(&app.app, near.provider, "alarm.raised").await;
        let raised = raised.iter().map(|entry| match &entry.event {
            Event::AlarmRaised { code, alarm, .. } => (code.to_string(), alarm.to_string(), entry.customer),
            _ => unreachable!("that is what was asked for"),
        });
        let raised: Vec<_> = raised.collect();
        let lead = app.sign_in(&near.success_lead).await;
        let mut told = alarms(&lead).await;
        told.reverse();
        let id = Some(customer.id.into());
        let told = told.iter().map(|a| {
            (a["code"].as_str().expect("a code").to_owned(), a["id"].as_str().expect("an id").to_owned(), id)
        });
        assert_eq!(raised, told.collect::<Vec<_>>());
        let codes: Vec<_> = raised.iter().map(|(code, ..)| code.as_str()).collect();
        assert_eq!(codes, ["pin.staff_locked", "pin.customer_closed"]);
        // The PIN that comes in a killed one's place is told, too: no change without its entry.
        let issued = entries_named(&app.app, near.provider, "pin.issued").await.len();
        let killed = entries_named(&app.app, near.provider, "pin.killed").await.len();
        assert_eq!((issued, killed), (4, 3));
    }

    /// Control 6: the lock survives a restart, and one's own lead form is another lead's to unlock.
    async fn control_6_the_lock_survives_and_is_not_ones_own_to_lift(app: TestApp) {
        let near = app.world.near.clone();
        let mut lead = app.sign_in(&near.support_lead).await;
        guess_wrong(&mut lead, &near.customer, &near.customer.owner, 10).await;
        let app = app.restart().await;
        let mut lead = lead.at(&app);
        let body = redeem_body(&near.customer, &near.customer.owner, &wrong_digits(""));
        lead.post("/pin/redeem", body).await.refused(423, "pin.form_locked");
        let unlock = format!("/staff/{}/unlock", near.support_lead.id);
        lead.post(&unlock, Value::Null).await.refused(403, "staff.not_oneself");
    }

    /// Control 7: thirty wrong in an hour over everything raise one alarm.
    async fn control_7_thirty_wrong_guesses_raise_one_alarm(app: TestApp) {
        let near = &app.world.near;
        let mut staff = vec![];
        for person in [&near.agent, &near.colleague, &near.support_lead] {
            staff.push(app.sign_in(person).await);
        }
        let mut lead = app.sign_in(&near.success_lead).await;
        let targets = [(&near.customer, &near.customer.owner), (&near.other, &near.other.owner)];
        for agent in &mut staff[..2] {
            for (customer, contact) in targets {
                guess_wrong(agent, customer, contact, 5).await;
            }
        }
        // Twenty so far; the way at both customers closes at fifteen each, so unlock in between.
        guess_wrong(&mut staff[2], &near.customer, &near.customer.helper, 5).await;
        guess_wrong(&mut staff[2], &near.other, &near.other.helper, 4).await;
        let flood = async |lead: &pforte_testkit::Browser| {
            alarms(lead).await.iter().filter(|a| a["code"] == "pin.flood").count()
        };
        assert_eq!(flood(&lead).await, 0, "29 raise none");
        guess_wrong(&mut staff[2], &near.other, &near.other.helper, 1).await;
        assert_eq!(flood(&lead).await, 1);
        // The 31st raises no second one.
        app.sign_in(&near.customer.owner).await;
        lead.post(&format!("/staff/{}/unlock", near.agent.id), Value::Null).await.status(204);
        guess_wrong(&mut staff[0], &near.customer, &near.customer.owner, 1).await;
        assert_eq!(flood(&lead).await, 1);
        // A lead takes note of it; once.
        let id = alarms(&lead).await.iter().find(|a| a["code"] == "pin.flood").expect("it")["id"].clone();
        let path = format!("/alarms/{}/acknowledge", id.as_str().expect("an id"));
        lead.post(&path, Value::Null).await.status(204);
        lead.post(&path, Value::Null).await.refused(404, "not_found");
    }
}
