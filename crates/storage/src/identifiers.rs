//! What people are found by: keyed digests of identifiers, unique for all time.
//!
//! Retention: an identifier lives as long as its user and then stays as a tombstone, so that nobody inherits (security
//! rule AC-9).

use authority::ids::UserId;
use authority::secret::{Keyring, Purpose, TokenDigest};
use authority::time::Timestamp;
use authority::users::IdentifierKind;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// Who an identifier leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identified {
    /// This user.
    User(UserId),
    /// Nobody any more, since then; it is never given to anybody else.
    Tombstone(Timestamp),
}

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// The identifier now leads to the user.
    Inserted,
    /// It was taken before, also by a concurrent transaction that won.
    Taken(Identified),
}

/// The digest that an identifier is kept under; every door computes it here.
pub fn digest(keyring: &Keyring, kind: IdentifierKind, authority: &str, value: &str) -> TokenDigest {
    keyring.digest_list(
        Purpose::Identifier,
        &[kind.as_str().as_bytes(), authority.as_bytes(), value.as_bytes()],
    )
}

/// An identifier with what vouches for it.
#[derive(Clone, Copy, Debug)]
pub struct Identifier<'a> {
    /// Its kind.
    pub kind: IdentifierKind,
    /// Who vouches for it, such as the country of a number.
    pub authority: &'a str,
    /// Its keyed digest.
    pub value: TokenDigest,
}

impl Identifier<'static> {
    /// The identifier of a value, as whoever vouches for its kind writes it.
    pub fn of(keyring: &Keyring, kind: IdentifierKind, value: &str) -> Self {
        let authority = kind.authority();
        Self {
            kind,
            authority,
            value: digest(keyring, kind, authority, value),
        }
    }
}

/// Who this identifier leads to; `None` when it was never seen.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, identifier: &Identifier<'_>) -> Result<Option<Identified>, StorageError> {
    let sql = "SELECT user_id, tombstoned_at FROM identifiers WHERE kind = $1 AND authority = $2 AND value_hmac = $3";
    let values = [
        identifier.kind.as_str().into(),
        identifier.authority.into(),
        sql::digest(&identifier.value),
    ];
    let Some(row) = sql::find::<Row, _>(conn, sql, values).await? else {
        return Ok(None);
    };
    match (row.user_id, row.tombstoned_at) {
        (Some(user), None) => Ok(Some(Identified::User(UserId::from_uuid(user)))),
        (None, Some(at)) => Ok(Some(Identified::Tombstone(Timestamp::from_micros(at)))),
        (Some(_), Some(_)) | (None, None) => Err(Place {
            table: "identifiers",
            id: &identifier.kind.as_str(),
        }
        .bad("tombstoned_at")
        .into()),
    }
}

/// Gives the identifier to the user unless it was ever given to anybody.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn insert(
    tx: &Tx,
    identifier: &Identifier<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<Insertion, StorageError> {
    let cells = [
        ("kind", identifier.kind.as_str().into()),
        ("authority", identifier.authority.into()),
        ("value_hmac", sql::digest(&identifier.value)),
        ("user_id", user.as_uuid().into()),
        ("created_at", at(now)),
    ];
    if sql::insert_new(tx, "identifiers", cells).await? {
        return Ok(Insertion::Inserted);
    }
    let taken = find(tx, identifier).await?;
    Ok(taken.map_or(Insertion::Inserted, Insertion::Taken))
}

/// Buries all identifiers of a user who is gone.
///
/// # Errors
/// The database is not available.
pub async fn record_tombstones(tx: &Tx, user: UserId, now: Timestamp) -> Result<u64, StorageError> {
    let sql = "UPDATE identifiers SET user_id = NULL, tombstoned_at = $2 WHERE user_id = $1";
    sql::execute(tx, sql, [user.as_uuid().into(), at(now)]).await
}

#[derive(FromQueryResult)]
struct Row {
    user_id: Option<Uuid>,
    tombstoned_at: Option<i64>,
}
