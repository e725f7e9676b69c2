//! Calendar days as people name them: a day begins when the wall clock of a zone first shows it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Timestamp;

/// Longer than any gap that a zone ever left in its wall clock.
const LONGEST_GAP_HOURS: i64 = 26;

/// A day of the calendar, written `2026-11-21` (RFC 3339 §5.6 `full-date`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD")]
pub struct DayError;

impl Day {
    /// The day that the wall clock of `zone` shows at this instant; `None` outside the years that a calendar can write.
    pub fn of(at: Timestamp, zone: Tz) -> Option<Self> {
        Some(Self(at.to_utc()?.with_timezone(&zone).date_naive()))
    }

    /// The first instant of the day in `zone`; `None` outside the years that a calendar can write.
    pub fn start_in(self, zone: Tz) -> Option<Timestamp> {
        first_instant(self.0.and_time(NaiveTime::MIN), zone)
    }

    /// The day after this one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add_days(Days::new(1)).map(Self)
    }

    /// The same day so many months earlier, or the last one of a month that is shorter.
    #[must_use]
    pub fn months_before(self, months: u32) -> Option<Self> {
        self.0.checked_sub_months(Months::new(months)).map(Self)
    }

    /// So many days earlier.
    #[must_use]
    pub fn days_before(self, days: u64) -> Option<Self> {
        self.0.checked_sub_days(Days::new(days)).map(Self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m-%d"))
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(place, b)| {
                if matches!(place, 4 | 7) {
                    b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        if !shaped {
            return Err(DayError);
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|_| DayError)
    }
}

/// The first instant at which the wall clock of `zone` shows `local`, or, where it leaves that out, what follows it.
pub(crate) fn first_instant(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    let instant = match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => instant.to_utc(),
        LocalResult::None => after_gap(local, zone)?,
    };
    Some(Timestamp::from_micros(instant.timestamp_micros()))
}

/// The first instant whose wall clock is after a time that the zone leaves out.
fn after_gap(missing: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let is_before = |instant: DateTime<Utc>| instant.with_timezone(&zone).naive_local() < missing;
    let guess = missing.and_utc();
    let (mut low, mut high) = (
        guess.checked_sub_signed(TimeDelta::hours(LONGEST_GAP_HOURS))?,
        guess.checked_add_signed(TimeDelta::hours(LONGEST_GAP_HOURS))?,
    );
    // Zones jump at whole seconds.
    while high - low > TimeDelta::seconds(1) {
        let middle = low + TimeDelta::seconds((high - low).num_seconds() / 2);
        if is_before(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(day: &str, zone: Tz) -> String {
        day.parse::<Day>().unwrap().start_in(zone).unwrap().to_rfc3339()
    }

    #[test]
    fn a_day_begins_when_the_wall_clock_first_shows_it() {
        let almaty = Tz::Asia__Almaty;
        assert_eq!(starts("2026-11-21", almaty), "2026-11-20T19:00:00Z");
        // Almaty moved from UTC+6 to UTC+5 on the first of March 2024: that midnight came twice but for an hour.
        assert_eq!(starts("2024-02-29", almaty), "2024-02-28T18:00:00Z");
        assert_eq!(starts("2024-03-01", almaty), "2024-02-29T19:00:00Z");
        // São Paulo left midnight out when summer time began.
        assert_eq!(starts("2018-11-04", Tz::America__Sao_Paulo), "2018-11-04T03:00:00Z");
        // Samoa left out a whole day.
        assert_eq!(
            starts("2011-12-30", Tz::Pacific__Apia),
            starts("2011-12-31", Tz::Pacific__Apia)
        );
    }

    #[test]
    fn an_instant_belongs_to_the_day_that_its_zone_shows() {
        let at = Timestamp::from_rfc3339("2026-11-20T19:00:00Z").unwrap();
        let before = Timestamp::from_micros(at.as_micros() - 1);
        let day = |at| Day::of(at, Tz::Asia__Almaty).unwrap().to_string();
        assert_eq!(
            (day(before), day(at)),
            ("2026-11-20".to_owned(), "2026-11-21".to_owned())
        );
    }

    #[test]
    fn days_are_counted_back_over_months_of_any_length() {
        let day: Day = "2026-05-31".parse().unwrap();
        assert_eq!(day.months_before(3).unwrap().to_string(), "2026-02-28");
        assert_eq!(day.days_before(30).unwrap().to_string(), "2026-05-01");
        assert_eq!(day.next().unwrap().to_string(), "2026-06-01");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "26-11-21",
            "2026-1-1",
            "2026-11-21T00:00",
            "21.11.2026",
            "+026-11-21",
            "2026-11-2١",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayError), "{text}");
        }
    }
}
