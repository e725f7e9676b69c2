//! How often somebody may try (security rules OT-2, OT-3, OT-4). Counting is storage's; judging is here.

use std::time::Duration;

use crate::time::{Timestamp, days, hours, minutes};

/// Tries on one code.
pub const TRIES_PER_CODE: i64 = 5;
/// Wrong codes in an hour, over all codes of a person.
pub const FAILURES_PER_HOUR: i64 = 15;
/// Consecutive failures after which the factor stays closed until it is bound anew.
pub const FAILURES_TO_DISABLE: i64 = 100;
/// Messages within [`SEND_WINDOW`]: the first and two more.
pub const SENDS_PER_WINDOW: usize = 3;
/// The window for [`SENDS_PER_WINDOW`].
pub const SEND_WINDOW: Duration = minutes(10);
/// Messages to one number in a day.
pub const SENDS_PER_DAY: usize = 10;
/// The first closing; each further one lasts twice as long, up to [`LONGEST_CLOSING`].
pub const FIRST_CLOSING: Duration = minutes(15);
/// The longest closing.
pub const LONGEST_CLOSING: Duration = hours(2);

/// What storage counted of a person's wrong codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Since the last full success of the factor.
    pub consecutive: i64,
    /// Within the last hour.
    pub last_hour: i64,
    /// Until when the step is closed by an earlier judgement.
    pub closed_until: Option<Timestamp>,
}

/// The step is closed; other ways stay open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// For a while.
    #[error("too many wrong codes; closed until {0}")]
    Until(Timestamp),
    /// Until the factor is bound anew.
    #[error("too many wrong codes; the factor is disabled")]
    Disabled,
}

impl Failures {
    /// Whether another code may be compared now.
    ///
    /// # Errors
    /// The step is closed.
    pub fn admit(&self, now: Timestamp) -> Result<(), Closed> {
        if self.consecutive >= FAILURES_TO_DISABLE {
            return Err(Closed::Disabled);
        }
        match self.closed_until {
            Some(until) if now < until => Err(Closed::Until(until)),
            _ => Ok(()),
        }
    }

    /// Until when the step closes after the failure these numbers already count; `None` while it stays open.
    pub fn closing(&self, now: Timestamp) -> Option<Timestamp> {
        let by_streak = (self.consecutive > 0 && self.consecutive % TRIES_PER_CODE == 0)
            .then(|| now.plus(closing_length(self.consecutive / TRIES_PER_CODE)));
        let by_hour = (self.last_hour >= FAILURES_PER_HOUR).then(|| now.plus(hours(1)));
        by_streak.max(by_hour)
    }

    /// How many tries are left before the step closes.
    pub fn tries_left(&self) -> i64 {
        let by_streak = TRIES_PER_CODE - self.consecutive.rem_euclid(TRIES_PER_CODE);
        by_streak.min(FAILURES_PER_HOUR - self.last_hour).max(0)
    }
}

fn closing_length(round: i64) -> Duration {
    let doublings = u32::try_from(round.saturating_sub(1)).unwrap_or(u32::MAX).min(8);
    FIRST_CLOSING.saturating_mul(1 << doublings).min(LONGEST_CLOSING)
}

/// No message may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendRefusal {
    /// The last one left too recently.
    #[error("the next message may be sent at {0}")]
    TooSoon(Timestamp),
    /// The number of messages in ten minutes is used up.
    #[error("too many messages; the next may be sent at {0}")]
    WindowFull(Timestamp),
    /// The number of messages in a day is used up.
    #[error("too many messages in a day; the next may be sent at {0}")]
    DayFull(Timestamp),
}

impl SendRefusal {
    /// When the next message may be sent.
    pub const fn next_at(self) -> Timestamp {
        match self {
            Self::TooSoon(at) | Self::WindowFull(at) | Self::DayFull(at) => at,
        }
    }
}

/// Whether a message may be sent now to a number that was sent `earlier` ones (any order, at least those of a day).
///
/// # Errors
/// The rule that refuses, with the instant it ends.
pub fn judge_send(earlier: &[Timestamp], interval: Duration, now: Timestamp) -> Result<(), SendRefusal> {
    let mut sent: Vec<Timestamp> = earlier.to_vec();
    sent.sort_unstable_by(|a, b| b.cmp(a));
    let nth_end = |n: usize, window: Duration| {
        sent.get(n.saturating_sub(1))
            .map(|at| at.plus(window))
            .filter(|end| now < *end)
    };
    if let Some(at) = nth_end(SENDS_PER_DAY, days(1)) {
        return Err(SendRefusal::DayFull(at));
    }
    if let Some(at) = nth_end(SENDS_PER_WINDOW, SEND_WINDOW) {
        return Err(SendRefusal::WindowFull(at));
    }
    nth_end(1, interval).map_or(Ok(()), |at| Err(SendRefusal::TooSoon(at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::seconds;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_000_000 + second)
    }

    fn failures(consecutive: i64) -> Failures {
        Failures {
            consecutive,
            last_hour: consecutive.min(FAILURES_PER_HOUR - 1),
            closed_until: None,
        }
    }

    #[test]
    fn every_fifth_failure_closes_for_twice_as_long_up_to_two_hours() {
        for (consecutive, closed) in [
            (1, None),
            (4, None),
            (5, Some(15)),
            (6, None),
            (10, Some(30)),
            (15, Some(60)),
            (20, Some(120)),
            (95, Some(120)),
        ] {
            let expected = closed.map(|n| at(0).plus(minutes(n)));
            assert_eq!(failures(consecutive).closing(at(0)), expected, "{consecutive}");
        }
    }

    #[test]
    fn fifteen_failures_in_an_hour_close_for_an_hour() {
        let many = Failures {
            consecutive: 1,
            last_hour: 15,
            closed_until: None,
        };
        assert_eq!(many.closing(at(0)), Some(at(3600)));
        assert_eq!(many.tries_left(), 0);
    }

    #[test]
    fn a_closing_ends_at_its_instant_exactly() {
        let closed = Failures {
            closed_until: Some(at(900)),
            ..failures(5)
        };
        assert_eq!(
            closed.admit(Timestamp::from_micros(at(900).as_micros() - 1)),
            Err(Closed::Until(at(900)))
        );
        assert_eq!(closed.admit(at(900)), Ok(()));
    }

    #[test]
    fn a_hundred_failures_disable_the_factor() {
        assert_eq!(failures(99).admit(at(0)), Ok(()));
        assert_eq!(failures(100).admit(at(0)), Err(Closed::Disabled));
    }

    #[test]
    fn attempts_left_count_down() {
        assert_eq!([0, 1, 4, 5].map(|n| failures(n).tries_left()), [5, 4, 1, 5]);
    }

    #[test]
    fn messages_keep_their_distance() {
        let judge = |earlier: &[i64], now: i64| {
            let earlier: Vec<_> = earlier.iter().map(|second| at(*second)).collect();
            judge_send(&earlier, seconds(60), at(now))
        };
        assert_eq!(judge(&[], 0), Ok(()));
        assert_eq!(judge(&[0], 59), Err(SendRefusal::TooSoon(at(60))));
        assert_eq!(judge(&[0], 60), Ok(()));
        assert_eq!(judge(&[0, 60, 120], 180), Err(SendRefusal::WindowFull(at(600))));
        assert_eq!(judge(&[120, 0, 60], 600), Ok(()));
        let ten: Vec<i64> = (0..10).map(|n| n * 1_000).collect();
        assert_eq!(judge(&ten, 20_000), Err(SendRefusal::DayFull(at(86_400))));
        assert_eq!(judge(&ten, 86_400), Ok(()));
    }
}
