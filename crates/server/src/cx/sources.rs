//! The one clock and the one source of randomness, injected so that tests can hold them.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use data_encoding::BASE32_NOPAD;
use pforte_core::kernel::{Moment, Span};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Tells the time. Only [`Sources`] asks it.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock; somebody may set it back.
    fn now(&self) -> Moment;

    /// Time since some fixed instant, that nobody can set back.
    fn elapsed(&self) -> Span;
}

/// Gives random bytes fit for secrets. Only [`Sources`] asks it.
pub trait Random: Send + Sync + 'static {
    fn fill(&self, bytes: &mut [u8]);
}

/// Where times, ids and tokens come from.
pub struct Sources {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    /// The latest instant answered, less the time elapsed by then. Time goes on from there at its own
    /// pace while the wall clock is behind it (control 2).
    floor: AtomicI64,
}

impl Sources {
    /// `floor` is the latest instant the database knows.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>, floor: Moment) -> Self {
        let floor = AtomicI64::new(floor.0 - clock.elapsed().0);
        Self { clock, random, floor }
    }

    /// Now. Never earlier than an instant answered before, in this run or an earlier one.
    pub fn now(&self) -> Moment {
        let elapsed = self.clock.elapsed().0;
        let clock = self.clock.now().0 - elapsed;
        Moment(self.floor.fetch_max(clock, Ordering::AcqRel).max(clock) + elapsed)
    }

    /// A new id (UUIDv7), so that ids sort by time.
    pub fn id<T: From<Uuid>>(&self, now: Moment) -> T {
        let mut random = [0; 10];
        self.random.fill(&mut random);
        let millis = u64::try_from(now.0 / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
    }

    /// A secret token: 160 random bits in lower-case base 32, fit for URLs and host names.
    pub fn token(&self) -> String {
        let mut bytes = [0; 20];
        self.random.fill(&mut bytes);
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// What is kept of a token: SHA-256 in lower-case hexadecimal. Tokens have 160 random bits, so no salt
/// or stretching is needed.
pub fn hash_token(token: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicI64;

    use super::*;

    /// Wall clock and elapsed time, in microseconds.
    struct Hands(AtomicI64, AtomicI64);

    impl Clock for Arc<Hands> {
        fn now(&self) -> Moment {
            Moment(self.0.load(Ordering::SeqCst))
        }

        fn elapsed(&self) -> Span {
            Span(self.1.load(Ordering::SeqCst))
        }
    }

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    /// Control 2: setting the clock back brings no time back, and does not stop it either.
    #[test]
    fn time_never_falls_and_never_stands_still() {
        let hands = Arc::new(Hands(AtomicI64::new(50), AtomicI64::new(0)));
        let sources = Sources::new(Arc::new(Arc::clone(&hands)), Arc::new(Zeros), Moment(100));
        assert_eq!(sources.now(), Moment(100));
        hands.0.store(200, Ordering::SeqCst);
        assert_eq!(sources.now(), Moment(200));
        hands.0.store(10, Ordering::SeqCst);
        assert_eq!(sources.now(), Moment(200));
        hands.1.store(7, Ordering::SeqCst);
        assert_eq!(sources.now(), Moment(207));
    }
}
