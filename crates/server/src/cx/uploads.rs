//! How many uploads of one person run at the same time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;
use pforte_store::sign_in::Person;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::Problem;

/// Uploads of one person that run at the same time.
const AT_ONCE: usize = 6;
/// For how long another one waits for its turn.
const TURN: Duration = Duration::from_secs(60);

/// Whose uploads run now.
#[derive(Debug, Default)]
pub struct Uploads(Mutex<HashMap<Person, Arc<Semaphore>>>);

impl Uploads {
    pub(crate) async fn turn(&self, person: Person) -> Result<OwnedSemaphorePermit, Problem> {
        let turns = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.retain(|_, turns| Arc::strong_count(turns) > 1);
            Arc::clone(all.entry(person).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
        };
        let waited = timeout(TURN, turns.acquire_owned()).await;
        waited.ok().and_then(Result::ok).ok_or_else(busy)
    }
}

pub(crate) fn busy() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "attachment.busy",
        "Too many uploads at once",
        "Wait until the others are done.",
    )
}
