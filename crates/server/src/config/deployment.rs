//! `[deployment]`: what this installation is and under which names it is reached.

use std::str::FromStr;

use chrono_tz::Tz;
use serde::Deserialize;

use super::findings::Findings;
use super::issuer::IssuerUrl;
use super::keys::{Key, Section};
use super::list::List;

pub(super) static SECTION: Section = Section {
    name: "deployment",
    meaning: "What this installation is and under which names it is reached.",
    keys: &[
        Key {
            name: "kind",
            standard: "\"production\"",
            meaning: Kind::MEANING,
        },
        Key {
            name: "issuer",
            standard: "",
            meaning: "Required. The issuer identifier: the plain https origin, without a slash at the end. Clients compare it byte for byte.",
        },
        Key {
            name: "time_zone",
            standard: "\"Asia/Almaty\"",
            meaning: "IANA name of the zone in which people read times, and of the hours in which devices are registered unless `kiru policy` says otherwise.",
        },
        Key {
            name: "allowed_hosts",
            standard: "",
            meaning: "Values of the Host header that are answered, with the port unless it is the scheme's default; others get 421. Default: the issuer's own.",
        },
        Key {
            name: "single_node",
            standard: "false",
            meaning: "Says that one node on one disk is enough here. Needed for SQLite in production; start-up prints what then does not hold.",
        },
    ],
};

/// What an installation is for. Decides which refusals apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Real people. Everything made for trying out is refused.
    Production,
    /// Test people and the sandbox sign-in, for driving protocol flows.
    #[cfg(feature = "demo")]
    Sandbox,
    /// What `kiru demo` builds for itself.
    #[cfg(feature = "demo")]
    Demo,
}

impl Kind {
    #[cfg(feature = "demo")]
    const MEANING: &'static str =
        "`production` or `sandbox` (test people, sign-in without script; not in release builds).";
    #[cfg(not(feature = "demo"))]
    const MEANING: &'static str = "`production`.";

    /// Whether real people sign in here.
    pub fn is_production(self) -> bool {
        matches!(self, Self::Production)
    }

    /// The word used in configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            #[cfg(feature = "demo")]
            Self::Sandbox => "sandbox",
            #[cfg(feature = "demo")]
            Self::Demo => "demo",
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "production" => Ok(Self::Production),
            #[cfg(feature = "demo")]
            "sandbox" => Ok(Self::Sandbox),
            #[cfg(feature = "demo")]
            "demo" => Ok(Self::Demo),
            _ => Err(format!("no such kind of deployment in this build; {}", Self::MEANING)),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    kind: Option<String>,
    issuer: Option<String>,
    time_zone: Option<String>,
    allowed_hosts: Option<List>,
    single_node: Option<bool>,
}

/// Section `[deployment]`, checked.
#[derive(Debug, Clone)]
pub struct Deployment {
    kind: Kind,
    issuer: IssuerUrl,
    time_zone: Tz,
    allowed_hosts: Vec<String>,
    single_node: bool,
}

impl Deployment {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        let kind = found.parsed("deployment.kind", raw.kind.as_deref(), Kind::from_str, Kind::Production);
        if raw.issuer.is_none() {
            found.refuse("deployment.issuer", "is required");
        }
        let issuer = found.parsed(
            "deployment.issuer",
            raw.issuer.as_deref(),
            IssuerUrl::from_str,
            IssuerUrl::nobody(),
        );
        let zone = |text: &str| {
            text.parse::<Tz>()
                .map_err(|_| "not an IANA time zone (for example Asia/Almaty)")
        };
        let time_zone = found.parsed("deployment.time_zone", raw.time_zone.as_deref(), zone, Tz::Asia__Almaty);
        let allowed_hosts = hosts(raw.allowed_hosts, &issuer, found);
        Self {
            kind,
            issuer,
            time_zone,
            allowed_hosts,
            single_node: raw.single_node.unwrap_or(false),
        }
    }

    /// What the installation is for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// The zone in which people read times.
    pub fn time_zone(&self) -> Tz {
        self.time_zone
    }

    /// Host header values that are answered, lower case.
    pub fn allowed_hosts(&self) -> &[String] {
        &self.allowed_hosts
    }

    /// Whether one node on one disk was declared enough.
    pub fn single_node(&self) -> bool {
        self.single_node
    }
}

fn hosts(given: Option<List>, issuer: &IssuerUrl, found: &mut Findings) -> Vec<String> {
    let own = issuer.authority().to_owned();
    let Some(List(given)) = given else { return vec![own] };
    for host in &given {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | ':' | '[' | ']');
        if host.contains('*') {
            found.refuse(
                "deployment.allowed_hosts",
                format_args!("{host}: wildcards are not accepted; list the names"),
            );
        } else if !host.chars().all(plain) {
            found.refuse(
                "deployment.allowed_hosts",
                format_args!("{host}: write host or host:port in lower case"),
            );
        }
    }
    if !given.contains(&own) {
        found.refuse(
            "deployment.allowed_hosts",
            format_args!("must contain the issuer's own {own}"),
        );
    }
    given
}
