//! The outbox: work promised in a transaction and done after it, once for each deduplication key.
//!
//! Retention: done work is deleted by [`expire`]; work that is not done stays.

use authority::ids::OutboxId;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::sql::{self, at};
use crate::{StorageError, Tx};

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Our identifier.
    pub id: OutboxId,
    /// Who does it.
    pub kind: String,
    /// One message is kept for each key, for as long as its row lives.
    pub dedup_key: String,
    /// What to do, JSON without personal data.
    pub payload: String,
    /// How often it was claimed, this time included.
    pub tries: i64,
}

/// Keeps a message to be worked on from `due_at` on; `false` when its key has one already.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, message: &OutboxMessage, due_at: Timestamp, now: Timestamp) -> Result<bool, StorageError> {
    let cells = [
        ("id", message.id.as_uuid().into()),
        ("kind", message.kind.clone().into()),
        ("dedup_key", message.dedup_key.clone().into()),
        ("payload", message.payload.clone().into()),
        ("created_at", at(now)),
        ("due_at", at(due_at)),
        ("claimed_until", 0_i64.into()),
        ("tries", message.tries.into()),
    ];
    sql::insert_new(tx, "outbox", cells).await
}

/// Claims up to `limit` due messages of a kind, oldest first, until `until`; nobody else gets them before that.
///
/// # Errors
/// The database is not available.
pub async fn claim(
    tx: &Tx,
    kind: &str,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<OutboxMessage>, StorageError> {
    let sql = "UPDATE outbox SET claimed_until = $3, tries = tries + 1 WHERE id IN (SELECT id FROM outbox \
               WHERE kind = $1 AND done_at IS NULL AND due_at <= $2 AND claimed_until < $2 ORDER BY due_at, id LIMIT $4) \
               AND claimed_until < $2 RETURNING *";
    let rows: Vec<Row> = sql::list(tx, sql, [kind.into(), at(now), at(until), i64::from(limit).into()]).await?;
    Ok(rows.into_iter().map(OutboxMessage::from).collect())
}

/// Records that the work is done.
///
/// # Errors
/// The database is not available.
pub async fn record_done(tx: &Tx, id: OutboxId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE outbox SET done_at = $2 WHERE id = $1 AND done_at IS NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await.map(drop)
}

/// Records that it failed, to be tried again from `next_at` on; `error` is fixed text without personal data.
///
/// # Errors
/// The database is not available.
pub async fn record_failed(tx: &Tx, id: OutboxId, error: &str, next_at: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE outbox SET last_error = $2, due_at = $3, claimed_until = 0 WHERE id = $1 AND done_at IS NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), error.into(), at(next_at)])
        .await
        .map(drop)
}

/// Deletes up to `limit` messages done before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: String,
    dedup_key: String,
    payload: String,
    tries: i64,
}

impl From<Row> for OutboxMessage {
    fn from(row: Row) -> Self {
        Self {
            id: OutboxId::from_uuid(row.id),
            kind: row.kind,
            dedup_key: row.dedup_key,
            payload: row.payload,
            tries: row.tries,
        }
    }
}
