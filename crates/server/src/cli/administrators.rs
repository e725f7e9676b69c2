//! `kiru administrators add NAME --key F | list | remove NAME`: who may agree to what takes two.

use std::path::PathBuf;

use authority::administrators::AdministratorName;
use clap::Subcommand;

use super::clients::read;
use super::{ConfigFile, Failure, say};
use crate::foundation::{Foundation, FoundationError};
use crate::operators::administrators::{self, read_public};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Name an administrator by their public key; the private one stays with them.
    Add {
        /// Lower-case letters, digits, dots, dashes, underscores.
        name: String,
        /// A public P-256 key: PEM, or a JWK.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List administrators, those who are none any more too.
    List(ConfigFile),
    /// From now on this one is none; requests of theirs cannot be agreed to any more.
    Remove {
        /// Who.
        name: String,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Add { name, key, config } => {
            let name = named(name)?;
            let text = read(key)?;
            let key =
                read_public(&text).map_err(|error| Failure::Usage(format!("--key: {}: {error}", key.display())))?;
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let added = administrators::add(&foundation, &name, &key).await;
            if added.map_err(FoundationError::from)? {
                say(format_args!("added {name} {}", key.thumbprint()));
                return Ok(());
            }
            Err(Failure::Refused(format!(
                "{name}: the name is taken, or the key is or was an administrator's"
            )))
        }
        Verb::List(config) => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let all = storage::administrators::list(&foundation.db).await;
            for one in all.map_err(FoundationError::from)? {
                let end = one
                    .removed_at
                    .map_or_else(String::new, |at| format!(", removed {}", at.to_rfc3339()));
                say(format_args!(
                    "{} {} since {}{end}",
                    one.name,
                    one.thumbprint,
                    one.added_at.to_rfc3339()
                ));
            }
            Ok(())
        }
        Verb::Remove { name, config } => {
            let name = named(name)?;
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let removed = administrators::remove(&foundation, &name).await;
            if removed.map_err(FoundationError::from)? {
                say(format_args!("removed {name}"));
                return Ok(());
            }
            Err(Failure::Refused(format!("{name}: no administrator is called so")))
        }
    }
}

/// Reads a name.
pub(super) fn named(text: &str) -> Result<AdministratorName, Failure> {
    AdministratorName::parse(text).map_err(|error| Failure::Usage(error.to_string()))
}
