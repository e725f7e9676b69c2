//! `[outbound]`: calls that we make.

use std::path::PathBuf;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};
use super::list::List;

pub(super) static SECTION: Section = Section {
    name: "outbound",
    meaning: "Calls that the provider makes.",
    keys: &[
        Key {
            name: "extra_trust",
            standard: "[]",
            meaning: "PEM files of certificate authorities trusted for outgoing calls beside the built-in ones.",
        },
        Key {
            name: "allow_loopback",
            standard: "false",
            meaning: "Lets outgoing calls reach loopback and private addresses and any port, and this machine without TLS. For test runs; production refuses it.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    extra_trust: List,
    allow_loopback: Option<bool>,
}

/// Section `[outbound]`, checked.
#[derive(Debug, Clone)]
pub struct Outbound {
    extra_trust: Vec<PathBuf>,
    allow_loopback: bool,
}

impl Outbound {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
        let extra_trust = raw.extra_trust.0.iter().map(|file| found.path(file)).collect();
        Self {
            extra_trust,
            allow_loopback: raw.allow_loopback.unwrap_or(false),
        }
    }

    /// PEM files of further certificate authorities.
    pub fn extra_trust(&self) -> &[PathBuf] {
        &self.extra_trust
    }

    /// Whether loopback and private addresses may be called.
    pub fn allow_loopback(&self) -> bool {
        self.allow_loopback
    }
}
