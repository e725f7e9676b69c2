//! Grants: what one completed authorization request gave a client. Codes and tokens stem from one and die with it.
//!
//! Retention: [`expire`] deletes a grant, with its codes and tokens, when nothing live can stem from it any more.

use authority::assurance::{Assurance, AssuranceRequest, AuthenticationMethod};
use authority::authorization::{ClaimsRequest, Scope};
use authority::certificates::CertificateRole;
use authority::clients::ClientId;
use authority::devices::Device;
use authority::grants::Grant;
use authority::ids::{CertificateId, DeviceId, GrantId, PowerId, SessionId, UserId};
use authority::representation::Acting;
use authority::sessions::BrowserSession;
use authority::time::Timestamp;
use authority::users::User;
use sea_orm::{DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::live::{self, DEVICE, GRANT, Moment, SESSION, USER};
use crate::row::{Place, maybe};
use crate::sql::{self, at, json};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// A grant with everything it rests on, read by one join.
#[derive(Clone, Debug)]
pub struct GrantInForce {
    /// The grant.
    pub grant: Grant,
    /// The session it was given in.
    pub session: BrowserSession,
    /// Who gave it.
    pub user: User,
    /// The bound device of that session.
    pub device: Option<Device>,
    /// The role of the certificate of that session.
    pub certificate_role: Option<CertificateRole>,
}

/// Why a grant was revoked, as the stored word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeReason {
    /// Its code was presented again (RFC 6749 §4.1.2).
    CodeReplayed,
    /// A refresh token was presented again (RFC 9700 §4.14).
    RefreshReused,
    /// The client asked for it (RFC 7009).
    ByClient,
    /// The person withdrew the consent.
    ConsentWithdrawn,
}

impl RevokeReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::CodeReplayed => "code_replayed",
            Self::RefreshReused => "refresh_reused",
            Self::ByClient => "by_client",
            Self::ConsentWithdrawn => "consent_withdrawn",
        }
    }
}

/// Keeps a new grant. Call [`crate::users::lock`] first and take its epoch from there.
///
/// # Errors
/// The database is not available, or the id exists already.
pub async fn insert(tx: &Tx, grant: &Grant) -> Result<(), StorageError> {
    let cells = [
        ("id", grant.id.as_uuid().into()),
        ("user_id", grant.user_id.as_uuid().into()),
        ("client_id", grant.client_id.as_str().into()),
        ("session_id", grant.session_id.as_uuid().into()),
        ("device_id", grant.device_id.map(DeviceId::as_uuid).into()),
        (
            "certificate_id",
            grant.certificate_id.map(CertificateId::as_uuid).into(),
        ),
        ("in_name", grant.acting.map(Acting::word).into()),
        (
            "power_id",
            grant.acting.and_then(Acting::power).map(PowerId::as_uuid).into(),
        ),
        ("epoch", grant.epoch.into()),
        ("scopes", Scope::join(&grant.scopes).into()),
        ("claims", json(&grant.claims)?),
        ("assurance", grant.assurance.as_str().into()),
        ("assurance_request", json(&grant.assurance_request)?),
        ("methods", json(&grant.methods)?),
        ("authenticated_at", at(grant.authenticated_at)),
        ("wants_auth_time", grant.wants_auth_time.into()),
        ("offline", grant.offline.into()),
        ("created_at", at(grant.created_at)),
        ("revoked_at", sql::maybe_at(grant.revoked_at)),
    ];
    sql::insert(tx, "grants", cells).await
}

/// Whether a client was given anything in this session, whatever became of it.
///
/// # Errors
/// The database is not available.
pub async fn has_reached(conn: &Connection, session: SessionId, client: &ClientId) -> Result<bool, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM (SELECT 1 FROM grants WHERE session_id = $1 AND client_id = $2 LIMIT 1) AS given";
    Ok(sql::count(conn, sql, [session.as_uuid().into(), client.as_str().into()]).await? > 0)
}

/// In whose name a client was last given something in this session.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_acted(
    conn: &Connection,
    session: SessionId,
    client: &ClientId,
) -> Result<Option<Acting>, StorageError> {
    let sql = "SELECT in_name, power_id FROM grants WHERE session_id = $1 AND client_id = $2 AND in_name IS NOT NULL \
               ORDER BY created_at DESC, id DESC LIMIT 1";
    let values = [session.as_uuid().into(), client.as_str().into()];
    let Some(row) = sql::find::<ActedRow, _>(conn, sql, values).await? else {
        return Ok(None);
    };
    let place = Place {
        table: "grants",
        id: &session,
    };
    Ok(place.acting(row.in_name.as_deref(), row.power_id)?)
}

#[derive(FromQueryResult)]
struct ActedRow {
    in_name: Option<String>,
    power_id: Option<Uuid>,
}

/// The grant of this id, if nothing it rests on has ended.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn find_in_force(
    conn: &Connection,
    id: GrantId,
    moment: Moment,
) -> Result<Option<GrantInForce>, StorageError> {
    let sql = format!(
        "SELECT {} FROM grants {} WHERE grants.id = $1 AND {}",
        columns(),
        live::JOINS,
        live::grant_stands()
    );
    let row: Option<ForceRow> = sql::find(conn, &sql, moment.values(id.as_uuid().into())).await?;
    Ok(row.map(GrantInForce::try_from).transpose()?)
}

/// The grant of this id, in force or not.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, id: GrantId) -> Result<Option<Grant>, StorageError> {
    let row: Option<Row> = sql::find(conn, "SELECT * FROM grants WHERE id = $1", [id.as_uuid().into()]).await?;
    Ok(row.map(Grant::try_from).transpose()?)
}

/// Revokes a grant and with it everything issued from it; `false` when it was revoked before.
///
/// # Errors
/// The database is not available.
pub async fn revoke(tx: &Tx, id: GrantId, reason: RevokeReason, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE grants SET revoked_at = $2, revoke_reason = $3 WHERE id = $1 AND revoked_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now), reason.as_str().into()]).await? == 1)
}

pub(crate) async fn revoke_for_client(
    tx: &Tx,
    user: UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    let sql = "UPDATE grants SET revoked_at = $3, revoke_reason = $4 WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL";
    let reason = RevokeReason::ConsentWithdrawn.as_str();
    sql::execute(
        tx,
        sql,
        [user.as_uuid().into(), client.as_str().into(), at(now), reason.into()],
    )
    .await
}

/// The clients that were given something in this session: whom a sign-out concerns. By id.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_clients_of_session(conn: &Connection, session: SessionId) -> Result<Vec<ClientId>, StorageError> {
    let sql = "SELECT DISTINCT client_id FROM grants WHERE session_id = $1 ORDER BY client_id";
    let rows: Vec<ClientRow> = sql::list(conn, sql, [session.as_uuid().into()]).await?;
    let place = Place {
        table: "grants",
        id: &session,
    };
    rows.iter()
        .map(|row| ClientId::parse(&row.client_id).map_err(|_| place.bad("client_id").into()))
        .collect()
}

/// Deletes up to `limit` grants made before `before` from which no token is left that ends after `before`. Codes and
/// tokens go with them.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE created_at < $1 \
               AND NOT EXISTS (SELECT 1 FROM access_tokens WHERE grant_id = grants.id AND expires_at >= $1) \
               AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE grant_id = grants.id AND absolute_until >= $1) LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

/// The columns that [`ForceRow`] reads.
pub(crate) fn columns() -> String {
    format!("{GRANT}, {SESSION}, {USER}, {DEVICE}, certificates.role AS certificate_role")
}

pub(crate) struct ForceRow {
    grant: Row,
    session: crate::sessions::Row,
    user: crate::users::Row,
    device: Option<crate::devices::Row>,
    certificate_role: Option<String>,
}

impl FromQueryResult for ForceRow {
    fn from_query_result(row: &QueryResult, _prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            grant: Row::from_query_result(row, "g_")?,
            session: crate::sessions::Row::from_query_result(row, "s_")?,
            user: crate::users::Row::from_query_result(row, "u_")?,
            device: live::optional(row, "d_")?,
            certificate_role: row.try_get("", "certificate_role")?,
        })
    }
}

impl TryFrom<ForceRow> for GrantInForce {
    type Error = Inconsistent;

    fn try_from(row: ForceRow) -> Result<Self, Inconsistent> {
        let grant: Grant = row.grant.try_into()?;
        let place = Place {
            table: "certificates",
            id: &grant.id,
        };
        let certificate_role = match row.certificate_role {
            None => None,
            Some(word) => Some(place.word("role", CertificateRole::from_word(&word))?),
        };
        Ok(Self {
            session: row.session.try_into()?,
            user: row.user.try_into()?,
            device: row.device.map(Device::try_from).transpose()?,
            certificate_role,
            grant,
        })
    }
}

#[derive(FromQueryResult)]
struct ClientRow {
    client_id: String,
}

#[derive(FromQueryResult)]
pub(crate) struct Row {
    id: Uuid,
    user_id: Uuid,
    client_id: String,
    session_id: Uuid,
    device_id: Option<Uuid>,
    certificate_id: Option<Uuid>,
    epoch: i64,
    scopes: String,
    claims: String,
    assurance: String,
    assurance_request: String,
    methods: String,
    authenticated_at: i64,
    wants_auth_time: bool,
    offline: bool,
    in_name: Option<String>,
    power_id: Option<Uuid>,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl TryFrom<Row> for Grant {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "grants",
            id: &row.id,
        };
        let claims: ClaimsRequest = place.json("claims", &row.claims)?;
        let assurance_request: AssuranceRequest = place.json("assurance_request", &row.assurance_request)?;
        let methods: Vec<AuthenticationMethod> = place.json("methods", &row.methods)?;
        Ok(Self {
            id: GrantId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            client_id: ClientId::parse(&row.client_id).map_err(|_| place.bad("client_id"))?,
            session_id: SessionId::from_uuid(row.session_id),
            device_id: row.device_id.map(DeviceId::from_uuid),
            certificate_id: row.certificate_id.map(CertificateId::from_uuid),
            acting: place.acting(row.in_name.as_deref(), row.power_id)?,
            epoch: row.epoch,
            scopes: place.scopes("scopes", &row.scopes)?,
            claims,
            assurance: place.word("assurance", Assurance::from_acr(&row.assurance))?,
            assurance_request,
            methods,
            authenticated_at: Timestamp::from_micros(row.authenticated_at),
            wants_auth_time: row.wants_auth_time,
            offline: row.offline,
            created_at: Timestamp::from_micros(row.created_at),
            revoked_at: maybe(row.revoked_at),
        })
    }
}
