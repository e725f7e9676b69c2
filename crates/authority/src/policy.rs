//! Policy: the numbers a deployment may tighten. Defaults are the product's; the limits are those of the security rules.

use std::time::Duration;

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
    /// How many devices an account may be used from.
    pub devices_per_account: usize,
    /// How many accounts may share one phone number.
    pub accounts_per_phone: usize,
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
            devices_per_account: 1,
            accounts_per_phone: 3,
        }
    }
}
