//! Visits that end at the same moment end together, however slowly some of them let go.

use std::time::Duration;

use futures_util::future::join_all;
use pforte_core::kernel::Span;
use pforte_testkit::on_both;

use super::told;

on_both! {
    /// Each ending waits up to a second for its streams. Were they ended one after another, the last of five would
    /// be looked at for four seconds longer; and nobody else's door may wait for them.
    async fn d6_streams_that_do_not_let_go_hold_up_no_other_ending(app: TestApp) {
        let near = app.world.near.clone();
        let (mut contact, mut agent, first) = app.visit().await;
        let mut visits = vec![first.clone()];
        for _ in 0..4 {
            visits.push(agent.open_again(&app, &first).await);
        }
        let mut frozen = Vec::new();
        for visit in &visits {
            frozen.push(visit.view().await.expect("open").hold);
        }
        app.advance(Span::minutes(10));
        let mut colleague = app.sign_in(&near.colleague).await;
        let digits = contact.pin().await;
        let ground = colleague.redeem(&near.customer, &near.customer.owner, &digits).await;
        let other = colleague.open(&app, &ground).await;
        assert_eq!(told(&other.view().await), "open");

        app.advance(Span::minutes(6));
        frozen[0].cancelled().await;
        let rest = join_all(frozen.iter().map(|hold| hold.cancelled()));
        tokio::time::timeout(Duration::from_millis(2_500), rest).await.expect("all of them are cut at once");
        // Nobody has let go yet, and the other door is as it was.
        assert_eq!(told(&other.view().await), "open");
        drop(frozen);
        for visit in &visits {
            assert_eq!(told(&visit.view().await), "over.Idle");
        }
        let ended = pforte_testkit::entries_until(&app.app, near.provider, "visit.ended", 5).await;
        assert_eq!(ended.len(), 5, "each is written once");
    }
}
