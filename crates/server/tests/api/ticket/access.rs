//! What a ticket opens, to whom, and what ends it (rules B10 to B13).

use std::time::{Duration, Instant};

use http::Method;
use pforte_core::kernel::Span;
use pforte_testkit::{entries_named, on_both, shut_code};
use serde_json::{Value, json};

use super::{access, act, ask, enter, fresh, id, running, take_over, view, visit_body, write};

/// Why the next page is refused.
async fn told(visit: &pforte_testkit::Opened) -> String {
    match visit.view().await {
        Ok(_) => "open".into(),
        Err(shut) => shut_code(&shut),
    }
}

on_both! {
    /// Rules B10, B13, X2: a colleague who only reads along neither confirms a request that staff opened nor
    /// gives access back by opening it again: a visit acts as the requester's user.
    async fn b10_b13_x2_who_reads_along_gives_no_access(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        let mut member = app.sign_in(&near.customer.member).await;
        let body = json!({ "subject": "Error", "text": "On the phone", "contact_id": near.customer.helper.id, "channel": "phone" });
        let ticket = super::id(&agent.post("/tickets", body).await.ok());
        let watch = json!({ "contact_id": near.customer.member.id });
        agent.post(&format!("/tickets/{ticket}/watchers"), watch).await.ok();
        take_over(&mut agent, &ticket).await;
        let can = view(&member, &ticket).await["can"].clone();
        assert!(!can.as_array().expect("can").contains(&json!("confirm")), "{can}");
        act(&mut member, &ticket, "confirm").await.refused(403, "ticket.not_yours");
        assert_eq!(access(&agent, &ticket).await, "needs.customer_word");
        let mut helper = app.sign_in(&near.customer.helper).await;
        act(&mut helper, &ticket, "confirm").await.ok();
        assert_ne!(access(&agent, &ticket).await, "needs.customer_word");
        act(&mut helper, &ticket, "close").await.ok();
        app.advance(Span::seconds(1));
        act(&mut member, &ticket, "reopen").await.ok();
        assert_eq!(access(&agent, &ticket).await, "needs.customer_word");
    }

    /// Rules B10 and B11, control 12: the product opens only to who has taken the ticket over; all others read.
    async fn b10_b11_control_12_only_who_took_it_over_enters(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let mut agent = app.sign_in(&near.agent).await;
        let mut colleague = app.sign_in(&near.colleague).await;
        let ticket = ask(&mut owner, "The shop shows an error").await;
        assert_eq!(access(&agent, &ticket).await, "needs.takeover");
        let card = agent.get(&format!("/customers/{}", near.customer.id)).await.ok();
        assert_eq!(card["products"][0]["code"], "ground.none");

        let taken = take_over(&mut agent, &ticket).await;
        assert_eq!((&taken["access"]["decision"], &taken["assignee"]["id"]), (&json!("open"), &json!(near.agent.id)));
        let ground = taken["access"]["ground_id"].clone();
        // Rule T4: a takeover carries no reason, so the first visit on it needs one.
        agent.post("/visits", visit_body(&ground)).await.refused(403, "needs.reason");
        let visit = enter(&mut agent, &app, &ticket).await;
        assert_eq!(told(&visit).await, "open");
        // Rule B5: never customer data.
        assert!(visit.admit("GET", "/address").await.is_err());

        assert_eq!(access(&colleague, &ticket).await, "needs.takeover");
        colleague.post("/visits", visit_body(&ground)).await.refused(404, "not_found");
        let seen = view(&colleague, &ticket).await;
        assert_eq!(seen["cannot"]["write"], "ticket.not_yours");
        let body = json!({ "text": "Let me", "kind": "message" });
        colleague.post(&format!("/tickets/{ticket}/messages"), body).await.refused(403, "ticket.not_yours");
        colleague.post(&format!("/tickets/{ticket}/take-over"), json!({})).await.refused(409, "ticket.taken");
    }

    /// Rules T5 and X5: the customer is told of a takeover's visit, and all that belongs together links to
    /// each other, both ways.
    async fn t5_x5_the_customer_is_told_and_everything_links(app: TestApp) {
        let run = running(&app).await;
        let door = run.owner.get("/door").await.ok();
        assert_eq!(door["state"], "open");
        let ground = &door["grounds"][0];
        assert_eq!((&ground["kind"], &ground["ticket"]["id"]), (&json!("takeover"), &json!(run.ticket)));
        assert_eq!(ground["visits"][0]["reason"]["text"], "To see the error");
        assert!(door["notices"].as_array().expect("notices").iter().any(|n| n["code"] == "ticket.taken_over"));
        let seen = view(&run.owner, &run.ticket).await;
        assert_eq!((&seen["grounds"][0]["id"], &seen["grounds"][0]["state"]), (&ground["id"], &json!("open")));
        assert_eq!((&seen["access"], &seen["requester"]), (&Value::Null, &Value::Null));
        let card = run.agent.get(&format!("/customers/{}", app.world.near.customer.id)).await.ok();
        assert_eq!(card["products"][0]["decision"], "open");
        let mail = app.mail(&app.world.near.customer.owner.address, "for your request #1001").await;
        assert_eq!(mail.subject, "Mara Lindqvist is now in Hosting Panel");
    }

    /// Rule B10, control 14: a ticket that staff opened opens nothing until the customer confirms it.
    async fn b10_control_14_staff_made_tickets_open_nothing_until_confirmed(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        let body = json!({ "contact_id": near.customer.owner.id, "channel": "phone", "subject": "Called about the shop",
            "text": "The shop shows an error" });
        let ticket = id(&agent.post("/tickets", body).await.ok());
        let taken = take_over(&mut agent, &ticket).await;
        assert_eq!((&taken["access"]["code"], &taken["access"]["needs_confirmation"]), (&json!("needs.customer_word"), &json!(true)));
        let ground = taken["grounds"][0]["id"].clone();
        let visit = json!({ "ground_id": ground, "product": "panel", "reason": { "category": "fault", "text": "To see" } });
        agent.post("/visits", visit.clone()).await.refused(403, "needs.customer_word");
        let mut owner = app.sign_in(&near.customer.owner).await;
        assert_eq!(owner.get("/door").await.ok()["state"], "closed");
        // Staff writing to the customer changes nothing about that.
        write(&mut agent, &ticket, "We look into it").await;
        agent.post("/visits", visit.clone()).await.refused(403, "needs.customer_word");
        // Rule X8: not by a link from a mail alone.
        let mut by_link = app.sign_in_by_link(&near.customer.owner).await;
        act(&mut by_link, &ticket, "confirm").await.refused(403, "sign_in.needs_confirmation");
        act(&mut owner, &ticket, "confirm").await.ok();
        assert_eq!(access(&agent, &ticket).await, "masked");
        agent.post("/visits", visit).await.ok();
        assert_eq!(owner.get("/door").await.ok()["state"], "open");
    }

    /// Rule B10: the customer's own word in a staff-made ticket counts like a confirmation.
    async fn b10_the_customers_message_confirms_too(app: TestApp) {
        let near = &app.world.near;
        let mut agent = app.sign_in(&near.agent).await;
        let body = json!({ "contact_id": near.customer.owner.id, "channel": "chat", "subject": "Chat", "text": "Error" });
        let ticket = id(&agent.post("/tickets", body).await.ok());
        take_over(&mut agent, &ticket).await;
        assert_eq!(access(&agent, &ticket).await, "needs.customer_word");
        let mut owner = app.sign_in(&near.customer.owner).await;
        write(&mut owner, &ticket, "Yes, that is me").await;
        assert_eq!(access(&agent, &ticket).await, "masked");
    }

    /// Rule B12, control 13: closing ends the access with its running session, within a second.
    async fn b12_control_13_closing_cuts_the_running_session(app: TestApp) {
        for by_customer in [true, false] {
            let mut run = running(&app).await;
            let hold = run.visit.view().await.expect("open").hold;
            let started = Instant::now();
            let closing = if by_customer { &mut run.owner } else { &mut run.agent };
            let (closed, cut) = tokio::join!(act(closing, &run.ticket, "close"), async {
                let cut = tokio::time::timeout(Duration::from_secs(1), hold.cancelled()).await;
                drop(hold);
                cut
            });
            assert!(cut.is_ok(), "the stream is still open after {:?}", started.elapsed());
            assert_eq!(closed.ok()["state"], "closed");
            let over = if by_customer { "over.ClosedByCustomer" } else { "over.ClosedByStaff" };
            assert_eq!(told(&run.visit).await, over);
            assert_eq!(access(&run.agent, &run.ticket).await, "ticket.closed");
            assert_eq!(run.owner.get("/door").await.ok()["state"], "closed");
            app.advance(Span::seconds(60));
        }
    }

    /// Rule B13: reopened by the customer, it is the same staff member's again, on the same ground; the
    /// session that was cut stays over.
    async fn b13_reopened_by_the_customer_it_is_given_back(app: TestApp) {
        let mut run = running(&app).await;
        act(&mut run.agent, &run.ticket, "close").await.ok();
        app.advance(Span::minutes(1));
        write(&mut run.owner, &run.ticket, "It is back").await;
        let seen = view(&run.agent, &run.ticket).await;
        assert_eq!((&seen["access"]["code"], &seen["assignee"]["id"]), (&json!("masked"), &json!(app.world.near.agent.id)));
        assert_eq!(seen["access"]["ground_id"], run.visit.ground.as_str());
        assert_eq!(told(&run.visit).await, "over.ClosedByStaff");
        app.advance(Span::seconds(1));
        let again = enter(&mut run.agent, &app, &run.ticket).await;
        assert_eq!(told(&again).await, "open");
    }

    /// Rules B13 and T21: who lost a condition meanwhile gets nothing back.
    async fn b13_t21_giving_back_looks_at_the_conditions_again(app: TestApp) {
        let mut run = running(&app).await;
        act(&mut run.agent, &run.ticket, "close").await.ok();
        let mut admin = app.sign_in(&app.world.near.admin).await;
        let path = format!("/staff/{}", app.world.near.agent.id);
        admin.call(Method::PATCH, &path, json!({ "training_done": false })).await.ok();
        act(&mut run.owner, &run.ticket, "reopen").await.ok();
        assert_eq!(access(&run.agent, &run.ticket).await, "staff.lacks.training");
    }

    /// Rule B13, control 15: reopened by staff it opens nothing, until the customer speaks.
    async fn b13_reopened_by_staff_it_opens_nothing(app: TestApp) {
        let mut run = running(&app).await;
        act(&mut run.owner, &run.ticket, "close").await.ok();
        app.advance(Span::minutes(1));
        act(&mut run.agent, &run.ticket, "reopen").await.ok();
        assert_eq!(access(&run.agent, &run.ticket).await, "needs.customer_word");
        assert_eq!(run.owner.get("/door").await.ok()["state"], "closed");
        write(&mut run.owner, &run.ticket, "Please go on").await;
        assert_eq!(access(&run.agent, &run.ticket).await, "masked");
    }

    /// Rule B10: handing over and giving back end the access and the running session at once; the
    /// colleague's opens only once they take over.
    async fn b10_handing_over_and_giving_back_end_the_access(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        let hold = run.visit.view().await.expect("open").hold;
        let body = json!({ "staff_id": near.colleague.id });
        let handed = run.agent.post(&format!("/tickets/{}/hand-over", run.ticket), body).await.ok();
        assert!(!hold.is_current(), "a request admitted before may still be forwarded");
        assert_eq!((&handed["assignee"]["id"], &handed["access"]["code"]), (&json!(near.colleague.id), &json!("needs.takeover")));
        assert_ne!(told(&run.visit).await, "open");
        let mut colleague = fresh(&app, &near.colleague).await;
        assert_eq!(access(&colleague, &run.ticket).await, "needs.takeover");
        take_over(&mut colleague, &run.ticket).await;
        let visit = enter(&mut colleague, &app, &run.ticket).await;
        assert_eq!(told(&visit).await, "open");
        let released = act(&mut colleague, &run.ticket, "release").await.ok();
        assert_eq!((&released["assignee"], &released["state"]), (&Value::Null, &json!("new")));
        assert_ne!(told(&visit).await, "open");
        assert_eq!(run.owner.get("/door").await.ok()["state"], "closed");
        let ended = entries_named(&app.app, near.provider, "ground.ended").await;
        assert_eq!(ended.len(), 2);
    }

    /// Rule B10: taking it from somebody takes naming them, and ends their session.
    async fn b10_taking_it_from_somebody_ends_their_access(app: TestApp) {
        let near = app.world.near.clone();
        let run = running(&app).await;
        let mut colleague = fresh(&app, &near.colleague).await;
        let path = format!("/tickets/{}/take-over", run.ticket);
        colleague.post(&path, json!({ "from_staff_id": near.support_lead.id })).await.refused(409, "ticket.taken");
        colleague.post(&path, json!({ "from_staff_id": near.agent.id })).await.ok();
        assert_ne!(told(&run.visit).await, "open");
        assert_eq!((access(&run.agent, &run.ticket).await, access(&colleague, &run.ticket).await), ("needs.takeover".into(), "masked".into()));
    }

    /// Taking over again what one has makes no second ground. What the customer ended opens again only after
    /// they wrote: taking over anew is no way round *End now* (rules B8, P8).
    async fn taking_over_again_is_the_same_ground(app: TestApp) {
        let mut run = running(&app).await;
        let again = take_over(&mut run.agent, &run.ticket).await;
        assert_eq!(again["grounds"].as_array().map(Vec::len), Some(1));
        assert_eq!(told(&run.visit).await, "open");
        run.owner.post(&format!("/grounds/{}/end", run.visit.ground), Value::Null).await.ok();
        assert_eq!(told(&run.visit).await, "over.Customer");
        assert_eq!(access(&run.agent, &run.ticket).await, "needs.takeover");
        let path = format!("/tickets/{}", run.ticket);
        run.agent.post(&format!("{path}/take-over"), json!({})).await.refused(403, "needs.customer_word");
        app.advance(Span::seconds(1));
        let body = json!({ "text": "Please look once more.", "kind": "message" });
        run.owner.post(&format!("{path}/messages"), body).await.ok();
        let anew = take_over(&mut run.agent, &run.ticket).await;
        assert_eq!((anew["grounds"].as_array().map(Vec::len), &anew["access"]["code"]), (Some(2), &json!("masked")));
    }

    /// Control 23: without training nobody takes over.
    async fn control_23_taking_over_takes_all_conditions(app: TestApp) {
        let near = &app.world.near;
        let mut owner = app.sign_in(&near.customer.owner).await;
        let ticket = ask(&mut owner, "Error").await;
        let mut untrained = app.sign_in(&near.untrained).await;
        untrained.post(&format!("/tickets/{ticket}/take-over"), json!({})).await.refused(403, "staff.lacks");
        let mut admin = app.sign_in(&near.admin).await;
        admin.post(&format!("/tickets/{ticket}/take-over"), json!({})).await.refused(403, "staff.lacks");
    }

    /// Merging ends the access that the ticket opened.
    async fn merging_ends_the_access(app: TestApp) {
        let mut run = running(&app).await;
        let other = ask(&mut run.owner, "The same again").await;
        let body = json!({ "into_id": other });
        let merged = run.agent.post(&format!("/tickets/{}/merge", run.ticket), body).await.ok();
        assert_eq!((&merged["state"], &merged["merged_into"]["id"]), (&json!("closed"), &json!(other)));
        assert_ne!(told(&run.visit).await, "open");
        assert_eq!(view(&run.owner, &other).await["merged"][0]["id"], run.ticket.as_str());
        // What the customer writes to it goes on in the other.
        let written = write(&mut run.owner, &run.ticket, "Where is this?").await;
        assert_eq!(written["ticket"]["id"], other.as_str());
    }
}
