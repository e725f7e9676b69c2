//! Counters, shared by all nodes and channels, surviving restarts (security rules OT-2, AC-2). Judging is authority's.
//!
//! Retention: a counter is deleted when its window is over ([`expire`]).

use authority::secret::TokenDigest;
use authority::throttle::{Cap, Failures};
use authority::time::{Timestamp, days, hours};
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// Length of a bucket in the window of an hour: a minute, in microseconds.
const MINUTE: i64 = 60_000_000;
const STREAK: &str = "failure_streak";
const RECENT: &str = "failures_by_minute";
const CLOSED: &str = "closed_until";

/// One counter: what is counted, for whom (a keyed digest of account, network or number), in which bucket.
#[derive(Clone, Copy, Debug)]
pub struct Counter {
    /// What is counted.
    pub kind: &'static str,
    /// For whom.
    pub key: TokenDigest,
    /// The bucket: the number of the time window, or 0.
    pub bucket: i64,
}

/// Counts one and returns the count with it.
///
/// # Errors
/// The database is not available.
pub async fn hit(tx: &Tx, counter: &Counter, expires_at: Timestamp) -> Result<i64, StorageError> {
    let sql = "INSERT INTO throttles (kind, key, bucket, count, expires_at) VALUES ($1, $2, $3, 1, $4) \
               ON CONFLICT (kind, key, bucket) DO UPDATE SET count = throttles.count + 1, expires_at = excluded.expires_at \
               RETURNING count AS total";
    sql::count(
        tx,
        sql,
        [
            counter.kind.into(),
            sql::digest(&counter.key),
            counter.bucket.into(),
            at(expires_at),
        ],
    )
    .await
}

/// What is counted under a [`Cap`], and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Capped {
    /// What is counted.
    pub kind: &'static str,
    /// For whom.
    pub key: TokenDigest,
    /// How many there may be.
    pub cap: Cap,
}

impl Capped {
    /// The counter of the window around `now`.
    pub fn counter(&self, now: Timestamp) -> Counter {
        Counter {
            kind: self.kind,
            key: self.key,
            bucket: self.cap.window(now),
        }
    }
}

/// Takes one of what the cap allows in this window, and returns the count with it; `None` when nothing is left, and then
/// nothing is counted.
///
/// # Errors
/// The database is not available.
pub async fn take(tx: &Tx, capped: &Capped, now: Timestamp) -> Result<Option<i64>, StorageError> {
    let sql = "INSERT INTO throttles (kind, key, bucket, count, expires_at) VALUES ($1, $2, $3, 1, $4) \
               ON CONFLICT (kind, key, bucket) DO UPDATE SET count = throttles.count + 1 WHERE throttles.count < $5 \
               RETURNING count AS total";
    if capped.cap.most() < 1 {
        return Ok(None);
    }
    let values = [
        capped.kind.into(),
        sql::digest(&capped.key),
        capped.cap.window(now).into(),
        at(capped.cap.ends_at(now)),
        capped.cap.most().into(),
    ];
    Ok(Some(sql::count(tx, sql, values).await?).filter(|count| *count > 0))
}

/// Whether the cap allows no more in this window.
///
/// # Errors
/// The database is not available.
pub async fn is_full(conn: &Connection, capped: &Capped, now: Timestamp) -> Result<bool, StorageError> {
    Ok(find(conn, &capped.counter(now)).await? >= capped.cap.most())
}

/// Counts one that cannot be prevented any more, over the cap too, and returns the count with it.
///
/// # Errors
/// The database is not available.
pub async fn record_hit(tx: &Tx, capped: &Capped, now: Timestamp) -> Result<i64, StorageError> {
    hit(tx, &capped.counter(now), capped.cap.ends_at(now)).await
}

/// The present count.
///
/// # Errors
/// The database is not available.
pub async fn find(conn: &Connection, counter: &Counter) -> Result<i64, StorageError> {
    let sql = "SELECT count AS total FROM throttles WHERE kind = $1 AND key = $2 AND bucket = $3";
    sql::count(
        conn,
        sql,
        [counter.kind.into(), sql::digest(&counter.key), counter.bucket.into()],
    )
    .await
}

/// What was counted of the failures of this key (a person and a factor), to be judged by [`Failures::admit`].
///
/// # Errors
/// The database is not available.
pub async fn find_failures(conn: &Connection, key: &TokenDigest, now: Timestamp) -> Result<Failures, StorageError> {
    let sql = "SELECT kind, CAST(SUM(count) AS BIGINT) AS total FROM throttles WHERE key = $1 \
               AND (kind = $2 OR kind = $3 OR (kind = $4 AND bucket > $5)) GROUP BY kind";
    let values = [
        sql::digest(key),
        STREAK.into(),
        CLOSED.into(),
        RECENT.into(),
        bucket(now.minus(hours(1))).into(),
    ];
    let rows: Vec<Row> = sql::list(conn, sql, values).await?;
    let total = |kind: &str| rows.iter().find(|row| row.kind == kind).map(|row| row.total);
    Ok(Failures {
        consecutive: total(STREAK).unwrap_or(0),
        last_hour: total(RECENT).unwrap_or(0),
        closed_until: total(CLOSED).map(Timestamp::from_micros),
    })
}

/// Counts a failure of this key, closes the step when [`Failures::closing`] says so, and returns the numbers with it.
///
/// # Errors
/// The database is not available.
pub async fn record_failure(tx: &Tx, key: &TokenDigest, now: Timestamp) -> Result<Failures, StorageError> {
    // The streak is forgotten only by success or by a person who is away longer than any account may be.
    hit(
        tx,
        &Counter {
            kind: STREAK,
            key: *key,
            bucket: 0,
        },
        now.plus(days(400)),
    )
    .await?;
    hit(
        tx,
        &Counter {
            kind: RECENT,
            key: *key,
            bucket: bucket(now),
        },
        now.plus(hours(2)),
    )
    .await?;
    let failures = find_failures(tx, key, now).await?;
    let Some(until) = failures.closing(now) else {
        return Ok(failures);
    };
    let sql = "INSERT INTO throttles (kind, key, bucket, count, expires_at) VALUES ($1, $2, 0, $3, $3) \
               ON CONFLICT (kind, key, bucket) DO UPDATE SET count = excluded.count, expires_at = excluded.expires_at";
    sql::execute(tx, sql, [CLOSED.into(), sql::digest(key), at(until)]).await?;
    Ok(Failures {
        closed_until: Some(until),
        ..failures
    })
}

/// Forgets the failures of this key after a full success of the factor (security rule OT-3).
///
/// # Errors
/// The database is not available.
pub async fn record_success(tx: &Tx, key: &TokenDigest) -> Result<(), StorageError> {
    let sql = "DELETE FROM throttles WHERE key = $1 AND kind IN ($2, $3, $4)";
    sql::execute(tx, sql, [sql::digest(key), STREAK.into(), RECENT.into(), CLOSED.into()])
        .await
        .map(drop)
}

/// Deletes up to `limit` counters whose window is over.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, now: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM throttles WHERE (kind, key, bucket) IN \
               (SELECT kind, key, bucket FROM throttles WHERE expires_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(now), i64::from(limit).into()]).await
}

const fn bucket(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(MINUTE)
}

#[derive(FromQueryResult)]
struct Row {
    kind: String,
    total: i64,
}
