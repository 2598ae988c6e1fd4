//! What rows are found by, also those of an older version.

use pforte_core::{
    entry::{Actor, Clean, Entry, Event},
    kernel::{Moment, ProviderId},
};
use pforte_store::{
    Change, Db, StoreError, Writer,
    customer::{self, Customer, Seek},
    provider::{self, Provider},
};
use pforte_testkit::on_both_stores;
use uuid::Uuid;

const HOME: ProviderId = ProviderId(Uuid::from_u128(7));
const FORGET: &str = "UPDATE customer SET name_key = NULL";

async fn found(db: &Db, text: &str) -> Vec<String> {
    let mut conn = db.read().await.expect("a connection");
    let seek = Seek { text, ..Seek::default() };
    let found = customer::find(&mut conn, HOME, seek, None, 1_000).await.expect("found");
    found.into_iter().map(|customer| customer.name).collect()
}

on_both_stores! {
    /// M10: a start gives rows of an older version what they are found by: also more than one go of them.
    async fn m10_rows_of_before_are_found_after_a_start(db: TestDb) {
        let opened = db.open().await;
        let writer = Writer::start(opened.clone()).await.expect("a writer");
        let told = Entry {
            id: Uuid::from_u128(1).into(),
            provider: HOME,
            customer: None,
            at: Moment(1),
            actor: Actor::System,
            event: Event::RunStarted { version: Clean::name("1") },
        };
        let added = writer.change::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                let home = Provider { id: HOME, slug: "home".into(), name: "Home".into() };
                provider::insert(tx, &home, Moment(1)).await?;
                for n in 0..1_001_u128 {
                    let customer = Customer {
                        id: Uuid::from_u128(10 + n).into(),
                        provider: HOME,
                        number: n.to_string(),
                        name: if n == 1_000 { "Öztürk".into() } else { "Петров".into() },
                        group: None,
                        address: None,
                        active: true,
                        pin_closed_at: None,
                        pin_reopened_at: None,
                    };
                    customer::insert(tx, &customer, None, Moment(1)).await?;
                }
                Ok(Change::logged((), told))
            })
        });
        added.await.expect("added");
        writer.stop().await;
        match &opened {
            Db::Sqlite { writer, .. } => drop(sqlx::query(FORGET).execute(writer).await.expect("forgotten")),
            Db::Postgres { writer, .. } => drop(sqlx::query(FORGET).execute(writer).await.expect("forgotten")),
        }
        assert_eq!(found(&opened, "ozturk").await, Vec::<String>::new());
        opened.close().await;
        let opened = db.open().await;
        assert_eq!(found(&opened, "OEZTÜRK").await, ["Öztürk"]);
        assert_eq!(found(&opened, "петров").await.len(), 1_000);
    }
}
