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

#[cfg(test)]
mod tests {
    use super::*;

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
