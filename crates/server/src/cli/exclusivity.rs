//! `kiru exclusivity end PERSON --reason T --as NAME --key F`: the first administrator asks, another one agrees.

use std::path::PathBuf;

use clap::Subcommand;

use super::administrators::named;
use super::clients::read;
use super::person::PersonAndReason;
use super::{Failure, say};
use crate::foundation::FoundationError;
use crate::operators::administrators::read_private;
use crate::operators::exclusivity::{Approval, ApprovalFailure, Signatory, end_early};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// End early the time in which only the newest device may act. Takes two administrators within 24 hours: the first call
    /// asks, a call of another one agrees.
    End {
        #[command(flatten)]
        asked: PersonAndReason,
        /// Who you are, as `kiru administrators list` names you.
        #[arg(long = "as", value_name = "NAME")]
        administrator: String,
        /// Your private P-256 key: PEM, PKCS#8, not encrypted.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    let Verb::End {
        asked,
        administrator,
        key,
    } = verb;
    let name = named(administrator)?;
    let text = zeroize::Zeroizing::new(read(key)?);
    let key = read_private(&text).map_err(|error| Failure::Usage(format!("--key: {}: {error}", key.display())))?;
    let (office, user, reason) = asked.open().await?;
    let known = storage::administrators::find_live(&office.db, &name).await;
    let administrator = known
        .map_err(FoundationError::from)?
        .ok_or_else(|| Failure::Refused(format!("{name}: no administrator is called so")))?;
    let by = Signatory {
        administrator: &administrator,
        key: &key,
    };
    match end_early(&office, user.id, by, &reason).await {
        Ok(Approval::Requested { id, until }) => {
            say(format_args!(
                "asked: {id}; another administrator may agree with the same command until {}",
                until.to_rfc3339()
            ));
            Ok(())
        }
        Ok(Approval::Ended) => {
            say("ended: all devices of the person may act, and be registered, again");
            Ok(())
        }
        Err(ApprovalFailure::Storage(error)) => Err(FoundationError::from(error).into()),
        Err(ApprovalFailure::Signing(error)) => Err(Failure::Broken {
            doing: "the statement is not signed",
            source: error.into(),
        }),
        Err(
            refusal @ (ApprovalFailure::NotRunning
            | ApprovalFailure::Refused(_)
            | ApprovalFailure::WrongKey
            | ApprovalFailure::NotAdministrator
            | ApprovalFailure::Overtaken),
        ) => Err(Failure::Refused(refusal.to_string())),
    }
}
