//! Endings: that they end what could open again, and that everybody reads the same true word of them.

use http::Method;
use pforte_core::{access::Terms, entry::Event, kernel::Span};
use pforte_store::{Change, ground};
use pforte_testkit::{Browser, TestApp, TestDb, entries_named, entries_until, on_both, shut_code};
use serde_json::{Value, json};

use crate::ticket::{access, act, ask, enter, fresh, running, take_over, view, write};

/// How the ground of a ticket reads: how, by whom, and the English words.
async fn told(reader: &Browser, ground: &str) -> (String, Value, String) {
    let view = reader.get(&format!("/grounds/{ground}")).await.ok();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(view["state"], "ended", "{view}");
    assert_eq!(view["ended_how"], view["ending"]["how"], "{view}");
    (text(&view["ended_how"]), view["ending"]["by"]["name"].clone(), text(&view["ending"]["en"]))
}

async fn change_staff(app: &TestApp, change: Value) {
    let mut admin = fresh(app, &app.world.near.admin).await;
    let path = format!("/staff/{}", app.world.near.agent.id);
    admin.call(Method::PATCH, &path, change).await.ok();
}

on_both! {
    /// Control 24, rule B13: the kill switch ends the takeover that sleeps with its closed ticket, too; the
    /// customer's next word wakes nothing. Its entry counts visits, not requests that were under way.
    async fn control_24_b13_the_kill_switch_ends_what_sleeps(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        let ground = run.visit.ground.clone();
        act(&mut run.agent, &run.ticket, "close").await.ok();
        // Something else is open, with two requests under way on its one visit.
        let digits = run.owner.pin().await;
        let pin = run.agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let open = run.agent.open(&app, &pin).await;
        let holds = [open.view().await.expect("open").hold, open.view().await.expect("open").hold];
        let letting_go = holds.map(|hold| tokio::spawn(async move { hold.cancelled().await; drop(hold); }));
        let mut lead = fresh(&app, &near.support_lead).await;
        assert_eq!(lead.post("/kill-switch", Value::Null).await.ok()["ended"], 2);
        for hold in letting_go {
            hold.await.expect("it let go");
        }
        let pressed = entries_named(&app.app, near.provider, "kill_switch.pressed").await;
        assert!(matches!(&pressed[0].event, Event::KillSwitch { grounds: 2, visits: 1, .. }), "{pressed:?}");
        app.advance(Span::minutes(1));
        write(&mut run.owner, &run.ticket, "It is back").await;
        assert_eq!(access(&run.agent, &run.ticket).await, "needs.takeover");
        let (how, by, _) = told(&run.owner, &ground).await;
        assert_eq!((how.as_str(), by), ("kill_switch", json!(near.support_lead.name)));
    }

    /// Rules T21, B13: who loses the role or the account loses what sleeps, too. Having it back gives nothing
    /// back: neither the takeover nor the PIN's ground.
    async fn t21_b13_who_no_longer_serves_loses_what_sleeps(app: TestApp) {
        for (lost, how) in [(json!({ "roles": ["guest"] }), "role_lost"), (json!({ "active": false }), "staff_inactive")] {
            let near = app.world.near.clone();
            let mut run = running(&app).await;
            act(&mut run.owner, &run.ticket, "close").await.ok();
            let digits = run.owner.pin().await;
            let pin = run.agent.redeem(&near.customer, &near.customer.owner, &digits).await;
            change_staff(&app, lost).await;
            change_staff(&app, json!({ "active": true, "roles": ["agent"] })).await;
            app.advance(Span::minutes(1));
            write(&mut run.owner, &run.ticket, "It is back").await;
            let agent = fresh(&app, &near.agent).await;
            assert_eq!(access(&agent, &run.ticket).await, "needs.takeover", "{how}");
            for ground in [run.visit.ground.as_str(), pin["id"].as_str().expect("an id")] {
                let (told_how, by, _) = told(&run.owner, ground).await;
                assert_eq!((told_how.as_str(), by), (how, json!(near.admin.name)));
            }
            app.advance(Span::minutes(2));
        }
    }

    /// Rule B10: however many calls belong to a ticket, handing it over ends the takeover.
    async fn b10_no_number_of_calls_hides_a_takeover(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        let id = |text: &str| uuid::Uuid::parse_str(text).expect("an id");
        let (provider, first) = (near.provider, id(&run.visit.ground).into());
        let taken = ground::by_id(&mut app.app.read().await.expect("reads"), provider, first).await;
        let taken = taken.expect("reads").expect("a ground");
        let digits = run.owner.pin().await;
        let called = run.agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let called = id(called["id"].as_str().expect("an id")).into();
        let called = ground::by_id(&mut app.app.read().await.expect("reads"), provider, called).await;
        let mut call = called.expect("reads").expect("a ground").terms;
        if let Terms::Pin { ticket, .. } = &mut call {
            *ticket = taken.terms.ticket();
        }
        let now = app.app.sources.now();
        let entry = app.app.entry(now, provider, pforte_core::entry::Actor::System, Event::PinClosed {});
        let calls: Vec<_> = (0..60)
            .map(|_| ground::GroundRecord {
                id: app.app.sources.id(now),
                terms: call.clone(),
                ..taken.clone()
            })
            .collect();
        let put = app.app.writer.change(move |tx| {
            Box::pin(async move {
                for call in &calls {
                    ground::insert(tx, call).await?;
                }
                Ok::<_, pforte_store::StoreError>(Change::logged((), entry))
            })
        });
        put.await.expect("written");
        let body = json!({ "staff_id": near.colleague.id });
        run.agent.post(&format!("/tickets/{}/hand-over", run.ticket), body).await.ok();
        let (how, by, _) = told(&run.owner, &run.visit.ground).await;
        assert_eq!((how.as_str(), by), ("handed_over", json!(near.agent.name)));
    }

    /// Rules P2, B13: a contact who is removed takes along what their ticket opened, also what sleeps.
    async fn p2_b13_removing_a_contact_ends_what_sleeps(app: TestApp) {
        let near = app.world.near.clone();
        let mut helper = app.sign_in(&near.customer.helper).await;
        let mut agent = app.sign_in(&near.agent).await;
        let ticket = ask(&mut helper, "The shop shows an error").await;
        take_over(&mut agent, &ticket).await;
        let visit = enter(&mut agent, &app, &ticket).await;
        act(&mut agent, &ticket, "close").await.ok();
        let mut owner = fresh(&app, &near.customer.owner).await;
        let path = format!("/support-settings/contacts/{}", near.customer.helper.id);
        owner.call(Method::DELETE, &path, Value::Null).await.ok();
        let (how, by, _) = told(&owner, &visit.ground).await;
        assert_eq!((how.as_str(), by), ("contact_gone", json!(near.customer.owner.name)));
    }

    /// Rules B12 to B14, T16: what happened, and by whom: the same at the door's page, in the visitor book and
    /// at the desk; for the ground and for its visit.
    async fn b12_t16_every_end_says_what_happened_and_by_whom(app: TestApp) {
        let near = app.world.near.clone();
        let nobody = Value::Null;
        let (owner, agent, colleague) = (&near.customer.owner.name, &near.agent.name, &near.colleague.name);
        for (what, how, by) in [
            ("close by the customer", "closed_by_customer", json!(owner)),
            ("close by staff", "closed_by_staff", json!(agent)),
            ("hand over", "handed_over", json!(agent)),
            ("take over", "taken_over", json!(colleague)),
            ("release", "released", json!(agent)),
            ("end", "customer", json!(owner)),
            ("merge", "merged", json!(agent)),
            ("silence", "closed_by_silence", nobody),
        ] {
            let mut run = running(&app).await;
            let (path, ground) = (format!("/tickets/{}", run.ticket), run.visit.ground.clone());
            app.advance(Span::seconds(8));
            match what {
                "close by the customer" => drop(act(&mut run.owner, &run.ticket, "close").await.ok()),
                "close by staff" => drop(act(&mut run.agent, &run.ticket, "close").await.ok()),
                "release" => drop(act(&mut run.agent, &run.ticket, "release").await.ok()),
                "end" => drop(run.owner.post(&format!("/grounds/{ground}/end"), Value::Null).await.ok()),
                "merge" => {
                    let into = ask(&mut run.owner, "The same once more").await;
                    run.agent.post(&format!("{path}/merge"), json!({ "into_id": into })).await.ok();
                }
                "hand over" => {
                    let body = json!({ "staff_id": near.colleague.id });
                    run.agent.post(&format!("{path}/hand-over"), body).await.ok();
                }
                "take over" => {
                    let mut colleague = fresh(&app, &near.colleague).await;
                    let body = json!({ "from_staff_id": near.agent.id });
                    colleague.post(&format!("{path}/take-over"), body).await.ok();
                }
                _ => {
                    write(&mut run.agent, &run.ticket, "Is it gone?").await;
                    app.advance(Span::days(14));
                    run.owner = fresh(&app, &near.customer.owner).await;
                    run.agent = fresh(&app, &near.agent).await;
                }
            }
            let (told_how, told_by, words) = told(&run.owner, &ground).await;
            assert_eq!((told_how.as_str(), &told_by), (how, &by), "{what}");
            assert_eq!(told(&run.agent, &ground).await, (told_how, told_by, words.clone()), "{what} at the desk");
            let book = run.owner.get(&format!("/grounds/{ground}")).await.ok();
            let visit = &book["visits"][0];
            if what != "silence" {
                assert_eq!((&visit["ended_how"], &visit["ending"]["by"]["name"]), (&json!(how), &by), "{what}");
                let shut = run.visit.view().await.expect_err("over");
                let pforte_gateway::Why::Over { how: at_the_door, .. } = shut.why else { panic!("{}", shut_code(&shut)) };
                assert_eq!(at_the_door.told(pforte_core::kernel::Language::English), words, "{what}");
            }
            app.advance(Span::minutes(1));
        }
    }

    /// Rule B12: a ticket that was closed twice says who closed it last.
    async fn b12_the_last_closing_is_told(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        act(&mut run.agent, &run.ticket, "close").await.ok();
        app.advance(Span::minutes(1));
        act(&mut run.owner, &run.ticket, "reopen").await.ok();
        assert_eq!(view(&run.agent, &run.ticket).await["access"]["code"], "masked");
        app.advance(Span::minutes(1));
        act(&mut run.owner, &run.ticket, "close").await.ok();
        let (how, by, _) = told(&run.owner, &run.visit.ground).await;
        assert_eq!((how.as_str(), by), ("closed_by_customer", json!(near.customer.owner.name)));
        let book = run.owner.get(&format!("/grounds/{}", run.visit.ground)).await.ok();
        assert_eq!(book["visits"][0]["ended_how"], "closed_by_staff", "the visit ended at the first closing");
    }
}

/// Who ends first stays who ended it, while that is unwritten and after.
async fn the_first_ending_stays(app: TestApp) {
    let near = app.world.near.clone();
    let (mut contact, mut agent, visit) = app.visit().await;
    let other = agent.open_again(&app, &visit).await;
    let mut lead = fresh(&app, &near.support_lead).await;
    app.db.make_unwritable();
    let wait = |wanted: bool| {
        let mut health = app.app.health.clone();
        async move {
            let turned = health.wait_for(|h| (*h == pforte_store::Health::Writable) == wanted);
            let turned = tokio::time::timeout(std::time::Duration::from_secs(10), turned);
            drop(turned.await.expect("the server notices").expect("the writer lives"));
        }
    };
    let path = format!("/visits/{}/end", other.id);
    assert_eq!(contact.post(&path, Value::Null).await.ok()["written"], false);
    wait(false).await;
    let first = contact.get(&format!("/visits/{}", other.id)).await.ok();
    app.advance(Span::seconds(20));
    agent.post(&path, Value::Null).await.ok();
    lead.post(&path, Value::Null).await.ok();
    let ground = format!("/grounds/{}", visit.ground);
    assert_eq!(contact.post(&format!("{ground}/end"), Value::Null).await.ok()["written"], false);
    let told = contact.get(&ground).await.ok();
    app.advance(Span::seconds(20));
    assert_eq!(lead.post(&format!("{ground}/end"), Value::Null).await.ok()["ended_at"], told["ended_at"]);
    agent.post(&format!("{ground}/end"), Value::Null).await.ok();
    for written in [false, true] {
        let visit = contact.get(&format!("/visits/{}", other.id)).await.ok();
        assert_eq!(
            (&visit["ended_how"], &visit["ended_at"]),
            (&json!("customer"), &first["ended_at"]),
            "{written}"
        );
        assert_eq!(visit["ending"]["by"]["name"], near.customer.owner.name.as_str());
        let ground = contact.get(&ground).await.ok();
        assert_eq!(
            (&ground["ended_how"], &ground["ended_at"]),
            (&json!("customer"), &told["ended_at"]),
            "{written}"
        );
        if !written {
            app.db.make_writable();
            wait(true).await;
            for event in ["ground.ended", "visit.ended"] {
                entries_until(&app.app, near.provider, event, 1).await;
            }
        }
    }
}

/// A second end while the first is unwritten changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_ending_stays_sqlite() {
    if let Some(db) = TestDb::sqlite_on_small_disk() {
        the_first_ending_stays(TestApp::start(db).await).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_ending_stays_postgres() {
    if let Some(db) = TestDb::postgres() {
        the_first_ending_stays(TestApp::start(db).await).await;
    }
}
