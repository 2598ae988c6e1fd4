//! The one writer: what is committed, and with what.
//!
//! A single task drains a bounded queue. Each change runs in a savepoint of its own; the access entries
//! that wait go in as one insert, then the words of all messages; one commit carries them all, and only
//! then is anybody answered. So a change and its entry share a transaction, and many share one write to disk. A change cannot be
//! committed without its entry: [`Change::nothing`], the other constructor, undoes what was tried. Here is what everybody else holds; the task is in
//! `writer/task.rs`.

mod task;

use std::{
    future::Future,
    ops::{Deref, DerefMut},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use pforte_core::entry::Entry;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{Conn, Db, StoreError, log, search};
use task::Task;

/// Changes and entries that may wait; beyond it the answer is [`StoreError::Busy`].
const QUEUE: usize = 4_096;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type Job = Box<dyn FnOnce(Tx) -> Boxed<'static, (Option<Tx>, Outcome, Answer)> + Send>;
/// Called once the batch's fate is known: `None` when it was committed.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;

/// What becomes of what a use case wrote.
enum Done<T> {
    Keep(T),
    /// It changed nothing, and whatever it tried is undone.
    Undo(T),
}

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

/// A transaction that a use case holds as its own, until it drops it.
#[derive(Debug)]
pub struct Lent {
    tx: Option<Tx>,
    home: Arc<Mutex<Option<Tx>>>,
}

impl Deref for Lent {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        self.tx.as_ref().expect("it is taken out on dropping alone")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Tx {
        self.tx.as_mut().expect("it is taken out on dropping alone")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.tx.take();
    }
}

/// A change that is ready to be committed: its answer and the entries that tell of it.
#[derive(Debug)]
pub struct Change<T> {
    answer: T,
    entries: Vec<Entry>,
}

impl<T> Change<T> {
    /// The only way to keep anything: with the entry that tells of it.
    pub fn logged(answer: T, entry: Entry) -> Self {
        Self { answer, entries: vec![entry] }
    }

    /// Nothing happened: whatever was tried is undone, and there is nothing to tell of.
    pub fn nothing(answer: T) -> Self {
        Self { answer, entries: vec![] }
    }

    async fn append(self, tx: &mut Tx) -> Result<Done<T>, StoreError> {
        if self.entries.is_empty() {
            return Ok(Done::Undo(self.answer));
        }
        log::append(tx, &self.entries).await?;
        Ok(Done::Keep(self.answer))
    }

    /// The same change with another answer.
    pub fn map<U>(self, answer: impl FnOnce(T) -> U) -> Change<U> {
        Change { answer: answer(self.answer), entries: self.entries }
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
        tokio::spawn(Task::new(db, conn, next_seq, health_in).run(waiting));
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
        self.submit(|mut tx| {
            Box::pin(async move {
                let result = match use_case(&mut tx).await {
                    Ok(change) => change.append(&mut tx).await.map_err(E::from),
                    Err(error) => Err(error),
                };
                (Some(tx), result)
            })
        })
        .await
    }

    /// The same for a use case that holds the transaction as its own. It comes back when the use case lets go of
    /// it, whichever way that ends.
    pub async fn lend<T, E, F, U>(&self, use_case: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(Lent) -> U + Send + 'static,
        U: Future<Output = Result<Change<T>, E>> + Send + 'static,
    {
        self.submit(|tx| {
            Box::pin(async move {
                let home = Arc::new(Mutex::new(None));
                let result = use_case(Lent { tx: Some(tx), home: Arc::clone(&home) }).await;
                let tx = home.lock().unwrap_or_else(PoisonError::into_inner).take();
                // Whoever keeps it for longer has broken the transaction for everybody.
                let Some(mut tx) = tx else { return (None, Err(gone().into())) };
                let result = match result {
                    Ok(change) => change.append(&mut tx).await.map_err(E::from),
                    Err(error) => Err(error),
                };
                (Some(tx), result)
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
        self.submit(|mut tx| {
            Box::pin(async move {
                let result = work(&mut tx).await.map(Done::Keep);
                (Some(tx), result)
            })
        })
        .await
    }

    async fn submit<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(Tx) -> Boxed<'static, (Option<Tx>, Result<Done<T>, E>)> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |tx| {
            Box::pin(async move {
                let (mut tx, result) = work(tx).await;
                let outcome = match (&result, &mut tx) {
                    (_, None) => Outcome::Broken(gone()),
                    (Ok(Done::Keep(_)), _) => Outcome::Keep,
                    (Ok(Done::Undo(_)), _) => Outcome::Undo,
                    (Err(_), Some(tx)) => tx.conn.probe().await,
                };
                let send: Answer = Box::new(move |lost| {
                    let _ = answer.send(match (result, lost) {
                        // Also of what changed nothing: it may have read what is lost with the batch.
                        (Ok(_), Some(error)) => Err(error.into()),
                        (Ok(Done::Keep(answer) | Done::Undo(answer)), _) => Ok(answer),
                        (Err(error), _) => Err(error),
                    });
                });
                (tx, outcome, send)
            })
        });
        self.queue.send(Work::Change(job)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

fn gone() -> StoreError {
    StoreError::Unwritable("the writer has stopped".into())
}
