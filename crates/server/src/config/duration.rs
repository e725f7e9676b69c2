//! Durations as people write them: `250ms`, `60s`, `5m`, `1h`, `30d`. A bare number is refused, for it has no unit.

use std::time::Duration;

/// Why a text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a duration; write a whole number and a unit: ms, s, m, h or d (for example 60s)")]
pub(super) struct NotADuration;

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// Reads one number and one unit.
pub(super) fn parse(text: &str) -> Result<Duration, NotADuration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or(NotADuration)?;
    let (number, unit) = text.split_at_checked(digits).ok_or(NotADuration)?;
    let number: u64 = number.parse().map_err(|_| NotADuration)?;
    if unit == "ms" {
        return Ok(Duration::from_millis(number));
    }
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(NotADuration)?;
    number
        .checked_mul(*seconds)
        .map(Duration::from_secs)
        .ok_or(NotADuration)
}

/// Writes a duration with the largest unit that needs no fraction; what [`parse`] reads.
pub(super) fn print(value: Duration) -> String {
    if value.subsec_millis() != 0 {
        return format!("{}ms", value.as_millis());
    }
    let seconds = value.as_secs();
    UNITS
        .iter()
        .find(|(_, size)| seconds != 0 && seconds.is_multiple_of(*size))
        .map_or_else(
            || format!("{seconds}s"),
            |(unit, size)| format!("{}{unit}", seconds / size),
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("60s"), Ok(Duration::from_mins(1)));
        assert_eq!(parse("24h"), Ok(Duration::from_hours(24)));
    }

    #[test]
    fn anything_else_is_no_duration() {
        for text in [
            "",
            "5",
            "m",
            "-5m",
            "1.5h",
            "5 m",
            "5min",
            "99999999999999999999s",
            "18446744073709551615d",
            "٥m",
        ] {
            assert_eq!(parse(text), Err(NotADuration), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            let _outcome = parse(&text);
        }

        #[test]
        fn what_is_printed_reads_back(millis in 0_u64..10_000_000_000) {
            let value = Duration::from_millis(millis);
            prop_assert_eq!(parse(&print(value)), Ok(value));
        }
    }
}
