//! How a visit ends: by whom, by time, by a lost condition. Open streams are cut each time.

use std::time::{Duration, Instant};

use http::Method;
use pforte_core::{entry::Event, kernel::Span};
use pforte_gateway::{Hold, Permit};
use pforte_testkit::{Browser, TestApp, entries_named, entries_until, on_both};
use serde_json::{Value, json};

use super::told;

/// How often something is ended while others read, and how many read.
const ROUNDS: usize = 10;
const READERS: usize = 6;

/// Waits until an open stream is cut; it must be within a second.
async fn cut_within_a_second(hold: &Hold) {
    let cut = tokio::time::timeout(Duration::from_secs(1), hold.cancelled()).await;
    assert!(cut.is_ok(), "the stream is still open after a second");
    assert!(!hold.is_current(), "a request admitted before may still be forwarded");
}

/// How the ground reads to the customer.
async fn ended_how(contact: &Browser, ground: &str) -> Value {
    contact.get(&format!("/grounds/{ground}")).await.ok()["ended_how"].clone()
}

on_both! {
    /// Control 24, rules B7, B8 and W8: the customer's *End now* shuts everything on the ground at once and
    /// says how long that took.
    async fn control_24_w8_the_customer_ends_everything_at_once(app: TestApp) {
        let (mut contact, mut agent, first) = app.visit().await;
        let second = agent.open_again(&app, &first).await;
        let holds = [first.view().await.expect("open").hold, second.view().await.expect("open").hold];
        let streams = holds.clone().map(|hold| tokio::spawn(async move { hold.cancelled().await; drop(hold); }));
        drop(holds);
        let started = Instant::now();
        let ended = contact.post(&format!("/grounds/{}/end", first.ground), Value::Null).await.ok();
        let took = u64::try_from(started.elapsed().as_millis()).expect("short");
        for stream in streams {
            stream.await.expect("the stream ended");
        }
        let cut_millis = ended["cut_millis"].as_u64().expect("measured");
        assert!(cut_millis <= 1_000 && cut_millis <= took, "{ended}, {took} ms");
        assert_eq!((&ended["streams"], &ended["written"]), (&json!(2), &json!(true)));
        assert_eq!((told(&first.view().await), told(&second.view().await)), ("over.Customer".into(), "over.Customer".into()));
        let view = contact.get(&format!("/grounds/{}", first.ground)).await.ok();
        assert_eq!((&view["state"], &view["ended_how"]), (&json!("ended"), &json!("customer")));
        assert_eq!(view["cut_millis"].as_u64(), Some(cut_millis));
        assert_eq!(view["visits"].as_array().expect("visits").iter().filter(|v| v["state"] == "ended").count(), 2);
        assert_eq!(contact.get("/door").await.ok()["state"], "closed");
        // It cannot be opened again.
        let reason = json!({ "category": "other", "text": "Once more" });
        let body = json!({ "ground_id": first.ground, "product": pforte_testkit::PRODUCT, "reason": reason });
        agent.post("/visits", body).await.refused(403, "ground.ended");
    }

    /// Rule B8: what was read as over never reads as open again, not even while its end is being written.
    async fn b8_what_is_over_never_reads_as_open_again(app: TestApp) {
        for round in 0..ROUNDS {
            let (mut contact, _, visit) = app.visit().await;
            let path = format!("/grounds/{}", visit.ground);
            let readers: Vec<_> = (0..READERS)
                .map(|_| {
                    let (reader, path) = (contact.clone(), path.clone());
                    tokio::spawn(async move {
                        let mut states = vec![];
                        while states.iter().filter(|state| *state == "ended").count() < 5 {
                            states.push(reader.get(&path).await.ok()["state"].clone());
                        }
                        states
                    })
                })
                .collect();
            contact.post(&format!("{path}/end"), Value::Null).await.ok();
            for reader in readers {
                let states = reader.await.expect("a reader");
                let first = states.iter().position(|state| state == "ended").expect("ended");
                assert!(states[first..].iter().all(|state| state == "ended"), "round {round}: {states:?}");
            }
            app.advance(Span::seconds(30));
        }
    }

    /// Control 24: a lead ends an agent's ground; and the agent gives it back (rule B8).
    async fn control_24_a_lead_ends_and_the_agent_gives_back(app: TestApp) {
        for (person, how, over) in [
            (&app.world.near.success_lead, "lead", "over.Lead"),
            (&app.world.near.agent, "staff", "over.Staff"),
        ] {
            let (contact, _, visit) = app.visit().await;
            let hold = visit.view().await.expect("open").hold;
            app.advance(Span::seconds(30));
            let mut staff = app.sign_in(person).await;
            let path = format!("/grounds/{}/end", visit.ground);
            let (ended, ()) = tokio::join!(staff.post(&path, Value::Null), async {
                cut_within_a_second(&hold).await;
                drop(hold);
            });
            ended.ok();
            assert_eq!((told(&visit.view().await).as_str(), ended_how(&contact, &visit.ground).await), (over, json!(how)));
            app.advance(Span::seconds(30));
        }
    }

    /// Control 24: the kill switch ends everything at this provider, and nothing at another.
    async fn control_24_the_kill_switch_ends_everything_here(app: TestApp) {
        let (contact, _, visit) = app.visit().await;
        let far = &app.world.far;
        let mut far_contact = app.sign_in(&far.customer.owner).await;
        let mut far_agent = app.sign_in(&far.agent).await;
        let digits = far_contact.pin().await;
        let ground = far_agent.redeem(&far.customer, &far.customer.owner, &digits).await;
        let far_visit = far_agent.open(&app, &ground).await;
        let hold = visit.view().await.expect("open").hold;
        let mut lead = app.sign_in(&app.world.near.support_lead).await;
        let (ended, ()) = tokio::join!(lead.post("/kill-switch", Value::Null), async {
            cut_within_a_second(&hold).await;
            drop(hold);
        });
        assert_eq!(ended.ok()["ended"], 1);
        assert_eq!(told(&visit.view().await), "over.KillSwitch");
        assert_eq!(ended_how(&contact, &visit.ground).await, "kill_switch");
        assert_eq!(told(&far_visit.view().await), "open");
        let entries = entries_named(&app.app, app.world.near.provider, "kill_switch.pressed").await;
        assert!(matches!(&entries[0].event, Event::KillSwitch { grounds: 1, visits: 1, .. }), "{entries:?}");
    }

    /// Rules T16 and T18: one press on the bar, or on the desk, ends the visit and not the ground.
    async fn t18_one_click_ends_the_visit(app: TestApp) {
        let (contact, mut agent, visit) = app.visit().await;
        let ended = app.app.end(&visit.label, Some(&visit.cookie)).await.expect("ends");
        assert!(ended.cut_millis <= 1_000);
        assert_eq!(told(&visit.view().await), "over.Staff");
        assert_eq!(contact.get("/door").await.ok()["state"], "open");
        let again = agent.open_again(&app, &visit).await;
        agent.post(&format!("/visits/{}/end", again.id), Value::Null).await.ok();
        assert_eq!(told(&again.view().await), "over.Staff");
    }

    /// Ending twice ends once: one entry, the first reason stays.
    async fn ending_twice_is_written_once(app: TestApp) {
        let (mut contact, mut agent, visit) = app.visit().await;
        let path = format!("/grounds/{}/end", visit.ground);
        contact.post(&path, Value::Null).await.ok();
        agent.post(&path, Value::Null).await.ok();
        agent.post(&format!("/visits/{}/end", visit.id), Value::Null).await.ok();
        assert_eq!(ended_how(&contact, &visit.ground).await, "customer");
        let near = app.world.near.provider;
        assert_eq!(entries_named(&app.app, near, "ground.ended").await.len(), 1);
        assert_eq!(entries_named(&app.app, near, "visit.ended").await.len(), 0);
    }

    /// A stream that takes its time to let go: it is still written once, with the time that took.
    async fn a_slow_cut_is_written_once_with_its_time(app: TestApp) {
        let (mut contact, _, visit) = app.visit().await;
        let hold = visit.view().await.expect("open").hold;
        let ended = contact.post(&format!("/grounds/{}/end", visit.ground), Value::Null).await.ok();
        drop(hold);
        assert!(ended["cut_millis"].as_u64().is_some_and(|millis| millis >= 1_000), "{ended}");
        let entries = entries_named(&app.app, app.world.near.provider, "ground.ended").await;
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        let Event::GroundEnded { visits, cut_millis, .. } = &entry.event else { panic!("{entry:?}") };
        assert_eq!((*visits, *cut_millis), (1, ended["cut_millis"].as_u64()));
        let view = contact.get(&format!("/grounds/{}", visit.ground)).await.ok();
        assert_eq!(view["cut_millis"], ended["cut_millis"]);
    }

    /// Rule T24, control 26: an hour after its start the visit ends, used or not; and the watcher cuts what
    /// is open without being asked.
    async fn t24_control_26_the_hour_ends_a_visit(app: TestApp) {
        let near = &app.world.near;
        let (contact, _, visit) = app.visit().await;
        for _ in 0..5 {
            app.advance(Span::minutes(10));
            visit.view().await.expect("open");
        }
        app.advance(Span::seconds(9 * 60 + 59));
        let hold = visit.view().await.expect("at 59:59 it is open").hold;
        app.advance(Span::seconds(1));
        cut_within_a_second(&hold).await;
        drop(hold);
        assert!(["over.HourUp", "over.Expired"].contains(&told(&visit.view().await).as_str()));
        assert_eq!(contact.get(&format!("/visits/{}", visit.id)).await.ok()["state"], "ended");
        assert_eq!(entries_until(&app.app, near.provider, "visit.ended", 1).await.len(), 1);
        // The clock set back brings nothing back.
        app.clock.set_back(Span::minutes(30));
        assert!(told(&visit.view().await).starts_with("over."));
    }

    /// Rule T24: the book says an hour, however late somebody looks.
    async fn t24_a_visit_ended_at_its_hour_whenever_somebody_looks(app: TestApp) {
        let (contact, _, visit) = app.visit().await;
        for _ in 0..5 {
            app.advance(Span::minutes(10));
            visit.view().await.expect("open");
        }
        app.advance(Span::minutes(13));
        assert_eq!(entries_until(&app.app, app.world.near.provider, "visit.ended", 1).await.len(), 1);
        let view = contact.get(&format!("/visits/{}", visit.id)).await.ok();
        assert_eq!((&view["state"], &view["ended_at"]), (&json!("ended"), &view["ends_at"]), "{view}");
    }

    /// Control 26: fifteen minutes without a request end a visit; refused requests are no activity.
    async fn control_26_idle_for_fifteen_minutes_ends_a_visit(app: TestApp) {
        let (_, mut agent, visit) = app.visit().await;
        app.advance(Span::seconds(14 * 60 + 59));
        assert_eq!(told(&visit.view().await), "open");
        app.advance(Span::minutes(10));
        assert_eq!(told(&visit.admit("POST", "/password").await), "never");
        app.advance(Span::minutes(5));
        assert_eq!(told(&visit.view().await), "over.Idle");
        // The ground is still there for another visit.
        let again = agent.open_again(&app, &visit).await;
        let hold = again.view().await.expect("open").hold;
        app.advance(Span::minutes(15));
        cut_within_a_second(&hold).await;
    }

    /// Rule T21: a staff member who loses a condition is out at once, open streams included.
    async fn t21_a_lost_condition_ends_the_visit_at_once(app: TestApp) {
        for (change, over, how) in [
            (json!({ "training_done": false }), "over.TrainingLost", "training_lost"),
            (json!({ "guidelines_accepted": false }), "over.GuidelinesLost", "guidelines_lost"),
            (json!({ "roles": ["guest"] }), "over.RoleLost", "role_lost"),
            (json!({ "active": false }), "over.StaffInactive", "staff_inactive"),
        ] {
            let (contact, _, visit) = app.visit().await;
            let hold = visit.view().await.expect("open").hold;
            let mut admin = app.sign_in(&app.world.near.admin).await;
            let path = format!("/staff/{}", app.world.near.agent.id);
            let (answer, ()) = tokio::join!(admin.call(Method::PATCH, &path, change.clone()), async {
                cut_within_a_second(&hold).await;
                drop(hold);
            });
            answer.ok();
            assert_eq!(told(&visit.view().await), over, "{change}");
            let ended = contact.get(&format!("/visits/{}", visit.id)).await.ok();
            let by = &app.world.near.admin.name;
            assert_eq!((&ended["ended_how"], &ended["ending"]["by"]["name"]), (&json!(how), &json!(by)));
            let back = json!({ "active": true, "roles": ["agent"], "training_done": true, "guidelines_accepted": true });
            admin.call(Method::PATCH, &path, back).await.ok();
            // Having it back does not bring the visit back.
            assert_eq!(told(&visit.view().await), over, "{change}");
            app.advance(Span::seconds(30));
        }
    }

    /// A change that concerns somebody else cuts nobody off.
    async fn other_peoples_changes_cut_nothing(app: TestApp) {
        let (_, _, visit) = app.visit().await;
        let hold = visit.view().await.expect("open").hold;
        let near = &app.world.near;
        let mut admin = app.sign_in(&near.admin).await;
        let path = format!("/staff/{}", near.colleague.id);
        admin.call(Method::PATCH, &path, json!({ "training_done": false })).await.ok();
        let mut second = app.sign_in(&near.support_lead).await;
        let digits = app.sign_in(&near.customer.helper).await.pin().await;
        second.redeem(&near.customer, &near.customer.helper, &digits).await;
        assert!(hold.is_current());
    }
}

/// The desk's own word: what the bar asks is neither logged nor counted as activity.
#[tokio::test]
async fn the_bars_questions_are_no_activity() {
    let app = TestApp::start(pforte_testkit::TestDb::sqlite()).await;
    let (_, _, visit) = app.visit().await;
    app.advance(Span::minutes(14));
    let status = app.app.status(&visit.label, Some(&visit.cookie)).await.expect("open");
    assert_eq!(status.minutes_left, 46);
    app.advance(Span::minutes(1));
    assert_eq!(told(&visit.view().await), "over.Idle");
    assert_eq!(
        entries_named(&app.app, app.world.near.provider, "visit.request").await.len(),
        1,
        "the refusal"
    );
}
