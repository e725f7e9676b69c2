//! Browser sessions (table `browser_sessions`). A session is live while it and its device are not ended, its certificates
//! are accepted, its epoch is the user's, and neither idle nor absolute end is reached.
//!
//! Retention: [`expire`] deletes a session after its end and after the grants that were given in it.

mod bound;
mod of_user;

use authority::assurance::{Assurance, AuthenticationMethod};
use authority::devices::Device;
use authority::ids::{CertificateId, DeviceId, SessionId, UserId};
use authority::policy::Policy;
use authority::secret::TokenDigest;
use authority::sessions::BrowserSession;
use authority::time::Timestamp;
use authority::users::User;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::live::{self, DEVICE, Moment, SESSION, SESSION_JOINS, USER};
use crate::row::{Place, maybe};
use crate::sql::{self, at, json};
use crate::{Connection, Inconsistent, StorageError, Tx};

pub use bound::{BoundSession, bind_key, find_bound, rotate_cookie};
pub use of_user::{end_of_certificate, end_of_user, end_others, list_crowded, list_live_for_user, list_services};

/// A session that is live now, with whom and what it rests on.
#[derive(Clone, Debug)]
pub struct LiveSession {
    /// The session.
    pub session: BrowserSession,
    /// Who is signed in.
    pub user: User,
    /// The bound device it was made from.
    pub device: Option<Device>,
}

/// Why a session ended, as the stored word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The person signed out.
    SignedOut,
    /// A newer sign-in in the same browser took its place.
    Replaced,
    /// An operator or the product ended it.
    Ended,
}

impl SessionEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Replaced => "replaced",
            Self::Ended => "ended",
        }
    }
}

/// Keeps a new session. Call [`crate::users::lock`] first and take its epoch from there.
///
/// # Errors
/// The database is not available, or id or cookie exist already.
pub async fn insert(tx: &Tx, session: &BrowserSession) -> Result<(), StorageError> {
    let cells = [
        ("id", session.id.as_uuid().into()),
        ("cookie_digest", sql::digest(&session.cookie_digest)),
        ("user_id", session.user_id.as_uuid().into()),
        ("device_id", session.device_id.map(DeviceId::as_uuid).into()),
        (
            "certificate_id",
            session.certificate_id.map(CertificateId::as_uuid).into(),
        ),
        (
            "second_certificate_id",
            session.second_certificate_id.map(CertificateId::as_uuid).into(),
        ),
        ("assurance", session.assurance.as_str().into()),
        ("methods", json(&session.methods)?),
        ("epoch", session.epoch.into()),
        ("authenticated_at", at(session.authenticated_at)),
        ("touched_at", at(session.touched_at)),
        ("idle_until", at(session.idle_until)),
        ("absolute_until", at(session.absolute_until)),
        ("ended_at", sql::maybe_at(session.ended_at)),
    ];
    sql::insert(tx, "browser_sessions", cells).await
}

/// The live session that a browser's cookie names. Where the browser bound a key, the cookie is short-lived.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find_live(
    conn: &Connection,
    cookie: &TokenDigest,
    moment: Moment,
) -> Result<Option<LiveSession>, StorageError> {
    let key = format!("browser_sessions.cookie_digest = $1 AND {}", live::cookie_is_fresh());
    find_live_where(conn, &key, sql::digest(cookie), moment).await
}

/// The live session of this id (`sid`), if it is this user's.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find_live_for_user(
    conn: &Connection,
    user: UserId,
    id: SessionId,
    moment: Moment,
) -> Result<Option<LiveSession>, StorageError> {
    let found = find_live_where(conn, "browser_sessions.id = $1", id.as_uuid().into(), moment).await?;
    Ok(found.filter(|live| live.user.id == user))
}

async fn find_live_where(
    conn: &Connection,
    key: &str,
    value: sea_orm::Value,
    moment: Moment,
) -> Result<Option<LiveSession>, StorageError> {
    let sql = format!(
        "SELECT {SESSION}, {USER}, {DEVICE} FROM browser_sessions {SESSION_JOINS} WHERE {key} AND {} AND {} AND {} \
         AND {} AND {}",
        live::SESSION_STANDS,
        live::DEVICE_STANDS,
        live::CERTIFICATE_STANDS,
        live::device_may_act("browser_sessions"),
        live::WITHIN_LIMITS,
    );
    let row: Option<LiveRow> = sql::find(conn, &sql, moment.values(value)).await?;
    Ok(row.map(LiveSession::try_from).transpose()?)
}

/// Records activity, at most once a minute, and returns the idle end in force. A session that ended is not touched.
///
/// # Errors
/// The database is not available.
pub async fn record_touch(
    tx: &Tx,
    session: &BrowserSession,
    policy: &Policy,
    now: Timestamp,
) -> Result<Timestamp, StorageError> {
    let Some(idle_until) = session.touch(policy, now) else {
        return Ok(session.idle_until);
    };
    // Activity never moves an end back, in whatever order two requests arrive.
    let sql = "UPDATE browser_sessions SET touched_at = $2, idle_until = $3 \
               WHERE id = $1 AND ended_at IS NULL AND idle_until > $2 AND touched_at < $2";
    sql::execute(tx, sql, [session.id.as_uuid().into(), at(now), at(idle_until)]).await?;
    Ok(idle_until)
}

/// Ends the session; `false` when it had ended before. Everything issued in it is dead with it.
///
/// # Errors
/// The database is not available.
pub async fn end(tx: &Tx, id: SessionId, reason: SessionEnd, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE browser_sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now), reason.as_str().into()]).await? == 1)
}

/// Ends for good what this session replaced: earlier ones of the same person on the same device, whose offline grants would
/// otherwise live on.
///
/// # Errors
/// The database is not available.
pub async fn end_replaced(tx: &Tx, session: &BrowserSession) -> Result<(), StorageError> {
    let sql = "UPDATE browser_sessions SET end_reason = $3 WHERE user_id = $1 AND device_id = $2 AND end_reason = $4";
    let values = [
        session.user_id.as_uuid().into(),
        session.device_id.map(DeviceId::as_uuid).into(),
        SessionEnd::Ended.as_str().into(),
        SessionEnd::Replaced.as_str().into(),
    ];
    sql::execute(tx, sql, values).await.map(drop)
}

/// Ends all sessions of a user, and everything issued so far, by raising the epoch.
///
/// # Errors
/// The database is not available.
pub async fn end_all_for_user(tx: &Tx, user: UserId) -> Result<(), StorageError> {
    crate::users::raise_epoch(tx, user).await
}

/// How many sessions of a user are live.
///
/// # Errors
/// The database is not available.
pub async fn count_live(conn: &Connection, user: UserId, moment: Moment) -> Result<u64, StorageError> {
    let sql = format!(
        "SELECT COUNT(*) AS total FROM browser_sessions {SESSION_JOINS} WHERE users.id = $1 AND {} AND {} AND {} AND {}",
        live::SESSION_STANDS,
        live::DEVICE_STANDS,
        live::CERTIFICATE_STANDS,
        live::WITHIN_LIMITS,
    );
    let total = sql::count(conn, &sql, moment.values(user.as_uuid().into())).await?;
    Ok(u64::try_from(total).unwrap_or(0))
}

/// Deletes up to `limit` sessions whose end passed before `before` and in which no grant is left.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM browser_sessions WHERE id IN (SELECT id FROM browser_sessions WHERE absolute_until < $1 \
               AND NOT EXISTS (SELECT 1 FROM grants WHERE session_id = browser_sessions.id) LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

struct LiveRow {
    session: Row,
    user: crate::users::Row,
    device: Option<crate::devices::Row>,
}

impl FromQueryResult for LiveRow {
    fn from_query_result(row: &QueryResult, _prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            session: Row::from_query_result(row, "s_")?,
            user: crate::users::Row::from_query_result(row, "u_")?,
            device: live::optional(row, "d_")?,
        })
    }
}

impl TryFrom<LiveRow> for LiveSession {
    type Error = Inconsistent;

    fn try_from(row: LiveRow) -> Result<Self, Inconsistent> {
        Ok(Self {
            session: row.session.try_into()?,
            user: row.user.try_into()?,
            device: row.device.map(Device::try_from).transpose()?,
        })
    }
}

#[derive(FromQueryResult)]
pub(crate) struct Row {
    id: Uuid,
    cookie_digest: Vec<u8>,
    user_id: Uuid,
    device_id: Option<Uuid>,
    certificate_id: Option<Uuid>,
    second_certificate_id: Option<Uuid>,
    assurance: String,
    methods: String,
    epoch: i64,
    authenticated_at: i64,
    touched_at: i64,
    idle_until: i64,
    absolute_until: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for BrowserSession {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "browser_sessions",
            id: &row.id,
        };
        let methods: Vec<AuthenticationMethod> = place.json("methods", &row.methods)?;
        Ok(Self {
            id: SessionId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            cookie_digest: place.digest("cookie_digest", &row.cookie_digest)?,
            device_id: row.device_id.map(DeviceId::from_uuid),
            certificate_id: row.certificate_id.map(CertificateId::from_uuid),
            second_certificate_id: row.second_certificate_id.map(CertificateId::from_uuid),
            assurance: place.word("assurance", Assurance::from_acr(&row.assurance))?,
            methods,
            epoch: row.epoch,
            authenticated_at: Timestamp::from_micros(row.authenticated_at),
            touched_at: Timestamp::from_micros(row.touched_at),
            idle_until: Timestamp::from_micros(row.idle_until),
            absolute_until: Timestamp::from_micros(row.absolute_until),
            ended_at: maybe(row.ended_at),
        })
    }
}
