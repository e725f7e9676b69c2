//! Which person an operator means.

use authority::identifiers::{Checksum, Iin};
use authority::ids::UserId;
use authority::users::{IdentifierKind, Subject, User};
use clap::Args;
use storage::{StorageError, identifiers};

use super::{ConfigFile, Failure};
use crate::config::Config;
use crate::foundation::{Foundation, FoundationError};
use crate::operators::{Office, Reason};

/// A person and why something is done to them.
#[derive(Debug, Args)]
pub(super) struct PersonAndReason {
    /// IIN, `sub` or user id; outside production also the login.
    pub(super) person: String,
    /// Why, for the audit log; without personal data.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    pub(super) config: ConfigFile,
}

impl PersonAndReason {
    /// Opens the deployment and finds the person there.
    pub(super) async fn open(&self) -> Result<(Office, User, Reason), Failure> {
        let reason = reason(&self.reason)?;
        let office = office(&self.config.load()?).await?;
        let user = find(&office.foundation, &self.person).await?;
        Ok((office, user, reason))
    }
}

/// Opens the deployment with the words in which people are told.
pub(super) async fn office(config: &Config) -> Result<Office, Failure> {
    let (foundation, _) = Foundation::open(config).await?;
    Office::new(foundation, config).map_err(|error| Failure::Broken {
        doing: "the words for people cannot be read",
        source: error.into(),
    })
}

/// Reads `--reason`.
pub(super) fn reason(text: &str) -> Result<Reason, Failure> {
    Reason::parse(text).map_err(|error| Failure::Usage(format!("--reason: {error}")))
}

/// The person an operator means. What was typed is not repeated: it may be a number.
pub(super) async fn find(foundation: &Foundation, person: &str) -> Result<User, Failure> {
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
