//! `[sms]`: the second stage by text message.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "sms",
    meaning: "The second stage by text message. Numbers may be tightened, never loosened (OT-1 to OT-4).",
    keys: &[
        Key {
            name: "sender",
            standard: "\"1414\"",
            meaning: "The sender that people see: 3 to 11 letters or digits.",
        },
        Key {
            name: "gateway",
            standard: "\"none\"",
            meaning: Gateway::MEANING,
        },
        Key {
            name: "code_ttl",
            standard: "\"5m\"",
            meaning: "How long a code may be used; 1m to 5m.",
        },
        Key {
            name: "tries",
            standard: "5",
            meaning: "Wrong entries per code before it is dead; 1 to 5.",
        },
        Key {
            name: "resends",
            standard: "2",
            meaning: "Messages after the first within 10 minutes; 0 to 2.",
        },
        Key {
            name: "resend_after",
            standard: "\"60s\"",
            meaning: "Wait between two messages; 60s to 10m.",
        },
        Key {
            name: "per_day",
            standard: "10",
            meaning: "Messages per number and day; 1 to 10.",
        },
    ],
};

/// What carries the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gateway {
    /// Nothing; people who need a code see that messages cannot be sent now.
    None,
    /// A list that the desk page shows.
    #[cfg(feature = "demo")]
    Outbox,
}

impl Gateway {
    #[cfg(feature = "demo")]
    const MEANING: &'static str =
        "`none`, or `outbox` outside production: messages are kept for reading instead of being sent.";
    #[cfg(not(feature = "demo"))]
    const MEANING: &'static str = "`none`: no gateway is connected.";

    /// The word used in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            #[cfg(feature = "demo")]
            Self::Outbox => "outbox",
        }
    }
}

impl FromStr for Gateway {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::None),
            #[cfg(feature = "demo")]
            "outbox" => Ok(Self::Outbox),
            _ => Err(format!("no such gateway in this build; {}", Self::MEANING)),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    sender: Option<String>,
    gateway: Option<String>,
    code_ttl: Option<String>,
    tries: Option<u32>,
    resends: Option<u32>,
    resend_after: Option<String>,
    per_day: Option<u32>,
}

/// Section `[sms]`, checked.
#[derive(Debug, Clone)]
pub struct Sms {
    sender: String,
    gateway: Gateway,
    code_ttl: Duration,
    tries: u32,
    resends: u32,
    resend_after: Duration,
    per_day: u32,
}

impl Sms {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
        let seconds = Duration::from_secs;
        let code_ttl = found.duration(
            "sms.code_ttl",
            raw.code_ttl.as_deref(),
            seconds(300),
            seconds(60)..=seconds(300),
        );
        let after = raw.resend_after.as_deref();
        Self {
            sender: found.parsed("sms.sender", raw.sender.as_deref(), sender, "1414".to_owned()),
            gateway: found.parsed("sms.gateway", raw.gateway.as_deref(), Gateway::from_str, Gateway::None),
            tries: found.number("sms.tries", raw.tries, 5, 1..=5),
            resends: found.number("sms.resends", raw.resends, 2, 0..=2),
            resend_after: found.duration("sms.resend_after", after, seconds(60), seconds(60)..=seconds(600)),
            per_day: found.number("sms.per_day", raw.per_day, 10, 1..=10),
            code_ttl,
        }
    }

    /// The sender that people see.
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// What carries the messages.
    pub fn gateway(&self) -> Gateway {
        self.gateway
    }

    /// How long a code may be used.
    pub fn code_ttl(&self) -> Duration {
        self.code_ttl
    }

    /// Wrong entries per code.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Messages after the first within 10 minutes.
    pub fn resends(&self) -> u32 {
        self.resends
    }

    /// Wait between two messages.
    pub fn resend_after(&self) -> Duration {
        self.resend_after
    }

    /// Messages per number and day.
    pub fn per_day(&self) -> u32 {
        self.per_day
    }
}

/// A short code or an alphanumeric sender id (3GPP TS 23.040 §9.1.2.5: at most 11 characters).
fn sender(text: &str) -> Result<String, &'static str> {
    let plain = (3..=11).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain {
        Ok(text.to_owned())
    } else {
        Err("must be 3 to 11 letters or digits")
    }
}
