//! The task that writes: what waits becomes one transaction, and is answered once that is committed.
//!
//! Nothing is answered before; what cannot be written shuts doors. Start reading at [`Task::run`].

use std::collections::VecDeque;

use tokio::sync::{mpsc, oneshot, watch};

use super::{Answer, Health, Job, Outcome, Tx, Work, gone};
use crate::{
    Conn, Db, StoreError, log,
    search::{self, Indexed},
};

/// What one commit carries at most.
const BATCH: usize = 512;
/// So many documents are tried again while the index is in trouble; of more, the newest.
const UNFOUND: usize = 1_000;

/// Drains the queue; owns the one connection that writes.
pub(super) struct Task {
    db: Db,
    /// `None` while the connection is lost.
    tx: Option<Tx>,
    /// The first number that is not yet committed.
    next_seq: i64,
    /// What was committed and is not found yet, since the index could not be written.
    unfound: Vec<Indexed>,
    health: watch::Sender<Health>,
}

impl Task {
    pub(super) fn new(db: Db, conn: Conn, next_seq: i64, health: watch::Sender<Health>) -> Self {
        let tx = Tx { conn, next_seq, found: vec![] };
        Self { db, tx: Some(tx), next_seq, unfound: vec![], health }
    }

    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Work>) {
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
        let mut unfound = None;
        let first = match (&broken, &mut self.tx) {
            (None, Some(tx)) => {
                let first = tx.next_seq;
                broken = log::append(tx, &entries).await.err();
                if broken.is_none() {
                    match self.index().await {
                        Ok(rest) => unfound = rest,
                        Err(error) => broken = Some(error),
                    }
                }
                first
            }
            _ => 0,
        };
        answers.extend((first..).zip(waiting).map(|(seq, answer)| admitted(seq, answer)));
        match broken {
            None => {
                self.commit().await?;
                self.unfound = unfound.unwrap_or_else(|| std::mem::take(&mut self.unfound));
                Ok(())
            }
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

    /// Writes what the batch is to be found by: all of it at once, because each time SQLite writes anything else in
    /// between, it puts the index on disk. Trouble with the index undoes the index alone: nobody loses a change, and
    /// no door shuts, for words that are not found yet. Answers what is to be tried again with the next words.
    async fn index(&mut self) -> Result<Option<Vec<Indexed>>, StoreError> {
        let Some(tx) = &mut self.tx else { return Err(gone()) };
        if tx.found.is_empty() {
            return Ok(None);
        }
        let mut documents = self.unfound.clone();
        documents.append(&mut tx.found);
        tx.conn.raw("SAVEPOINT found").await?;
        match search::write(&mut tx.conn, &documents).await {
            Ok(()) => documents.clear(),
            Err(error) if error.shuts_doors() => return Err(error),
            Err(error) => {
                tx.conn.raw("ROLLBACK TO SAVEPOINT found").await?;
                tracing::error!(%error, "the search does not find what was written; it is tried again");
                documents.drain(..documents.len().saturating_sub(UNFOUND));
            }
        }
        tx.conn.raw("RELEASE SAVEPOINT found").await?;
        Ok(Some(documents))
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
        let mut tx = self.tx.take()?;
        let before = (tx.next_seq, tx.found.len());
        if let Err(error) = tx.conn.raw("SAVEPOINT change").await {
            self.tx = Some(tx);
            return Some(error);
        }
        let (tx, outcome, answer) = job(tx).await;
        answers.push_back(answer);
        self.tx = tx;
        let Some(tx) = &mut self.tx else { return Some(gone()) };
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

/// Tells an entry's number once its batch is committed, or why it was not.
fn admitted(seq: i64, answer: oneshot::Sender<Result<i64, StoreError>>) -> Answer {
    Box::new(move |lost: Option<StoreError>| {
        let _ = answer.send(lost.map_or(Ok(seq), Err));
    })
}

impl Conn {
    /// After a failed use case: is the connection itself still able to go on?
    pub(super) async fn probe(&mut self) -> Outcome {
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
