//! How often somebody may try (security rules OT-2, OT-3, OT-4, RL-7). Counting is storage's; judging is here.

use std::net::{IpAddr, Ipv6Addr};
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
/// Of them, those that only the browser with the bound device's cookie may ask for: whoever has the person's key alone
/// cannot use up what the owner needs (security rule AC-3).
pub const SENDS_KEPT_FOR_BOUND: usize = 4;
/// The first closing; each further one lasts twice as long, up to [`LONGEST_CLOSING`].
pub const FIRST_CLOSING: Duration = minutes(15);
/// The longest closing.
pub const LONGEST_CLOSING: Duration = hours(2);

/// Refused signatures in one flow, the last of which ends its attempt.
pub const SIGNATURES_PER_FLOW: i64 = 10;
/// Refused signatures of one network; more are not read. A school's pupils share one, so it is wide.
pub const SIGNATURES_PER_NETWORK: Cap = Cap::new(100, minutes(10));
/// Codes to be signed on a phone, in one flow.
pub const PHONE_CODES_PER_FLOW: i64 = 20;
/// Codes to be signed on a phone, for one network.
pub const PHONE_CODES_PER_NETWORK: Cap = Cap::new(300, minutes(10));
/// Failed authentications of one client from one network; more are not looked at.
pub const CLIENT_FAILURES: Cap = Cap::new(10, minutes(5));
/// Requests of one network for clients that do not exist; more are not counted, but answered the same.
pub const UNKNOWN_CLIENTS: Cap = Cap::new(30, minutes(5));

/// At most so many in a window of fixed length. Windows follow one another from 1970 on, so that all nodes count the same
/// one: two full windows may touch, and a window of a day begins at midnight UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    most: i64,
    window: Duration,
}

impl Cap {
    /// At most `most` in each `window`.
    pub const fn new(most: i64, window: Duration) -> Self {
        Self { most, window }
    }

    /// How many.
    pub const fn most(self) -> i64 {
        self.most
    }

    /// The number of the window around `now`.
    pub fn window(self, now: Timestamp) -> i64 {
        now.as_micros().div_euclid(self.micros())
    }

    /// When the window around `now` is over.
    pub fn ends_at(self, now: Timestamp) -> Timestamp {
        let next = self.window(now).saturating_add(1);
        Timestamp::from_micros(next.saturating_mul(self.micros()))
    }

    fn micros(self) -> i64 {
        i64::try_from(self.window.as_micros()).unwrap_or(i64::MAX).max(1)
    }
}

/// The network that an address is counted under: one IPv4 address, or the 64 bits that an IPv6 subscriber gets. An IPv4
/// address is not widened: whole towns share a provider's /24.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

/// How much of the day's messages of a deployment is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetAlarm {
    /// Four fifths.
    Nearly,
    /// All.
    Spent,
}

impl BudgetAlarm {
    /// The alarm that goes with the message that made the count `used`; each comes with one message of a day only.
    pub fn at(used: i64, budget: i64) -> Option<Self> {
        let four_fifths = budget.saturating_mul(4).saturating_add(4).div_euclid(5);
        if used == budget {
            Some(Self::Spent)
        } else if used == four_fifths {
            Some(Self::Nearly)
        } else {
            None
        }
    }

    /// Per cent of the budget, for log line and audit event.
    pub const fn per_cent(self) -> i64 {
        match self {
            Self::Nearly => 80,
            Self::Spent => 100,
        }
    }
}

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
    /// Too many messages were asked for from this network.
    #[error("too many messages for this network; the next may be sent at {0}")]
    NetworkFull(Timestamp),
    /// Too many messages went to neighbouring numbers.
    #[error("too many messages to this range of numbers; the next may be sent at {0}")]
    RangeFull(Timestamp),
    /// The deployment's messages of the day are used up.
    #[error("the budget of messages is spent; the next may be sent at {0}")]
    BudgetSpent(Timestamp),
}

/// Who asks for a message, and types its code: each has a share that the other cannot use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// The browser of the bound device.
    Bound,
    /// Any other.
    Other,
}

/// A message that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub share: Share,
    /// The gateway did not take it: nobody was reached.
    pub failed: bool,
}

impl SendRefusal {
    /// When the next message may be sent.
    pub const fn next_at(self) -> Timestamp {
        match self {
            Self::TooSoon(at)
            | Self::WindowFull(at)
            | Self::DayFull(at)
            | Self::NetworkFull(at)
            | Self::RangeFull(at)
            | Self::BudgetSpent(at) => at,
        }
    }
}

/// Whether a message may be sent now to a number for which `earlier` ones were asked (any order, at least those of a day).
/// Distance and window are each share's own; of the day's messages some are kept for the bound browser. A message that
/// failed keeps the next at its distance, and counts for nothing else.
///
/// # Errors
/// The rule that refuses, with the instant it ends.
pub fn judge_send(earlier: &[Asked], share: Share, interval: Duration, now: Timestamp) -> Result<(), SendRefusal> {
    let sent = |own: bool| {
        let counts = earlier.iter().filter(|one| !one.failed && (!own || one.share == share));
        let mut sent: Vec<Timestamp> = counts.map(|one| one.at).collect();
        sent.sort_unstable_by(|a, b| b.cmp(a));
        sent
    };
    let (all, own) = (sent(false), sent(true));
    let nth_end = |sent: &[Timestamp], n: usize, window: Duration| {
        sent.get(n.saturating_sub(1))
            .map(|at| at.plus(window))
            .filter(|end| now < *end)
    };
    let own_day = match share {
        Share::Bound => SENDS_PER_DAY,
        Share::Other => SENDS_PER_DAY - SENDS_KEPT_FOR_BOUND,
    };
    let day = nth_end(&all, SENDS_PER_DAY, days(1)).max(nth_end(&own, own_day, days(1)));
    if let Some(at) = day {
        return Err(SendRefusal::DayFull(at));
    }
    if let Some(at) = nth_end(&own, SENDS_PER_WINDOW, SEND_WINDOW) {
        return Err(SendRefusal::WindowFull(at));
    }
    let latest = earlier
        .iter()
        .filter(|one| one.share == share)
        .map(|one| one.at.plus(interval))
        .max();
    match latest.filter(|end| now < *end) {
        Some(at) => Err(SendRefusal::TooSoon(at)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
