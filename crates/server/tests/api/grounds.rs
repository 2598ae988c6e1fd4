//! Grounds as they are written down: five kinds, each read back as it was, and what becomes of one that cannot
//! be read.

use pforte_core::{
    access::{GroundKind, Terms},
    entry::{Actor, Event},
    kernel::{Moment, Span},
};
use pforte_store::{
    Change, StoreError,
    ground::{self, GroundRecord},
};
use pforte_testkit::{TestApp, on_both};
use serde_json::Value;
use uuid::Uuid;

use crate::ticket::{fresh, running};

fn id(text: &str) -> Uuid {
    Uuid::parse_str(text).expect("an id")
}

async fn read(app: &TestApp, ground: &str) -> Result<Option<GroundRecord>, StoreError> {
    ground::by_id(&mut app.app.read().await.expect("reads"), app.world.near.provider, id(ground).into()).await
}

async fn put(app: &TestApp, grounds: Vec<GroundRecord>) {
    let provider = app.world.near.provider;
    let entry = app.app.entry(app.app.sources.now(), provider, Actor::System, Event::PinClosed {});
    let put = app.app.writer.change(move |tx| {
        Box::pin(async move {
            for new in &grounds {
                ground::insert(tx, new).await?;
            }
            Ok::<_, StoreError>(Change::logged((), entry))
        })
    });
    put.await.expect("written");
}

on_both! {
    /// Rules B8, B10, P9, T3, T10: terms of each kind come back as they were written, also a grant that names
    /// nobody, a narrowed one and a PIN without a ticket; and each can be looked at and ended.
    async fn p9_t10_terms_of_all_five_kinds_come_back(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        let pin = {
            let mut agent = fresh(&app, &near.agent).await;
            let digits = run.owner.pin().await;
            agent.redeem(&near.customer, &near.customer.owner, &digits).await
        };
        let taken = read(&app, &run.visit.ground).await.expect("reads").expect("a ground");
        let called = read(&app, pin["id"].as_str().expect("an id")).await.expect("reads").expect("a ground");
        let (staff, contact) = (taken.terms.staff().expect("somebody's"), taken.terms.contact());
        let Terms::Pin { pin, .. } = called.terms.clone() else { panic!("no PIN's: {called:?}") };
        let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        let written = [
            Terms::Pin { staff, contact, pin, issued_at: Moment(17), ticket: None },
            Terms::Pin { staff, contact, pin, issued_at: Moment(18), ticket: taken.terms.ticket() },
            Terms::Takeover { staff, contact, ticket: taken.terms.ticket().expect("a ticket") },
            Terms::Grant { by: contact, staff: None, products: None, areas: None },
            Terms::Grant { by: contact, staff: Some(staff), products: some(&["panel"]), areas: some(&["a\"b", "ü"]) },
            Terms::Onboarding { manager: staff, contact },
            Terms::SelfGrant { staff, contact },
        ];
        let now = app.app.sources.now();
        let new = written.map(|terms| GroundRecord {
            id: app.app.sources.id(now),
            ends_at: now + Span::minutes(30),
            terms,
            ..taken.clone()
        });
        put(&app, new.to_vec()).await;
        let lead = fresh(&app, &near.support_lead).await;
        for written in new {
            assert_eq!(read(&app, &written.id.to_string()).await.expect("reads").as_ref(), Some(&written));
            let view = lead.get(&format!("/grounds/{}", written.id)).await.ok();
            assert_eq!(view["kind"], written.terms.kind().word(), "{view}");
            assert_eq!(view["staff"].is_null(), written.terms.staff().is_none(), "{view}");
        }
        let mut owner = fresh(&app, &near.customer.owner).await;
        let door = owner.get("/door").await.ok();
        let kinds: Vec<_> = door["grounds"].as_array().expect("grounds").iter().map(|g| g["kind"].clone()).collect();
        assert!(GroundKind::ALL.iter().all(|kind| kinds.contains(&kind.word().into())), "{kinds:?}");
        for one in door["grounds"].as_array().expect("grounds") {
            owner.post(&format!("/grounds/{}/end", one["id"].as_str().expect("an id")), Value::Null).await.ok();
        }
        assert_eq!(owner.get("/door").await.ok()["state"], "closed");
    }

    /// Rule X7, control 24: terms that cannot be read open nothing and say so; they keep neither the kill switch
    /// from ending the others nor the server from starting.
    async fn x7_terms_that_cannot_be_read_open_nothing(app: TestApp) {
        let near = app.world.near.clone();
        let mut run = running(&app).await;
        let mut agent = fresh(&app, &near.agent).await;
        let digits = run.owner.pin().await;
        let pin = agent.redeem(&near.customer, &near.customer.owner, &digits).await;
        let spoilt = pin["id"].as_str().expect("an id");
        for terms in [
            "UPDATE ground SET terms = '{}' WHERE kind = 'pin'",
            "UPDATE ground SET terms = '{\"issued_at\":1,\"areas\":[]}' WHERE kind = 'pin'",
            "UPDATE ground SET terms = '{\"issued_at\":1,\"more\":1}' WHERE kind = 'pin'",
            "UPDATE ground SET terms = 'issued' WHERE kind = 'pin'",
        ] {
            app.sql(terms).await;
            let found = read(&app, spoilt).await;
            assert!(matches!(found, Err(StoreError::Inconsistent(_))), "{terms}: {found:?}");
        }
        let body = crate::ticket::visit_body(&pin["id"]);
        let refused = agent.post("/visits", body).await;
        assert!(refused.status.is_server_error(), "{}", refused.status);
        let app = app.restart().await;
        let mut lead = fresh(&app, &near.support_lead).await;
        assert_eq!(lead.post("/kill-switch", Value::Null).await.ok()["ended"], 1);
        let taken = read(&app, &run.visit.ground).await.expect("reads").expect("a ground");
        assert!(taken.ended.is_some(), "{taken:?}");
    }
}
