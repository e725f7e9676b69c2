//! Policy: the numbers a deployment may tighten. Defaults are the product's; the limits are those of the security rules.

mod binding;
mod values;
mod window;

use std::time::Duration;

pub use binding::{BindingPolicy, Effective, PolicyKey, Scope, SetValue, Source};
pub use values::PolicyError;
pub use window::{EmptyWindow, RegistrationWindow, WallTime, WallTimeError, WindowState};

use crate::identifiers::{NumberPrefix, PhoneNumber};
use crate::throttle::Cap;
use crate::time::{days, hours, minutes, seconds};

/// The numbers in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Life of an authorization code; at most 60 s (security rule CO-3).
    pub authorization_code_ttl: Duration,
    /// Life of an opaque access token.
    pub access_token_ttl: Duration,
    /// Life of an ID token.
    pub id_token_ttl: Duration,
    /// A refresh token family ends when it was not used for so long.
    pub refresh_idle: Duration,
    /// A refresh token family ends then in any case.
    pub refresh_absolute: Duration,
    /// Within it a rotated refresh token may be presented again; at most 60 s (security rule TK-1).
    pub refresh_overlap: Duration,
    /// A browser session ends when nothing was done for so long; at most 1 h (security rule SE-4).
    pub session_idle: Duration,
    /// A browser session ends then in any case; at most 24 h.
    pub session_absolute: Duration,
    /// Life of a challenge to sign; at most 5 min (security rule CE-1).
    pub challenge_ttl: Duration,
    /// Life of an SMS code; at most 5 min (security rule OT-1).
    pub sms_code_ttl: Duration,
    /// Least time between two messages to one number.
    pub sms_interval: Duration,
    /// Where messages may go, and how many.
    pub sms_limits: SmsLimits,
    /// Sign-ins under way at the same time for one network.
    pub flows_per_network: i64,
    /// Sign-ins under way at the same time for the whole deployment.
    pub flows: i64,
    /// How many accounts may share one phone number.
    pub accounts_per_phone: usize,
    /// How many days before the end of a key its person is reminded, the longest first (product C2).
    pub key_reminders: Vec<u32>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            authorization_code_ttl: seconds(60),
            access_token_ttl: minutes(10),
            id_token_ttl: minutes(10),
            refresh_idle: days(14),
            refresh_absolute: days(90),
            refresh_overlap: seconds(30),
            session_idle: hours(1),
            session_absolute: hours(8),
            challenge_ttl: minutes(5),
            sms_code_ttl: minutes(5),
            sms_interval: seconds(60),
            sms_limits: SmsLimits::default(),
            flows_per_network: 2_000,
            flows: 200_000,
            accounts_per_phone: 3,
            key_reminders: vec![30, 7, 1],
        }
    }
}

/// Where messages may go, and how many (security rule OT-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsLimits {
    /// A number must begin with one of these.
    pub allowed: Vec<NumberPrefix>,
    /// And with none of these.
    pub denied: Vec<NumberPrefix>,
    /// Messages that one network asks for.
    pub per_network: Cap,
    /// Messages to the thousand or so numbers that share their first eight digits.
    pub per_range: Cap,
    /// Messages of the whole deployment.
    pub budget: Cap,
}

impl Default for SmsLimits {
    fn default() -> Self {
        Self {
            allowed: vec![NumberPrefix::KAZAKHSTAN_AND_RUSSIA],
            denied: Vec::new(),
            per_network: Cap::new(1_000, hours(1)),
            per_range: Cap::new(300, days(1)),
            budget: Cap::new(50_000, days(1)),
        }
    }
}

impl SmsLimits {
    /// Whether messages go to this number at all.
    pub fn serves(&self, number: &PhoneNumber) -> bool {
        let any = |prefixes: &[NumberPrefix]| prefixes.iter().any(|prefix| prefix.begins(number));
        any(&self.allowed) && !any(&self.denied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_served_where_it_is_allowed_and_not_denied() {
        let prefix = |text: &str| NumberPrefix::parse(text).unwrap();
        let limits = SmsLimits {
            allowed: vec![prefix("+7"), prefix("+998")],
            denied: vec![prefix("+7840"), prefix("+77990000099")],
            ..SmsLimits::default()
        };
        for (number, served) in [
            ("+77990000011", true),
            ("+998901234567", true),
            ("+78401234567", false),
            ("+77990000099", false),
            ("+77990000098", true),
            ("+447700900123", false),
        ] {
            let number = PhoneNumber::parse(number).unwrap();
            assert_eq!(limits.serves(&number), served, "{number:?}");
        }
    }
}
