//! How the values of rules are written, and what they mean.

use std::time::Duration;

use chrono_tz::Tz;

use super::window::WallTime;
use crate::time::seconds;

/// Why a value cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Not a time of day.
    #[error("a time of day is written HH:MM, from 00:00 to 24:00")]
    WallTime,
    /// Not a zone of the IANA database.
    #[error("the zone is not in the IANA database")]
    Zone,
    /// Not a duration of that range.
    #[error("a duration is written PT48H, PT30M or P2D, at most 30 days")]
    Duration,
    /// Not whole hours, which is what pages tell.
    #[error("a duration of whole hours is written PT48H or P2D, at most 30 days")]
    WholeHours,
    /// Not a number of that range.
    #[error("the number is out of range")]
    Number,
    /// Neither `on` nor `off`.
    #[error("the value is on or off")]
    Switch,
    /// What the rule needs does not exist: it stays off (product A7).
    #[error(
        "a new key without the hours has to be confirmed by a passkey or the app, and there are none; leave it off"
    )]
    NothingToConfirmWith,
    /// Together with the other values there is no time left to register in.
    #[error("the window must end after it begins")]
    EmptyWindow,
}

pub(super) fn wall_time(text: &str) -> Result<WallTime, PolicyError> {
    text.parse().map_err(|_| PolicyError::WallTime)
}

pub(super) fn zone(text: &str) -> Result<Tz, PolicyError> {
    text.parse().map_err(|_| PolicyError::Zone)
}

pub(super) fn number(text: &str, least: u32, most: u32) -> Result<u32, PolicyError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = digits.then(|| text.parse::<u32>().ok()).flatten();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or(PolicyError::Number)
}

pub(super) fn switch(text: &str) -> Result<bool, PolicyError> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(PolicyError::Switch),
    }
}

/// Reads `P2D`, `PT48H`, `PT30M`, `PT90S` and their sums, such as `P1DT12H` (ISO 8601 without months and years, whose
/// length is not fixed).
pub(super) fn duration(text: &str, longest: Duration) -> Result<Duration, PolicyError> {
    let (days, clock) = match text.strip_prefix('P').ok_or(PolicyError::Duration)? {
        rest if rest.is_empty() || rest.ends_with('T') => return Err(PolicyError::Duration),
        rest => rest.split_once('T').map_or((rest, ""), |(days, clock)| (days, clock)),
    };
    let total = units(days, &[('D', 86_400)])?
        .checked_add(units(clock, &[('H', 3_600), ('M', 60), ('S', 1)])?)
        .map(seconds);
    total.filter(|total| *total <= longest).ok_or(PolicyError::Duration)
}

/// A duration that pages tell in hours.
pub(super) fn whole_hours(text: &str, longest: Duration) -> Result<Duration, PolicyError> {
    let read = duration(text, longest).map_err(|_| PolicyError::WholeHours)?;
    let is_whole = read.as_secs().is_multiple_of(3600);
    is_whole.then_some(read).ok_or(PolicyError::WholeHours)
}

/// The sum of numbers with their unit behind them; each unit once, in that order.
fn units(mut text: &str, known: &[(char, u64)]) -> Result<u64, PolicyError> {
    let mut total = 0_u64;
    for (unit, length) in known {
        let Some((number, rest)) = text.split_once(*unit) else {
            continue;
        };
        let digits = (1..=7).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        let number: u64 = digits
            .then(|| number.parse().ok())
            .flatten()
            .ok_or(PolicyError::Duration)?;
        total = total.saturating_add(number.saturating_mul(*length));
        text = rest;
    }
    if text.is_empty() {
        Ok(total)
    } else {
        Err(PolicyError::Duration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{days, hours, minutes};

    const LONGEST: Duration = days(30);

    #[test]
    fn durations_are_read_as_they_are_written() {
        for (text, length) in [
            ("PT48H", hours(48)),
            ("P2D", days(2)),
            ("P1DT12H", hours(36)),
            ("PT1H30M", minutes(90)),
            ("PT0S", Duration::ZERO),
            ("P30D", days(30)),
        ] {
            assert_eq!(duration(text, LONGEST), Ok(length), "{text}");
        }
        for text in [
            "P", "PT", "P1DT", "PT1M1H", "PT1H1H", "PT-1H", "P1Y", "48H", "PT1.5H", "PT 1H", "P30DT1S",
        ] {
            assert_eq!(duration(text, LONGEST), Err(PolicyError::Duration), "{text}");
        }
    }

    #[test]
    fn what_pages_tell_in_hours_is_whole_hours() {
        for (text, length) in [("PT48H", hours(48)), ("PT120M", hours(2)), ("PT0S", Duration::ZERO)] {
            assert_eq!(whole_hours(text, LONGEST), Ok(length), "{text}");
        }
        for text in ["PT90M", "PT59M", "PT1H1S", "P31D", "48"] {
            assert_eq!(whole_hours(text, LONGEST), Err(PolicyError::WholeHours), "{text}");
        }
    }
}
