//! The outbox: work promised in a transaction and done after it, once for each deduplication key.
//!
//! Retention: done work is deleted by [`expire`]; work that is not done stays.

use authority::ids::OutboxId;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Our identifier.
    pub id: OutboxId,
    /// Who does it.
    pub kind: String,
    /// Whose work it is, for [`claim_in_lanes`] (no spaces in it); empty when that does not matter.
    pub lane: String,
    /// One message is kept for each key, for as long as its row lives.
    pub dedup_key: String,
    /// What to do, JSON without personal data.
    pub payload: String,
    /// How often it was claimed, this time included.
    pub tries: i64,
    /// When it was promised.
    pub created_at: Timestamp,
}

/// Keeps a message to be worked on from `due_at` on; `false` when its key has one already.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, message: &OutboxMessage, due_at: Timestamp) -> Result<bool, StorageError> {
    let cells = [
        ("id", message.id.as_uuid().into()),
        ("kind", message.kind.clone().into()),
        ("lane", message.lane.clone().into()),
        ("dedup_key", message.dedup_key.clone().into()),
        ("payload", message.payload.clone().into()),
        ("created_at", at(message.created_at)),
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

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits, or is being worked on.
    Open,
    /// The work is done.
    Done,
    /// It was given up.
    GivenUp,
}

/// What became of the message of this key; nothing is known of a message that was done long ago.
///
/// # Errors
/// The database is not available.
pub async fn find_standing(conn: &Connection, dedup_key: &str) -> Result<Option<Standing>, StorageError> {
    let sql = "SELECT done_at, last_error FROM outbox WHERE dedup_key = $1";
    let row: Option<StandingRow> = sql::find(conn, sql, [dedup_key.into()]).await?;
    Ok(row.map(|row| match (row.done_at, row.last_error) {
        (None, _) => Standing::Open,
        (Some(_), None) => Standing::Done,
        (Some(_), Some(_)) => Standing::GivenUp,
    }))
}

/// How much of the work [`claim_in_lanes`] takes.
#[derive(Clone, Copy, Debug)]
pub struct Share<'a> {
    /// Whose work is left for later, because enough of it is in hand.
    pub except: &'a [String],
    /// Messages of one lane.
    pub of_one_lane: u32,
    /// Messages in all.
    pub limit: u32,
}

/// As [`claim`], with a fair share for every lane: a lane that is long or stuck keeps no other waiting.
///
/// # Errors
/// The database is not available.
pub async fn claim_in_lanes(
    tx: &Tx,
    kind: &str,
    now: Timestamp,
    until: Timestamp,
    share: Share<'_>,
) -> Result<Vec<OutboxMessage>, StorageError> {
    let sql = "UPDATE outbox SET claimed_until = $3, tries = tries + 1 WHERE id IN (SELECT id FROM (SELECT id, due_at, \
               ROW_NUMBER() OVER (PARTITION BY lane ORDER BY due_at, id) AS place FROM outbox WHERE kind = $1 \
               AND done_at IS NULL AND due_at <= $2 AND claimed_until < $2 \
               AND REPLACE($6, ' ' || lane || ' ', '') = $6) \
               AS due WHERE place <= $5 ORDER BY due_at, id LIMIT $4) AND claimed_until < $2 RETURNING *";
    let values = [
        kind.into(),
        at(now),
        at(until),
        i64::from(share.limit).into(),
        i64::from(share.of_one_lane).into(),
        named(share.except).into(),
    ];
    let rows: Vec<Row> = sql::list(tx, sql, values).await?;
    Ok(rows.into_iter().map(OutboxMessage::from).collect())
}

/// Each lane between spaces, so that no name is found inside another.
fn named(lanes: &[String]) -> String {
    let mut text = String::new();
    for part in lanes.iter().flat_map(|lane| [" ", lane, " "]) {
        text.push_str(part);
    }
    text
}

/// Whether work of this kind is due and in nobody's hands.
///
/// # Errors
/// The database is not available.
pub async fn is_waiting(conn: &Connection, kind: &str, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM (SELECT 1 FROM outbox WHERE kind = $1 AND done_at IS NULL AND due_at <= $2 \
               AND claimed_until < $2 LIMIT 1) AS waiting";
    Ok(sql::count(conn, sql, [kind.into(), at(now)]).await? > 0)
}

/// Records that the work is done.
///
/// # Errors
/// The database is not available.
pub async fn record_done(tx: &Tx, id: OutboxId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE outbox SET done_at = $2, last_error = NULL WHERE id = $1 AND done_at IS NULL";
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

/// Records that it failed for good; `error` as in [`record_failed`].
///
/// # Errors
/// The database is not available.
pub async fn record_given_up(tx: &Tx, id: OutboxId, error: &str, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE outbox SET last_error = $2, done_at = $3 WHERE id = $1 AND done_at IS NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), error.into(), at(now)])
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
struct StandingRow {
    done_at: Option<i64>,
    last_error: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: String,
    lane: String,
    dedup_key: String,
    payload: String,
    tries: i64,
    created_at: i64,
}

impl From<Row> for OutboxMessage {
    fn from(row: Row) -> Self {
        Self {
            id: OutboxId::from_uuid(row.id),
            kind: row.kind,
            lane: row.lane,
            dedup_key: row.dedup_key,
            payload: row.payload,
            tries: row.tries,
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}
