//! Revocation lists as they were fetched (table `revocation_objects`): one node fetches, all use.
//!
//! Retention: one row for each address that is or was configured; a newer list takes the place of the last.

use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// What is known of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationObject {
    /// The address.
    pub url: String,
    /// The list, DER, when one was ever fetched.
    pub der: Option<Vec<u8>>,
    /// Rises with each list that takes the place of another; 0 before the first.
    pub version: i64,
    /// `ETag` of the list, as received.
    pub etag: Option<String>,
    /// `Last-Modified` of the list, as received.
    pub last_modified: Option<String>,
}

/// A list that was fetched and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedObject {
    /// The address.
    pub url: String,
    /// The version that it takes the place of.
    pub replaces: i64,
    /// The list, DER.
    pub der: Vec<u8>,
    /// Its number, for people.
    pub number: Option<String>,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due.
    pub next_update: Timestamp,
    /// `ETag`, as received.
    pub etag: Option<String>,
    /// `Last-Modified`, as received.
    pub last_modified: Option<String>,
}

/// Everything about an address.
///
/// # Errors
/// The database is not available.
pub async fn find(conn: &Connection, url: &str) -> Result<Option<RevocationObject>, StorageError> {
    let sql = "SELECT url, der, version, etag, last_modified FROM revocation_objects WHERE url = $1";
    let row: Option<Row> = sql::find(conn, sql, [url.into()]).await?;
    Ok(row.map(|row| RevocationObject {
        url: row.url,
        der: row.der,
        version: row.version,
        etag: row.etag,
        last_modified: row.last_modified,
    }))
}

/// The version of the list at each address, without the lists: cheap enough to ask every few seconds.
///
/// # Errors
/// The database is not available.
pub async fn list_versions(conn: &Connection) -> Result<Vec<(String, i64)>, StorageError> {
    let sql = "SELECT url, version FROM revocation_objects WHERE version > 0 ORDER BY url";
    let rows: Vec<VersionRow> = sql::list(conn, sql, []).await?;
    Ok(rows.into_iter().map(|row| (row.url, row.version)).collect())
}

/// The addresses that are not to be asked again yet.
///
/// # Errors
/// The database is not available.
pub async fn list_not_due(conn: &Connection, now: Timestamp) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT url, version FROM revocation_objects WHERE due_at > $1";
    let rows: Vec<VersionRow> = sql::list(conn, sql, [at(now)]).await?;
    Ok(rows.into_iter().map(|row| row.url).collect())
}

/// Keeps a fetched list; `false` when another node was faster.
///
/// # Errors
/// The database is not available.
pub async fn record_fetched(
    tx: &Tx,
    fetched: &FetchedObject,
    (now, due): (Timestamp, Timestamp),
) -> Result<bool, StorageError> {
    let sql = "INSERT INTO revocation_objects (url, der, version, number, this_update_at, next_update_at, etag, \
               last_modified, fetched_at, due_at, failure) VALUES ($1, $2, $3 + 1, $4, $5, $6, $7, $8, $9, $10, NULL) \
               ON CONFLICT (url) DO UPDATE SET der = excluded.der, version = excluded.version, \
               number = excluded.number, this_update_at = excluded.this_update_at, \
               next_update_at = excluded.next_update_at, etag = excluded.etag, \
               last_modified = excluded.last_modified, fetched_at = excluded.fetched_at, due_at = excluded.due_at, \
               failure = NULL WHERE revocation_objects.version = $3";
    let values = [
        fetched.url.clone().into(),
        fetched.der.clone().into(),
        fetched.replaces.into(),
        fetched.number.clone().into(),
        at(fetched.this_update),
        at(fetched.next_update),
        fetched.etag.clone().into(),
        fetched.last_modified.clone().into(),
        at(now),
        at(due),
    ];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

/// Nothing new was there, or asking failed for this reason: when to ask again. The list stays.
///
/// # Errors
/// The database is not available.
pub async fn record_kept(tx: &Tx, url: &str, failure: Option<&str>, due: Timestamp) -> Result<(), StorageError> {
    let sql = "INSERT INTO revocation_objects (url, version, due_at, failure) VALUES ($1, 0, $2, $3) \
               ON CONFLICT (url) DO UPDATE SET due_at = excluded.due_at, failure = excluded.failure";
    let values = [url.into(), at(due), failure.map(str::to_owned).into()];
    sql::execute(tx, sql, values).await.map(drop)
}

#[derive(FromQueryResult)]
struct Row {
    url: String,
    der: Option<Vec<u8>>,
    version: i64,
    etag: Option<String>,
    last_modified: Option<String>,
}

#[derive(FromQueryResult)]
struct VersionRow {
    url: String,
    version: i64,
}
