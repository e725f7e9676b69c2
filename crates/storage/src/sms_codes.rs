//! SMS codes (table `codes`): one live for each user and share, tries counted before comparing, taken once. What a stranger
//! asks for ends no code of the bound browser.
//!
//! Retention: a code goes with its attempt.

use authority::authentication::SmsCode;
use authority::ids::{AttemptId, CodeId, PhoneId, UserId};
use authority::throttle::Share;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// The purpose of all codes today, by share: the second stage of a sign-in.
const fn purpose(share: Share) -> &'static str {
    match share {
        Share::Other => "second_stage",
        Share::Bound => "second_stage_bound",
    }
}

/// The live code of an attempt. It may have expired.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_live(conn: &Connection, user: UserId, attempt: AttemptId) -> Result<Option<SmsCode>, StorageError> {
    let sql = "SELECT * FROM codes WHERE user_id = $1 AND attempt_id = $2 AND ended_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [user.as_uuid().into(), attempt.as_uuid().into()]).await?;
    Ok(row.map(SmsCode::try_from).transpose()?)
}

/// Keeps a code; the live one of this share ends, and of this attempt, because only the newest counts. `false` when a concurrent transaction was
/// faster: then its code is the newest. Call [`crate::users::lock`] first to rule that out.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, code: &SmsCode, share: Share) -> Result<bool, StorageError> {
    let sql =
        "UPDATE codes SET ended_at = $4 WHERE user_id = $1 AND (purpose = $2 OR attempt_id = $3) AND ended_at IS NULL";
    let values = [
        code.user_id.as_uuid().into(),
        purpose(share).into(),
        code.attempt_id.as_uuid().into(),
        at(code.issued_at),
    ];
    sql::execute(tx, sql, values).await?;
    let cells = [
        ("id", code.id.as_uuid().into()),
        ("user_id", code.user_id.as_uuid().into()),
        ("purpose", purpose(share).into()),
        ("attempt_id", code.attempt_id.as_uuid().into()),
        ("phone_id", code.phone_id.as_uuid().into()),
        ("digest", sql::digest(&code.digest)),
        ("tries", code.tries.into()),
        ("issued_at", at(code.issued_at)),
        ("expires_at", at(code.expires_at)),
    ];
    sql::insert_new(tx, "codes", cells).await
}

/// Counts a try on the user's live code, if it belongs to this attempt, and returns the code with that try in `tries`.
/// Commit the count even when the comparison fails (security rule OT-2). A try in another attempt counts nothing, so a
/// stranger cannot use up the owner's code.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn count_try(tx: &Tx, user: UserId, attempt: AttemptId) -> Result<Option<SmsCode>, StorageError> {
    let sql = "UPDATE codes SET tries = tries + 1 WHERE user_id = $1 AND attempt_id = $2 \
               AND ended_at IS NULL RETURNING *";
    let values = [user.as_uuid().into(), attempt.as_uuid().into()];
    let row: Option<Row> = sql::find(tx, sql, values).await?;
    Ok(row.map(SmsCode::try_from).transpose()?)
}

/// Takes the code that matched; `false` when somebody took it before.
///
/// # Errors
/// The database is not available.
pub async fn take(tx: &Tx, id: CodeId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE codes SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await? == 1)
}

/// Ends the user's live codes.
///
/// # Errors
/// The database is not available.
pub async fn end_for_user(tx: &Tx, user: UserId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE codes SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
    sql::execute(tx, sql, [user.as_uuid().into(), at(now)]).await.map(drop)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    attempt_id: Uuid,
    phone_id: Uuid,
    digest: Vec<u8>,
    tries: i64,
    issued_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for SmsCode {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "codes",
            id: &row.id,
        };
        Ok(Self {
            id: CodeId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            attempt_id: AttemptId::from_uuid(row.attempt_id),
            phone_id: PhoneId::from_uuid(row.phone_id),
            digest: place.digest("digest", &row.digest)?,
            tries: row.tries,
            issued_at: Timestamp::from_micros(row.issued_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
