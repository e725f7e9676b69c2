//! Rules that were set for the deployment or an organisation (table `policies`). What is not set has its default.
//!
//! Retention: a rule stays until it is set anew or unset; each change is an audit event.

use authority::policy::{PolicyKey, Scope, SetValue};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A rule with how often it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredValue {
    /// The rule.
    pub set: SetValue,
    /// Raised with each change, from 1.
    pub version: i64,
    /// When it was set.
    pub set_at: Timestamp,
}

/// Everything that is set, by scope and key.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list(conn: &Connection) -> Result<Vec<StoredValue>, StorageError> {
    let rows: Vec<Row> = sql::list(conn, "SELECT * FROM policies ORDER BY scope, key", []).await?;
    rows.into_iter()
        .map(|row| StoredValue::try_from(row).map_err(Into::into))
        .collect()
}

/// What is set for the deployment and for this organisation.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_for(conn: &Connection, organisation: Option<&Scope>) -> Result<Vec<SetValue>, StorageError> {
    let scope = organisation.unwrap_or(&Scope::Deployment).to_word();
    let sql = "SELECT * FROM policies WHERE scope = $1 OR scope = $2";
    let rows: Vec<Row> = sql::list(conn, sql, [Scope::Deployment.to_word().into(), scope.into()]).await?;
    rows.into_iter()
        .map(|row| Ok(StoredValue::try_from(row)?.set))
        .collect()
}

/// Lets one change of rules happen at a time: each is judged together with all others, and must see them.
///
/// # Errors
/// The database is not available.
pub async fn lock(tx: &Tx) -> Result<(), StorageError> {
    // A row that is written is the lock that both databases know; a lease that ended at once is one that every job has.
    let never = Timestamp::from_micros(0);
    crate::leases::claim(tx, "policies", "policy", never, never)
        .await
        .map(drop)
}

/// Sets a rule, and returns its version.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, set: &SetValue, now: Timestamp) -> Result<i64, StorageError> {
    let sql = "INSERT INTO policies (scope, key, value, version, set_at) VALUES ($1, $2, $3, 1, $4) \
               ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, version = policies.version + 1, \
               set_at = excluded.set_at RETURNING version AS total";
    let values = [
        set.scope.to_word().into(),
        set.key.as_str().into(),
        set.value.clone().into(),
        at(now),
    ];
    sql::count(tx, sql, values).await
}

/// Gives a rule its value from further away again; `false` when it was not set.
///
/// # Errors
/// The database is not available.
pub async fn unset(tx: &Tx, scope: &Scope, key: PolicyKey) -> Result<bool, StorageError> {
    let sql = "DELETE FROM policies WHERE scope = $1 AND key = $2";
    Ok(sql::execute(tx, sql, [scope.to_word().into(), key.as_str().into()]).await? == 1)
}

#[derive(FromQueryResult)]
struct Row {
    scope: String,
    key: String,
    value: String,
    version: i64,
    set_at: i64,
}

impl TryFrom<Row> for StoredValue {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "policies",
            id: &row.key,
        };
        Ok(Self {
            set: SetValue {
                scope: place.word("scope", Scope::from_word(&row.scope))?,
                key: place.word("key", PolicyKey::from_word(&row.key))?,
                value: row.value,
            },
            version: row.version,
            set_at: Timestamp::from_micros(row.set_at),
        })
    }
}
