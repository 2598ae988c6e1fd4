//! A clock that only tests move, and randomness that is the same in every run.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use pforte_core::kernel::{Moment, Span};
use pforte_server::cx::{Clock, Random};

/// 2026-01-15, 09:00 UTC.
const START: i64 = 1_768_467_600_000_000;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FakeClock {
    wall: AtomicI64,
    /// What a steady clock would show: nobody sets it back.
    elapsed: AtomicI64,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self { wall: AtomicI64::new(START), elapsed: AtomicI64::new(0) }
    }
}

impl FakeClock {
    /// Moves the clock on.
    pub fn advance(&self, span: Span) {
        self.wall.fetch_add(span.0, Ordering::SeqCst);
        self.elapsed.fetch_add(span.0, Ordering::SeqCst);
    }

    /// Sets the clock back, as somebody with root might.
    pub fn set_back(&self, span: Span) {
        self.wall.fetch_sub(span.0, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Moment {
        Moment(self.wall.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Span {
        Span(self.elapsed.load(Ordering::SeqCst))
    }
}

/// Random-looking bytes from a seed (SplitMix64): ids and tokens differ within a test and repeat
/// between runs. Fit for tests only.
#[derive(Debug)]
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (z ^ (z >> 31)).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}
