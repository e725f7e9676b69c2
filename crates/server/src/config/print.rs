//! `kiru config print`: the configuration in effect, as TOML that can be read back; secrets are left out.

use std::fmt::{Display, Write as _};
use std::path::PathBuf;

use authority::identifiers::NumberPrefix;

use super::duration;
use super::secrets::KekSource;
use super::{Config, Eds, EgovMobile, Listen, Operator, Sms, Tokens};

/// TOML being written.
struct Paper(String);

impl Paper {
    fn section(&mut self, name: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        let _ = writeln!(self.0, "[{name}]");
    }

    /// Numbers and booleans.
    fn plain(&mut self, key: &str, value: impl Display) {
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn text(&mut self, key: &str, value: impl Display) {
        self.plain(key, quoted(&value.to_string()));
    }

    fn span(&mut self, key: &str, value: std::time::Duration) {
        self.text(key, duration::print(value));
    }

    fn list(&mut self, key: &str, values: impl Iterator<Item = String>) {
        let items: Vec<_> = values.map(|item| quoted(&item)).collect();
        self.plain(key, format_args!("[{}]", items.join(", ")));
    }

    fn files(&mut self, key: &str, files: &[PathBuf]) {
        self.list(key, files.iter().map(|file| file.display().to_string()));
    }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

impl Config {
    /// The configuration in effect, defaults included, as TOML. User, password and parameters of the database URL and a
    /// KEK from the environment are not in it.
    pub fn print(&self) -> String {
        let mut paper = Paper(String::new());
        paper.section("deployment");
        paper.text("kind", self.deployment.kind().as_str());
        paper.text("issuer", self.deployment.issuer());
        paper.text("time_zone", self.deployment.time_zone());
        paper.list("allowed_hosts", self.deployment.allowed_hosts().iter().cloned());
        paper.plain("single_node", self.deployment.single_node());
        operator(&mut paper, &self.operator);
        listen(&mut paper, &self.listen);
        paper.section("database");
        paper.text("url", self.database.redacted_url());
        paper.plain("max_connections", self.database.max_connections());
        paper.plain("sqlite_readers", self.database.sqlite_readers());
        paper.section("secrets");
        match self.secrets.kek() {
            KekSource::File(file) => paper.text("kek_file", file.display()),
            KekSource::Variable(_) => paper.0.push_str("# kek is set by KIRU_SECRETS__KEK\n"),
            KekSource::Missing => paper.0.push_str("# kek_file is not set\n"),
        }
        eds(&mut paper, &self.eds);
        egov_mobile(&mut paper, &self.egov_mobile);
        sms(&mut paper, &self.sms);
        paper.section("sign_in");
        paper.plain("per_network", self.sign_in.per_network());
        paper.plain("at_once", self.sign_in.at_once());
        paper.section("sessions");
        paper.span("idle", self.sessions.idle());
        paper.span("absolute", self.sessions.absolute());
        paper.plain("device_bound", self.sessions.device_bound());
        tokens(&mut paper, &self.tokens);
        paper.section("log");
        paper.text("level", self.log.level().as_str());
        paper.text("format", self.log.format().as_str());
        paper.section("outbound");
        paper.files("extra_trust", self.outbound.extra_trust());
        paper.plain("allow_loopback", self.outbound.allow_loopback());
        paper.section("places");
        match self.places.database() {
            Some(file) => paper.text("database", file.display()),
            None => paper.0.push_str("# database is not set\n"),
        }
        paper.0
    }
}

fn operator(paper: &mut Paper, operator: &Operator) {
    paper.section("operator");
    for (key, text) in ["name_kk", "name_ru", "name_en"].iter().zip(operator.name()) {
        paper.text(key, text);
    }
    paper.text("telephone", operator.telephone());
    paper.text("email", operator.email());
    for (key, text) in ["hours_kk", "hours_ru", "hours_en"].iter().zip(operator.hours()) {
        paper.text(key, text);
    }
    match operator.key_fine() {
        Some(sum) => paper.plain("key_fine", sum),
        None => paper.0.push_str("# key_fine is not set\n"),
    }
}

fn egov_mobile(paper: &mut Paper, egov: &EgovMobile) {
    paper.section("egov_mobile");
    paper.plain("enabled", egov.enabled());
    match egov.bin() {
        Some(bin) => paper.text("bin", bin),
        None => paper.0.push_str("# bin is not set\n"),
    }
    for (key, text) in ["name_kk", "name_ru", "name_en"].iter().zip(egov.name()) {
        paper.text(key, text);
    }
    paper.plain("business", egov.business());
}

fn listen(paper: &mut Paper, listen: &Listen) {
    paper.section("listen");
    paper.text("public", listen.public());
    paper.text("health", listen.health());
    if let Some(tls) = listen.tls() {
        paper.text("tls_certificate", tls.certificate().display());
        paper.text("tls_key", tls.key().display());
    }
    paper.list(
        "trusted_proxies",
        listen.trusted_proxies().iter().map(ToString::to_string),
    );
    paper.text("forwarded_header", listen.forwarded_header().name());
    paper.span("handshake_timeout", listen.handshake_timeout());
    paper.span("header_timeout", listen.header_timeout());
    paper.span("request_timeout", listen.request_timeout());
    paper.span("shutdown_grace", listen.shutdown_grace());
    paper.plain("max_connections", listen.max_connections());
}

fn eds(paper: &mut Paper, eds: &Eds) {
    paper.section("eds");
    match eds.profile() {
        Some(profile) => paper.text("profile", profile.name),
        None => paper.0.push_str("# profile is not set\n"),
    }
    paper.files("anchors", eds.anchors());
    paper.files("intermediates", eds.intermediates());
    paper.list("roles", eds.roles().rows().iter().map(ToString::to_string));
    paper.list("policies", eds.policies().iter().map(ToString::to_string));
    paper.plain("legacy_gost", eds.legacy_gost());
    paper.files("crls", eds.crls());
    let status = eds.status();
    paper.list("crl_urls", status.crl_urls.iter().cloned());
    paper.span("crl_refresh", status.crl_refresh);
    paper.list("ocsp", status.ocsp.iter().cloned());
    paper.span("ocsp_max_age", status.ocsp_max_age);
    paper.plain("ocsp_nonce", status.ocsp_nonce);
    paper.span("ocsp_grace", status.ocsp_grace);
    paper.span("crl_max_age", eds.crl_max_age());
    paper.plain("iin_checksum", eds.iin_checksum());
    paper.text("ncalayer_address", eds.ncalayer_address());
    paper.span("challenge_ttl", eds.challenge_ttl());
    paper.plain("xml", eds.xml());
    paper.plain("names_certificate", eds.names_certificate());
}

fn sms(paper: &mut Paper, sms: &Sms) {
    paper.section("sms");
    paper.text("sender", sms.sender());
    paper.text("gateway", sms.gateway().as_str());
    paper.span("code_ttl", sms.code_ttl());
    paper.span("resend_after", sms.resend_after());
    let limits = sms.limits();
    let texts = |prefixes: &[NumberPrefix]| {
        prefixes
            .iter()
            .map(|prefix| prefix.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    paper.list("allowed_prefixes", texts(&limits.allowed).into_iter());
    paper.list("denied_prefixes", texts(&limits.denied).into_iter());
    paper.plain("per_network", limits.per_network.most());
    paper.plain("per_range", limits.per_range.most());
    paper.plain("daily_budget", limits.budget.most());
    paper.list("key_reminders", sms.key_reminders().iter().map(ToString::to_string));
}

fn tokens(paper: &mut Paper, tokens: &Tokens) {
    paper.section("tokens");
    paper.span("code_ttl", tokens.code_ttl());
    paper.span("access_token_ttl", tokens.access_token_ttl());
    paper.span("id_token_ttl", tokens.id_token_ttl());
    paper.span("refresh_idle", tokens.refresh_idle());
    paper.span("refresh_absolute", tokens.refresh_absolute());
    paper.span("refresh_overlap", tokens.refresh_overlap());
}
