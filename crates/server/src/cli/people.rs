//! `kiru people apply F`.

use std::path::PathBuf;

use clap::Subcommand;

use super::clients::{read, refused};
use super::{ConfigFile, Failure, say};
use crate::apply::{apply_people, parse_people};
use crate::chance::chance;
use crate::foundation::Foundation;
use crate::material::checksum;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Add and change people as a JSON file says; people that it does not name stay as they are.
    Apply {
        /// A JSON array: iin, phone, locale, facts; outside production also login.
        file: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Apply { file, config } = verb;
    let config = config.load()?;
    let text = read(file)?;
    let logins = !config.deployment().kind().is_production();
    let entries = parse_people(&text, logins, checksum(config.eds())).map_err(|error| refused(file, &error))?;
    let (foundation, _) = Foundation::open(&config).await?;
    let now = foundation.clock.now();
    let outcomes = apply_people(&foundation.db, &foundation.keyring, &entries, now, &mut chance())
        .await
        .map_err(|error| refused(file, &error))?;
    for (person, applied) in outcomes {
        say(format_args!("{} {person}", applied.as_str()));
    }
    Ok(())
}
