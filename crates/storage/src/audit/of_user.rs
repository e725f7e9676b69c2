//! The sign-ins of one person, as the cabinet shows them, page by page.

use authority::audit::{Event, EventKind};
use authority::ids::{EventId, UserId};
use authority::time::Timestamp;

use super::EventRow;
use crate::sql::{self, at};
use crate::{Connection, StorageError};

/// What the history of sign-ins shows: those that succeeded, and those that were refused to somebody who had come as far
/// as being known.
const KINDS: [EventKind; 6] = [
    EventKind::SignedIn,
    EventKind::SignInRefused,
    EventKind::FirstStageRefused,
    EventKind::SecondStageRefused,
    EventKind::OtherDeviceRefused,
    EventKind::DeviceProofRefused,
];

/// The sign-ins of a user from `since` on and, with `before`, those that come after that event in the list; latest first,
/// at most `limit`.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_sign_ins(
    conn: &Connection,
    user: UserId,
    since: Timestamp,
    before: Option<(Timestamp, EventId)>,
    limit: u32,
) -> Result<Vec<Event>, StorageError> {
    let kinds: Vec<_> = KINDS.iter().map(|kind| format!("'{}'", kind.as_str())).collect();
    let sql = format!(
        "SELECT * FROM audit_events WHERE user_id = $1 AND occurred_at >= $2 AND kind IN ({}) \
         AND (occurred_at < $3 OR (occurred_at = $3 AND id < $4)) ORDER BY occurred_at DESC, id DESC LIMIT $5",
        kinds.join(", ")
    );
    let (from, id) = before.map_or((Timestamp::from_micros(i64::MAX), uuid::Uuid::nil()), |(at, id)| {
        (at, id.as_uuid())
    });
    let values = [
        user.as_uuid().into(),
        at(since),
        at(from),
        id.into(),
        i64::from(limit).into(),
    ];
    let rows: Vec<EventRow> = sql::list(conn, &sql, values).await?;
    rows.into_iter().map(|row| Ok(Event::try_from(row)?)).collect()
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
