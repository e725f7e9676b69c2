//! Instants for people: in the deployment's zone, 24 hours, in the order each language writes a date.

use authority::time::Timestamp;
use chrono::{DateTime, Datelike, SecondsFormat, Timelike};
use chrono_tz::{OffsetName, Tz};
use serde::Serializer;

/// Serialises an instant for the templates, as microseconds.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn micros<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(at.as_micros())
}

/// The same for an instant that may be missing.
#[expect(clippy::ref_option, reason = "the signature serde asks for")]
pub(crate) fn optional_micros<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_some(&at.as_micros()),
        None => serializer.serialize_none(),
    }
}

/// An instant taken apart in a zone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Local(DateTime<Tz>);

impl Local {
    /// `None` beyond the years a calendar can write.
    pub(crate) fn of(micros: i64, zone: Tz) -> Option<Self> {
        Timestamp::from_micros(micros)
            .to_utc()
            .map(|at| Self(at.with_timezone(&zone)))
    }

    /// `HH:MM`, in every language.
    pub(crate) fn clock(self) -> String {
        format!("{:02}:{:02}", self.0.hour(), self.0.minute())
    }

    /// `HH:MM:SS`, in every language.
    pub(crate) fn exact_clock(self) -> String {
        format!("{}:{:02}", self.clock(), self.0.second())
    }

    /// `DD.MM HH:MM`, for messages, where every letter costs.
    pub(crate) fn short(self) -> String {
        format!("{:02}.{:02} {}", self.0.day(), self.0.month(), self.clock())
    }

    /// Year, month, day.
    pub(crate) fn calendar(self) -> (i32, u32, u32) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// For `<time datetime>`: RFC 3339 with the zone's offset.
    pub(crate) fn machine(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// The zone's offset at that instant: `UTC+05:00`.
    pub(crate) fn offset(self) -> String {
        format!("UTC{}", self.0.format("%:z"))
    }

    /// The IANA name with characters a Fluent variant key may hold: `Asia_Almaty`.
    pub(crate) fn zone_key(self) -> String {
        self.0.offset().tz_id().replace(['/', '-', '+'], "_")
    }
}

/// How long ago something was, in the largest unit of which there is a whole one. Months have 30 days and years 365: the
/// date stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ago {
    /// Less than a minute, or not yet by this server's clock.
    Now,
    /// 1 to 59 minutes.
    Minutes(i64),
    /// 1 to 23 hours.
    Hours(i64),
    /// 1 to 29 days.
    Days(i64),
    /// 1 to 12 months.
    Months(i64),
    /// Years.
    Years(i64),
}

impl Ago {
    /// From two instants in microseconds.
    pub(crate) const fn between(at: i64, now: i64) -> Self {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        const DAY: i64 = 24 * HOUR;
        const MONTH: i64 = 30 * DAY;
        const YEAR: i64 = 365 * DAY;
        match now.saturating_sub(at) / 1_000_000 {
            ..MINUTE => Self::Now,
            passed @ MINUTE..HOUR => Self::Minutes(passed / MINUTE),
            passed @ HOUR..DAY => Self::Hours(passed / HOUR),
            passed @ DAY..MONTH => Self::Days(passed / DAY),
            passed @ MONTH..YEAR => Self::Months(passed / MONTH),
            passed @ YEAR.. => Self::Years(passed / YEAR),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_whole_unit_is_told() {
        const DAY: i64 = 86_400;
        for (seconds, expected) in [
            (0, Ago::Now),
            (59, Ago::Now),
            (60, Ago::Minutes(1)),
            (119, Ago::Minutes(1)),
            (120, Ago::Minutes(2)),
            (59 * 60 + 59, Ago::Minutes(59)),
            (3600, Ago::Hours(1)),
            (DAY - 1, Ago::Hours(23)),
            (DAY, Ago::Days(1)),
            (2 * DAY - 1, Ago::Days(1)),
            (30 * DAY - 1, Ago::Days(29)),
            (30 * DAY, Ago::Months(1)),
            (365 * DAY - 1, Ago::Months(12)),
            (365 * DAY, Ago::Years(1)),
            (730 * DAY, Ago::Years(2)),
        ] {
            let now = 1_795_262_400_000_000;
            assert_eq!(Ago::between(now - seconds * 1_000_000, now), expected, "{seconds}");
            // Parts of a second do not count.
            assert_eq!(
                Ago::between(now - seconds * 1_000_000 - 999_999, now),
                expected,
                "{seconds}"
            );
        }
    }

    #[test]
    fn what_is_yet_to_come_by_this_clock_is_now() {
        assert_eq!(Ago::between(5_000_000, 0), Ago::Now);
        assert_eq!(Ago::between(i64::MAX, i64::MIN), Ago::Now);
        assert!(matches!(Ago::between(i64::MIN, i64::MAX), Ago::Years(_)));
    }

    #[test]
    fn almaty_is_five_hours_ahead_since_march_2024() {
        let at = |text: &str| Local::of(Timestamp::from_rfc3339(text).unwrap().as_micros(), Tz::Asia__Almaty).unwrap();
        assert_eq!(at("2026-11-21T13:05:00Z").clock(), "18:05");
        assert_eq!(at("2026-11-21T13:05:00Z").short(), "21.11 18:05");
        assert_eq!(at("2026-11-21T13:05:00Z").machine(), "2026-11-21T18:05:00+05:00");
        assert_eq!(at("2024-02-29T17:59:00Z").machine(), "2024-02-29T23:59:00+06:00");
        assert_eq!(at("2024-02-29T18:00:00Z").machine(), "2024-02-29T23:00:00+05:00");
        assert_eq!(at("2024-02-29T18:00:00Z").offset(), "UTC+05:00");
        assert_eq!(at("2024-02-29T19:00:00Z").calendar(), (2024, 3, 1));
        assert_eq!(at("2026-11-21T13:05:00Z").zone_key(), "Asia_Almaty");
    }

    #[test]
    fn an_instant_beyond_the_calendar_is_none_and_no_panic() {
        assert!(Local::of(i64::MAX, Tz::Asia__Almaty).is_none() || Local::of(i64::MAX, Tz::UTC).is_some());
    }
}
