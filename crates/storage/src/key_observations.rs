//! Where keys were used: one row for each key and device, and what was reported of it (product B6).
//!
//! Retention: [`expire`] deletes what was not seen again for longer than any rule counts back.

use authority::ids::{DeviceId, UserId};
use authority::key_sharing::{Counted, Sharing};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// A key that was used on a device.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// SHA-256 of its SubjectPublicKeyInfo.
    pub key: [u8; 32],
    /// The person's device.
    pub device: DeviceId,
    /// The oldest device of anybody in the same browser: what several people share.
    pub browser: DeviceId,
    /// Whose key it is.
    pub user: UserId,
}

/// Records a use.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, seen: &Observation, now: Timestamp) -> Result<(), StorageError> {
    let sql = "INSERT INTO key_observations (key_digest, device_id, browser_id, user_id, first_at, last_at) \
               VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (key_digest, device_id) \
               DO UPDATE SET browser_id = excluded.browser_id, last_at = excluded.last_at";
    let values = [
        seen.key.to_vec().into(),
        seen.device.as_uuid().into(),
        seen.browser.as_uuid().into(),
        seen.user.as_uuid().into(),
        at(now),
    ];
    sql::execute(tx, sql, values).await.map(drop)
}

/// What is known since `since` of the key and the browser.
///
/// # Errors
/// The database is not available.
pub async fn count(conn: &Connection, seen: &Observation, since: Timestamp) -> Result<Counted, StorageError> {
    let people =
        "SELECT COUNT(DISTINCT user_id) AS total FROM key_observations WHERE browser_id = $1 AND last_at >= $2";
    let people = sql::count(conn, people, [seen.browser.as_uuid().into(), at(since)]).await?;
    Ok(Counted {
        devices: count_devices(conn, &seen.key, since).await?,
        people: u64::try_from(people).unwrap_or(0),
    })
}

/// On how many devices the key was used since `since`.
///
/// # Errors
/// The database is not available.
pub async fn count_devices(conn: &Connection, key: &[u8; 32], since: Timestamp) -> Result<u64, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM key_observations WHERE key_digest = $1 AND last_at >= $2";
    let devices = sql::count(conn, sql, [key.to_vec().into(), at(since)]).await?;
    Ok(u64::try_from(devices).unwrap_or(0))
}

/// Keeps that this was reported; `false` when it was since `since`, so that whoever repeats it is not reported again.
///
/// # Errors
/// The database is not available.
pub async fn raise(
    tx: &Tx,
    (seen, sharing): (&Observation, Sharing),
    since: Timestamp,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let subject = match sharing {
        Sharing::Key { .. } => seen.key.to_vec(),
        Sharing::Browser { .. } => seen.browser.as_uuid().as_bytes().to_vec(),
    };
    let sql = "INSERT INTO key_sharing_alarms (kind, subject, raised_at) VALUES ($1, $2, $3) \
               ON CONFLICT (kind, subject) DO UPDATE SET raised_at = excluded.raised_at \
               WHERE key_sharing_alarms.raised_at < $4";
    let values = [sharing.as_str().into(), subject.into(), at(now), at(since)];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

/// Something that was reported, whether the sign-in went on or was refused: what was refused leaves no observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// `key` or `browser`.
    pub kind: String,
    /// As in [`Reported`].
    pub subject: String,
    /// When its limit was crossed.
    pub at: Timestamp,
}

/// What was reported since `since`, latest first.
///
/// # Errors
/// The database is not available.
pub async fn list_alarms(conn: &Connection, since: Timestamp) -> Result<Vec<Alarm>, StorageError> {
    let sql = "SELECT * FROM key_sharing_alarms WHERE raised_at >= $1 ORDER BY raised_at DESC, kind, subject";
    let rows: Vec<AlarmRow> = sql::list(conn, sql, [at(since)]).await?;
    let alarm = |row: AlarmRow| Alarm {
        // A browser is named by its device, a key by its digest.
        subject: match Uuid::from_slice(&row.subject) {
            Ok(device) => DeviceId::from_uuid(device).to_string(),
            Err(_) => short(&row.subject),
        },
        kind: row.kind,
        at: Timestamp::from_micros(row.raised_at),
    };
    Ok(rows.into_iter().map(alarm).collect())
}

/// The oldest device in the browser that has these cookies, as far as they are true.
///
/// # Errors
/// The database is not available.
pub async fn find_oldest_device(
    conn: &Connection,
    held: &[(DeviceId, authority::secret::TokenDigest)],
) -> Result<Option<DeviceId>, StorageError> {
    for (id, cookie) in held {
        let sql = "SELECT COUNT(*) AS total FROM devices WHERE id = $1 AND cookie_digest = $2";
        if sql::count(conn, sql, [id.as_uuid().into(), sql::digest(cookie)]).await? > 0 {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// A key or browser in the report. Nothing in it names a person but our identifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The first eight digits of the key's digest, or the browser's oldest device.
    pub subject: String,
    /// The people.
    pub people: Vec<UserId>,
    /// On how many devices.
    pub devices: u64,
    /// First and last use that count.
    pub seen: (Timestamp, Timestamp),
}

/// Keys that were used on more than `most` devices since `since`.
///
/// # Errors
/// The database is not available.
pub async fn list_keys(conn: &Connection, most: u64, since: Timestamp) -> Result<Vec<Reported>, StorageError> {
    let rows = list(conn, "key_digest", since).await?;
    let groups = group(&rows, |row| short(&row.key_digest), |row| row.key_digest.clone());
    Ok(groups.into_iter().filter(|one| one.devices > most).collect())
}

/// Browsers in which more than `most` people used their keys since `since`.
///
/// # Errors
/// The database is not available.
pub async fn list_browsers(conn: &Connection, most: u64, since: Timestamp) -> Result<Vec<Reported>, StorageError> {
    let rows = list(conn, "browser_id", since).await?;
    let groups = group(
        &rows,
        |row| DeviceId::from_uuid(row.browser_id).to_string(),
        |row| row.browser_id.as_bytes().to_vec(),
    );
    let people = |one: &Reported| u64::try_from(one.people.len()).unwrap_or(u64::MAX);
    Ok(groups.into_iter().filter(|one| people(one) > most).collect())
}

/// The rows of whatever has more than one of the other kind; a rule never allows fewer than one.
async fn list(conn: &Connection, by: &'static str, since: Timestamp) -> Result<Vec<Row>, StorageError> {
    let sql = format!(
        "SELECT * FROM key_observations WHERE last_at >= $1 AND {by} IN (SELECT {by} FROM key_observations \
         WHERE last_at >= $1 GROUP BY {by} HAVING COUNT(*) > 1) ORDER BY {by}, first_at, device_id"
    );
    sql::list(conn, &sql, [at(since)]).await
}

fn group(rows: &[Row], name: impl Fn(&Row) -> String, same: impl Fn(&Row) -> Vec<u8>) -> Vec<Reported> {
    let chunks = rows.chunk_by(|one, next| same(one) == same(next));
    let reported = chunks.filter_map(|chunk| {
        let first = chunk.first()?;
        let mut people: Vec<UserId> = chunk.iter().map(|row| UserId::from_uuid(row.user_id)).collect();
        people.sort_unstable_by_key(|user| user.as_uuid());
        people.dedup();
        let from = chunk.iter().map(|row| row.first_at).min()?;
        let to = chunk.iter().map(|row| row.last_at).max()?;
        Some(Reported {
            subject: name(first),
            people,
            devices: u64::try_from(chunk.len()).unwrap_or(u64::MAX),
            seen: (Timestamp::from_micros(from), Timestamp::from_micros(to)),
        })
    });
    reported.collect()
}

/// How a report names a key.
fn short(digest: &[u8]) -> String {
    crate::audit::hex(digest.get(..4).unwrap_or_default())
}

/// Deletes up to `limit` observations from before `before`, and what was reported before it.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let alarms = "DELETE FROM key_sharing_alarms WHERE raised_at < $1";
    sql::execute(tx, alarms, [at(before)]).await?;
    let sql = "DELETE FROM key_observations WHERE (key_digest, device_id) IN \
               (SELECT key_digest, device_id FROM key_observations WHERE last_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
struct AlarmRow {
    kind: String,
    subject: Vec<u8>,
    raised_at: i64,
}

#[derive(FromQueryResult)]
struct Row {
    key_digest: Vec<u8>,
    browser_id: Uuid,
    user_id: Uuid,
    first_at: i64,
    last_at: i64,
}
