//! Codes that suspend an account (table `stop_codes`), kept as keyed digests (security rule DB-15).
//!
//! Retention: [`expire`] deletes a code some time after its end, so that an old one still answers as one.

use authority::ids::{RegistrationId, UserId};
use authority::secret::TokenDigest;
use authority::stop_codes::StopCode;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::{Place, maybe};
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// Keeps a code; `false` when another account has one with the same digits, so mint anew.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, code: &StopCode) -> Result<bool, StorageError> {
    let cells = [
        ("digest", sql::digest(&code.digest)),
        ("user_id", code.user_id.as_uuid().into()),
        (
            "registration_id",
            code.registration_id.map(RegistrationId::as_uuid).into(),
        ),
        ("issued_at", at(code.issued_at)),
        ("expires_at", at(code.expires_at)),
        ("used_at", sql::maybe_at(code.used_at)),
    ];
    sql::insert_new(tx, "stop_codes", cells).await
}

/// The code of that digest, used and expired ones too.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, digest: &TokenDigest) -> Result<Option<StopCode>, StorageError> {
    let sql = "SELECT * FROM stop_codes WHERE digest = $1";
    let row: Option<Row> = sql::find(conn, sql, [sql::digest(digest)]).await?;
    Ok(row.map(StopCode::try_from).transpose()?)
}

/// Uses a code; `false` when somebody else did, or its time is over.
///
/// # Errors
/// The database is not available.
pub async fn take(tx: &Tx, digest: &TokenDigest, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE stop_codes SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(sql::execute(tx, sql, [sql::digest(digest), at(now)]).await? == 1)
}

/// Deletes up to `limit` codes that were over before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM stop_codes WHERE digest IN (SELECT digest FROM stop_codes WHERE expires_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    user_id: Uuid,
    registration_id: Option<Uuid>,
    issued_at: i64,
    expires_at: i64,
    used_at: Option<i64>,
}

impl TryFrom<Row> for StopCode {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "stop_codes",
            id: &row.user_id,
        };
        Ok(Self {
            digest: place.digest("digest", &row.digest)?,
            user_id: UserId::from_uuid(row.user_id),
            registration_id: row.registration_id.map(RegistrationId::from_uuid),
            issued_at: Timestamp::from_micros(row.issued_at),
            expires_at: Timestamp::from_micros(row.expires_at),
            used_at: maybe(row.used_at),
        })
    }
}
