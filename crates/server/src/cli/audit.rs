//! `kiru audit verify`.

use clap::Subcommand;
use storage::audit::Verdict;

use super::{ConfigFile, Failure, say};
use crate::foundation::{Foundation, FoundationError};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Walk the whole chain; exit code 1 and the position when any event was changed, removed or swapped.
    Verify(ConfigFile),
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Verify(file) = verb;
    let (foundation, _) = Foundation::open(&file.load()?).await?;
    let verdict = storage::audit::verify(&foundation.db, &foundation.keyring).await;
    match verdict.map_err(FoundationError::from)? {
        Verdict::Intact { events } => {
            say(format_args!("{events} sealed events, all as they were written"));
            Ok(())
        }
        Verdict::Broken { position, problem } => Err(Failure::Refused(format!("position {position}: {problem}"))),
    }
}
