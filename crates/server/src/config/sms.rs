//! `[sms]`: the second stage by text message.

use std::str::FromStr;
use std::time::Duration;

use messaging::Sender;
use messaging::sms::SenderError;
use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};

pub(super) static SECTION: Section = Section {
    name: "sms",
    meaning: "The second stage by text message. Numbers may be tightened, never loosened (OT-1, OT-4).",
    keys: &[
        Key {
            name: "sender",
            standard: "\"1414\"",
            meaning: "The sender that people see: 3 to 15 digits, or a name of up to 11 letters and digits.",
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
            name: "resend_after",
            standard: "\"60s\"",
            meaning: "Wait between two messages; 60s to 10m.",
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
    resend_after: Option<String>,
}

/// Section `[sms]`, checked.
#[derive(Debug, Clone)]
pub struct Sms {
    sender: String,
    gateway: Gateway,
    code_ttl: Duration,
    resend_after: Duration,
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
            resend_after: found.duration("sms.resend_after", after, seconds(60), seconds(60)..=seconds(600)),
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

    /// Wait between two messages.
    pub fn resend_after(&self) -> Duration {
        self.resend_after
    }
}

fn sender(text: &str) -> Result<String, SenderError> {
    Sender::parse(text).map(|sender| sender.as_str().to_owned())
}
