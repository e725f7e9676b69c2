//! A clock that stands still until it is told otherwise.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use authority::time::{Clock, Timestamp};

/// One clock for everything in a test; clones show the same time.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// A clock that shows this instant.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_micros())))
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_micros(), Ordering::SeqCst);
    }

    /// Moves the clock forwards and returns the new instant.
    pub fn advance(&self, by: Duration) -> Timestamp {
        let now = self.now().plus(by);
        self.set(now);
        now
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn decisive(&self, _database: Timestamp) -> Timestamp {
        self.now()
    }
}

#[cfg(test)]
mod tests {
    use authority::time::minutes;

    use super::*;

    #[test]
    fn clones_show_the_same_time() {
        let clock = TestClock::at(Timestamp::from_unix_seconds(1_000));
        let other = clock.clone();
        assert_eq!(clock.advance(minutes(1)), Timestamp::from_unix_seconds(1_060));
        assert_eq!(other.now(), Timestamp::from_unix_seconds(1_060));
        other.set(Timestamp::from_unix_seconds(1));
        assert_eq!(clock.now(), Timestamp::from_unix_seconds(1));
    }
}
