//! `kiru db migrate|status`.

use clap::Subcommand;

use super::{ConfigFile, Failure, say};
use crate::foundation::{self, FoundationError};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Apply all migrations that are not applied yet.
    Migrate(ConfigFile),
    /// Name the migrations that are not applied; exit code 1 when there are any.
    Status(ConfigFile),
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let (Verb::Migrate(file) | Verb::Status(file)) = verb;
    let db = foundation::connect(&file.load()?)
        .await
        .map_err(FoundationError::from)?;
    let pending = db.pending_migrations().await.map_err(FoundationError::from)?;
    match verb {
        Verb::Migrate(_) => {
            db.migrate().await.map_err(FoundationError::from)?;
            for name in &pending {
                say(format_args!("applied {name}"));
            }
            say(format_args!("{} migrations applied", pending.len()));
            Ok(())
        }
        Verb::Status(_) if pending.is_empty() => {
            say("the database is up to date");
            Ok(())
        }
        Verb::Status(_) => {
            for name in &pending {
                say(format_args!("not applied {name}"));
            }
            Err(Failure::Refused(format!(
                "{} migrations are not applied; run `kiru db migrate`",
                pending.len()
            )))
        }
    }
}
