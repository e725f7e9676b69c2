//! The audit log (tables `audit_events`, `audit_pending`, `audit_links`, `audit_seals`).
//!
//! A use case inserts its events in its own transaction ([`insert`]): event, effect and audit row commit together
//! (security rule DU-1). A leased sealer takes what is pending, at least every second, and chains it ([`seal()`]); a
//! chain in every transaction would serialise all writers. [`verify()`] walks the chain.
//!
//! Retention: none of it is deleted here; that the chain stays verifiable comes first (security rule DU-15).

mod of_user;
mod pace;
mod seal;
mod verify;

use authority::audit::{Actor, Event, EventKind};
use authority::clients::ClientId;
use authority::ids::{DeviceId, EventId, SessionId, UserId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

pub use of_user::{SignInFilter, find_sign_in, list_session_addresses, list_sign_in_clients, list_sign_ins};
pub(crate) use pace::Pace;
pub use pace::{SEALER_TOO_LATE, look};
pub use seal::{Seal, list_unexported, record_exported, seal};
pub use verify::{Problem, Verdict, verify};

/// Writes an event into the log, in the transaction of what it tells about. Its digest also goes to the process's log, so
/// that an event which is removed before it is sealed is missed there; a line without a row is a transaction that was
/// taken back.
///
/// # Errors
/// The database is not available, the sealer is too late (then nothing that must be audited may happen: [`look`]), or the
/// id exists already.
pub async fn insert(tx: &Tx, event: &Event) -> Result<(), StorageError> {
    tx.pace.check()?;
    let cells = [
        ("id", event.id.as_uuid().into()),
        ("occurred_at", at(event.at)),
        ("kind", event.kind.as_str().into()),
        ("actor", event.actor.as_str().into()),
        ("user_id", event.user_id.map(UserId::as_uuid).into()),
        (
            "client_id",
            event.client_id.as_ref().map(|id| id.as_str().to_owned()).into(),
        ),
        ("device_id", event.device_id.map(DeviceId::as_uuid).into()),
        ("session_id", event.session_id.map(SessionId::as_uuid).into()),
        ("address", event.address.clone().into()),
        ("methods", event.methods.clone().into()),
        ("reason", event.reason.clone().into()),
        ("reference", event.reference.clone().into()),
        (
            "principal",
            event.principal.map(|principal| principal.to_string()).into(),
        ),
        ("digest", event.digest().to_vec().into()),
        ("evidence_digest", event.evidence.map(|digest| digest.to_vec()).into()),
    ];
    sql::insert(tx, "audit_events", cells).await?;
    sql::insert(tx, "audit_pending", [("event_id", event.id.as_uuid().into())]).await?;
    tracing::info!(
        event.id = %event.id,
        event.kind = event.kind.as_str(),
        event.digest = hex(&event.digest()),
        "an audit event was written"
    );
    Ok(())
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The digest of the chain at a position, to be compared with a seal that was handed out; `None` when the chain is shorter.
///
/// # Errors
/// The database is not available.
pub async fn find_head(conn: &Connection, position: i64) -> Result<Option<Vec<u8>>, StorageError> {
    let sql = "SELECT digest FROM audit_links WHERE position = $1";
    let row: Option<HeadRow> = sql::find(conn, sql, [position.into()]).await?;
    Ok(row.map(|row| row.digest))
}

#[derive(FromQueryResult)]
struct HeadRow {
    digest: Vec<u8>,
}

/// The events about a user, latest first, at most `limit`.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_for_user(conn: &Connection, user: UserId, limit: u32) -> Result<Vec<Event>, StorageError> {
    let sql = "SELECT * FROM audit_events WHERE user_id = $1 ORDER BY occurred_at DESC, id DESC LIMIT $2";
    let rows: Vec<EventRow> = sql::list(conn, sql, [user.as_uuid().into(), i64::from(limit).into()]).await?;
    rows.into_iter()
        .map(|row| Event::try_from(row).map_err(Into::into))
        .collect()
}

/// When the oldest event happened that is not sealed yet: how far the sealer is behind (security rule DU-2).
///
/// # Errors
/// The database is not available.
pub async fn find_oldest_pending(conn: &Connection) -> Result<Option<Timestamp>, StorageError> {
    // Identifiers are ordered by time, so that the first entry of the index is the oldest event.
    let sql = "SELECT occurred_at FROM audit_pending JOIN audit_events ON audit_events.id = audit_pending.event_id \
               ORDER BY event_id LIMIT 1";
    let row: Option<OldestRow> = sql::find(conn, sql, []).await?;
    Ok(row.map(|row| Timestamp::from_micros(row.occurred_at)))
}

#[derive(FromQueryResult)]
struct OldestRow {
    occurred_at: i64,
}

#[derive(FromQueryResult)]
struct EventRow {
    id: Uuid,
    occurred_at: i64,
    kind: String,
    actor: String,
    user_id: Option<Uuid>,
    client_id: Option<String>,
    device_id: Option<Uuid>,
    session_id: Option<Uuid>,
    address: Option<String>,
    methods: String,
    reason: String,
    reference: Option<String>,
    evidence_digest: Option<Vec<u8>>,
    principal: Option<String>,
}

impl TryFrom<EventRow> for Event {
    type Error = Inconsistent;

    fn try_from(row: EventRow) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "audit_events",
            id: &row.id,
        };
        let client_id = match row.client_id {
            None => None,
            Some(text) => Some(ClientId::parse(&text).map_err(|_| place.bad("client_id"))?),
        };
        let principal = match row.principal {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| place.bad("principal"))?),
        };
        Ok(Self {
            id: EventId::from_uuid(row.id),
            at: Timestamp::from_micros(row.occurred_at),
            kind: place.word("kind", EventKind::from_word(&row.kind))?,
            actor: place.word("actor", Actor::from_word(&row.actor))?,
            user_id: row.user_id.map(UserId::from_uuid),
            client_id,
            device_id: row.device_id.map(DeviceId::from_uuid),
            session_id: row.session_id.map(SessionId::from_uuid),
            address: row.address,
            methods: row.methods,
            reason: row.reason,
            reference: row.reference,
            evidence: row
                .evidence_digest
                .map(|digest| place.bytes32("evidence_digest", &digest))
                .transpose()?,
            principal,
        })
    }
}
