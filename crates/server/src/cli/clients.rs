//! `kiru clients apply F`.

use std::path::PathBuf;

use clap::Subcommand;

use super::{ConfigFile, Failure, say};
use crate::apply::{ApplyError, ClientRules, apply_clients, parse_clients};
use crate::chance::chance;
use crate::foundation::Foundation;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Add and change clients as a JSON file says; clients that it does not name stay as they are.
    Apply {
        /// A JSON array with the members of RFC 7591, and client_id.
        file: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Apply { file, config } = verb;
    let config = config.load()?;
    let text = read(file)?;
    let (foundation, _) = Foundation::open(&config).await?;
    let now = foundation.clock.now();
    let rules = ClientRules {
        require_pkce: config.deployment().kind().is_production(),
        loopback: config.outbound().allow_loopback(),
    };
    let entries = parse_clients(&text, rules, now).map_err(|error| refused(file, &error))?;
    let outcomes = apply_clients(&foundation.db, &foundation.keyring, &entries, now, &mut chance())
        .await
        .map_err(|error| refused(file, &error))?;
    for (client, applied) in outcomes {
        say(format_args!("{} {client}", applied.as_str()));
    }
    Ok(())
}

/// The file's text; a file that cannot be read is a wrong argument.
pub(super) fn read(file: &PathBuf) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("{}: cannot be read: {error}", file.display())))
}

/// What broke a file, with everything that led to it.
pub(super) fn refused(file: &std::path::Path, error: &ApplyError) -> Failure {
    let cause = std::error::Error::source(error)
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    Failure::Refused(format!("{}: {error}{cause}", file.display()))
}
