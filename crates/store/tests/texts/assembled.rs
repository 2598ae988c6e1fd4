//! What is put together while the program runs, in all its forms.

use futures_util::future::join_all;
use pforte_core::{
    access::TicketAge,
    entry::{Actor, Clean, Entry, Event},
    kernel::{Moment, ProviderId},
    ticket::{Priority, TicketChannel, TicketState},
};
use pforte_store::{
    Writer, log, message,
    queue::{self, Assignee, Desk, Filter, Sort, States},
    sign_in::Person,
};
use pforte_testkit::on_both_stores;
use uuid::Uuid;

const HOME: ProviderId = ProviderId(Uuid::from_u128(7));
const SOMEBODY: Uuid = Uuid::from_u128(8);

/// Filters that differ from the usual one in one thing each, and one that asks for everything.
fn filters() -> Vec<Filter> {
    let usual = Filter::default;
    let each =
        [TicketState::New, TicketState::Open, TicketState::Waiting, TicketState::Closed, TicketState::Locked];
    let states = each.map(States::One).into_iter().chain([States::All, States::Open]);
    let mut all: Vec<Filter> = states.map(|states| Filter { states, ..usual() }).collect();
    all.extend([
        Filter { assignee: Some(Assignee::Nobody), ..usual() },
        Filter { assignee: Some(Assignee::Staff(SOMEBODY.into())), ..usual() },
        Filter { watched_by: Some(Person::Staff(SOMEBODY.into())), ..usual() },
        Filter { ids: Some(vec![SOMEBODY.into(); 100]), ..usual() },
        Filter {
            states: States::One(TicketState::New),
            assignee: Some(Assignee::Staff(SOMEBODY.into())),
            customer: Some(SOMEBODY.into()),
            contact: Some(SOMEBODY.into()),
            tag: Some("vat".into()),
            channel: Some(TicketChannel::Portal),
            priority: Some(Priority::High),
            watched_by: Some(Person::Contact(SOMEBODY.into())),
            concerns: Some(SOMEBODY.into()),
            escalated: true,
            ids: Some(vec![SOMEBODY.into()]),
        },
    ]);
    all
}

on_both_stores! {
    async fn every_list_of_tickets_is_understood(db: TestDb) {
        let opened = db.open().await;
        let mut conn = opened.read().await.expect("a connection");
        let after = queue::After { value: 1, id: SOMEBODY.into() };
        for filter in filters() {
            for age in [TicketAge::Created, TicketAge::Activity] {
                let desk = Desk { provider: HOME, age, now: Moment(1) };
                assert_eq!(queue::count(&mut conn, desk, &filter).await.expect("counted"), 0);
                for (sort, after) in [(Sort::Urgent, None), (Sort::Urgent, Some(after)), (Sort::Newest, Some(after))] {
                    let listed = queue::list(&mut conn, desk, &filter, sort, after, 10).await;
                    assert_eq!(listed.expect("listed").len(), 0, "{filter:?}");
                }
            }
        }
        let ids = [SOMEBODY.into(), Uuid::nil().into()];
        assert!(queue::tags(&mut conn, HOME, &ids).await.expect("tags").is_empty());
        assert!(queue::held(&mut conn, HOME, &ids).await.expect("mails").is_empty());
    }

    async fn texts_of_some_messages_are_read(db: TestDb) {
        let mut conn = db.open().await.read().await.expect("a connection");
        let ids = [SOMEBODY.into(), Uuid::nil().into()];
        assert!(message::texts(&mut conn, HOME, &ids).await.expect("texts").is_empty());
    }

    /// As many rows as come together share a statement.
    async fn any_number_of_entries_is_appended(db: TestDb) {
        let opened = db.open().await;
        let writer = Writer::start(opened.clone()).await.expect("a writer");
        let entry = |n: u128| Entry {
            id: Uuid::from_u128(n).into(),
            provider: HOME,
            customer: None,
            at: Moment(1),
            actor: Actor::System,
            event: Event::RunStarted { version: Clean::name("1") },
        };
        let mut next = 1;
        for count in [1, 2, 63, 64, 65, 129] {
            let all = join_all((next..next + count).map(|n| writer.admit(entry(n)))).await;
            assert!(all.into_iter().all(|admitted| admitted.is_ok()), "{count}");
            next += count;
        }
        let mut conn = opened.read().await.expect("a connection");
        assert_eq!(log::gaps(&mut conn).await.expect("read"), 0);
    }
}
