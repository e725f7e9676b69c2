//! Opaque access tokens: keyed digests, valid only through the join with everything they rest on.
//!
//! Retention: [`expire`] deletes a token after its end.

use authority::grants::AccessToken;
use authority::ids::GrantId;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::grants::{ForceRow, GrantInForce, columns};
use crate::live::{self, Moment};
use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// An access token that is valid now.
#[derive(Clone, Debug)]
pub struct LiveAccessToken {
    /// The token.
    pub token: AccessToken,
    /// What it stems from.
    pub rests_on: GrantInForce,
}

/// Keeps a token that was just issued.
///
/// # Errors
/// The database is not available, or the digest exists already.
pub async fn insert(tx: &Tx, token: &AccessToken) -> Result<(), StorageError> {
    let cells = [
        ("digest", sql::digest(&token.digest)),
        ("grant_id", token.grant_id.as_uuid().into()),
        ("scopes", authority::authorization::Scope::join(&token.scopes).into()),
        ("issued_at", at(token.issued_at)),
        ("expires_at", at(token.expires_at)),
    ];
    sql::insert(tx, "access_tokens", cells).await
}

/// The token of this digest, when it has not expired and nothing it rests on has ended: one join, no write.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find_live(
    conn: &Connection,
    digest: &TokenDigest,
    moment: Moment,
) -> Result<Option<LiveAccessToken>, StorageError> {
    let sql = format!(
        "SELECT access_tokens.digest AS t_digest, access_tokens.grant_id AS t_grant_id, access_tokens.scopes AS t_scopes, \
         access_tokens.issued_at AS t_issued_at, access_tokens.expires_at AS t_expires_at, {} \
         FROM access_tokens JOIN grants ON grants.id = access_tokens.grant_id {} \
         WHERE access_tokens.digest = $1 AND access_tokens.expires_at > $2 AND {}",
        columns(),
        live::JOINS,
        live::grant_stands(),
    );
    let row: Option<LiveRow> = sql::find(conn, &sql, moment.values(sql::digest(digest))).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(LiveAccessToken {
        token: row.token.try_into()?,
        rests_on: row.rests_on.try_into()?,
    }))
}

/// The grant of a token, live or not: what a revocation request names (RFC 7009 §2.1).
///
/// # Errors
/// The database is not available.
pub async fn find_grant(conn: &Connection, digest: &TokenDigest) -> Result<Option<GrantId>, StorageError> {
    let sql = "SELECT grant_id FROM access_tokens WHERE digest = $1";
    let row: Option<GrantRow> = sql::find(conn, sql, [sql::digest(digest)]).await?;
    Ok(row.map(|row| GrantId::from_uuid(row.grant_id)))
}

/// Deletes the token; `false` when there was none.
///
/// # Errors
/// The database is not available.
pub async fn revoke(tx: &Tx, digest: &TokenDigest) -> Result<bool, StorageError> {
    Ok(sql::execute(tx, "DELETE FROM access_tokens WHERE digest = $1", [sql::digest(digest)]).await? == 1)
}

/// Deletes up to `limit` tokens that ended before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql =
        "DELETE FROM access_tokens WHERE digest IN (SELECT digest FROM access_tokens WHERE expires_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
struct GrantRow {
    grant_id: Uuid,
}

struct LiveRow {
    token: Row,
    rests_on: ForceRow,
}

impl FromQueryResult for LiveRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            token: Row::from_query_result(row, "t_")?,
            rests_on: ForceRow::from_query_result(row, prefix)?,
        })
    }
}

#[derive(FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    grant_id: Uuid,
    scopes: String,
    issued_at: i64,
    expires_at: i64,
}

impl TryFrom<Row> for AccessToken {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "access_tokens",
            id: &row.grant_id,
        };
        Ok(Self {
            digest: place.digest("digest", &row.digest)?,
            grant_id: GrantId::from_uuid(row.grant_id),
            scopes: place.scopes("scopes", &row.scopes)?,
            issued_at: Timestamp::from_micros(row.issued_at),
            expires_at: Timestamp::from_micros(row.expires_at),
        })
    }
}
