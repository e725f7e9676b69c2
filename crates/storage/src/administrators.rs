//! Administrators with a key of their own (table `administrators`).
//!
//! Retention: for good, the removed ones too: what they signed must stay checkable.

use authority::administrators::{Administrator, AdministratorName};
use authority::ids::AdministratorId;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::{Place, maybe};
use crate::sql::{self, at, maybe_at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// All of them, the removed ones too, oldest first.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list(conn: &Connection) -> Result<Vec<Administrator>, StorageError> {
    let rows: Vec<Row> = sql::list(conn, "SELECT * FROM administrators ORDER BY added_at, id", []).await?;
    rows.into_iter().map(|row| Ok(Administrator::try_from(row)?)).collect()
}

/// The administrator who is called so now.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_live(conn: &Connection, name: &AdministratorName) -> Result<Option<Administrator>, StorageError> {
    let sql = "SELECT * FROM administrators WHERE name = $1 AND removed_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [name.as_str().into()]).await?;
    Ok(row.map(Administrator::try_from).transpose()?)
}

/// Keeps a new one; `false` when the name is taken, or the key was ever somebody's.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, administrator: &Administrator) -> Result<bool, StorageError> {
    let cells = [
        ("id", administrator.id.as_uuid().into()),
        ("name", administrator.name.as_str().into()),
        ("public_jwk", administrator.public_jwk.clone().into()),
        ("thumbprint", administrator.thumbprint.clone().into()),
        ("added_at", at(administrator.added_at)),
        ("removed_at", maybe_at(administrator.removed_at)),
    ];
    sql::insert_new(tx, "administrators", cells).await
}

/// From now on this one is none; says whether they were.
///
/// # Errors
/// The database is not available.
pub async fn remove(tx: &Tx, id: AdministratorId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE administrators SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await? == 1)
}

/// Keeps a live administrator from being removed while this transaction runs; `false` when they are none any more.
///
/// # Errors
/// The database is not available.
pub async fn hold(tx: &Tx, id: AdministratorId) -> Result<bool, StorageError> {
    // Writing the row is the lock that both databases know.
    let sql = "UPDATE administrators SET name = name WHERE id = $1 AND removed_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into()]).await? == 1)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    public_jwk: String,
    thumbprint: String,
    added_at: i64,
    removed_at: Option<i64>,
}

impl TryFrom<Row> for Administrator {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "administrators",
            id: &row.id,
        };
        Ok(Self {
            id: AdministratorId::from_uuid(row.id),
            name: place.word("name", AdministratorName::parse(&row.name).ok())?,
            public_jwk: row.public_jwk,
            thumbprint: row.thumbprint,
            added_at: Timestamp::from_micros(row.added_at),
            removed_at: maybe(row.removed_at),
        })
    }
}
