//! "That was not agreed": what a customer says of a visit reaches the leads, and nobody else at the provider.

use pforte_core::{entry::Event, kernel::Span};
use pforte_testkit::{entries_named, on_both};
use serde_json::{Value, json};

on_both! {
    /// U14: alarm, entry and notice; the leads read the sentence and find the visit.
    async fn an_objection_reaches_the_leads_with_its_visit(app: TestApp) {
        let (contact, agent, visit) = app.visit().await;
        let near = app.world.near.clone();
        let path = format!("/visits/{}/objection", visit.id);
        let said = json!({ "said": "  Nobody   called\nus today. " });
        let made = contact.clone().post(&path, said).await.ok();
        assert_eq!(made["said"], "Nobody called us today.");
        assert_eq!((&made["visit_id"], &made["ground_id"]), (&json!(visit.id), &json!(visit.ground)));

        app.advance(Span::seconds(30));
        let lead = app.sign_in(&near.support_lead).await;
        let alarms = lead.get("/alarms").await.ok();
        let alarm = &alarms["items"][0];
        assert_eq!(alarm["code"], "visit.objected");
        assert_eq!(alarm["objection"], made);
        assert_eq!(alarm["staff"]["id"], json!(near.agent.id));
        assert_eq!(alarm["customer"]["id"], json!(near.customer.id));
        // The link leads somewhere: the lead may see that ground.
        lead.get(&format!("/grounds/{}", visit.ground)).await.ok();

        let notices = contact.get("/door").await.ok()["notices"].clone();
        assert!(notices.as_array().expect("notices").iter().any(|n| n["code"] == "visit.objected"), "{notices}");
        let entries = entries_named(&app.app, near.provider, "visit.objected").await;
        let [entry] = entries.as_slice() else { panic!("one entry, not {}", entries.len()) };
        let Event::VisitObjected { said, .. } = &entry.event else { panic!("{entry:?}") };
        assert_eq!(said.as_ref().map(ToString::to_string).as_deref(), Some("Nobody called us today."));
        assert_eq!(entries_named(&app.app, near.provider, "alarm.raised").await.len(), 1);

        let objections = format!("/grounds/{}/objections", visit.ground);
        assert_eq!(contact.get(&objections).await.ok(), json!([made]));
        assert_eq!(lead.get(&objections).await.ok(), json!([made]));
        agent.get(&objections).await.refused(403, "staff.leads_only");
    }

    /// U14: once for each visit, also for a colleague; the words may be left out; too many are refused.
    async fn one_visit_is_objected_to_once(app: TestApp) {
        let near = app.world.near.clone();
        let (mut contact, mut agent, first) = app.visit().await;
        let path = format!("/visits/{}/objection", first.id);
        let long = json!({ "said": "a".repeat(501) });
        let refused = contact.post(&path, long).await;
        assert_eq!(refused.status.as_u16(), 422);
        assert_eq!(contact.post(&path, json!({})).await.ok()["said"], Value::Null);
        contact.post(&path, json!({ "said": "Again" })).await.refused(409, "visit.objected_already");
        let second = agent.open_again(&app, &first).await;
        contact.post(&format!("/visits/{}/objection", second.id), json!({ "said": null })).await.ok();
        assert_eq!(entries_named(&app.app, near.provider, "visit.objected").await.len(), 2);
        assert_eq!(entries_named(&app.app, near.provider, "alarm.raised").await.len(), 2, "the refused one raised none");
    }

    /// U9: an address with a part that is no id is one that is not there, in the words of every other.
    async fn a_malformed_id_reads_like_one_that_is_not_there(app: TestApp) {
        let (contact, _, _) = app.visit().await;
        for path in ["/grounds/nonsense", "/tickets/12", "/visits/%20/requests", "/attachments/x"] {
            contact.get(path).await.refused(404, "not_found");
        }
    }
}
