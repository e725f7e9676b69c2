//! `kiru people apply F`, `kiru people list`, `kiru people lock|unlock PERSON --reason T`, and people's keys:
//! `kiru people keys PERSON`, `kiru people stop-key|accept-key PERSON KEY --reason T`.

use std::path::PathBuf;

use authority::ids::UserId;
use authority::time::Timestamp;
use authority::users::{StateRefusal, User, UserState};
use clap::Subcommand;

use super::clients::{read, refused};
use super::people_keys;
use super::person::{PersonAndReason, office};
use super::{ConfigFile, Failure, say};
use crate::apply::{apply_people, parse_people};
use crate::foundation::{Foundation, FoundationError};
use crate::material::checksum;
use crate::operators::people;

/// How many people are read at a time.
const PAGE: u32 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Add and change people as a JSON file says; people that it does not name stay as they are.
    Apply {
        /// A JSON array: iin, phone, locale, organisation, facts; outside production also login.
        file: PathBuf,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// List people: id, `sub`, state, organisation, and until when only the newest device may act.
    List {
        /// Only these.
        #[arg(long, value_name = "STATE", value_parser = ["invited", "active", "locked", "closed"])]
        state: Option<String>,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Lock an account: sessions and tokens end at once, clients are told.
    Lock(PersonAndReason),
    /// Unlock an account that an administrator, the person or three months of silence had locked.
    Unlock(PersonAndReason),
    /// List a person's keys, latest use first: id, role, suite, until when it is good, and whether it is accepted.
    Keys {
        /// IIN, `sub` or user id; outside production also the login.
        person: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Stop a person's key that several people use: what rests on it ends at once, clients and the person are told.
    StopKey(people_keys::StopKey),
    /// Accept a person's key again that was stopped as shared or revoked; the next sign-in asks its centre as always.
    AcceptKey(people_keys::AcceptKey),
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Apply { file, config } => apply(file, config).await,
        Verb::List { state, config } => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            list(&foundation, state.as_deref()).await
        }
        Verb::Lock(asked) => {
            let (office, user, reason) = asked.open().await?;
            let done = people::lock(&office, user.id, &reason).await;
            done.map_err(FoundationError::from)?.map_err(not_allowed)?;
            say("locked; sessions and tokens of the person ended");
            Ok(())
        }
        Verb::Unlock(asked) => {
            let (office, user, reason) = asked.open().await?;
            let done = people::unlock(&office, user.id, &reason).await;
            done.map_err(FoundationError::from)?.map_err(not_allowed)?;
            say("unlocked; the person signs in as before");
            Ok(())
        }
        Verb::Keys { person, config } => people_keys::list(person, config).await,
        Verb::StopKey(asked) => people_keys::stop(asked).await,
        Verb::AcceptKey(asked) => people_keys::accept(asked).await,
    }
}

fn not_allowed(refusal: StateRefusal) -> Failure {
    Failure::Refused(refusal.to_string())
}

async fn apply(file: &PathBuf, config: &ConfigFile) -> Result<(), Failure> {
    let config = config.load()?;
    let text = read(file)?;
    let logins = !config.deployment().kind().is_production();
    let entries = parse_people(&text, logins, checksum(config.eds())).map_err(|error| refused(file, &error))?;
    let office = office(&config).await?;
    let outcomes = apply_people(&office, &entries)
        .await
        .map_err(|error| refused(file, &error))?;
    for (person, applied) in outcomes {
        say(format_args!("{} {person}", applied.as_str()));
    }
    Ok(())
}

async fn list(foundation: &Foundation, state: Option<&str>) -> Result<(), Failure> {
    let now = foundation.decision_now(&foundation.db).await;
    let now = now.map_err(FoundationError::from)?;
    let mut after: Option<UserId> = None;
    loop {
        let page = storage::users::list(&foundation.db, after, PAGE).await;
        let page = page.map_err(FoundationError::from)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for user in page
            .iter()
            .filter(|user| state.is_none_or(|state| state == user.state.as_str()))
        {
            say(line(user, now));
        }
    }
}

/// A person in one line.
pub(super) fn line(user: &User, now: Timestamp) -> String {
    let state = match user.state {
        UserState::Invited => "invited".to_owned(),
        UserState::Active => "active".to_owned(),
        UserState::Locked { reason, at } => format!("locked ({}) since {}", reason.as_str(), at.to_rfc3339()),
        UserState::Closed { at } => format!("closed since {}", at.to_rfc3339()),
    };
    let organisation = user.organisation.as_ref().map_or("-", |bin| bin.expose());
    let exclusive = user.exclusivity_at(now).map_or_else(
        || "all devices may act".to_owned(),
        |exclusive| {
            format!(
                "only device {} may act until {}",
                exclusive.device_id,
                exclusive.until.to_rfc3339()
            )
        },
    );
    format!(
        "{} sub {}, {state}, organisation {organisation}, {exclusive}",
        user.id,
        user.subject.as_str()
    )
}
