//! Challenges and nonces: one open for each attempt and purpose, the first try consumes it, whatever comes of the try.
//!
//! Retention: a challenge goes with its attempt.

use authority::authentication::{Challenge, ChallengePurpose};
use authority::ids::{AttemptId, ChallengeId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// The open challenge of this attempt and purpose, to be shown again. It may have expired.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_open(
    conn: &Connection,
    attempt: AttemptId,
    purpose: ChallengePurpose,
) -> Result<Option<Challenge>, StorageError> {
    let sql = "SELECT * FROM challenges WHERE attempt_id = $1 AND purpose = $2 AND consumed_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [attempt.as_uuid().into(), purpose.as_str().into()]).await?;
    Ok(row.map(Challenge::try_from).transpose()?)
}

/// The challenge of this id and attempt, open or consumed.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_for_attempt(
    conn: &Connection,
    attempt: AttemptId,
    id: ChallengeId,
) -> Result<Option<Challenge>, StorageError> {
    let sql = "SELECT * FROM challenges WHERE attempt_id = $1 AND id = $2";
    let row: Option<Row> = sql::find(conn, sql, [attempt.as_uuid().into(), id.as_uuid().into()]).await?;
    Ok(row.map(Challenge::try_from).transpose()?)
}

/// Keeps a challenge; an open one of the same attempt and purpose is consumed. `false` when a concurrent transaction
/// opened one first: use that one.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, challenge: &Challenge) -> Result<bool, StorageError> {
    let sql = "UPDATE challenges SET consumed_at = $3 WHERE attempt_id = $1 AND purpose = $2 AND consumed_at IS NULL";
    let values = [
        challenge.attempt_id.as_uuid().into(),
        challenge.purpose.as_str().into(),
        at(challenge.issued_at),
    ];
    sql::execute(tx, sql, values).await?;
    let cells = [
        ("id", challenge.id.as_uuid().into()),
        ("purpose", challenge.purpose.as_str().into()),
        ("attempt_id", challenge.attempt_id.as_uuid().into()),
        ("browser_digest", sql::digest(&challenge.browser_digest)),
        ("text", challenge.text.clone().into()),
        ("issued_at", at(challenge.issued_at)),
        ("expires_at", at(challenge.expires_at)),
    ];
    sql::insert_new(tx, "challenges", cells).await
}

/// Takes the open challenge of this attempt and purpose. Whatever its answer is worth, nobody takes it again; commit
/// before judging, or judge inside and return the refusal as `Ok`.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn take(
    tx: &Tx,
    attempt: AttemptId,
    purpose: ChallengePurpose,
    now: Timestamp,
) -> Result<Option<Challenge>, StorageError> {
    let sql = "UPDATE challenges SET consumed_at = $3 WHERE attempt_id = $1 AND purpose = $2 AND consumed_at IS NULL RETURNING *";
    let row: Option<Row> = sql::find(tx, sql, [attempt.as_uuid().into(), purpose.as_str().into(), at(now)]).await?;
    Ok(row.map(Challenge::try_from).transpose()?)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    purpose: String,
    attempt_id: Uuid,
    browser_digest: Vec<u8>,
    text: String,
    issued_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for Challenge {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "challenges",
            id: &row.id,
        };
        Ok(Self {
            id: ChallengeId::from_uuid(row.id),
            purpose: place.word("purpose", ChallengePurpose::from_word(&row.purpose))?,
            attempt_id: AttemptId::from_uuid(row.attempt_id),
            browser_digest: place.digest("browser_digest", &row.browser_digest)?,
            text: row.text,
            issued_at: Timestamp::from_micros(row.issued_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
