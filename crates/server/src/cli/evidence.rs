//! `kiru evidence list|export|verify`: what accepted signatures rest on (security rule CE-15).

use std::io::Write as _;
use std::path::PathBuf;

use authority::ids::{AttemptId, EventId};
use authority::users::User;
use clap::Subcommand;
use storage::evidence::{self, About};

use super::trust::{self, Trust};
use super::{ConfigFile, Failure, eds, person, say};
use crate::foundation::{Foundation, FoundationError};
use crate::operators;

/// How many records of a person are listed.
const LISTED: u32 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Show what there is about a person, latest first: when, audit event, attempt.
    List {
        /// IIN, `sub` or user id; outside production also the login.
        person: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Write a record with everything that it rests on to standard output.
    Export {
        /// An audit event or attempt; or a person (IIN, `sub`, user id), whose latest record is meant.
        id: String,
        /// Why, for the audit log; without personal data.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Reach the verdict again, offline: no database, no network, nothing trusted but the anchors.
    ///
    /// Of a configuration anchors, roles, check digits and legacy_gost are used, as they were at the sign-in. What only narrows
    /// the sign-ins of today is not: xml, names_certificate, policies and crl_max_age judge no earlier one.
    Verify {
        /// What `kiru evidence export` wrote.
        file: Option<PathBuf>,
        #[command(flatten)]
        trust: Trust,
        /// The digest in the audit event, when it is at hand: it proves what the signatures do not.
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
    },
}

pub(super) async fn run(verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::List { person, config } => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let user = person::find(&foundation, &person).await?;
            for about in list(&foundation, &user, LISTED).await? {
                let (at, event, attempt) = (about.at.to_rfc3339(), about.event, about.attempt);
                say(format_args!("{at} event={event} attempt={attempt}"));
            }
            Ok(())
        }
        Verb::Export { id, reason, config } => {
            let reason = person::reason(&reason)?;
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let event = find(&foundation, &id).await?;
            let exported = operators::evidence::export(&foundation, event, &reason).await;
            let file = exported.map_err(FoundationError::from)?.ok_or_else(nothing)?;
            let written = std::io::stdout().write_all(&file);
            written.map_err(|error| Failure::broken("the file cannot be written")(error.into()))
        }
        Verb::Verify {
            mut file,
            mut trust,
            digest,
        } => {
            let file = file.take().or_else(|| trust.give_back());
            let file = file.ok_or_else(|| Failure::Usage("FILE is missing".to_owned()))?;
            let settings = trust.settings()?;
            trust::verifier(&settings)?;
            let bytes = trust::read(&file)?.bytes;
            let inspection = federation::eds::verify_evidence(&bytes, &settings, digest.as_deref());
            eds::print(&inspection)?;
            inspection.detail.map_or(Ok(()), |detail| Err(Failure::Refused(detail)))
        }
    }
}

async fn list(foundation: &Foundation, user: &User, limit: u32) -> Result<Vec<About>, Failure> {
    let found = evidence::list_for_user(&foundation.db, user.id, limit).await;
    Ok(found.map_err(FoundationError::from)?)
}

/// The audit event that is meant. An id that names an event or attempt is not taken for a person.
async fn find(foundation: &Foundation, id: &str) -> Result<EventId, Failure> {
    if let Ok(attempt) = id.parse::<AttemptId>()
        && let Some(about) = evidence::find_of_attempt(&foundation.db, attempt)
            .await
            .map_err(FoundationError::from)?
    {
        return Ok(about.event);
    }
    if let Ok(event) = id.parse::<EventId>()
        && evidence::is_kept(&foundation.db, event)
            .await
            .map_err(FoundationError::from)?
    {
        return Ok(event);
    }
    let user = person::find(foundation, id).await?;
    let latest = list(foundation, &user, 1).await?;
    latest.first().map(|about| about.event).ok_or_else(nothing)
}

fn nothing() -> Failure {
    Failure::Refused("there is no record of evidence; it may have reached its age".to_owned())
}
