//! `[eds]`: sign-in with an electronic digital signature.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::findings::Findings;
use super::keys::{Key, Section};
use super::list::List;

/// Where NCALayer listens on every computer in the country.
pub(super) const NCALAYER: &str = "wss://127.0.0.1:13579";

pub(super) static SECTION: Section = Section {
    name: "eds",
    meaning: "Sign-in with an electronic digital signature. Files are PEM or DER.",
    keys: &[
        Key {
            name: "anchors",
            standard: "[]",
            meaning: "Root certificates that a path may end in. Required in production.",
        },
        Key {
            name: "intermediates",
            standard: "[]",
            meaning: "Certificates of the issuing authorities below the roots.",
        },
        Key {
            name: "crls",
            standard: "[]",
            meaning: "Revocation lists of roots and issuing authorities. What no fresh list covers is refused.",
        },
        Key {
            name: "crl_max_age",
            standard: "\"7d\"",
            meaning: "The oldest list that still counts, even when its own nextUpdate is later; 1h to 180d.",
        },
        Key {
            name: "iin_checksum",
            standard: "true",
            meaning: "Whether the check digit of an IIN must be right. Certificates of the national test contour fail it; production refuses `false`.",
        },
        Key {
            name: "ncalayer_address",
            standard: "\"wss://127.0.0.1:13579\"",
            meaning: "The one address that the sign-in page may connect to. Fixed in production.",
        },
        Key {
            name: "challenge_ttl",
            standard: "\"5m\"",
            meaning: "How long a challenge may be signed; 30s to 5m.",
        },
        Key {
            name: "xml",
            standard: "false",
            meaning: "Whether a signed XML document is accepted beside CMS, for programs that sign nothing else.",
        },
    ],
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    anchors: List,
    intermediates: List,
    crls: List,
    crl_max_age: Option<String>,
    iin_checksum: Option<bool>,
    ncalayer_address: Option<String>,
    challenge_ttl: Option<String>,
    xml: Option<bool>,
}

/// Section `[eds]`, checked.
#[derive(Debug, Clone)]
pub struct Eds {
    anchors: Vec<PathBuf>,
    intermediates: Vec<PathBuf>,
    crls: Vec<PathBuf>,
    crl_max_age: Duration,
    iin_checksum: bool,
    ncalayer_address: String,
    challenge_ttl: Duration,
    xml: bool,
}

impl Eds {
    pub(super) fn check(raw: Raw, found: &mut Findings) -> Self {
        let seconds = Duration::from_secs;
        let hours = |hours: u64| seconds(hours * 3600);
        let crl_max_age = found.duration(
            "eds.crl_max_age",
            raw.crl_max_age.as_deref(),
            hours(7 * 24),
            hours(1)..=hours(180 * 24),
        );
        let challenge_ttl = found.duration(
            "eds.challenge_ttl",
            raw.challenge_ttl.as_deref(),
            seconds(300),
            seconds(30)..=seconds(300),
        );
        let address = raw.ncalayer_address.as_deref();
        let ncalayer_address = found.parsed("eds.ncalayer_address", address, loopback_socket, NCALAYER.to_owned());
        let files = |list: List| list.0.iter().map(|file| found.path(file)).collect::<Vec<_>>();
        let (anchors, intermediates, crls) = (files(raw.anchors), files(raw.intermediates), files(raw.crls));
        if anchors.is_empty() && !(intermediates.is_empty() && crls.is_empty()) {
            found.refuse(
                "eds.anchors",
                "is empty, so that the other files of this section mean nothing",
            );
        }
        let iin_checksum = raw.iin_checksum.unwrap_or(true);
        Self {
            anchors,
            intermediates,
            crls,
            crl_max_age,
            iin_checksum,
            ncalayer_address,
            challenge_ttl,
            xml: raw.xml.unwrap_or(false),
        }
    }

    /// Files with the roots.
    pub fn anchors(&self) -> &[PathBuf] {
        &self.anchors
    }

    /// Files with the issuing authorities.
    pub fn intermediates(&self) -> &[PathBuf] {
        &self.intermediates
    }

    /// Files with revocation lists.
    pub fn crls(&self) -> &[PathBuf] {
        &self.crls
    }

    /// The oldest list that counts.
    pub fn crl_max_age(&self) -> Duration {
        self.crl_max_age
    }

    /// Whether the IIN's check digit must be right.
    pub fn iin_checksum(&self) -> bool {
        self.iin_checksum
    }

    /// The address that the page's content security policy lets it connect to.
    pub fn ncalayer_address(&self) -> &str {
        &self.ncalayer_address
    }

    /// How long a challenge may be signed (CE-1).
    pub fn challenge_ttl(&self) -> Duration {
        self.challenge_ttl
    }

    /// Whether XML signatures are accepted (CE-17).
    pub fn xml(&self) -> bool {
        self.xml
    }
}

/// `ws` or `wss` to 127.0.0.1 and a port: anything else would let a page of ours talk to the network.
fn loopback_socket(text: &str) -> Result<String, &'static str> {
    let port = text
        .strip_prefix("wss://127.0.0.1:")
        .or_else(|| text.strip_prefix("ws://127.0.0.1:"));
    match port.map(str::parse::<u16>) {
        Some(Ok(port)) if port != 0 && text.ends_with(&format!(":{port}")) => Ok(text.to_owned()),
        Some(Ok(_) | Err(_)) | None => Err("must be wss:// or ws:// with 127.0.0.1 and a port"),
    }
}
