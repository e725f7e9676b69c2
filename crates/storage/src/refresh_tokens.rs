//! Refresh tokens: a grant is a family, `seq` the place in it, one is the live descendant (a partial unique index sees
//! to that). Rotation is one conditional update and one insert.
//!
//! Retention: a family goes with its grant; [`expire`] deletes families past their absolute end.

use authority::grants::{Grant, RefreshState, RefreshToken, Rotation};
use authority::ids::GrantId;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::grants::{ForceRow, GrantInForce, columns};
use crate::live::{self, Moment};
use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx, Write};

/// A refresh token somebody presented, dead or alive, with everything it rests on.
#[derive(Clone, Debug)]
pub struct PresentedRefreshToken {
    /// The token; judge it with [`authority::grants::rotate`].
    pub token: RefreshToken,
    /// What it stems from.
    pub rests_on: GrantInForce,
    /// Whether nothing it rests on has ended; when false, nothing may be issued.
    pub grant_stands: bool,
}

/// A token to be kept as the live descendant of its family.
#[derive(Clone, Copy, Debug)]
pub struct NextRefreshToken {
    /// Digest of the token.
    pub digest: TokenDigest,
    /// When it is issued.
    pub issued_at: Timestamp,
}

/// Keeps the first token of a family.
///
/// # Errors
/// The database is not available, or the digest exists already.
pub async fn insert(tx: &Tx, token: &RefreshToken) -> Result<(), StorageError> {
    sql::insert(tx, "refresh_tokens", cells(token)).await
}

/// The token of this digest, in whatever state it is: one joined read, no write.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find(
    conn: &Connection,
    digest: &TokenDigest,
    moment: Moment,
) -> Result<Option<PresentedRefreshToken>, StorageError> {
    let sql = format!(
        "SELECT refresh_tokens.digest AS t_digest, refresh_tokens.grant_id AS t_grant_id, refresh_tokens.seq AS t_seq, \
         refresh_tokens.issued_at AS t_issued_at, refresh_tokens.absolute_until AS t_absolute_until, \
         refresh_tokens.rotated_at AS t_rotated_at, refresh_tokens.superseded_at AS t_superseded_at, \
         CASE WHEN EXISTS (SELECT 1 FROM refresh_tokens AS later WHERE later.grant_id = refresh_tokens.grant_id \
         AND later.seq > refresh_tokens.seq AND later.rotated_at IS NOT NULL) THEN 1 ELSE 0 END AS t_successor_used, \
         CASE WHEN {} THEN 1 ELSE 0 END AS grant_stands, {} \
         FROM refresh_tokens JOIN grants ON grants.id = refresh_tokens.grant_id {} WHERE refresh_tokens.digest = $1",
        live::grant_stands(),
        columns(),
        live::JOINS,
    );
    let row: Option<PresentedRow> = sql::find(conn, &sql, moment.values(sql::digest(digest))).await?;
    let Some(row) = row else { return Ok(None) };
    let rests_on: GrantInForce = row.rests_on.try_into()?;
    let token = row.token.into_token(&rests_on.grant)?;
    Ok(Some(PresentedRefreshToken {
        token,
        rests_on,
        grant_stands: row.grant_stands == 1,
    }))
}

/// Exchanges a presented token as `authority` allowed: its family's live descendant ends (the token itself, or on a retry
/// the successor nobody used) and `next` takes its place. [`Write::Lost`] when another request was faster; nothing is
/// changed then: read the token again and judge anew.
///
/// # Errors
/// The database is not available.
pub async fn rotate(
    tx: &Tx,
    token: &RefreshToken,
    rotation: Rotation,
    next: NextRefreshToken,
) -> Result<Write, StorageError> {
    let grant = token.grant_id.as_uuid();
    let ended = match rotation {
        Rotation::Advance => {
            let sql = "UPDATE refresh_tokens SET rotated_at = $2 \
                       WHERE digest = $1 AND rotated_at IS NULL AND superseded_at IS NULL";
            sql::execute(tx, sql, [sql::digest(&token.digest), at(next.issued_at)]).await?
        }
        // Only while everything after the presented token was superseded or never used.
        Rotation::Retry => {
            let sql = "UPDATE refresh_tokens SET superseded_at = $3 WHERE grant_id = $1 AND seq > $2 \
                       AND rotated_at IS NULL AND superseded_at IS NULL \
                       AND NOT EXISTS (SELECT 1 FROM refresh_tokens AS later WHERE later.grant_id = $1 AND later.seq > $2 \
                       AND later.rotated_at IS NOT NULL)";
            sql::execute(tx, sql, [grant.into(), token.seq.into(), at(next.issued_at)]).await?
        }
    };
    if ended == 0 {
        return Ok(Write::Lost);
    }
    let last = sql::count(
        tx,
        "SELECT MAX(seq) AS total FROM refresh_tokens WHERE grant_id = $1",
        [grant.into()],
    )
    .await?;
    let next = RefreshToken {
        digest: next.digest,
        seq: last.saturating_add(1),
        issued_at: next.issued_at,
        state: RefreshState::Live,
        ..token.clone()
    };
    insert(tx, &next).await?;
    Ok(Write::Done)
}

/// Deletes up to `limit` tokens whose family reached its absolute end before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM refresh_tokens WHERE digest IN \
               (SELECT digest FROM refresh_tokens WHERE absolute_until < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

fn cells(token: &RefreshToken) -> [sql::Cell; 7] {
    let (rotated_at, superseded_at) = match token.state {
        RefreshState::Live => (None, None),
        RefreshState::Rotated { at, .. } => (Some(at), None),
        RefreshState::Superseded { at } => (None, Some(at)),
    };
    [
        ("digest", sql::digest(&token.digest)),
        ("grant_id", token.grant_id.as_uuid().into()),
        ("seq", token.seq.into()),
        ("issued_at", at(token.issued_at)),
        ("absolute_until", at(token.absolute_until)),
        ("rotated_at", sql::maybe_at(rotated_at)),
        ("superseded_at", sql::maybe_at(superseded_at)),
    ]
}

struct PresentedRow {
    token: Row,
    rests_on: ForceRow,
    grant_stands: i32,
}

impl FromQueryResult for PresentedRow {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            token: Row::from_query_result(row, "t_")?,
            rests_on: ForceRow::from_query_result(row, prefix)?,
            grant_stands: row.try_get("", "grant_stands")?,
        })
    }
}

#[derive(FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    grant_id: Uuid,
    seq: i64,
    issued_at: i64,
    absolute_until: i64,
    rotated_at: Option<i64>,
    superseded_at: Option<i64>,
    successor_used: i32,
}

impl Row {
    fn into_token(self, grant: &Grant) -> Result<RefreshToken, Inconsistent> {
        let place = Place {
            table: "refresh_tokens",
            id: &self.grant_id,
        };
        let state = match (self.rotated_at, self.superseded_at) {
            (None, None) => RefreshState::Live,
            (Some(at), None) => RefreshState::Rotated {
                at: Timestamp::from_micros(at),
                successor_used: self.successor_used == 1,
            },
            (None, Some(at)) => RefreshState::Superseded {
                at: Timestamp::from_micros(at),
            },
            (Some(_), Some(_)) => return Err(place.bad("superseded_at")),
        };
        Ok(RefreshToken {
            digest: place.digest("digest", &self.digest)?,
            grant_id: GrantId::from_uuid(self.grant_id),
            client_id: grant.client_id.clone(),
            seq: self.seq,
            begun_at: grant.created_at,
            issued_at: Timestamp::from_micros(self.issued_at),
            absolute_until: Timestamp::from_micros(self.absolute_until),
            state,
        })
    }
}
