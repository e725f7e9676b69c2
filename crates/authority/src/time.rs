//! Instants and durations.
//!
//! The domain never reads a clock: a [`Timestamp`] is always an argument. Instants are whole microseconds UTC, the unit
//! every `_at` column stores, so that both databases compare them as integers.

pub(crate) mod day;
mod local;

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};

pub use day::{Day, DayError};
pub use local::{LocalTime, LocalTimeError};

/// An instant: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant that many microseconds after the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant that many seconds after the Unix epoch, as JWT's NumericDate counts (RFC 7519 §2); saturates.
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Whole milliseconds since the Unix epoch, rounded down.
    pub const fn as_unix_millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This instant and `duration` later; saturates at the end of time.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }

    /// This instant and `duration` earlier; saturates at the beginning of time.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The same instant without its fraction of a second.
    #[must_use]
    pub const fn whole_seconds(self) -> Self {
        Self(self.as_unix_seconds().saturating_mul(1_000_000))
    }

    /// The calendar form in UTC; `None` outside the years that a calendar can write.
    pub fn to_utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// Reads RFC 3339 (`2026-11-21T12:00:00Z`, any offset).
    ///
    /// # Errors
    /// The text is not RFC 3339.
    pub fn from_rfc3339(text: &str) -> Result<Self, chrono::ParseError> {
        DateTime::parse_from_rfc3339(text).map(|at| Self(at.timestamp_micros()))
    }

    /// RFC 3339 in UTC with whole seconds and `Z`.
    pub fn to_rfc3339(self) -> String {
        self.to_utc().map_or_else(
            || format!("{}us", self.0),
            |at| at.to_rfc3339_opts(SecondsFormat::Secs, true),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Where the shell gets the time from. Production corrects the node's monotonic clock against the database; tests drive
/// one clock for everything.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// The instant by which a decision falls that hangs on the wall clock of the deployment, when the database's own
    /// clock shows `database`. Production decides by the database, so that all nodes decide alike; a clock that is
    /// driven by hand decides by itself.
    fn decisive(&self, database: Timestamp) -> Timestamp;
}

/// A duration of whole seconds.
pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A duration of whole minutes.
pub const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(60))
}

/// A duration of whole hours.
pub const fn hours(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(3600))
}

/// A duration of whole days of 24 hours.
pub const fn days(n: u64) -> Duration {
    Duration::from_secs(n.saturating_mul(86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_survives_its_text() {
        let at = Timestamp::from_unix_seconds(1_795_262_400);
        assert_eq!(at.to_rfc3339(), "2026-11-21T12:00:00Z");
        assert_eq!(Timestamp::from_rfc3339("2026-11-21T17:00:00+05:00").unwrap(), at);
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let end = Timestamp::from_micros(i64::MAX);
        assert_eq!(end.plus(days(1)), end);
        assert_eq!(
            Timestamp::from_micros(i64::MIN).minus(Duration::MAX),
            Timestamp::from_micros(i64::MIN)
        );
        assert_eq!(
            Timestamp::from_unix_seconds(1).since(Timestamp::from_unix_seconds(2)),
            Duration::ZERO
        );
    }

    #[test]
    fn seconds_round_down_before_the_epoch_too() {
        assert_eq!(Timestamp::from_micros(-1).as_unix_seconds(), -1);
        assert_eq!(Timestamp::from_micros(1_999_999).as_unix_seconds(), 1);
    }
}
