//! When devices may be registered again: from one wall-clock time to another, every day, in a zone of the IANA database
//! (product A5; security rule DB-8).

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::time::Timestamp;
use crate::time::day::first_instant;

/// Seconds of a day on the wall clock.
const DAY: u32 = 86_400;

/// A time on the wall clock, from 00:00 to 24:00, whole minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WallTime {
    minutes: u16,
}

/// The text is no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is written HH:MM, from 00:00 to 24:00")]
pub struct WallTimeError;

impl WallTime {
    /// The time that many minutes after midnight, if the day has it; 1440 is its end.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= 1440 { Some(Self { minutes }) } else { None }
    }

    const fn seconds(self) -> u32 {
        self.minutes as u32 * 60
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl FromStr for WallTime {
    type Err = WallTimeError;

    fn from_str(text: &str) -> Result<Self, WallTimeError> {
        let (hours, minutes) = text.split_once(':').ok_or(WallTimeError)?;
        let number = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| text.parse::<u16>().ok()).flatten().ok_or(WallTimeError)
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        if minutes >= 60 {
            return Err(WallTimeError);
        }
        Self::from_minutes(hours * 60 + minutes).ok_or(WallTimeError)
    }
}

/// Every day from `from`, inclusive, to `to`, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationWindow {
    from: WallTime,
    to: WallTime,
    zone: Tz,
}

/// The window has no inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the window must end after it begins")]
pub struct EmptyWindow;

/// Where an instant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowState {
    /// Inside.
    Open,
    /// Outside.
    Closed {
        /// The first instant that is inside.
        opens_at: Timestamp,
    },
}

impl RegistrationWindow {
    /// Puts a window together.
    ///
    /// # Errors
    /// It would be empty.
    pub fn new(from: WallTime, to: WallTime, zone: Tz) -> Result<Self, EmptyWindow> {
        if from < to {
            Ok(Self { from, to, zone })
        } else {
            Err(EmptyWindow)
        }
    }

    /// Its first time.
    pub const fn from(self) -> WallTime {
        self.from
    }

    /// The first time after it.
    pub const fn to(self) -> WallTime {
        self.to
    }

    /// How long it is on the wall clock.
    pub const fn length(self) -> Duration {
        Duration::from_secs((self.to.seconds() - self.from.seconds()) as u64)
    }

    /// Where its wall clock hangs.
    pub const fn zone(self) -> Tz {
        self.zone
    }

    /// Where `now` stands. The wall clock of the zone decides, whatever jumps it makes.
    pub fn state(self, now: Timestamp) -> WindowState {
        let Some(utc) = now.to_utc() else {
            return WindowState::Closed { opens_at: now };
        };
        let local = utc.with_timezone(&self.zone).naive_local();
        let second = seconds_of_day(local);
        if (self.from.seconds()..self.to.seconds()).contains(&second) {
            return WindowState::Open;
        }
        let today = local.date();
        let day = if second < self.from.seconds() {
            Some(today)
        } else {
            today.checked_add_days(Days::new(1))
        };
        let opens_at = day.and_then(|day| self.opening(day)).unwrap_or(now);
        WindowState::Closed { opens_at }
    }

    /// The first instant of that day's window. A wall clock that jumps over it opens the window where it lands, as far as
    /// it lands inside; else the next day's does.
    fn opening(self, day: NaiveDate) -> Option<Timestamp> {
        let begins = at(day, self.from)?;
        let instant = first_instant(begins, self.zone)?;
        if self.state_at(instant)? {
            Some(instant)
        } else {
            self.opening(day.checked_add_days(Days::new(1))?)
        }
    }

    fn state_at(self, instant: Timestamp) -> Option<bool> {
        let second = seconds_of_day(instant.to_utc()?.with_timezone(&self.zone).naive_local());
        Some((self.from.seconds()..self.to.seconds()).contains(&second))
    }
}

fn seconds_of_day(local: NaiveDateTime) -> u32 {
    // A leap second counts as the second before it.
    chrono::Timelike::num_seconds_from_midnight(&local.time()).min(DAY - 1)
}

fn at(day: NaiveDate, time: WallTime) -> Option<NaiveDateTime> {
    let midnight = day.and_time(NaiveTime::MIN);
    midnight.checked_add_signed(TimeDelta::from_std(Duration::from_secs(time.seconds().into())).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: &str, to: &str, zone: Tz) -> RegistrationWindow {
        RegistrationWindow::new(from.parse().unwrap(), to.parse().unwrap(), zone).unwrap()
    }

    fn instant(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    fn opens(window: RegistrationWindow, now: &str) -> String {
        match window.state(instant(now)) {
            WindowState::Open => "open".to_owned(),
            WindowState::Closed { opens_at } => opens_at.to_rfc3339(),
        }
    }

    #[test]
    fn the_bounds_are_exact_to_the_microsecond() {
        let almaty = window("09:00", "18:00", Tz::Asia__Almaty);
        let nine = instant("2026-11-25T09:00:00+05:00");
        let six = instant("2026-11-25T18:00:00+05:00");
        let before = |at: Timestamp| Timestamp::from_micros(at.as_micros() - 1);
        assert_eq!(almaty.state(before(nine)), WindowState::Closed { opens_at: nine });
        assert_eq!(almaty.state(nine), WindowState::Open);
        assert_eq!(almaty.state(before(six)), WindowState::Open);
        let tomorrow = instant("2026-11-26T09:00:00+05:00");
        assert_eq!(almaty.state(six), WindowState::Closed { opens_at: tomorrow });
    }

    #[test]
    fn almaty_moved_its_clock_on_the_first_of_march_2024() {
        let almaty = window("09:00", "18:00", Tz::Asia__Almaty);
        // UTC+6 until then, UTC+5 since.
        assert_eq!(opens(almaty, "2024-02-29T02:59:59Z"), "2024-02-29T03:00:00Z");
        assert_eq!(opens(almaty, "2024-02-29T12:00:00Z"), "2024-03-01T04:00:00Z");
        assert_eq!(opens(almaty, "2024-03-01T03:59:59Z"), "2024-03-01T04:00:00Z");
        assert_eq!(opens(almaty, "2024-03-01T04:00:00Z"), "open");
        assert_eq!(opens(almaty, "2024-03-01T12:59:59Z"), "open");
        assert_eq!(opens(almaty, "2024-03-01T13:00:00Z"), "2024-03-02T04:00:00Z");
    }

    #[test]
    fn summer_time_moves_the_window_with_the_wall_clock() {
        let berlin = window("09:00", "18:00", Tz::Europe__Berlin);
        assert_eq!(opens(berlin, "2026-03-28T17:00:00Z"), "2026-03-29T07:00:00Z");
        assert_eq!(opens(berlin, "2026-10-24T16:00:00Z"), "2026-10-25T08:00:00Z");
    }

    #[test]
    fn a_beginning_that_the_clock_jumps_over_is_where_it_lands() {
        // 02:00 to 03:00 does not exist on 2026-03-29 in Berlin.
        let night = window("02:30", "05:00", Tz::Europe__Berlin);
        assert_eq!(opens(night, "2026-03-29T00:59:59Z"), "2026-03-29T01:00:00Z");
        assert_eq!(opens(night, "2026-03-29T01:00:00Z"), "open");
        // A window that lies in the hole altogether is not open that day.
        let hole = window("02:10", "02:50", Tz::Europe__Berlin);
        assert_eq!(opens(hole, "2026-03-29T00:30:00Z"), "2026-03-30T00:10:00Z");
    }

    #[test]
    fn an_hour_that_comes_twice_is_inside_twice() {
        let night = window("02:00", "02:30", Tz::Europe__Berlin);
        for at in ["2026-10-25T00:10:00Z", "2026-10-25T01:10:00Z"] {
            assert_eq!(opens(night, at), "open", "{at}");
        }
        assert_eq!(opens(night, "2026-10-25T00:30:00Z"), "2026-10-26T01:00:00Z");
    }

    #[test]
    fn a_whole_day_is_always_open_and_an_empty_one_does_not_exist() {
        let always = window("00:00", "24:00", Tz::Asia__Almaty);
        for at in ["2026-11-25T18:59:59.999999Z", "2026-11-25T19:00:00Z"] {
            assert_eq!(opens(always, at), "open");
        }
        let nine: WallTime = "09:00".parse().unwrap();
        assert_eq!(RegistrationWindow::new(nine, nine, Tz::UTC), Err(EmptyWindow));
    }

    #[test]
    fn only_times_of_a_day_are_read() {
        for text in [
            "9:00",
            "09:60",
            "24:01",
            "25:00",
            "09:00:00",
            "",
            ":",
            "+9:00",
            "09-00",
            "٠٩:٠٠",
        ] {
            assert_eq!(text.parse::<WallTime>(), Err(WallTimeError), "{text}");
        }
        for text in ["00:00", "09:00", "23:59", "24:00"] {
            assert_eq!(text.parse::<WallTime>().unwrap().to_string(), text);
        }
    }
}
