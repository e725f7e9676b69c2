//! The sign-ins of one person, as the cabinet shows them, page by page.

use authority::audit::{Event, EventKind, EventResult};
use authority::clients::ClientId;
use authority::ids::{EventId, SessionId, UserId};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use super::EventRow;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError};

/// What the history of sign-ins shows: those that succeeded, and those that were refused to somebody who had come as far
/// as being known.
const KINDS: [EventKind; 7] = [
    EventKind::SignedIn,
    EventKind::ServiceReached,
    EventKind::SignInRefused,
    EventKind::FirstStageRefused,
    EventKind::SecondStageRefused,
    EventKind::OtherDeviceRefused,
    EventKind::DeviceProofRefused,
];

/// Which sign-ins of a person are wanted.
#[derive(Clone, Copy, Debug)]
pub struct SignInFilter<'a> {
    /// The first instant.
    pub since: Timestamp,
    /// The first instant that is too late; none when there is no end.
    pub until: Option<Timestamp>,
    /// How they ended.
    pub result: Option<EventResult>,
    /// The client they were for.
    pub client: Option<&'a ClientId>,
}

impl SignInFilter<'_> {
    /// All from an instant on.
    pub const fn since(since: Timestamp) -> Self {
        Self {
            since,
            until: None,
            result: None,
            client: None,
        }
    }
}

/// The sign-ins of a user that the filter names and, with `before`, those that come after that event in the list; latest
/// first, at most `limit`. The index of user and instant gives them in this order.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_sign_ins(
    conn: &Connection,
    user: UserId,
    filter: &SignInFilter<'_>,
    before: Option<(Timestamp, EventId)>,
    limit: u32,
) -> Result<Vec<Event>, StorageError> {
    let sql = format!(
        "SELECT * FROM audit_events WHERE user_id = $1 AND occurred_at >= $2 AND occurred_at < $3 AND kind IN ({}) \
         AND ($4 IS NULL OR client_id = $4) AND (occurred_at < $5 OR (occurred_at = $5 AND id < $6)) \
         ORDER BY occurred_at DESC, id DESC LIMIT $7",
        kinds(filter.result)
    );
    let end = Timestamp::from_micros(i64::MAX);
    let (from, id) = before.map_or((end, uuid::Uuid::nil()), |(at, id)| (at, id.as_uuid()));
    let values = [
        user.as_uuid().into(),
        at(filter.since),
        at(filter.until.unwrap_or(end)),
        filter.client.map(|id| id.as_str().to_owned()).into(),
        at(from),
        id.into(),
        i64::from(limit).into(),
    ];
    let rows: Vec<EventRow> = sql::list(conn, &sql, values).await?;
    rows.into_iter().map(|row| Ok(Event::try_from(row)?)).collect()
}

/// The clients that a user signed in to, or was refused for, from `since` on, each with its name unless it is gone; by name.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_sign_in_clients(
    conn: &Connection,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<(ClientId, Option<String>)>, StorageError> {
    let sql = format!(
        "SELECT DISTINCT audit_events.client_id AS client_id, clients.name AS name FROM audit_events \
         LEFT JOIN clients ON clients.id = audit_events.client_id \
         WHERE audit_events.user_id = $1 AND audit_events.occurred_at >= $2 AND audit_events.kind IN ({}) \
         AND audit_events.client_id IS NOT NULL",
        kinds(None)
    );
    let rows: Vec<ClientRow> = sql::list(conn, &sql, [user.as_uuid().into(), at(since)]).await?;
    let read = |row: ClientRow| match ClientId::parse(&row.client_id) {
        Ok(id) => Ok((id, row.name)),
        Err(_) => Err(Inconsistent::new("audit_events", "client_id", &row.client_id).into()),
    };
    let mut clients: Vec<_> = rows.into_iter().map(read).collect::<Result<_, StorageError>>()?;
    // Here, because the databases put what has no name at different ends.
    clients.sort_by(|(one, name), (other, its_name)| {
        let key = |id: &ClientId, name: &Option<String>| name.clone().unwrap_or_else(|| id.as_str().to_owned());
        (key(one, name), one.as_str()).cmp(&(key(other, its_name), other.as_str()))
    });
    Ok(clients)
}

#[derive(FromQueryResult)]
struct ClientRow {
    client_id: String,
    name: Option<String>,
}

/// The words of the kinds that are shown and ended so, as a list in SQL.
fn kinds(result: Option<EventResult>) -> String {
    let wanted = |kind: &&EventKind| result.is_none_or(|result| kind.result() == result);
    let words: Vec<_> = KINDS
        .iter()
        .filter(wanted)
        .map(|kind| format!("'{}'", kind.as_str()))
        .collect();
    words.join(", ")
}

/// Where each session of a user that began at or after `since` was started, as far as the address is known.
///
/// # Errors
/// The database is not available.
pub async fn list_session_addresses(
    conn: &Connection,
    user: UserId,
    since: Timestamp,
) -> Result<Vec<(SessionId, String)>, StorageError> {
    let sql = "SELECT session_id, address FROM audit_events WHERE user_id = $1 AND occurred_at >= $2 AND kind = $3 \
               AND session_id IS NOT NULL AND address IS NOT NULL ORDER BY occurred_at, id";
    let kind = EventKind::SignedIn.as_str().into();
    let rows: Vec<AddressRow> = sql::list(conn, sql, [user.as_uuid().into(), at(since), kind]).await?;
    Ok(rows
        .into_iter()
        .map(|row| (SessionId::from_uuid(row.session_id), row.address))
        .collect())
}

#[derive(FromQueryResult)]
struct AddressRow {
    session_id: uuid::Uuid,
    address: String,
}

/// The event of this id, if it is about this user and one that [`list_sign_ins`] shows.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_sign_in(conn: &Connection, user: UserId, id: EventId) -> Result<Option<Event>, StorageError> {
    let sql = "SELECT * FROM audit_events WHERE id = $1 AND user_id = $2";
    let row: Option<EventRow> = sql::find(conn, sql, [id.as_uuid().into(), user.as_uuid().into()]).await?;
    let event = row.map(Event::try_from).transpose()?;
    Ok(event.filter(|event| KINDS.contains(&event.kind)))
}
