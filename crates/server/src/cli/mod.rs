//! The command line: `kiru NOUN VERB`. Exit codes: 0 done, 1 refused or found wrong, 2 usage or configuration, 3 address
//! taken.

mod administrators;
mod audit;
mod clients;
mod config;
mod db;
mod devices;
mod eds;
mod evidence;
mod exclusivity;
mod keys;
mod keys_sharing;
mod people;
mod people_keys;
mod person;
mod policy;
mod serve;
mod trust;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Problems};
use crate::foundation::FoundationError;
use crate::listener::BindError;
use crate::material::MaterialError;

/// Kiru, an OpenID Connect provider that signs people in with EDS and SMS on a bound device.
#[derive(Debug, Parser)]
#[command(name = "kiru", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    /// Start everything on this machine for trying out: provider, diary, desk, signer.
    #[cfg(feature = "demo")]
    Demo(crate::demo::DemoArguments),
    /// Run the provider.
    Serve(ConfigFile),
    /// Check or print the configuration.
    #[command(subcommand)]
    Config(config::Verb),
    /// Prepare the database.
    #[command(subcommand)]
    Db(db::Verb),
    /// Register clients.
    #[command(subcommand)]
    Clients(clients::Verb),
    /// Make people known.
    #[command(subcommand)]
    People(people::Verb),
    /// Look after the signing keys.
    #[command(subcommand)]
    Keys(keys::Verb),
    /// Hold a signature, certificate, revocation list or OCSP answer under the magnifying glass.
    #[command(subcommand)]
    Eds(eds::Verb),
    /// Write out and verify what accepted signatures rest on.
    #[command(subcommand)]
    Evidence(evidence::Verb),
    /// See which of people's keys seem to be shared.
    #[command(subcommand)]
    KeysSharing(keys_sharing::Verb),
    /// See and end device bindings.
    #[command(subcommand)]
    Devices(devices::Verb),
    /// See and set the rules of binding.
    #[command(subcommand)]
    Policy(policy::Verb),
    /// Name administrators with keys of their own.
    #[command(subcommand)]
    Administrators(administrators::Verb),
    /// End early the time in which only the newest device may act.
    #[command(subcommand)]
    Exclusivity(exclusivity::Verb),
    /// Verify the audit log.
    #[command(subcommand)]
    Audit(audit::Verb),
}

/// Which configuration a command works with.
#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration file.
    #[arg(long, env = "KIRU_CONFIG", value_name = "FILE")]
    config: PathBuf,
}

impl ConfigFile {
    /// Reads the file and the variables of this process.
    fn load(&self) -> Result<Config, Problems> {
        load_config(&self.config)
    }
}

/// Reads a configuration file and the variables of this process.
pub(crate) fn load_config(file: &Path) -> Result<Config, Problems> {
    // A variable whose name or value is no Unicode is none of ours.
    let pairs =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::load(file, &pairs.collect::<BTreeMap<_, _>>())
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Refused, or found wrong.
    #[error("{0}")]
    Refused(String),
    /// The configuration is wrong.
    #[error(transparent)]
    Configuration(#[from] Problems),
    /// What the configuration names cannot be used.
    #[error("configuration")]
    Material(#[from] MaterialError),
    /// Wrong arguments that the parser cannot see.
    #[error("{0}")]
    Usage(String),
    /// Database or keys.
    #[error(transparent)]
    Foundation(#[from] FoundationError),
    /// Somebody else listens there.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Something of ours is broken.
    #[error("{doing}")]
    Broken {
        /// What was being done.
        doing: &'static str,
        /// What happened.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Failure {
    pub(crate) fn broken(doing: &'static str) -> impl FnOnce(Box<dyn std::error::Error + Send + Sync>) -> Self {
        move |source| Self::Broken { doing, source }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_)
            | Self::Broken { .. }
            | Self::Bind(BindError::Refused { .. })
            | Self::Foundation(
                FoundationError::Keyring(_) | FoundationError::Storage(_) | FoundationError::Pending(_),
            ) => 1,
            #[cfg(feature = "demo")]
            Self::Foundation(FoundationError::Clock(_)) => 1,
            Self::Configuration(_) | Self::Material(_) | Self::Usage(_) | Self::Foundation(FoundationError::Kek(_)) => {
                2
            }
            Self::Bind(BindError::Taken { .. }) => 3,
        }
    }
}

/// Does what the arguments say.
pub async fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.noun {
        #[cfg(feature = "demo")]
        Noun::Demo(arguments) => crate::demo::run(arguments).await,
        Noun::Serve(file) => serve::run(&file).await,
        Noun::Config(verb) => config::run(&verb),
        Noun::Db(verb) => db::run(&verb).await,
        Noun::Clients(verb) => clients::run(&verb).await,
        Noun::People(verb) => people::run(&verb).await,
        Noun::Keys(verb) => keys::run(&verb).await,
        Noun::Eds(verb) => eds::run(verb),
        Noun::Evidence(verb) => evidence::run(verb).await,
        Noun::KeysSharing(verb) => keys_sharing::run(&verb).await,
        Noun::Devices(verb) => devices::run(&verb).await,
        Noun::Policy(verb) => policy::run(&verb).await,
        Noun::Administrators(verb) => administrators::run(&verb).await,
        Noun::Exclusivity(verb) => exclusivity::run(&verb).await,
        Noun::Audit(verb) => audit::run(&verb).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

#[expect(clippy::print_stderr, reason = "this is what standard error is for")]
fn complain(failure: &Failure) {
    let mut text = failure.to_string();
    let mut source = std::error::Error::source(failure);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    eprintln!("kiru: {}", text.replace('\n', "\nkiru: "));
}

/// Writes one line of a command's answer.
/// Who reads only its beginning (`| head`) has seen enough: the rest goes nowhere.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_of_the_design_is_understood() {
        for line in [
            "serve --config f",
            "config check --config f",
            "config print --config f",
            "db migrate --config f",
            "db status --config f",
            "clients apply clients.json --config f",
            "people apply people.json --config f",
            "keys list --config f",
            "keys rotate --config f",
            "keys-sharing report --config f",
            "keys-sharing report --json --config f",
            "devices list alice --config f",
            "devices unbind alice --reason lost --config f",
            "devices rebind alice --reason stolen --config f",
            "people list --state locked --config f",
            "people lock alice --reason incident --config f",
            "people unlock alice --reason asked --config f",
            "policy show --config f",
            "policy show --organisation 050140000017 --config f",
            "policy set registration.to 20:00 --reason evening --config f",
            "policy unset registration.to --organisation 050140000017 --reason day --config f",
            "administrators add asel --key asel.pub --config f",
            "administrators list --config f",
            "administrators remove asel --config f",
            "exclusivity end alice --reason lost --as asel --key asel.pem --config f",
            "audit verify --config f",
            "eds verify f --config f",
            "eds verify f --anchor a b --intermediate i --crl c --ocsp o --challenge t --at 2026-11-21T12:00:00Z --nonce 00 --legacy-gost --no-iin-checksum --no-revocation",
            "eds verify --anchor a --intermediate i --crl c f",
            "eds certificate f --anchor a",
            "eds crl f --anchor a",
            "evidence list alice --config f",
            "evidence export 01900000-0000-7000-8000-000000000001 --reason dispute --config f",
            "evidence verify f --anchor a",
            "evidence verify f --config f --digest 00",
            "eds ocsp f --anchor a --certificate c",
        ] {
            let arguments = std::iter::once("kiru").chain(line.split(' '));
            assert!(Cli::try_parse_from(arguments).is_ok(), "{line}");
        }
    }

    #[test]
    fn what_an_operator_does_without_a_reason_is_refused() {
        for line in [
            "devices unbind alice",
            "devices rebind alice",
            "people lock alice",
            "people unlock alice",
            "policy set registration.to 20:00",
            "policy unset registration.to",
            "exclusivity end alice --as asel --key asel.pem",
            "evidence export alice",
        ] {
            let arguments = ["kiru"].into_iter().chain(line.split(' ')).chain(["--config", "f"]);
            assert_eq!(Cli::try_parse_from(arguments).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[cfg(feature = "demo")]
    #[test]
    fn the_demo_needs_no_arguments() {
        assert!(Cli::try_parse_from(["kiru", "demo"]).is_ok());
        assert!(Cli::try_parse_from(["kiru", "demo", "--fresh", "--data", "d", "--base-port", "7400"]).is_ok());
    }

    #[cfg(not(feature = "demo"))]
    #[test]
    fn a_release_build_knows_no_demo() {
        assert!(Cli::try_parse_from(["kiru", "demo"]).is_err());
    }
}
