//! What is known about users, encrypted for their row.
//!
//! Retention: as long as the user.

use authority::ids::UserId;
use authority::secret::{Keyring, Purpose};
use authority::time::Timestamp;
use authority::users::{FactName, FactSource, UserFact};
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A fact as it may be stored: its value is encrypted for this user, name and source.
#[derive(Clone, Debug)]
pub struct SealedFact {
    user: UserId,
    name: FactName,
    source: FactSource,
    value: Vec<u8>,
}

impl SealedFact {
    /// Encrypts a fact.
    ///
    /// # Errors
    /// The cryptographic library refuses.
    pub fn seal(
        user: UserId,
        fact: &UserFact,
        keyring: &Keyring,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, StorageError> {
        let context = context(user, fact.name, fact.source);
        let value = keyring.seal(Purpose::Fact, context.as_bytes(), fact.value.as_bytes(), rng)?;
        Ok(Self {
            user,
            name: fact.name,
            source: fact.source,
            value,
        })
    }
}

/// Keeps facts, replacing what the same source said before.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, facts: &[SealedFact], now: Timestamp) -> Result<(), StorageError> {
    let sql = "INSERT INTO user_facts (user_id, fact, source, value_sealed, recorded_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (user_id, fact, source) DO UPDATE SET value_sealed = excluded.value_sealed, recorded_at = excluded.recorded_at";
    for fact in facts {
        let values = [
            fact.user.as_uuid().into(),
            fact.name.as_str().into(),
            fact.source.as_str().into(),
            fact.value.clone().into(),
            at(now),
        ];
        sql::execute(tx, sql, values).await?;
    }
    Ok(())
}

/// Forgets what a source said before and does not say any more.
///
/// # Errors
/// The database is not available.
pub async fn forget(tx: &Tx, user: UserId, source: FactSource, names: &[FactName]) -> Result<(), StorageError> {
    let sql = "DELETE FROM user_facts WHERE user_id = $1 AND source = $2 AND fact = $3";
    for name in names {
        let values = [user.as_uuid().into(), source.as_str().into(), name.as_str().into()];
        sql::execute(tx, sql, values).await?;
    }
    Ok(())
}

/// All facts about a user, by name and source.
///
/// # Errors
/// The database is not available, or a value was altered.
pub async fn list(conn: &Connection, user: UserId, keyring: &Keyring) -> Result<Vec<UserFact>, StorageError> {
    let sql = "SELECT fact, source, value_sealed FROM user_facts WHERE user_id = $1 ORDER BY fact, source";
    let rows: Vec<Row> = sql::list(conn, sql, [user.as_uuid().into()]).await?;
    rows.into_iter()
        .map(|row| open(user, &row, keyring).map_err(Into::into))
        .collect()
}

fn open(user: UserId, row: &Row, keyring: &Keyring) -> Result<UserFact, Inconsistent> {
    let place = Place {
        table: "user_facts",
        id: &user,
    };
    let name = place.word("fact", FactName::from_word(&row.fact))?;
    let source = place.word("source", FactSource::from_word(&row.source))?;
    let plain = keyring.open(Purpose::Fact, context(user, name, source).as_bytes(), &row.value_sealed);
    let value = plain.ok().and_then(|plain| String::from_utf8(plain.to_vec()).ok());
    Ok(UserFact {
        name,
        value: place.word("value_sealed", value)?,
        source,
    })
}

fn context(user: UserId, name: FactName, source: FactSource) -> String {
    format!("user_facts/{user}/{}/{}", name.as_str(), source.as_str())
}

#[derive(FromQueryResult)]
struct Row {
    fact: String,
    source: String,
    value_sealed: Vec<u8>,
}
