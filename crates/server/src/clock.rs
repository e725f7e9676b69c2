//! The node's clock: monotonic, corrected against the database (DU-8), never running backwards.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use authority::time::{Clock, Timestamp};

/// How often the clock is compared with the database.
pub const COMPARED_EVERY: Duration = Duration::from_secs(10);
/// A difference that is worth an alarm.
const ALARM: Duration = Duration::from_secs(2);
/// A difference with which the node leaves rotation.
const OUT_OF_ROTATION: Duration = Duration::from_secs(10);

/// What a comparison with the database said about the node's clock before it was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skew {
    /// Within two seconds.
    Small,
    /// More than two seconds: somebody should look.
    Alarming,
    /// More than ten seconds: the node does not answer until a comparison is fine again.
    Unusable,
}

/// Microseconds since start on the monotonic clock, plus an offset that the database corrects.
#[derive(Debug)]
pub struct NodeClock {
    started: Instant,
    /// Microseconds to add to the monotonic clock.
    offset: AtomicI64,
    /// The latest time that was ever told.
    latest: AtomicI64,
}

impl NodeClock {
    /// A clock that starts from the system's idea of time and waits for its first correction.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the process reads its clocks"
    )]
    pub fn start() -> Self {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let offset = i64::try_from(system.as_micros()).unwrap_or(i64::MAX);
        Self {
            started: Instant::now(),
            offset: AtomicI64::new(offset),
            latest: AtomicI64::new(i64::MIN),
        }
    }

    /// The clock without its promise not to run backwards; only for comparing it.
    pub fn reading(&self) -> Timestamp {
        let elapsed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(elapsed.saturating_add(self.offset.load(Ordering::Relaxed)))
    }

    /// Takes over the database's time and says how far off the clock was. `asked` and `answered` are what
    /// [`NodeClock::reading`] said before and after the question; the answer is taken to be from their middle.
    pub fn correct(&self, database: Timestamp, asked: Timestamp, answered: Timestamp) -> Skew {
        let middle = asked.as_micros().midpoint(answered.as_micros());
        let difference = database.as_micros().saturating_sub(middle);
        self.offset.fetch_add(difference, Ordering::Relaxed);
        match Duration::from_micros(difference.unsigned_abs()) {
            off if off > OUT_OF_ROTATION => Skew::Unusable,
            off if off > ALARM => Skew::Alarming,
            _ => Skew::Small,
        }
    }
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        // Nothing that has expired may revive: after a correction backwards the clock stands until time catches up.
        let now = self.reading().as_micros();
        let latest = self.latest.fetch_max(now, Ordering::Relaxed);
        Timestamp::from_micros(latest.max(now))
    }

    /// The database's: a node whose own clock is wrong decides like all others.
    fn decisive(&self, database: Timestamp) -> Timestamp {
        database
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_forward_is_taken_over_at_once() {
        let clock = NodeClock::start();
        let before = clock.now();
        assert_eq!(
            clock.correct(before.plus(Duration::from_secs(5)), before, before),
            Skew::Alarming
        );
        assert!(clock.now() >= before.plus(Duration::from_secs(5)));
    }

    #[test]
    fn a_correction_backwards_stops_the_clock_but_never_turns_it_back() {
        let clock = NodeClock::start();
        let before = clock.now();
        assert_eq!(
            clock.correct(before.minus(Duration::from_mins(1)), before, before),
            Skew::Unusable
        );
        assert_eq!(clock.now(), before);
        let reading = clock.reading();
        let database = before
            .minus(Duration::from_mins(1))
            .plus(reading.since(before.minus(Duration::from_mins(1))));
        assert_eq!(clock.correct(database, reading, clock.reading()), Skew::Small);
        assert_eq!(clock.now(), before);
    }

    #[test]
    fn the_limits_of_skew_are_two_and_ten_seconds() {
        for (seconds, skew) in [
            (0, Skew::Small),
            (2, Skew::Small),
            (3, Skew::Alarming),
            (10, Skew::Alarming),
            (11, Skew::Unusable),
        ] {
            let clock = NodeClock::start();
            let now = clock.now();
            assert_eq!(
                clock.correct(now.plus(Duration::from_secs(seconds)), now, now),
                skew,
                "{seconds}"
            );
        }
    }
}
