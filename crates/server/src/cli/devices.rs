//! `kiru devices list|unbind|rebind PERSON`: the operator's way to free a person from a lost device, and to end a binding
//! as a measure.

use authority::time::Timestamp;
use authority::users::User;
use clap::Subcommand;
use storage::{StorageError, approvals, registrations};

use super::person::{self, PersonAndReason};
use super::{ConfigFile, Failure, people, say};
use crate::foundation::{Foundation, FoundationError};
use crate::operators::devices::{self, Unbinding};

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Show a person's state, registrations and devices, ended ones too.
    List {
        /// IIN, `sub` or user id; outside production also the login.
        person: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Free a person from a lost device: sessions and tokens end, the next sign-in binds the browser it comes from.
    Unbind(PersonAndReason),
    /// Force a person to bind anew, as a measure: devices, sessions and tokens end at once, clients are told.
    Rebind(PersonAndReason),
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::List { person, config } => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let user = person::find(&foundation, person).await?;
            list(&foundation, &user).await.map_err(FoundationError::from)?;
            Ok(())
        }
        Verb::Unbind(asked) => {
            let (office, user, reason) = asked.open().await?;
            let done = devices::unbind(&office, user.id, &reason).await;
            match done.map_err(FoundationError::from)? {
                Unbinding::Ended(ended) => {
                    say(format_args!(
                        "{ended} device ended; sessions and tokens of the person ended with it"
                    ));
                    Ok(())
                }
                Unbinding::Nothing => Err(Failure::Refused("the person has no bound device".to_owned())),
                Unbinding::Exclusive(until) => Err(Failure::Refused(format!(
                    "only the newest device may act until {}; two administrators end that early: \
                     `kiru exclusivity end PERSON --reason T --as NAME --key FILE`, and once more as another one. \
                     `kiru devices rebind` ends the device at once and leaves that time running",
                    until.to_rfc3339()
                ))),
            }
        }
        Verb::Rebind(asked) => {
            let (office, user, reason) = asked.open().await?;
            let done = devices::rebind(&office, user.id, &reason).await;
            let done = done.map_err(FoundationError::from)?;
            say(format_args!(
                "{} devices ended; sessions and tokens of the person ended with them",
                done.ended
            ));
            if let Some(until) = done.exclusive_until {
                say(format_args!(
                    "nobody may act for this account until {}, or until two administrators end that early \
                     (`kiru exclusivity end`)",
                    until.to_rfc3339()
                ));
            }
            Ok(())
        }
    }
}

async fn list(foundation: &Foundation, user: &User) -> Result<(), StorageError> {
    let (db, now) = (&foundation.db, foundation.decision_now(&foundation.db).await?);
    say(people::line(user, now));
    if let Some(request) = approvals::find_open(db, user.id).await?
        && let Some(running) = user.exclusivity_at(now)
        && request.stands(running, now)
    {
        say(format_args!(
            "asked to end that early: {}, another administrator may agree until {}",
            request.id,
            request.expires_at().to_rfc3339()
        ));
    }
    for at in registrations::list_committed(db, user.id, Timestamp::from_micros(0)).await? {
        say(format_args!("new device registered {}", at.to_rfc3339()));
    }
    for device in storage::devices::list_for_user(db, user.id).await? {
        let end = device
            .ended_at
            .map_or_else(|| "bound".to_owned(), |at| format!("ended {}", at.to_rfc3339()));
        say(format_args!(
            "{} since {}, {end}: {}",
            device.id,
            device.bound_at.to_rfc3339(),
            device.name
        ));
    }
    Ok(())
}
