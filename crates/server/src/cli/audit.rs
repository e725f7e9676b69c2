//! `kiru audit verify`.

use clap::Subcommand;
use storage::audit::{self, Verdict};

use super::{ConfigFile, Failure, say};
use crate::foundation::{Foundation, FoundationError};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Walk the whole chain; exit code 1 and the position when any event was changed, removed or swapped.
    Verify {
        /// A seal that the log told of, as `POSITION:HEAD`: a chain that is shorter, or another one, is refused too.
        #[arg(long)]
        seal: Option<String>,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::Verify { seal, config } = verb;
    let (foundation, _) = Foundation::open(&config.load()?).await?;
    let verdict = storage::audit::verify(&foundation.db, &foundation.keyring).await;
    match verdict.map_err(FoundationError::from)? {
        Verdict::Intact { events } => {
            if let Some(seal) = seal {
                compare(&foundation, seal).await?;
            }
            say(format_args!("{events} sealed events, all as they were written"));
            Ok(())
        }
        Verdict::Broken { position, problem } => Err(Failure::Refused(format!("position {position}: {problem}"))),
    }
}

/// Whether the chain still runs through a seal that was handed out.
async fn compare(foundation: &Foundation, seal: &str) -> Result<(), Failure> {
    let read = seal
        .split_once(':')
        .and_then(|(position, head)| Some((position.parse::<i64>().ok()?, head)));
    let Some((position, head)) = read else {
        return Err(Failure::Refused(
            "--seal is POSITION:HEAD, as the log has it".to_owned(),
        ));
    };
    let found = audit::find_head(&foundation.db, position)
        .await
        .map_err(FoundationError::from)?;
    match found {
        Some(digest) if audit::hex(&digest).eq_ignore_ascii_case(head) => Ok(()),
        Some(_) => Err(Failure::Refused(format!(
            "position {position}: the chain is another one"
        ))),
        None => Err(Failure::Refused(format!(
            "position {position}: the chain was cut off before it"
        ))),
    }
}
