//! `[sessions]`: how long a sign-in lasts.

use std::time::Duration;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "sessions",
    meaning: "How long a sign-in lasts. Numbers may be tightened, never loosened (SE-4).",
    keys: &[
        Key {
            name: "idle",
            standard: "\"1h\"",
            meaning: "A session ends after this long without the person; 1m to 1h.",
        },
        Key {
            name: "absolute",
            standard: "\"8h\"",
            meaning: "A session ends after this long in any case; 5m to 24h, not below `idle`.",
        },
        Key {
            name: "device_bound",
            standard: "true",
            meaning: "Browsers that offer Device Bound Session Credentials bind a key to the session, and the session cookie lives 5 minutes; switched off, such sessions end within 5 minutes.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    idle: Option<String>,
    absolute: Option<String>,
    device_bound: Option<bool>,
}

/// Section `[sessions]`, checked.
#[derive(Debug, Clone)]
pub struct Sessions {
    idle: Duration,
    absolute: Duration,
    device_bound: bool,
}

impl Sessions {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let idle = found.duration(
            "sessions.idle",
            raw.idle.as_deref(),
            minutes(60),
            minutes(1)..=minutes(60),
        );
        let absolute = raw.absolute.as_deref();
        let absolute = found.duration("sessions.absolute", absolute, minutes(480), minutes(5)..=minutes(1440));
        if absolute < idle {
            found.refuse("sessions.absolute", "is below sessions.idle");
        }
        Self {
            idle,
            absolute,
            device_bound: raw.device_bound.unwrap_or(true),
        }
    }

    /// Without the person.
    pub fn idle(&self) -> Duration {
        self.idle
    }

    /// In any case.
    pub fn absolute(&self) -> Duration {
        self.absolute
    }

    /// Whether browsers may bind a key to the session.
    pub fn device_bound(&self) -> bool {
        self.device_bound
    }
}
