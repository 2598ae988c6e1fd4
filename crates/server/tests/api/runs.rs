//! Stopping and starting: in order, everything goes on; otherwise everything is shut.

use pforte_core::{
    access::EndedHow,
    entry::Event,
    kernel::{Moment, ProviderId, Span},
};
use pforte_store::provider::{self, Provider};
use pforte_testkit::{entries_named, on_both};
use serde_json::json;
use uuid::Uuid;

use crate::visit::told;

on_both! {
    /// After an orderly stop visits, grounds and sign-ins go on.
    async fn after_an_orderly_stop_visits_go_on(app: TestApp) {
        let (contact, agent, visit) = app.visit().await;
        visit.view().await.expect("open");
        let app = app.restart().await;
        let visit = visit.at(&app);
        assert_eq!(told(&visit.view().await), "open");
        assert_eq!(agent.at(&app).get("/me").await.status, 200);
        assert_eq!(contact.at(&app).get("/door").await.ok()["state"], "open");
        // Also its end goes on being where it was, and so does the idle time.
        app.advance(Span::minutes(14));
        let app = app.restart().await;
        app.advance(Span::minutes(1));
        assert_eq!(told(&visit.at(&app).view().await), "over.Idle");
    }

    /// After any other end every ground, visit and sign-in is over, and the log says so.
    async fn after_a_torn_run_everything_is_shut(app: TestApp) {
        let (contact, agent, visit) = app.visit().await;
        let digits = contact.clone().pin().await;
        let app = app.restart_torn().await;
        let near = app.world.near.clone();
        assert_eq!(told(&visit.at(&app).view().await), "not_here");
        for browser in [&contact, &agent] {
            browser.at(&app).get("/me").await.refused(401, "sign_in.needed");
        }
        let mut contact = app.sign_in(&near.customer.owner).await;
        assert_eq!(contact.get("/door").await.ok()["state"], "closed");
        let ground = contact.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!((&ground["ended_how"], &ground["visits"][0]["ended_how"]), (&json!("restart"), &json!("restart")));
        let ended = entries_named(&app.app, near.provider, "ground.ended").await;
        assert!(matches!(ended[0].event, Event::GroundEnded { how: EndedHow::Restart, .. }), "{ended:?}");
        assert_eq!(entries_named(&app.app, near.provider, "visit.ended").await.len(), 1);
        // A PIN opens nothing by itself; it is still good.
        assert_eq!(contact.pin().await, digits);
        // It is told once.
        let app = app.restart().await;
        assert_eq!(entries_named(&app.app, near.provider, "ground.ended").await.len(), 1);
    }

    /// Stopping cuts open streams.
    async fn stopping_cuts_open_streams(app: TestApp) {
        let (contact, _, visit) = app.visit().await;
        let hold = visit.view().await.expect("open").hold;
        let mut page = contact.listen(None).await;
        app.app.stop().await;
        hold.cancelled().await;
        while let Some(heard) = page.next().await {
            assert_eq!(heard.event, "change");
        }
    }

    /// However many providers a server has, each reads in its log that a run began (and what became of the one before).
    async fn d6_each_of_a_thousand_providers_hears_of_a_run(app: TestApp) {
        let last = ProviderId(Uuid::from_u128(u128::MAX >> 1));
        let added = app.app.writer.upkeep(move |tx| {
            Box::pin(async move {
                for n in 0..=1_000_u128 {
                    let id = ProviderId(Uuid::from_u128(last.0.as_u128() - n));
                    let slug = format!("house-{n}");
                    provider::insert(tx, &Provider { id, name: slug.clone(), slug }, Moment(1)).await?;
                }
                Ok(())
            })
        });
        added.await.expect("added");
        let app = app.restart().await;
        for n in [0, 1, 500, 999, 1_000] {
            let id = ProviderId(Uuid::from_u128(last.0.as_u128() - n));
            assert_eq!(entries_named(&app.app, id, "run.started").await.len(), 1, "{n}");
        }
        assert_eq!(entries_named(&app.app, app.world.near.provider, "run.started").await.len(), 2);
    }

    /// Control 2: a clock that was set back while the server was down brings nothing back.
    async fn control_2_time_never_falls_across_a_restart(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        app.advance(Span::minutes(59));
        let before = app.app.sources.now();
        let _ = visit.view().await;
        app.clock.set_back(Span::hours(5));
        let app = app.restart().await;
        assert!(app.app.sources.now() >= before);
    }
}
