//! Sessions to which the browser bound a key of its own (Device Bound Session Credentials): the cookie is replaced each time
//! the browser proves the key, and the one before opens nothing any more.

use authority::ids::{DeviceId, SessionId, UserId};
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::live::{self, Moment, SESSION_JOINS};
use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A session that is live but for its cookie, which may be too old, with the key that was bound to it.
#[derive(Clone, Debug)]
pub struct BoundSession {
    /// The session.
    pub id: SessionId,
    /// Who is signed in.
    pub user_id: UserId,
    /// The device it was made from.
    pub device_id: Option<DeviceId>,
    /// Digest of the cookie that was issued last.
    pub cookie_digest: TokenDigest,
    /// The bound public key, as JWK JSON.
    pub public_jwk: String,
}

/// Binds a key to a session whose cookie counts from now on; `false` when it has one, or ended.
///
/// # Errors
/// The database is not available.
pub async fn bind_key(tx: &Tx, id: SessionId, public_jwk: &str, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE browser_sessions SET bound_jwk = $2, bound_refreshed_at = $3 \
               WHERE id = $1 AND bound_jwk IS NULL AND ended_at IS NULL";
    let values = [id.as_uuid().into(), public_jwk.into(), at(now)];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

/// The session of this id, if it is live and has a bound key; how old its cookie is does not matter.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find_bound(
    conn: &Connection,
    id: SessionId,
    moment: Moment,
) -> Result<Option<BoundSession>, StorageError> {
    let sql = format!(
        "SELECT browser_sessions.id, browser_sessions.user_id, browser_sessions.device_id, browser_sessions.cookie_digest, \
         browser_sessions.bound_jwk FROM browser_sessions {SESSION_JOINS} \
         WHERE browser_sessions.id = $1 AND browser_sessions.bound_jwk IS NOT NULL AND {} AND {} AND {} AND {} AND {}",
        live::SESSION_STANDS,
        live::DEVICE_STANDS,
        live::CERTIFICATE_STANDS,
        live::device_may_act("browser_sessions"),
        live::WITHIN_LIMITS,
    );
    let row: Option<Row> = sql::find(conn, &sql, moment.values(id.as_uuid().into())).await?;
    Ok(row.map(BoundSession::try_from).transpose()?)
}

/// Puts another cookie in the place of the one that `session` was read with; `false` when that was replaced meanwhile, or
/// the session ended.
///
/// # Errors
/// The database is not available.
pub async fn rotate_cookie(
    tx: &Tx,
    session: &BoundSession,
    cookie: &TokenDigest,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "UPDATE browser_sessions SET cookie_digest = $3, bound_refreshed_at = $4 \
               WHERE id = $1 AND cookie_digest = $2 AND bound_jwk IS NOT NULL AND ended_at IS NULL";
    let values = [
        session.id.as_uuid().into(),
        sql::digest(&session.cookie_digest),
        sql::digest(cookie),
        at(now),
    ];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    device_id: Option<Uuid>,
    cookie_digest: Vec<u8>,
    bound_jwk: String,
}

impl TryFrom<Row> for BoundSession {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "browser_sessions",
            id: &row.id,
        };
        Ok(Self {
            id: SessionId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            device_id: row.device_id.map(DeviceId::from_uuid),
            cookie_digest: place.digest("cookie_digest", &row.cookie_digest)?,
            public_jwk: row.bound_jwk,
        })
    }
}
