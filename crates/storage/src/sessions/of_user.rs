//! The sessions of one person, as the cabinet lists and ends them (security rule SE-13).

use authority::ids::{CertificateId, SessionId, UserId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{LiveRow, LiveSession, SessionEnd};
use crate::live::{self, DEVICE, Moment, SESSION, SESSION_JOINS, USER};
use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// The live sessions of a user, latest activity first.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_live_for_user(
    conn: &Connection,
    user: UserId,
    moment: Moment,
) -> Result<Vec<LiveSession>, StorageError> {
    let sql = format!(
        "SELECT {SESSION}, {USER}, {DEVICE} FROM browser_sessions {SESSION_JOINS} WHERE users.id = $1 AND {} AND {} \
         AND {} AND {} AND {} ORDER BY browser_sessions.touched_at DESC, browser_sessions.id",
        live::SESSION_STANDS,
        live::DEVICE_STANDS,
        live::CERTIFICATE_STANDS,
        live::device_may_act("browser_sessions"),
        live::WITHIN_LIMITS,
    );
    let rows: Vec<LiveRow> = sql::list(conn, &sql, moment.values(user.as_uuid().into())).await?;
    rows.into_iter().map(|row| Ok(LiveSession::try_from(row)?)).collect()
}

/// People after `after`, by identifier, who have more than `most` sessions whose time runs, up to `limit` of them: those
/// whom a lowered rule may concern.
///
/// # Errors
/// The database is not available.
pub async fn list_crowded(
    conn: &Connection,
    (most, limit): (usize, u32),
    after: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<UserId>, StorageError> {
    let sql = "SELECT user_id FROM browser_sessions WHERE ended_at IS NULL AND idle_until > $1 AND absolute_until > $1 \
               AND user_id > $2 GROUP BY user_id HAVING COUNT(*) > $3 ORDER BY user_id LIMIT $4";
    let values = [
        at(now),
        after.map_or(Uuid::nil(), UserId::as_uuid).into(),
        i64::try_from(most).unwrap_or(i64::MAX).into(),
        i64::from(limit).into(),
    ];
    let rows: Vec<UserRow> = sql::list(conn, sql, values).await?;
    Ok(rows.into_iter().map(|row| UserId::from_uuid(row.user_id)).collect())
}

/// The names of the services that were given something in each session of a user, by name.
///
/// # Errors
/// The database is not available.
pub async fn list_services(conn: &Connection, user: UserId) -> Result<Vec<(SessionId, String)>, StorageError> {
    let sql = "SELECT DISTINCT grants.session_id AS session_id, clients.name AS name FROM grants \
               JOIN clients ON clients.id = grants.client_id WHERE grants.user_id = $1 ORDER BY name, session_id";
    let rows: Vec<ServiceRow> = sql::list(conn, sql, [user.as_uuid().into()]).await?;
    Ok(rows
        .into_iter()
        .map(|row| (SessionId::from_uuid(row.session_id), row.name))
        .collect())
}

/// Ends a session of this user and those that it replaced in the same browser, whose offline grants would go on
/// otherwise; `false` when it is none of this user's or ended before.
///
/// # Errors
/// The database is not available.
pub async fn end_of_user(tx: &Tx, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, StorageError> {
    let replaced = "UPDATE browser_sessions SET end_reason = $3 WHERE user_id = $1 AND end_reason = $4 \
                    AND device_id = (SELECT device_id FROM browser_sessions WHERE id = $2)";
    let words = (SessionEnd::Ended.as_str(), SessionEnd::Replaced.as_str());
    let key = [user.as_uuid().into(), id.as_uuid().into()];
    let [of, session] = key.clone();
    sql::execute(tx, replaced, [of, session, words.0.into(), words.1.into()]).await?;
    let sql = "UPDATE browser_sessions SET ended_at = $3, end_reason = $4 \
               WHERE user_id = $1 AND id = $2 AND ended_at IS NULL";
    let [of, session] = key;
    Ok(sql::execute(tx, sql, [of, session, at(now), words.0.into()]).await? == 1)
}

/// Ends all sessions of this user but one and those that it replaced in the same browser, and says how many. Sessions
/// whose time ran out are ended too: what is offline outlived it.
///
/// # Errors
/// The database is not available.
pub async fn end_others(tx: &Tx, user: UserId, kept: SessionId, now: Timestamp) -> Result<u64, StorageError> {
    let replaced = "UPDATE browser_sessions SET end_reason = $3 WHERE user_id = $1 AND end_reason = $4 \
                    AND (device_id IS NULL OR device_id <> (SELECT device_id FROM browser_sessions WHERE id = $2))";
    let words = (SessionEnd::Ended.as_str(), SessionEnd::Replaced.as_str());
    let values = [
        user.as_uuid().into(),
        kept.as_uuid().into(),
        words.0.into(),
        words.1.into(),
    ];
    sql::execute(tx, replaced, values).await?;
    let sql = "UPDATE browser_sessions SET ended_at = $3, end_reason = $4 \
               WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL";
    let values = [user.as_uuid().into(), kept.as_uuid().into(), at(now), words.0.into()];
    sql::execute(tx, sql, values).await
}

/// Ends all sessions that rest on a certificate, by their first stage or their second, with those that a newer one replaced, and says how many. Their clients are
/// not told again, and nothing of them comes back when the certificate is accepted again.
///
/// # Errors
/// The database is not available.
pub async fn end_of_certificate(tx: &Tx, certificate: CertificateId, now: Timestamp) -> Result<u64, StorageError> {
    let sql = "UPDATE browser_sessions SET ended_at = COALESCE(ended_at, $2), end_reason = $3 \
               WHERE (certificate_id = $1 OR second_certificate_id = $1) AND (ended_at IS NULL OR end_reason = $4)";
    let values = [
        certificate.as_uuid().into(),
        at(now),
        SessionEnd::Ended.as_str().into(),
        SessionEnd::Replaced.as_str().into(),
    ];
    sql::execute(tx, sql, values).await
}

#[derive(FromQueryResult)]
struct UserRow {
    user_id: Uuid,
}

#[derive(FromQueryResult)]
struct ServiceRow {
    session_id: Uuid,
    name: String,
}
