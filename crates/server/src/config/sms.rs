//! `[sms]`: the second stage by text message.

use std::str::FromStr;
use std::time::Duration;

use authority::identifiers::NumberPrefix;
use authority::policy::{Policy, SmsLimits};
use authority::throttle::Cap;
use authority::time::{days, hours};
use messaging::Sender;
use messaging::sms::SenderError;
use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};
use super::list::List;

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
        Key {
            name: "allowed_prefixes",
            standard: "[\"+7\"]",
            meaning: "What numbers begin with that messages go to, as country codes or longer; +7 is Kazakhstan and Russia.",
        },
        Key {
            name: "denied_prefixes",
            standard: "[]",
            meaning: "What numbers begin with that messages do not go to all the same.",
        },
        Key {
            name: "per_network",
            standard: "1000",
            meaning: "Messages that one network (an IPv4 address, or 64 bits of an IPv6 one) may ask for in an hour; 1 to 1000000.",
        },
        Key {
            name: "per_range",
            standard: "300",
            meaning: "Messages a day (UTC) to numbers that share their first eight digits; 1 to 1000000.",
        },
        Key {
            name: "daily_budget",
            standard: "50000",
            meaning: "Messages a day (UTC) of the whole deployment; at 80 and at 100 per cent the log and the audit log say so; 1 to 100000000.",
        },
        Key {
            name: "key_reminders",
            standard: "[\"30\", \"7\", \"1\"]",
            meaning: "How many days before the end of their key people are reminded, once each; up to 10 numbers of 1 to 365, the longest first. An empty list reminds nobody.",
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
    allowed_prefixes: Option<List>,
    denied_prefixes: Option<List>,
    per_network: Option<u32>,
    per_range: Option<u32>,
    daily_budget: Option<u32>,
    key_reminders: Option<List>,
}

/// Section `[sms]`, checked.
#[derive(Debug, Clone)]
pub struct Sms {
    sender: String,
    gateway: Gateway,
    code_ttl: Duration,
    resend_after: Duration,
    limits: SmsLimits,
    key_reminders: Vec<u32>,
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
            limits: limits(raw, found),
            key_reminders: key_reminders(raw.key_reminders.as_ref(), found),
            code_ttl,
        }
    }

    /// Where messages may go, and how many.
    pub fn limits(&self) -> &SmsLimits {
        &self.limits
    }

    /// How many days before the end of a key its person is reminded, the longest first.
    pub fn key_reminders(&self) -> &[u32] {
        &self.key_reminders
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

fn limits(raw: &Raw, found: &mut Findings) -> SmsLimits {
    let standard = SmsLimits::default();
    let allowed = prefixes("sms.allowed_prefixes", raw.allowed_prefixes.as_ref(), found);
    if allowed.as_ref().is_some_and(Vec::is_empty) {
        found.refuse("sms.allowed_prefixes", "at least one is needed, such as \"+7\"");
    }
    let per_network = found.number("sms.per_network", raw.per_network, 1_000, 1..=1_000_000);
    let per_range = found.number("sms.per_range", raw.per_range, 300, 1..=1_000_000);
    let budget = found.number("sms.daily_budget", raw.daily_budget, 50_000, 1..=100_000_000);
    SmsLimits {
        allowed: allowed.unwrap_or(standard.allowed),
        denied: prefixes("sms.denied_prefixes", raw.denied_prefixes.as_ref(), found).unwrap_or_default(),
        per_network: Cap::new(per_network.into(), hours(1)),
        per_range: Cap::new(per_range.into(), days(1)),
        budget: Cap::new(budget.into(), days(1)),
    }
}

fn key_reminders(given: Option<&List>, found: &mut Findings) -> Vec<u32> {
    const KEY: &str = "sms.key_reminders";
    let Some(List(texts)) = given else {
        return Policy::default().key_reminders;
    };
    let mut days = Vec::with_capacity(texts.len());
    for text in texts {
        match text.parse() {
            Ok(number @ 1..=365_u32) => days.push(number),
            Ok(_) | Err(_) => found.refuse(KEY, "each is a number of days from 1 to 365"),
        }
    }
    if days.len() > 10 || !days.is_sorted_by(|one, next| one > next) {
        found.refuse(KEY, "at most 10 numbers, each smaller than the one before");
    }
    days
}

fn prefixes(key: &str, given: Option<&List>, found: &mut Findings) -> Option<Vec<NumberPrefix>> {
    let List(texts) = given?;
    let mut prefixes = Vec::with_capacity(texts.len());
    for text in texts {
        match NumberPrefix::parse(text) {
            Ok(prefix) => prefixes.push(prefix),
            Err(reason) => found.refuse(key, reason),
        }
    }
    Some(prefixes)
}

fn sender(text: &str) -> Result<String, SenderError> {
    Sender::parse(text).map(|sender| sender.as_str().to_owned())
}
