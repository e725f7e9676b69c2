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
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
        };
        Ok((foundation, clock))
    }
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
