//! `[sign_in]`: how many sign-ins may be under way.

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "sign_in",
    meaning: "How many sign-ins may be under way, begun and neither finished nor over after half an hour (RL-2). For one more the oldest ends in which nobody has proven anything; where all have, it is answered with 429.",
    keys: &[
        Key {
            name: "per_network",
            standard: "2000",
            meaning: "For one network (an IPv4 address, or 64 bits of an IPv6 one); 1 to 1000000. A school or a mobile operator shares one.",
        },
        Key {
            name: "at_once",
            standard: "200000",
            meaning: "For the whole deployment; 1 to 100000000. Several nodes may pass it by what they let in within five seconds.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    per_network: Option<u32>,
    at_once: Option<u32>,
}

/// Section `[sign_in]`, checked.
#[derive(Debug, Clone)]
pub struct SignIn {
    per_network: u32,
    at_once: u32,
}

impl SignIn {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
        Self {
            per_network: found.number("sign_in.per_network", raw.per_network, 2_000, 1..=1_000_000),
            at_once: found.number("sign_in.at_once", raw.at_once, 200_000, 1..=100_000_000),
        }
    }

    /// For one network.
    pub fn per_network(&self) -> u32 {
        self.per_network
    }

    /// For the whole deployment.
    pub fn at_once(&self) -> u32 {
        self.at_once
    }
}
