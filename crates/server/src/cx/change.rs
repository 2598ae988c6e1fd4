//! One use case that changes something: what it is given, how it ends, and what follows the commit.
//!
//! A use case gets a [`Cx`], reads inside the transaction what its decision depends on, writes, and says of
//! everything it does what the log, the customer, the leads and the pages hear of it. It ends in
//! [`Cx::changed`] or [`Cx::nothing`]. What follows the commit is [`App::change`]'s to do, so that nobody can
//! forget it. `pin/` is the model.

use std::sync::Arc;

use pforte_core::{
    entry::{Actor, Clean, Entry, Event},
    kernel::{AlarmId, CustomerId, EntryId, Moment, ProviderId, StaffId},
};
use pforte_store::{
    Change, Conn, Lent, StoreError, Tx,
    alarm::{self, Alarm},
    notice::{self, Notice},
    outbox::{self, Message},
};
use tracing::Instrument;
use uuid::Uuid;

use super::{App, Audience, News, Shared, Topic};
use crate::door::Touched;

/// Who does what is done, and where.
#[derive(Clone, Copy, Debug)]
pub struct By {
    pub provider: ProviderId,
    pub actor: Actor,
}

/// What a use case has while it changes something. It owns the transaction: dropped, it undoes everything.
pub struct Cx {
    pub app: Shared,
    pub by: By,
    pub now: Moment,
    tx: Lent,
    entries: Vec<Entry>,
    after: After,
}

/// What follows the commit.
#[derive(Default)]
struct After {
    touched: Vec<Touched>,
    news: Vec<News>,
}

/// How a use case ended; only [`Cx`] makes one.
pub struct Done<T> {
    change: Change<T>,
    after: After,
}

impl Cx {
    /// The transaction.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The connection, inside the transaction.
    pub fn conn(&mut self) -> &mut Conn {
        self.tx.conn()
    }

    /// A new id.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.app.sources.id(self.now)
    }

    /// Writes into the log, about a customer if it concerns one.
    pub fn log(&mut self, customer: impl Into<Option<CustomerId>>, event: Event) -> EntryId {
        let id = self.id();
        self.log_as(id, customer, event);
        id
    }

    /// The same under an id that something else has, too.
    pub fn log_as(&mut self, id: EntryId, customer: impl Into<Option<CustomerId>>, event: Event) {
        let By { provider, actor } = self.by;
        self.entries.push(Entry { id, provider, customer: customer.into(), at: self.now, actor, event });
    }

    /// Raises an alarm: the row, its entry and the leads' pages.
    pub async fn alarm(
        &mut self,
        code: &str,
        staff: Option<StaffId>,
        customer: Option<CustomerId>,
    ) -> Result<AlarmId, StoreError> {
        let alarm = Alarm {
            id: self.id(),
            provider: self.by.provider,
            code: code.into(),
            at: self.now,
            staff,
            customer,
            acknowledged_at: None,
            acknowledged_by: None,
        };
        alarm::insert(&mut self.tx, &alarm).await?;
        self.log(customer, Event::AlarmRaised { alarm: alarm.id, code: Clean::name(code), staff });
        self.tell(&[Audience::Leads], &[Topic::Alarms]);
        Ok(alarm.id)
    }

    /// Puts a notice on the customer's portal, and a mail into the outbox where somebody can be written to.
    pub async fn tell_customer(
        &mut self,
        customer: CustomerId,
        code: &str,
        mail: Option<Message>,
    ) -> Result<(), StoreError> {
        let (id, notice) = (self.id(), Notice { code: code.into(), at: self.now });
        notice::insert(&mut self.tx, id, self.by.provider, customer, &notice).await?;
        match mail {
            Some(mail) => outbox::put(&mut self.tx, &mail).await,
            None => Ok(()),
        }
    }

    /// Doors whose facts this changes: they are renewed before it is answered, and visits that are over end.
    pub fn touch(&mut self, touched: Touched) {
        self.after.touched.push(touched);
    }

    /// Has pages fetch anew, once it is committed.
    pub fn tell(&mut self, audience: &[Audience], topics: &[Topic]) {
        self.publish(News::new(self.by.provider, audience, topics));
    }

    /// The same, with what it is about.
    pub fn publish(&mut self, news: News) {
        self.after.news.push(news);
    }

    /// Something was changed, and the log says so.
    pub fn changed<T, E: From<StoreError>>(self, answer: T) -> Result<Done<T>, E> {
        let mut entries = self.entries.into_iter();
        let Some(first) = entries.next() else {
            return Err(StoreError::Inconsistent("a change without an entry".into()).into());
        };
        let change = Change::logged(answer, first).and_all(entries);
        Ok(Done { change, after: self.after })
    }

    /// Nothing had to be changed: what was tried is undone, and nobody hears of it.
    pub fn nothing<T, E: From<StoreError>>(self, answer: T) -> Result<Done<T>, E> {
        if self.entries.is_empty() {
            return Ok(Done { change: Change::nothing(answer), after: After::default() });
        }
        Err(StoreError::Inconsistent("an entry of what changed nothing".into()).into())
    }
}

/// What another row promises to be there. Its lack is a fault of ours and no 404.
pub fn there<T>(found: Option<T>, what: &str) -> Result<T, StoreError> {
    found.ok_or_else(|| StoreError::Inconsistent(format!("there is no {what}")))
}

impl App {
    /// Runs a use case in a transaction. Once it is committed, and before it is answered, the doors it touches
    /// are renewed, visits that are over by it end, and pages are told. That happens also when whoever asked
    /// has gone away meanwhile.
    pub async fn change<T, E, F, U>(self: &Arc<Self>, by: By, use_case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(Cx) -> U + Send + 'static,
        U: Future<Output = Result<Done<T>, E>> + Send + 'static,
    {
        let app = Arc::clone(self);
        let whole = async move {
            let given = (Arc::clone(&app), app.sources.now());
            let committed = app.writer.lend(move |tx| async move {
                let (app, now) = given;
                let cx = Cx { app, by, now, tx, entries: vec![], after: After::default() };
                let Done { change, after } = use_case(cx).await?;
                Ok::<_, E>(change.map(|answer| (answer, after)))
            });
            let (answer, after) = committed.await?;
            app.follow_up(by.actor, after).await;
            Ok(answer)
        };
        let done = tokio::spawn(whole.in_current_span()).await;
        done.unwrap_or_else(|_| Err(StoreError::Unwritable("the change was broken off".into()).into()))
    }

    async fn follow_up(&self, actor: Actor, after: After) {
        if !after.touched.is_empty() {
            self.renew(&after.touched).await;
            self.end_touched(&after.touched, actor).await;
        }
        for news in after.news {
            self.hub.publish(news);
        }
    }
}
