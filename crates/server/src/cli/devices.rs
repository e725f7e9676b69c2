//! `kiru devices list|unbind PERSON --reason T`: the operator's way to free a person from a lost device.

use authority::audit::{Actor, Event, EventKind};
use authority::devices::Device;
use authority::identifiers::{Checksum, Iin};
use authority::ids::{EventId, UserId};
use authority::time::Timestamp;
use authority::users::{IdentifierKind, Subject, User};
use clap::Subcommand;
use storage::{StorageError, identifiers};

use super::{ConfigFile, Failure, say};
use crate::chance::chance;
use crate::foundation::{Foundation, FoundationError};

/// An operator's words in the audit log, at most this many characters.
const LONGEST_REASON: usize = 200;

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List a person's devices, ended ones too.
    List {
        /// IIN, `sub` or user id; outside production also the login.
        person: String,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// End the person's binding: sessions and tokens end, the next sign-in binds the browser it comes from.
    Unbind {
        /// IIN, `sub` or user id; outside production also the login.
        person: String,
        /// Why, for the audit log; without personal data.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        #[command(flatten)]
        config: ConfigFile,
    },
}

pub(super) async fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::List { person, config } => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let user = find(&foundation, person).await?;
            let devices = storage::devices::list_for_user(&foundation.db, user.id).await;
            for device in devices.map_err(FoundationError::from)? {
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
        Verb::Unbind { person, reason, config } => {
            let (foundation, _) = Foundation::open(&config.load()?).await?;
            let user = find(&foundation, person).await?;
            let ended = unbind(&foundation, user.id, reason).await?;
            if ended == 0 {
                return Err(Failure::Refused("the person has no bound device".to_owned()));
            }
            say(format_args!(
                "{ended} device ended; sessions and tokens of the person ended with it"
            ));
            Ok(())
        }
    }
}

/// The person an operator means. What was typed is not repeated: it may be a number.
async fn find(foundation: &Foundation, person: &str) -> Result<User, Failure> {
    look_up(foundation, person)
        .await
        .map_err(FoundationError::from)?
        .ok_or_else(|| Failure::Refused("nobody is known by this; give IIN, sub, user id or login".to_owned()))
}

/// What kind of identifier it may be.
fn kind_of(person: &str) -> Option<IdentifierKind> {
    if Iin::parse(person, Checksum::Ignored).is_ok() {
        return Some(IdentifierKind::Iin);
    }
    #[cfg(feature = "demo")]
    let other = Some(IdentifierKind::SandboxLogin);
    #[cfg(not(feature = "demo"))]
    let other = None;
    other
}

async fn look_up(foundation: &Foundation, person: &str) -> Result<Option<User>, StorageError> {
    let db = &foundation.db;
    if let Ok(id) = person.parse::<UserId>()
        && let Some(user) = storage::users::find(db, id).await?
    {
        return Ok(Some(user));
    }
    if let Some(kind) = kind_of(person) {
        let digest = identifiers::digest(&foundation.keyring, kind, kind.authority(), person);
        if let Some(user) = storage::users::find_by_identifier(db, kind, kind.authority(), &digest).await? {
            return Ok(Some(user));
        }
    }
    match Subject::parse(person) {
        Some(subject) => storage::users::find_by_subject(db, &subject).await,
        None => Ok(None),
    }
}

/// Ends all live devices under the user's lock, and with the epoch everything issued before. Gives back how many.
pub(crate) async fn unbind(foundation: &Foundation, user: UserId, reason: &str) -> Result<usize, Failure> {
    if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(Failure::Usage(format!(
            "--reason: must be 1 to {LONGEST_REASON} characters on one line"
        )));
    }
    let now = foundation.clock.now();
    let live = storage::devices::list_live_for_user(&foundation.db, user)
        .await
        .map_err(FoundationError::from)?;
    let events: Vec<Event> = live.iter().map(|device| event(device, reason, now)).collect();
    let (live, events) = (&live, &events);
    let ended = foundation.db.tx("unbind_device", |tx| async move {
        storage::users::lock(&tx, user).await?;
        let mut ended = 0;
        for (device, event) in live.iter().zip(events) {
            if storage::devices::end(&tx, user, device.id, reason, now).await? {
                storage::audit::insert(&tx, event).await?;
                ended += 1;
            }
        }
        if ended > 0 {
            storage::users::raise_epoch(&tx, user).await?;
        }
        Ok::<_, StorageError>(ended)
    });
    Ok(ended.await.map_err(FoundationError::from)?)
}

fn event(device: &Device, reason: &str, now: Timestamp) -> Event {
    let mut event = Event::new(
        EventId::mint(now, &mut chance()),
        now,
        EventKind::DeviceUnbound,
        Actor::Operator,
    );
    event.user_id = Some(device.user_id);
    event.device_id = Some(device.id);
    reason.clone_into(&mut event.reason);
    event
}
