//! `[eds]`: sign-in with an electronic digital signature.

mod table;

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use federation::eds::{ObjectIdentifier, Profile, Roles, UsageRole};
use serde::Deserialize;

use super::findings::Findings;
use super::list::List;
pub(super) use table::SECTION;

/// Where NCALayer listens on every computer in the country.
pub(super) const NCALAYER: &str = "wss://127.0.0.1:13579";

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    profile: Option<String>,
    anchors: List,
    intermediates: List,
    roles: List,
    policies: List,
    legacy_gost: Option<bool>,
    crls: List,
    crl_urls: Option<List>,
    crl_refresh: Option<String>,
    ocsp: Option<List>,
    ocsp_max_age: Option<String>,
    ocsp_nonce: Option<bool>,
    ocsp_grace: Option<String>,
    crl_max_age: Option<String>,
    iin_checksum: Option<bool>,
    ncalayer_address: Option<String>,
    challenge_ttl: Option<String>,
    xml: Option<bool>,
    names_certificate: Option<bool>,
}

/// Section `[eds]`, checked.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Eds {
    profile: Option<&'static Profile>,
    anchors: Vec<PathBuf>,
    intermediates: Vec<PathBuf>,
    roles: Roles,
    policies: Vec<ObjectIdentifier>,
    legacy_gost: bool,
    crls: Vec<PathBuf>,
    status: Status,
    crl_max_age: Duration,
    iin_checksum: bool,
    ncalayer_address: String,
    challenge_ttl: Duration,
    xml: bool,
    names_certificate: bool,
}

/// Where the status of certificates is learnt over the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Addresses of revocation lists.
    pub crl_urls: Vec<String>,
    /// How often each is asked.
    pub crl_refresh: Duration,
    /// Addresses of responders, in the order in which they are asked.
    pub ocsp: Vec<String>,
    /// How old an answer without `nextUpdate` may be.
    pub ocsp_max_age: Duration,
    /// Whether an answer must repeat our nonce.
    pub ocsp_nonce: bool,
    /// How much longer a remembered good answer counts when nobody can say.
    pub ocsp_grace: Duration,
}

impl Status {
    fn check(raw: &Raw, profile: Option<&Profile>, found: &mut Findings) -> Self {
        let seconds = Duration::from_secs;
        let of_profile = |given: Option<&List>, own: fn(&Profile) -> Vec<&'static str>| {
            let own = || profile.map(own).unwrap_or_default().into_iter().map(str::to_owned);
            given.map_or_else(|| own().collect(), |list| list.0.clone())
        };
        let crl_urls = addresses("eds.crl_urls", of_profile(raw.crl_urls.as_ref(), Profile::lists), found);
        let ocsp = addresses("eds.ocsp", of_profile(raw.ocsp.as_ref(), Profile::responders), found);
        Self {
            crl_urls,
            crl_refresh: found.duration(
                "eds.crl_refresh",
                raw.crl_refresh.as_deref(),
                seconds(600),
                seconds(60)..=seconds(24 * 3600),
            ),
            ocsp,
            ocsp_max_age: found.duration(
                "eds.ocsp_max_age",
                raw.ocsp_max_age.as_deref(),
                seconds(300),
                seconds(1)..=seconds(300),
            ),
            ocsp_nonce: raw.ocsp_nonce.unwrap_or(true),
            ocsp_grace: found.duration(
                "eds.ocsp_grace",
                raw.ocsp_grace.as_deref(),
                Duration::ZERO,
                Duration::ZERO..=seconds(3600),
            ),
        }
    }
}

/// `http` or `https` with a host, and nothing secret in it: addresses are logged.
fn addresses(key: &'static str, list: Vec<String>, found: &mut Findings) -> Vec<String> {
    for text in &list {
        let is_one = url::Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.fragment().is_none()
        });
        if !is_one {
            found.refuse(key, "has something that is no address with http:// or https://");
        }
    }
    list
}

impl Eds {
    pub(super) fn check(raw: &Raw, found: &mut Findings) -> Self {
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
        let files = |list: &List| list.0.iter().map(|file| found.path(file)).collect::<Vec<_>>();
        let (anchors, intermediates, crls) = (files(&raw.anchors), files(&raw.intermediates), files(&raw.crls));
        let profile = raw.profile.as_deref().and_then(|name| known_profile(name, found));
        let status = Status::check(raw, profile, found);
        if raw.profile.is_some() && !(anchors.is_empty() && intermediates.is_empty()) {
            found.refuse(
                "eds.anchors",
                "stands beside eds.profile, which brings authorities of its own; choose one",
            );
        }
        if raw.profile.is_none() && anchors.is_empty() && !(intermediates.is_empty() && crls.is_empty()) {
            found.refuse(
                "eds.anchors",
                "is empty, so that the other files of this section mean nothing",
            );
        }
        let roles = roles(&raw.roles, found);
        let policies = each(&raw.policies, "eds.policies", found, |text| {
            ObjectIdentifier::new(text).map_err(|_| "is not an object identifier")
        });
        let iin_checksum = raw.iin_checksum.unwrap_or(true);
        let (xml, names_certificate) = (raw.xml.unwrap_or(false), raw.names_certificate.unwrap_or(false));
        if xml && names_certificate {
            found.refuse("eds.names_certificate", "refuses all that eds.xml accepts; choose one");
        }
        Self {
            profile,
            anchors,
            intermediates,
            roles,
            policies,
            legacy_gost: raw.legacy_gost.unwrap_or(false),
            crls,
            status,
            crl_max_age,
            iin_checksum,
            ncalayer_address,
            challenge_ttl,
            xml,
            names_certificate,
        }
    }

    /// Whether somebody is believed at all.
    pub fn has_anchors(&self) -> bool {
        self.profile.is_some() || !self.anchors.is_empty()
    }

    /// The known centre.
    pub fn profile(&self) -> Option<&'static Profile> {
        self.profile
    }

    /// Which extended key usages name which role.
    pub fn roles(&self) -> &Roles {
        &self.roles
    }

    /// The certificate policies of which one has to hold.
    pub fn policies(&self) -> &[ObjectIdentifier] {
        &self.policies
    }

    /// Whether GOST 34.310-2004 counts.
    pub fn legacy_gost(&self) -> bool {
        self.legacy_gost
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

    /// Where the status of certificates is learnt over the network.
    pub fn status(&self) -> &Status {
        &self.status
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

    /// Whether a signature must name its certificate (CE-4).
    pub fn names_certificate(&self) -> bool {
        self.names_certificate
    }
}

fn known_profile(name: &str, found: &mut Findings) -> Option<&'static Profile> {
    let profile = Profile::named(name);
    if profile.is_none() {
        let known: Vec<_> = Profile::ALL.iter().map(|profile| profile.name).collect();
        found.refuse("eds.profile", format_args!("is not known; known: {}", known.join(", ")));
    }
    profile
}

fn roles(given: &List, found: &mut Findings) -> Roles {
    if given.0.is_empty() {
        return Roles::default();
    }
    Roles::new(each(given, "eds.roles", found, str::parse::<UsageRole>))
}

/// Every item that can be read; those that cannot are noted.
fn each<T, E: Display>(list: &List, key: &str, found: &mut Findings, read: impl Fn(&str) -> Result<T, E>) -> Vec<T> {
    let mut items = Vec::new();
    for text in &list.0 {
        match read(text) {
            Ok(item) => items.push(item),
            Err(reason) => found.refuse(key, format_args!("{text}: {reason}")),
        }
    }
    items
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
