//! The machine's clock and randomness: the only place that asks for them.

use std::{env, fs, path::PathBuf, sync::Arc, time::Instant};

use pforte_core::kernel::{Moment, Span};
use pforte_server::cx::{Clock, Random};

/// The machine's wall clock, and its steady one.
#[derive(Debug)]
pub struct SystemClock {
    began: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { began: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn elapsed(&self) -> Span {
        Span(i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX))
    }
}

/// A demo's clock: the machine's, ahead by as many seconds as stand in a file. So that a demo can show
/// what 14 and 30 days bring. A server in use never has one.
#[derive(Debug)]
struct MovedClock {
    clock: SystemClock,
    ahead_seconds: PathBuf,
}

impl Clock for MovedClock {
    fn now(&self) -> Moment {
        let text = fs::read_to_string(&self.ahead_seconds).unwrap_or_default();
        let seconds: i32 = text.trim().parse().unwrap_or(0);
        self.clock.now() + Span::seconds(seconds.into())
    }

    fn elapsed(&self) -> Span {
        self.clock.elapsed()
    }
}

/// The clock of a server, or of a demo: that one may be moved by the file which `PFORTE_DEMO_CLOCK` names.
pub fn clock(demo: bool) -> Arc<dyn Clock> {
    let clock = SystemClock::default();
    match env::var_os("PFORTE_DEMO_CLOCK").filter(|_| demo) {
        Some(path) => Arc::new(MovedClock { clock, ahead_seconds: path.into() }),
        None => Arc::new(clock),
    }
}

/// The operating system's random numbers.
#[derive(Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place where randomness is drawn")]
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no secret is safe: never go on.
        getrandom::fill(bytes).expect("the operating system gives random numbers");
    }
}

/// Random bytes, for new keys.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom.fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demos_clock_goes_ahead_by_what_stands_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let ahead_seconds = folder.path().join("ahead");
        let moved = MovedClock { clock: SystemClock::default(), ahead_seconds: ahead_seconds.clone() };
        let ahead = || moved.now() - SystemClock::default().now();
        assert!(ahead() < Span::minutes(1));
        fs::write(&ahead_seconds, "1209600\n").unwrap();
        // The other clock is read a moment later.
        assert!(ahead() > Span::days(13) && ahead() <= Span::days(14));
        fs::write(&ahead_seconds, "later").unwrap();
        assert!(ahead() < Span::minutes(1));
    }
}
