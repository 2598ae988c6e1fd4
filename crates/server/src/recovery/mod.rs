//! Recoveries: somebody who cannot sign in any more sets password or second factor anew (rules Z10, Z11, X8).
//!
//! A link goes to the person's primary address; it counts once, and only the browser that opened it goes on, with a key
//! of its own. The link never is enough: beside it counts the person's own one-time code, or the approval of those
//! whom `pforte_core::recovery` names, asked again inside the transaction that uses it. What is told to anybody who only
//! knows an address is always the same. Start reading at `link.rs`, then `ask.rs`, `decide.rs` and `finish.rs`.

mod ask;
mod begin;
mod case;
mod decide;
mod finish;
mod link;
mod operator;
pub mod routes;
mod stop;
mod tell;
mod view;

pub use ask::ask;
pub use begin::begin;
pub use decide::{approve, refuse};
pub use finish::{Typed, finish, new_totp};
pub use link::{Name, ask_for_link};
pub use operator::print_link;
pub use stop::{object, withdraw};

use axum::http::StatusCode;
use pforte_core::{
    kernel::{Moment, RecoveryId},
    recovery::RecoveryState,
};
use pforte_store::{Conn, Tx, recovery};

use crate::{
    cx::App,
    cx::{Problem, sources::hash_token},
};
pub(crate) use case::Case;

/// Unknown, used, ended or too old: nobody is told which.
pub(crate) fn over() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "recovery.over",
        "This is over",
        "The link was used, or somebody stopped it, or too much time went by. Ask for a new link.",
    )
}

fn not_ready() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "recovery.not_ready",
        "Not yet",
        "Somebody has to approve this first, or the time to object is not over.",
    )
}

/// The recovery whose key a browser brings, if it is not over.
async fn by_key(app: &App, key: &str) -> Result<Case, Problem> {
    let now = app.sources.now();
    let mut conn = app.read().await?;
    let found = recovery::by_key(&mut conn, &hash_token(key)).await?.ok_or_else(over)?;
    Case::living(&mut conn, found, now).await
}

/// The same as it is now, inside a transaction. Refuses what is over.
async fn again(tx: &mut Tx, was: &Case, now: Moment) -> Result<Case, Problem> {
    current(tx.conn(), was, now).await
}

async fn current(conn: &mut Conn, was: &Case, now: Moment) -> Result<Case, Problem> {
    let (provider, id): (_, RecoveryId) = (was.recovery.provider, was.recovery.id);
    let found = recovery::by_id(conn, provider, id).await?.ok_or_else(over)?;
    Case::living(conn, found, now).await
}

/// Refuses unless it is in this state.
fn must_be(case: &Case, state: RecoveryState) -> Result<(), Problem> {
    match case.state {
        now if now == state => Ok(()),
        RecoveryState::Waiting | RecoveryState::Resting => Err(not_ready()),
        _ => Err(over()),
    }
}
