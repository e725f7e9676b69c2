//! What every command that touches data stands on: database, keys, time.

use std::sync::Arc;

use authority::secret::{Keyring, KeyringError};
use authority::time::Clock;
use storage::{Db, PoolSettings, StorageError};

use crate::clock::{NodeClock, Skew};
use crate::config::Config;
use crate::kek::{self, KekRefusal};

/// Database, keyring and clock of a deployment.
#[derive(Clone)]
pub struct Foundation {
    /// The database.
    pub db: Db,
    /// The keys derived from the KEK.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why there is nothing to stand on.
#[derive(Debug, thiserror::Error)]
pub enum FoundationError {
    /// No usable key encryption key.
    #[error(transparent)]
    Kek(#[from] KekRefusal),
    /// The keys cannot be derived.
    #[error("the keys cannot be derived")]
    Keyring(#[from] KeyringError),
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Storage(#[from] StorageError),
    /// The file of the demo's clock says nothing that we understand.
    #[cfg(feature = "demo")]
    #[error("the demo's clock cannot be read; `kiru demo --fresh` starts anew")]
    Clock(#[from] std::io::Error),
    /// The schema is older than the program.
    #[error("{0} migrations are not applied; run `kiru db migrate`")]
    Pending(usize),
}

/// Connects to the configured database.
///
/// # Errors
/// It cannot be reached.
pub async fn connect(config: &Config) -> Result<Db, StorageError> {
    let database = config.database();
    let pools = PoolSettings {
        connections: database.max_connections(),
        sqlite_readers: database.sqlite_readers(),
    };
    Db::connect(database.url().expose(), pools).await
}

impl Foundation {
    /// Reads the KEK, connects, refuses an old schema, and sets the clock by the database. Gives back the clock also as
    /// what it is, so that it can be corrected again.
    ///
    /// # Errors
    /// Any of these fails.
    pub async fn open(config: &Config) -> Result<(Self, Arc<NodeClock>), FoundationError> {
        let keyring = Keyring::derive(&kek::read(config.secrets().kek())?)?;
        Self::open_with(config, keyring).await
    }

    /// As [`Foundation::open`], with the keyring in hand.
    ///
    /// # Errors
    /// As [`Foundation::open`].
    pub async fn open_with(config: &Config, keyring: Keyring) -> Result<(Self, Arc<NodeClock>), FoundationError> {
        let db = connect(config).await?;
        let pending = db.pending_migrations().await?.len();
        if pending > 0 {
            return Err(FoundationError::Pending(pending));
        }
        let clock = Arc::new(NodeClock::start());
        if compare(&clock, &db).await? != Skew::Small {
            tracing::warn!("the system clock was wrong and was corrected by the database");
        }
        let foundation = Self {
            db,
            keyring: Arc::new(keyring),
            clock: told(config, &clock)?,
        };
        Ok((foundation, clock))
    }
}

/// The clock that everything is told by: the node's, in a demo as its desk has set it.
#[cfg(feature = "demo")]
fn told(config: &Config, clock: &Arc<NodeClock>) -> Result<Arc<dyn Clock>, FoundationError> {
    use crate::config::{KekSource, Kind};
    use crate::demo::DemoClock;
    match (config.deployment().kind(), config.secrets().kek()) {
        (Kind::Demo, KekSource::File(kek)) => {
            let file = DemoClock::file_beside(kek);
            Ok(Arc::new(DemoClock::open(Arc::clone(clock), file)?))
        }
        (Kind::Demo | Kind::Sandbox | Kind::Production, _) => Ok(Arc::clone(clock) as Arc<dyn Clock>),
    }
}

#[cfg(not(feature = "demo"))]
#[expect(clippy::unnecessary_wraps, reason = "the demo's clock is read from a file")]
fn told(_config: &Config, clock: &Arc<NodeClock>) -> Result<Arc<dyn Clock>, FoundationError> {
    Ok(Arc::clone(clock) as Arc<dyn Clock>)
}

/// Compares the clock with the database and corrects it.
///
/// # Errors
/// The database is not available.
pub async fn compare(clock: &NodeClock, db: &Db) -> Result<Skew, StorageError> {
    let asked = clock.reading();
    let database = db.now().await?;
    Ok(clock.correct(database, asked, clock.reading()))
}
