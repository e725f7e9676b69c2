//! Wall-clock times as people type them into a form: date and time of a zone, to the second.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::Timestamp;
use super::day::first_instant;

/// A date and time without a zone, written `2026-11-21T14:05` or `2026-11-21T14:05:09`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime(NaiveDateTime);

/// The text is no date with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a local time is written YYYY-MM-DDTHH:MM or YYYY-MM-DDTHH:MM:SS")]
pub struct LocalTimeError;

impl LocalTime {
    /// What the wall clock of `zone` shows at this instant; `None` outside the years that a calendar can write.
    pub fn of(at: Timestamp, zone: Tz) -> Option<Self> {
        Some(Self(at.to_utc()?.with_timezone(&zone).naive_local()))
    }

    /// The first instant at which the wall clock of `zone` shows it.
    pub fn in_zone(self, zone: Tz) -> Option<Timestamp> {
        first_instant(self.0, zone)
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%dT%H:%M:%S"))
    }
}

impl FromStr for LocalTime {
    type Err = LocalTimeError;

    fn from_str(text: &str) -> Result<Self, LocalTimeError> {
        let shaped = matches!(text.len(), 16 | 19)
            && text.bytes().enumerate().all(|(place, b)| match place {
                4 | 7 => b == b'-',
                10 => b == b'T',
                13 | 16 => b == b':',
                _ => b.is_ascii_digit(),
            });
        if !shaped {
            return Err(LocalTimeError);
        }
        let form = if text.len() == 16 {
            "%Y-%m-%dT%H:%M"
        } else {
            "%Y-%m-%dT%H:%M:%S"
        };
        NaiveDateTime::parse_from_str(text, form)
            .map(Self)
            .map_err(|_| LocalTimeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_second_and_shown_as_it_was() {
        let zone = Tz::Asia__Almaty;
        let at = "2026-11-21T18:05:09"
            .parse::<LocalTime>()
            .unwrap()
            .in_zone(zone)
            .unwrap();
        assert_eq!(at, Timestamp::from_rfc3339("2026-11-21T13:05:09Z").unwrap());
        assert_eq!(LocalTime::of(at, zone).unwrap().to_string(), "2026-11-21T18:05:09");
        let minute = "2026-11-21T18:05".parse::<LocalTime>().unwrap().in_zone(zone);
        assert_eq!(minute, Timestamp::from_rfc3339("2026-11-21T13:05:00Z").ok());
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-11-21",
            "2026-11-21 18:05",
            "2026-11-21T18:05:09Z",
            "2026-11-21T24:00",
            "2026-02-30T10:00",
            "2026-11-21T18:05:61",
            "+026-11-21T18:05",
            "２０２６-11-21T18:05",
        ] {
            assert_eq!(text.parse::<LocalTime>(), Err(LocalTimeError), "{text}");
        }
    }
}
