//! The one writer: what is committed, and with what.
//!
//! A single task drains a bounded queue. Each change runs in a savepoint of its own; the access entries
//! that wait go in as one insert, then the words of all messages; one commit carries them all, and only
//! then is anybody answered. So a change and its entry share a transaction, and many share one write to disk. A change cannot be
//! committed without its entry: [`Change`] has no other constructor.

use std::{collections::VecDeque, future::Future, pin::Pin};

use pforte_core::entry::Entry;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{Conn, Db, StoreError, log, search};

/// Changes and entries that may wait; beyond it the answer is [`StoreError::Busy`].
const QUEUE: usize = 4_096;
/// What one commit carries at most.
const BATCH: usize = 512;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Job = Box<dyn for<'t> FnOnce(&'t mut Tx) -> Boxed<'t, (Outcome, Answer)> + Send>;
/// Called once the batch's fate is known: `None` when it was committed.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;

enum Outcome {
    Keep,
    Undo,
    /// The connection itself cannot write; the whole batch is lost.
    Broken(StoreError),
}

enum Work {
    Change(Job),
    Admit(Box<Entry>, oneshot::Sender<Result<i64, StoreError>>),
    Stop(oneshot::Sender<()>),
}

/// Whether anything can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Writable,
    /// Doors are shut; the text says why.
    Unwritable(String),
    /// A sync failed; the process has to end.
    Failed(String),
}

/// A transaction in which a change happens.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    next_seq: i64,
    /// What is to be found from now on; written at the end of the batch.
    found: Vec<search::Indexed>,
}

impl Tx {
    /// The connection, inside the transaction.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// The next number of the log.
    pub(crate) fn take_seq(&mut self) -> i64 {
        let seq = self.next_seq;
        self.next_seq += 1;
        seq
    }

    /// Lets a document be found once this is committed.
    pub(crate) fn add_found(&mut self, document: search::Indexed) {
        self.found.push(document);
    }
}

/// A change that is ready to be committed: its answer and the entries that tell of it.
#[derive(Debug)]
pub struct Change<T> {
    answer: T,
    entries: Vec<Entry>,
}

impl<T> Change<T> {
    /// The only way to make one: with the entry that tells of it.
    pub fn logged(answer: T, entry: Entry) -> Self {
        Self { answer, entries: vec![entry] }
    }

    /// Adds a further entry.
    #[must_use]
    pub fn and(mut self, entry: Entry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Adds further entries, in their order.
    #[must_use]
    pub fn and_all(mut self, entries: impl IntoIterator<Item = Entry>) -> Self {
        self.entries.extend(entries);
        self
    }
}

/// Handle to the writer task; cheap to clone.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Work>,
    health: watch::Receiver<Health>,
}

impl Writer {
    /// Starts the task. It ends when it is stopped, or when the last handle is dropped and the queue is
    /// empty.
    pub async fn start(db: Db) -> Result<Self, StoreError> {
        let mut conn = db.write().await?;
        let next_seq = log::last_seq(&mut conn).await? + 1;
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (health_in, health) = watch::channel(Health::Writable);
        let task = Task { db, tx: Some(Tx { conn, next_seq, found: vec![] }), next_seq, health: health_in };
        tokio::spawn(task.run(waiting));
        Ok(Self { queue, health })
    }

    /// Tells when writing stops working, and when it works again.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Writes what waits and gives the connection back; whatever comes later is refused.
    pub async fn stop(&self) {
        let (answer, answered) = oneshot::channel();
        if self.queue.send(Work::Stop(answer)).await.is_ok() {
            let _ = answered.await;
        }
    }

    /// Makes an access entry durable and answers its number (rule W2).
    pub async fn admit(&self, entry: Entry) -> Result<i64, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Work::Admit(Box::new(entry), answer)).map_err(|_| StoreError::Busy)?;
        answered.await.map_err(|_| gone())?
    }

    /// Runs a use case in a transaction and commits what it made together with its entries. A refusal
    /// is an answer like any other and is committed; an `Err` undoes everything.
    pub async fn change<T, E, F>(&self, use_case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Boxed<'t, Result<Change<T>, E>> + Send + 'static,
    {
        self.submit(|tx| {
            Box::pin(async move {
                let change = use_case(tx).await?;
                log::append(tx, &change.entries).await?;
                Ok(change.answer)
            })
        })
        .await
    }

    /// Housekeeping that tells nobody anything: leases, delivery marks, counters of failed sign-ins.
    /// Never for what a person did.
    pub async fn upkeep<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Boxed<'t, Result<T, StoreError>> + Send + 'static,
    {
        self.submit(work).await
    }

    async fn submit<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> Boxed<'t, Result<T, E>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                let result = work(tx).await;
                let outcome = match &result {
                    Ok(_) => Outcome::Keep,
                    Err(_) => tx.conn.probe().await,
                };
                let send: Answer = Box::new(move |lost| {
                    let _ = answer.send(match (result, lost) {
                        (Ok(_), Some(error)) => Err(error.into()),
                        (result, _) => result,
                    });
                });
                (outcome, send)
            })
        });
        self.queue.send(Work::Change(job)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

fn gone() -> StoreError {
    StoreError::Unwritable("the writer has stopped".into())
}

/// Tells an entry's number once its batch is committed, or why it was not.
fn admitted(seq: i64, answer: oneshot::Sender<Result<i64, StoreError>>) -> Answer {
    Box::new(move |lost: Option<StoreError>| {
        let _ = answer.send(lost.map_or(Ok(seq), Err));
    })
}

struct Task {
    db: Db,
    /// `None` while the connection is lost.
    tx: Option<Tx>,
    /// The first number that is not yet committed.
    next_seq: i64,
    health: watch::Sender<Health>,
}

impl Task {
    async fn run(mut self, mut waiting: mpsc::Receiver<Work>) {
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            let mut answers = VecDeque::new();
            let stops: Vec<_> = batch.extract_if(.., |work| matches!(work, Work::Stop(_))).collect();
            let entries_alone =
                batch.len() <= log::ROWS && batch.iter().all(|w| matches!(w, Work::Admit(..)));
            let result = if entries_alone {
                self.append(batch.drain(..), &mut answers).await
            } else {
                self.write(batch.drain(..), &mut answers).await
            };
            self.tell(&result);
            for answer in answers {
                answer(result.as_ref().err().cloned());
            }
            if matches!(result, Err(StoreError::Sync(_))) {
                return;
            }
            if !stops.is_empty() {
                drop(self.tx.take());
                for stop in stops {
                    if let Work::Stop(answer) = stop {
                        let _ = answer.send(());
                    }
                }
                return;
            }
        }
    }

    /// Writes entries alone: the one statement is a transaction by itself, so the most frequent batch
    /// needs a third of the ways to the database.
    async fn append(
        &mut self,
        batch: impl Iterator<Item = Work> + Send,
        answers: &mut VecDeque<Answer>,
    ) -> Result<(), StoreError> {
        let connected = self.connect().await.map(drop);
        let first = self.next_seq;
        let mut entries = Vec::with_capacity(batch.size_hint().0);
        for (seq, work) in (first..).zip(batch) {
            if let Work::Admit(entry, answer) = work {
                entries.push(*entry);
                answers.push_back(admitted(seq, answer));
            }
        }
        connected?;
        let Some(tx) = &mut self.tx else { return Err(gone()) };
        let written = log::append(tx, &entries).await;
        let promised = tx.next_seq;
        match written {
            Ok(()) => {
                self.next_seq = promised;
                Ok(())
            }
            Err(error) => self.find_out(promised, error).await,
        }
    }

    /// Writes a batch in one transaction. `answers` is filled whether or not that works.
    async fn write(
        &mut self,
        batch: impl Iterator<Item = Work> + Send,
        answers: &mut VecDeque<Answer>,
    ) -> Result<(), StoreError> {
        let mut broken = self.begin().await.err();
        let mut entries = Vec::new();
        let mut waiting = Vec::new();
        for work in batch {
            match work {
                Work::Admit(entry, answer) => {
                    entries.push(*entry);
                    waiting.push(answer);
                }
                Work::Change(job) => broken = self.change(job, broken, answers).await,
                // Taken out before.
                Work::Stop(_) => {}
            }
        }
        let first = match (&broken, &mut self.tx) {
            (None, Some(tx)) => {
                let first = tx.next_seq;
                broken = log::append(tx, &entries).await.err();
                if broken.is_none() {
                    // All of the batch at once: each time SQLite writes anything else in between, it puts
                    // the index on disk.
                    broken = search::write(&mut tx.conn, std::mem::take(&mut tx.found)).await.err();
                }
                first
            }
            _ => 0,
        };
        answers.extend((first..).zip(waiting).map(|(seq, answer)| admitted(seq, answer)));
        match broken {
            None => self.commit().await,
            Some(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        let tx = self.connect().await?;
        tx.found.clear();
        tx.conn.begin().await
    }

    /// The connection, opened anew if it was lost, with the number that comes next. On a new one it is read: the
    /// database may have committed what the old one was never told of.
    async fn connect(&mut self) -> Result<&mut Tx, StoreError> {
        let tx = match self.tx.take() {
            Some(tx) => Tx { next_seq: self.next_seq, ..tx },
            None => {
                let mut conn = self.db.write().await?;
                self.next_seq = log::last_seq(&mut conn).await? + 1;
                Tx { conn, next_seq: self.next_seq, found: vec![] }
            }
        };
        Ok(self.tx.insert(tx))
    }

    /// After a commit that was not answered well: where the connection is lost with it, the log itself says
    /// whether it was made. Nobody else writes there, so the numbers are there exactly if it was.
    async fn find_out(&mut self, promised: i64, error: StoreError) -> Result<(), StoreError> {
        let before = self.next_seq;
        self.roll_back().await;
        if self.tx.is_some() || promised == before || matches!(error, StoreError::Sync(_)) {
            return Err(error);
        }
        match self.connect().await {
            Ok(tx) if tx.next_seq == promised => Ok(()),
            _ => Err(error),
        }
    }

    async fn change(
        &mut self,
        job: Job,
        broken: Option<StoreError>,
        answers: &mut VecDeque<Answer>,
    ) -> Option<StoreError> {
        if broken.is_some() {
            // Dropping the job drops its answer: the caller hears that nothing was written.
            return broken;
        }
        let tx = self.tx.as_mut()?;
        let before = (tx.next_seq, tx.found.len());
        if let Err(error) = tx.conn.raw("SAVEPOINT change").await {
            return Some(error);
        }
        let (outcome, answer) = job(tx).await;
        answers.push_back(answer);
        let ended = match outcome {
            Outcome::Keep => tx.conn.raw("RELEASE SAVEPOINT change").await,
            Outcome::Undo => {
                tx.next_seq = before.0;
                tx.found.truncate(before.1);
                match tx.conn.raw("ROLLBACK TO SAVEPOINT change").await {
                    Ok(()) => tx.conn.raw("RELEASE SAVEPOINT change").await,
                    error => error,
                }
            }
            Outcome::Broken(error) => Err(error),
        };
        ended.err()
    }

    async fn commit(&mut self) -> Result<(), StoreError> {
        let Some(tx) = &mut self.tx else { return Err(gone()) };
        let promised = tx.next_seq;
        match tx.conn.raw("COMMIT").await {
            Ok(()) => {
                self.next_seq = promised;
                Ok(())
            }
            Err(error) => self.find_out(promised, error).await,
        }
    }

    /// Leaves no transaction open; a connection that cannot even do that is replaced.
    async fn roll_back(&mut self) {
        let Some(mut tx) = self.tx.take() else { return };
        // SQLite may have rolled back by itself; then there is nothing to roll back, which is fine.
        let _ = tx.conn.raw("ROLLBACK").await;
        if tx.conn.probe_idle().await {
            self.tx = Some(tx);
        } else {
            tx.conn.discard().await;
        }
    }

    fn tell(&self, result: &Result<(), StoreError>) {
        let now = match result {
            Ok(()) => Health::Writable,
            Err(StoreError::Sync(why)) => Health::Failed(why.clone()),
            Err(error) => Health::Unwritable(error.to_string()),
        };
        self.health.send_if_modified(|was| {
            // After a failed sync nothing can be trusted any more: that state is final.
            let changed = *was != now && !matches!(was, Health::Failed(_));
            if changed {
                tracing::warn!(?now, "writing changed its state");
                *was = now;
            }
            changed
        });
    }
}

impl Conn {
    /// After a failed use case: is the connection itself still able to go on?
    async fn probe(&mut self) -> Outcome {
        // PostgreSQL refuses everything but a rollback after an error inside a transaction, so only
        // rolling back to the savepoint can tell; SQLite may have thrown the whole transaction away.
        if let Err(error) = self.raw("ROLLBACK TO SAVEPOINT change").await {
            return Outcome::Broken(StoreError::Unwritable(error.to_string()));
        }
        // A server that became read-only rolls back without a word, and commits nothing without one.
        match self.raw("UPDATE server_run SET lease_until = lease_until WHERE FALSE").await {
            Err(error) if error.shuts_doors() => Outcome::Broken(error),
            _ => Outcome::Undo,
        }
    }

    async fn probe_idle(&mut self) -> bool {
        self.raw("SELECT 1").await.is_ok()
    }

    async fn discard(self) {
        match self {
            Self::Sqlite(conn) => drop(conn.close().await),
            Self::Postgres(conn) => drop(conn.close().await),
        }
    }
}
