//! What a production deployment refuses (OP-7): placeholders, plain http, wildcards, debugging, mocks, disabled checks.

use std::path::Path;
use std::time::Duration;

use federation::eds::Contour;

use super::eds::NCALAYER;
use super::findings::Findings;
use super::log::Level;
use super::secrets::KekSource;
use super::{Config, Gateway};

/// Names that nobody can own (RFC 2606, RFC 6761), and words people leave in templates.
const RESERVED_HOSTS: [&str; 8] = [
    "localhost",
    "example",
    "example.com",
    "example.org",
    "example.net",
    "invalid",
    "test",
    "local",
];
const TEMPLATE_WORDS: [&str; 7] = ["change-me", "changeme", "change_me", "placeholder", "todo", "xxx", "<"];

/// Notes everything in `config` that production may not have. Other kinds of deployment are not looked at.
pub(super) fn refuse_what_production_may_not(config: &Config, found: &mut Findings) {
    if !config.deployment.kind().is_production() {
        return;
    }
    issuer_is_public(config, found);
    nothing_is_a_stand_in(config, found);
    transport_is_encrypted(config, found);
    nothing_is_for_trying_out(config, found);
    people_can_sign_in(config, found);
    truth_is_kept_safely(config, found);
}

fn issuer_is_public(config: &Config, found: &mut Findings) {
    let issuer = config.deployment.issuer();
    if !issuer.is_https() {
        found.refuse("deployment.issuer", "must begin with https:// in production");
    }
    let host = issuer.host();
    let reserved = |name: &str| host == name || host.ends_with(&format!(".{name}"));
    if RESERVED_HOSTS.into_iter().any(reserved) {
        found.refuse(
            "deployment.issuer",
            format_args!("{host} is a placeholder; name the host that people will see"),
        );
    }
}

fn nothing_is_a_stand_in(config: &Config, found: &mut Findings) {
    for key in config.operator.missing() {
        found.refuse(key, "is required in production");
    }
    let operator = &config.operator;
    let texts = operator
        .name()
        .iter()
        .chain(operator.hours())
        .map(String::as_str)
        .chain([operator.telephone(), operator.email()]);
    for text in texts {
        let lower = text.to_lowercase();
        if TEMPLATE_WORDS.iter().any(|word| lower.contains(word)) {
            found.refuse("operator", format_args!("{text} is a placeholder"));
        }
    }
    let url = config.database.redacted_url().to_lowercase();
    if TEMPLATE_WORDS.iter().any(|word| url.contains(word)) {
        found.refuse("database.url", "contains a placeholder");
    }
}

fn transport_is_encrypted(config: &Config, found: &mut Findings) {
    let listen = &config.listen;
    if listen.tls().is_none() && listen.trusted_proxies().is_empty() {
        found.refuse(
            "listen.trusted_proxies",
            "somebody must speak TLS: give listen.tls_certificate and tls_key, or name the proxies that do",
        );
    }
}

fn nothing_is_for_trying_out(config: &Config, found: &mut Findings) {
    if config.sms.gateway() != Gateway::None {
        found.refuse("sms.gateway", "keeps messages for reading instead of sending them");
    }
    if config.outbound.allow_loopback() {
        found.refuse(
            "outbound.allow_loopback",
            "would let outgoing calls reach the inner network",
        );
    }
    if config.log.level() > Level::Info {
        found.refuse("log.level", "debugging lines are not for production; use info or above");
    }
    if config.eds.ncalayer_address() != NCALAYER {
        found.refuse(
            "eds.ncalayer_address",
            format_args!("is {NCALAYER} on every computer in the country"),
        );
    }
    if !config.eds.iin_checksum() {
        found.refuse("eds.iin_checksum", "a check cannot be switched off in production");
    }
    if config.eds.crl_max_age() > Duration::from_hours(30 * 24) {
        found.refuse("eds.crl_max_age", "must be at most 30d in production");
    }
}

fn people_can_sign_in(config: &Config, found: &mut Findings) {
    if !config.eds.has_anchors() {
        found.refuse(
            "eds.anchors",
            "is required in production, or eds.profile: without a trust anchor nobody can sign in",
        );
    }
    if config
        .eds
        .profile()
        .is_some_and(|profile| profile.contour == Contour::Test)
    {
        found.refuse(
            "eds.profile",
            "is a test contour, whose keys are published: anybody could sign in as anybody",
        );
    }
}

fn truth_is_kept_safely(config: &Config, found: &mut Findings) {
    if config.database.is_sqlite() && !config.deployment.single_node() {
        found.refuse(
            "database.url",
            "SQLite keeps one copy on one disk; use PostgreSQL, or say deployment.single_node = true",
        );
    }
    kek_is_apart(config, found);
}

/// Whoever copies the data folder must not have the key with it.
fn kek_is_apart(config: &Config, found: &mut Findings) {
    match config.secrets.kek() {
        KekSource::Missing => found.refuse("secrets.kek_file", "is required (or the variable KIRU_SECRETS__KEK)"),
        KekSource::File(file) => {
            let data = config.database.sqlite_file().and_then(Path::parent);
            if data.is_some_and(|data| file.starts_with(data)) {
                found.refuse(
                    "secrets.kek_file",
                    "lies in the folder of the database; keep it elsewhere",
                );
            }
        }
        KekSource::Variable(_) => {}
    }
}
