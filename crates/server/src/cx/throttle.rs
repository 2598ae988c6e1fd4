//! How often somebody may try: by address in memory (cheap), by name in the database (survives a
//! restart, counts unknown names like known ones).

use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use pforte_core::kernel::{Moment, ProviderId, Span};
use pforte_gateway::peer::household;
use pforte_store::{Conn, StoreError, Tx, sign_in};

use crate::cx::{Problem, sources::hash_token};

/// Failed attempts under one name within [`WINDOW`] after which no further one is looked at.
pub const MAX_FAILURES: i64 = 10;
pub const WINDOW: Span = Span::minutes(15);
/// Attempts from one address: a burst, refilled at this many a minute.
const BURST: NonZeroU32 = NonZeroU32::new(60).expect("not zero");

/// Links to set secrets anew that one address may ask for: a burst, refilled over an hour.
const RECOVERIES: NonZeroU32 = NonZeroU32::new(20).expect("not zero");

/// Counts attempts by address.
pub struct Throttle {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    recoveries: DefaultKeyedRateLimiter<IpAddr>,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            by_address: RateLimiter::keyed(Quota::per_minute(BURST)),
            recoveries: RateLimiter::keyed(Quota::per_hour(RECOVERIES)),
        }
    }
}

impl Throttle {
    /// Refuses an address that tries too often.
    pub fn check(&self, address: IpAddr) -> Result<(), Problem> {
        look(&self.by_address, address)
    }

    /// Refuses an address that asks for too many links to set secrets anew.
    pub fn check_recovery(&self, address: IpAddr) -> Result<(), Problem> {
        look(&self.recoveries, address)
    }
}

fn look(limiter: &DefaultKeyedRateLimiter<IpAddr>, address: IpAddr) -> Result<(), Problem> {
    if limiter.len() > 100_000 {
        limiter.retain_recent();
    }
    limiter.check_key(&household(address)).map_err(|_| throttled())
}

/// The same for names that exist and names that do not.
pub fn throttled() -> Problem {
    Problem::new(
        axum::http::StatusCode::TOO_MANY_REQUESTS,
        "sign_in.throttled",
        "Too many attempts",
        "Wait a quarter of an hour, then try again.",
    )
}

/// Under what a typed name is counted.
pub fn name_key(kind: &str, name: &str) -> String {
    hash_token(&format!("{kind}:{}", name.trim().to_lowercase()))
}

/// Refuses a name under which too many attempts failed.
pub async fn check_name(
    conn: &mut Conn,
    provider: ProviderId,
    key: &str,
    now: Moment,
) -> Result<(), Problem> {
    if failures(conn, provider, key, now).await? >= MAX_FAILURES {
        return Err(throttled());
    }
    Ok(())
}

/// The same, inside the transaction of a success: attempts that were checked side by side all count.
pub async fn check_name_again(
    tx: &mut Tx,
    provider: ProviderId,
    key: &str,
    now: Moment,
) -> Result<(), Problem> {
    check_name(tx.conn(), provider, key, now).await
}

async fn failures(conn: &mut Conn, provider: ProviderId, key: &str, now: Moment) -> Result<i64, StoreError> {
    sign_in::failures(conn, provider, key, now - WINDOW).await
}
