//! Configuration: TOML, then environment variables `KIRU_SECTION__KEY`, parsed once into typed values.
//!
//! A file per section. Each file holds, in this order: the table of its keys (`KEYS`, which is also what
//! `docs/CONFIG.md` prints), the raw form that serde fills, the typed form with private fields, and the rules
//! between the two. Start reading at [`Config::load`]; what production refuses is in `production.rs`.

mod database;
mod deployment;
mod duration;
mod eds;
mod egov_mobile;
mod findings;
mod issuer;
mod keys;
mod list;
mod listen;
mod log;
mod network;
mod operator;
mod outbound;
mod places;
mod print;
mod production;
mod secrets;
mod sessions;
mod sign_in;
mod sms;
mod source;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeMap;
use std::path::Path;

use authority::policy::Policy;

pub use database::Database;
pub use deployment::{Deployment, Kind};
pub use eds::Eds;
pub use egov_mobile::EgovMobile;
pub use findings::{Problem, Problems};
pub use issuer::IssuerUrl;
pub use keys::documentation;
pub use listen::{ForwardedHeader, Listen, TlsFiles};
pub use log::{Format, Level, Log};
pub use network::{Network, NetworkError};
pub use operator::Operator;
pub use outbound::Outbound;
pub use places::Places;
pub use secrets::{KekSource, Secrets};
pub use sessions::Sessions;
pub use sign_in::SignIn;
pub use sms::{Gateway, Sms};
pub use tokens::Tokens;

use findings::Findings;
use source::Source;

/// Everything a deployment decides, checked.
#[derive(Debug, Clone)]
pub struct Config {
    deployment: Deployment,
    operator: Operator,
    listen: Listen,
    database: Database,
    secrets: Secrets,
    eds: Eds,
    egov_mobile: EgovMobile,
    sms: Sms,
    sign_in: SignIn,
    sessions: Sessions,
    tokens: Tokens,
    log: Log,
    outbound: Outbound,
    places: Places,
}

impl Config {
    /// Reads `file`, lays the variables of `environment` named `KIRU_SECTION__KEY` over it, and checks every value.
    /// Variables without `__` are not ours and are ignored.
    ///
    /// # Errors
    /// Every problem found, each with file (or variable), key and reason.
    pub fn load(file: &Path, environment: &BTreeMap<String, String>) -> Result<Self, Problems> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Problems::one(&file.display().to_string(), "", &format!("cannot be read: {error}")))?;
        Self::from_text(file, &text, environment)
    }

    /// As [`Config::load`], with the text of the file in hand; `file` names it in problems and is where relative
    /// paths start.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_text(file: &Path, text: &str, environment: &BTreeMap<String, String>) -> Result<Self, Problems> {
        let mut source = Source::read(file, text, environment)?;
        let mut found = Findings::new(file, source.origins());
        source.refuse_unknown(&mut found);
        let deployment = Deployment::check(source.section("deployment", &mut found), &mut found);
        let operator = Operator::check(source.section("operator", &mut found), &mut found);
        let config = Self {
            listen: Listen::check(source.section("listen", &mut found), &mut found),
            database: Database::check(source.section("database", &mut found), &mut found),
            secrets: Secrets::check(source.section("secrets", &mut found), &mut found),
            eds: Eds::check(&source.section("eds", &mut found), &mut found),
            egov_mobile: EgovMobile::check(source.section("egov_mobile", &mut found), &operator, &mut found),
            sms: Sms::check(&source.section("sms", &mut found), &mut found),
            sign_in: SignIn::check(&source.section("sign_in", &mut found), &mut found),
            sessions: Sessions::check(&source.section("sessions", &mut found), &mut found),
            tokens: Tokens::check(source.section("tokens", &mut found), &mut found),
            log: Log::check(&source.section("log", &mut found), &mut found),
            outbound: Outbound::check(&source.section("outbound", &mut found), &mut found),
            places: Places::check(&source.section("places", &mut found), &mut found),
            deployment,
            operator,
        };
        // Rules about the whole only mean something when every part could be read.
        if found.is_clean() {
            production::refuse_what_production_may_not(&config, &mut found);
        }
        found.finish(config)
    }

    /// The numbers of all sections, as the domain takes them.
    pub fn policy(&self) -> Policy {
        Policy {
            authorization_code_ttl: self.tokens.code_ttl(),
            access_token_ttl: self.tokens.access_token_ttl(),
            id_token_ttl: self.tokens.id_token_ttl(),
            refresh_idle: self.tokens.refresh_idle(),
            refresh_absolute: self.tokens.refresh_absolute(),
            refresh_overlap: self.tokens.refresh_overlap(),
            session_idle: self.sessions.idle(),
            session_absolute: self.sessions.absolute(),
            challenge_ttl: self.eds.challenge_ttl(),
            sms_code_ttl: self.sms.code_ttl(),
            sms_interval: self.sms.resend_after(),
            sms_limits: self.sms.limits().clone(),
            key_reminders: self.sms.key_reminders().to_vec(),
            flows_per_network: self.sign_in.per_network().into(),
            flows: self.sign_in.at_once().into(),
            ..Policy::default()
        }
    }

    /// Section `[deployment]`.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Section `[operator]`.
    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Section `[listen]`.
    pub fn listen(&self) -> &Listen {
        &self.listen
    }

    /// Section `[database]`.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Section `[secrets]`.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Section `[eds]`.
    pub fn eds(&self) -> &Eds {
        &self.eds
    }

    /// Section `[egov_mobile]`.
    pub fn egov_mobile(&self) -> &EgovMobile {
        &self.egov_mobile
    }

    /// Section `[sms]`.
    pub fn sms(&self) -> &Sms {
        &self.sms
    }

    /// Section `[sign_in]`.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// Section `[sessions]`.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Section `[tokens]`.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Section `[log]`.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Section `[outbound]`.
    pub fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// Section `[places]`.
    pub fn places(&self) -> &Places {
        &self.places
    }
}
