//! What the product answered: noted in memory, written a moment later, many in one entry.
//!
//! The request's own entry is durable before it goes anywhere; its answer's status is known only after.
//! It rides in a batch of its own, so that no request waits for a second sync. What a crash loses is
//! said as "unknown", never made up.

use pforte_core::{
    entry::{Answer, Event},
    kernel::{Moment, Span},
};

use super::{Door, lock};
use crate::cx::App;

/// Answers of one entry at most.
const EACH: usize = 256;
/// Answers that may wait for one visit; while the log is down the oldest give way.
const WAITING: usize = 4 * EACH;
/// How long answers gather while more may come.
const GATHER: Span = Span::seconds(2);

/// The answers of one visit that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Answers {
    waiting: Vec<Answer>,
    written_at: Option<Moment>,
}

impl Answers {
    /// Takes those that are to be written now.
    fn due(&mut self, now: Moment, over: bool) -> Vec<Answer> {
        let gathering = self.written_at.is_some_and(|at| now < at + GATHER) && self.waiting.len() < EACH;
        if self.waiting.is_empty() || (gathering && !over) {
            return vec![];
        }
        self.written_at = Some(now);
        let many = self.waiting.len().min(EACH);
        self.waiting.drain(..many).collect()
    }
}

impl Door {
    pub(super) fn note_answer(&self, answer: Answer) {
        let mut answers = lock(&self.answers);
        if answers.waiting.len() == WAITING {
            answers.waiting.remove(0);
        }
        answers.waiting.push(answer);
    }
}

impl App {
    /// Writes what products answered since the last time.
    pub(crate) async fn write_answers(&self) {
        let now = self.sources.now();
        let mut doors = Vec::new();
        for door in self.door.pick(|door| !lock(&door.answers).waiting.is_empty()) {
            let answers = lock(&door.answers).due(now, door.over().is_some());
            if !answers.is_empty() {
                doors.push((door, answers));
            }
        }
        let writes = doors.into_iter().map(|(door, answers)| async move {
            let entry = self.visit_entry(&door, Event::Answered { visit: door.visit.id, answers }, now);
            if let Err(error) = self.writer.admit(entry).await {
                tracing::warn!(%error, visit = %door.visit.id, "what the product answered is not logged");
            }
        });
        futures_util::future::join_all(writes).await;
    }
}
