//! `[tokens]`: lifetimes of what clients receive.

use std::time::Duration;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "tokens",
    meaning: "Lifetimes of what clients receive. Numbers may be tightened, never loosened.",
    keys: &[
        Key {
            name: "code_ttl",
            standard: "\"60s\"",
            meaning: "Authorization codes (CO-3); 10s to 60s.",
        },
        Key {
            name: "access_token_ttl",
            standard: "\"10m\"",
            meaning: "Opaque access tokens, which are checked live; 1m to 1h.",
        },
        Key {
            name: "id_token_ttl",
            standard: "\"10m\"",
            meaning: "ID tokens; 1m to 1h.",
        },
        Key {
            name: "refresh_idle",
            standard: "\"14d\"",
            meaning: "A family of refresh tokens ends after this long without use (TK-4); 1h to 90d.",
        },
        Key {
            name: "refresh_absolute",
            standard: "\"90d\"",
            meaning: "A family ends after this long in any case; 1h to 365d, not below `refresh_idle`.",
        },
        Key {
            name: "refresh_overlap",
            standard: "\"30s\"",
            meaning: "How long a refresh token that was just rotated is forgiven (TK-1); 0s to 60s.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    code_ttl: Option<String>,
    access_token_ttl: Option<String>,
    id_token_ttl: Option<String>,
    refresh_idle: Option<String>,
    refresh_absolute: Option<String>,
    refresh_overlap: Option<String>,
}

/// Section `[tokens]`, checked.
#[derive(Debug, Clone)]
pub struct Tokens {
    code_ttl: Duration,
    access_token_ttl: Duration,
    id_token_ttl: Duration,
    refresh_idle: Duration,
    refresh_absolute: Duration,
    refresh_overlap: Duration,
}

impl Tokens {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        const DAY: u64 = 86_400;
        let seconds = Duration::from_secs;
        let mut span = |name: &str, given: Option<String>, standard: u64, least: u64, most: u64| {
            let key = format!("tokens.{name}");
            found.duration(
                &key,
                given.as_deref(),
                seconds(standard),
                seconds(least)..=seconds(most),
            )
        };
        let tokens = Self {
            code_ttl: span("code_ttl", raw.code_ttl, 60, 10, 60),
            access_token_ttl: span("access_token_ttl", raw.access_token_ttl, 600, 60, 3600),
            id_token_ttl: span("id_token_ttl", raw.id_token_ttl, 600, 60, 3600),
            refresh_idle: span("refresh_idle", raw.refresh_idle, 14 * DAY, 3600, 90 * DAY),
            refresh_absolute: span("refresh_absolute", raw.refresh_absolute, 90 * DAY, 3600, 365 * DAY),
            refresh_overlap: span("refresh_overlap", raw.refresh_overlap, 30, 0, 60),
        };
        if tokens.refresh_absolute < tokens.refresh_idle {
            found.refuse("tokens.refresh_absolute", "is below tokens.refresh_idle");
        }
        tokens
    }

    /// Authorization codes.
    pub fn code_ttl(&self) -> Duration {
        self.code_ttl
    }

    /// Opaque access tokens.
    pub fn access_token_ttl(&self) -> Duration {
        self.access_token_ttl
    }

    /// ID tokens.
    pub fn id_token_ttl(&self) -> Duration {
        self.id_token_ttl
    }

    /// A refresh family without use.
    pub fn refresh_idle(&self) -> Duration {
        self.refresh_idle
    }

    /// A refresh family in any case.
    pub fn refresh_absolute(&self) -> Duration {
        self.refresh_absolute
    }

    /// Forgiveness after a rotation.
    pub fn refresh_overlap(&self) -> Duration {
        self.refresh_overlap
    }
}
