//! Whom an ending concerns: the clients that were given something in a session that was not ended before
//! (OpenID Connect Back-Channel Logout 1.0 §2.3, §2.5). What they are told is kept in the outbox.

use authority::clients::ClientId;
use authority::ids::{CertificateId, PowerId, SessionId, UserId};
use authority::secret::TokenDigest;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::{Connection, Inconsistent, StorageError, sql};

/// What is about to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// One session, with those that it replaced in the same browser: their clients learned another `sid`.
    Session(SessionId),
    /// All sessions of a user.
    AllOf(UserId),
    /// All sessions of a user but this one, and those that it replaced in the same browser.
    AllBut(UserId, SessionId),
    /// All sessions that rest on a certificate, by their first stage or their second.
    OfCertificate(CertificateId),
    /// What was given by this power of attorney; the sessions go on.
    Power(PowerId),
}

/// A client that has to be told of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerned {
    /// The client.
    pub client_id: ClientId,
    /// The name that people see.
    pub client_name: String,
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
}

const GIVEN: &str = "SELECT DISTINCT clients.id AS client_id, clients.name AS client_name, \
    browser_sessions.id AS session_id, browser_sessions.user_id AS user_id FROM browser_sessions \
    JOIN users ON users.id = browser_sessions.user_id JOIN grants ON grants.session_id = browser_sessions.id \
    JOIN clients ON clients.id = grants.client_id WHERE clients.ended_at IS NULL \
    AND clients.backchannel_logout_uri IS NOT NULL";

/// A session whose end no client was told of: it stands, or its time ran out, or a newer one of the same person took
/// its place in the browser. Idle and absolute ends do not count: a client's own session may outlive ours.
const UNTOLD: &str = "browser_sessions.epoch = users.epoch AND (browser_sessions.ended_at IS NULL OR browser_sessions.end_reason = 'replaced')";

/// The clients with a back-channel logout address that the ending concerns, one entry for each session. Ask before the
/// ending is written: afterwards nothing tells these sessions from those that ended long ago.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_concerned(conn: &Connection, ended: Ended) -> Result<Vec<Concerned>, StorageError> {
    let rows: Vec<Row> = match ended {
        Ended::Session(session) => {
            let sql = format!(
                "{GIVEN} AND {UNTOLD} AND (browser_sessions.id = $1 OR {}) ORDER BY client_name, client_id, session_id",
                replaced_by("$1")
            );
            sql::list(conn, &sql, [session.as_uuid().into()]).await?
        }
        Ended::AllOf(user) => {
            let sql = format!(
                "{GIVEN} AND {UNTOLD} AND browser_sessions.user_id = $1 ORDER BY client_name, client_id, session_id"
            );
            sql::list(conn, &sql, [user.as_uuid().into()]).await?
        }
        Ended::AllBut(user, kept) => {
            let sql = format!(
                "{GIVEN} AND {UNTOLD} AND browser_sessions.user_id = $1 AND browser_sessions.id <> $2 AND NOT ({}) \
                 ORDER BY client_name, client_id, session_id",
                replaced_by("$2")
            );
            sql::list(conn, &sql, [user.as_uuid().into(), kept.as_uuid().into()]).await?
        }
        Ended::OfCertificate(certificate) => {
            let sql = format!(
                "{GIVEN} AND {UNTOLD} AND (browser_sessions.certificate_id = $1 \
                 OR browser_sessions.second_certificate_id = $1) ORDER BY client_name, client_id, session_id"
            );
            sql::list(conn, &sql, [certificate.as_uuid().into()]).await?
        }
        Ended::Power(power) => {
            let sql = format!(
                "{GIVEN} AND {UNTOLD} AND grants.power_id = $1 AND grants.revoked_at IS NULL \
                 ORDER BY client_name, client_id, session_id"
            );
            sql::list(conn, &sql, [power.as_uuid().into()]).await?
        }
    };
    Ok(rows.into_iter().map(Concerned::try_from).collect::<Result<_, _>>()?)
}

/// Whom the sign-out concerned that ended the session of this cookie, as [`list_concerned`] answered then. Nothing when
/// the session stands, or ended otherwise.
///
/// # Errors
/// As [`list_concerned`].
pub async fn list_of_signed_out(conn: &Connection, cookie: &TokenDigest) -> Result<Vec<Concerned>, StorageError> {
    let sql = "SELECT id FROM browser_sessions WHERE cookie_digest = $1 AND end_reason = 'signed_out'";
    let Some(session) = sql::find::<SessionRow, _>(conn, sql, [sql::digest(cookie)]).await? else {
        return Ok(Vec::new());
    };
    let sql = format!(
        "{GIVEN} AND (browser_sessions.id = $1 OR {}) ORDER BY client_name, client_id, session_id",
        replaced_by("$1")
    );
    let rows: Vec<Row> = sql::list(conn, &sql, [session.id.into()]).await?;
    Ok(rows.into_iter().map(Concerned::try_from).collect::<Result<_, _>>()?)
}

/// The same person, the same device, hence the same browser.
fn replaced_by(session: &str) -> String {
    format!(
        "(browser_sessions.end_reason = 'replaced' AND EXISTS (SELECT 1 FROM browser_sessions AS newer \
         WHERE newer.id = {session} AND newer.user_id = browser_sessions.user_id \
         AND newer.device_id = browser_sessions.device_id))"
    )
}

#[derive(FromQueryResult)]
struct SessionRow {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Row {
    client_id: String,
    client_name: String,
    session_id: Uuid,
    user_id: Uuid,
}

impl TryFrom<Row> for Concerned {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "clients",
            id: &row.client_id,
        };
        Ok(Self {
            client_id: ClientId::parse(&row.client_id).map_err(|_| place.bad("id"))?,
            client_name: row.client_name,
            session_id: SessionId::from_uuid(row.session_id),
            user_id: UserId::from_uuid(row.user_id),
        })
    }
}
