//! Users. The row is the lock object: whoever re-binds, locks, or mints a session or token calls [`lock`] first and
//! decides on what it returns.
//!
//! Retention: a user's row stays while the account exists; erasure is an operator's act.

use authority::identifiers::{Bin, Checksum};
use authority::ids::{DeviceId, UserId};
use authority::locale::Locale;
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use authority::users::{Exclusivity, IdentifierKind, LockReason, Subject, User, UserState};
use sea_orm::FromQueryResult;
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, LockType, Query};
use uuid::Uuid;

use crate::row::{Place, maybe};
use crate::sql::{self, at, maybe_at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// The user of this id.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find(conn: &Connection, id: UserId) -> Result<Option<User>, StorageError> {
    read(sql::find(conn, "SELECT * FROM users WHERE id = $1", [id.as_uuid().into()]).await?)
}

/// The user who carries this identifier; tombstones carry nobody.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_by_identifier(
    conn: &Connection,
    kind: IdentifierKind,
    authority: &str,
    value: &TokenDigest,
) -> Result<Option<User>, StorageError> {
    let sql = "SELECT users.* FROM identifiers JOIN users ON users.id = identifiers.user_id \
               WHERE kind = $1 AND authority = $2 AND value_hmac = $3 AND tombstoned_at IS NULL";
    read(sql::find(conn, sql, [kind.as_str().into(), authority.into(), sql::digest(value)]).await?)
}

/// The user whom clients know by this `sub`.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_by_subject(conn: &Connection, subject: &Subject) -> Result<Option<User>, StorageError> {
    read(
        sql::find(
            conn,
            "SELECT * FROM users WHERE subject = $1",
            [subject.as_str().into()],
        )
        .await?,
    )
}

/// Up to `limit` users whose ids come after `after`, in the order of ids: the order in which they were made.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list(conn: &Connection, after: Option<UserId>, limit: u32) -> Result<Vec<User>, StorageError> {
    let sql = "SELECT * FROM users WHERE id > $1 ORDER BY id LIMIT $2";
    let after = after.map_or(Uuid::nil(), UserId::as_uuid);
    let rows: Vec<Row> = sql::list(conn, sql, [after.into(), i64::from(limit).into()]).await?;
    rows.into_iter().map(|row| Ok(User::try_from(row)?)).collect()
}

/// Keeps a new user.
///
/// # Errors
/// The database is not available, or id or subject exist already.
pub async fn insert(tx: &Tx, user: &User, now: Timestamp) -> Result<(), StorageError> {
    let (reason, state_at) = state_columns(user.state, now);
    let cells = [
        ("id", user.id.as_uuid().into()),
        ("subject", user.subject.as_str().into()),
        ("state", user.state.as_str().into()),
        ("reason", reason.into()),
        ("state_at", at(state_at)),
        ("provisional", user.provisional.into()),
        ("epoch", user.epoch.into()),
        (
            "exclusive_until",
            maybe_at(user.exclusive.map(|exclusive| exclusive.until)),
        ),
        (
            "exclusive_device_id",
            user.exclusive.map(|exclusive| exclusive.device_id.as_uuid()).into(),
        ),
        ("organisation", user.organisation.as_ref().map(Bin::expose).into()),
        ("last_interactive_at", maybe_at(user.last_interactive_at)),
        ("locale", user.locale.map(Locale::tag).into()),
        ("created_at", at(now)),
    ];
    sql::insert(tx, "users", cells).await
}

/// Takes the lock on this user and returns the row as it is now. Everybody else who locks it waits for this transaction;
/// on SQLite the transaction itself is the lock.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn lock(tx: &Tx, id: UserId) -> Result<Option<User>, StorageError> {
    let mut query = Query::select();
    query
        .column(Asterisk)
        .from("users")
        .and_where(Expr::col("id").eq(id.as_uuid()))
        .lock(LockType::Update);
    let row = tx.query_one(tx.backend().build(&query)).await?;
    read(row.map(|row| Row::from_query_result(&row, "")).transpose()?)
}

/// Ends everything that was issued to this user so far: sessions, grants and tokens of an older epoch are dead.
///
/// # Errors
/// The database is not available.
pub async fn raise_epoch(tx: &Tx, id: UserId) -> Result<(), StorageError> {
    sql::execute(
        tx,
        "UPDATE users SET epoch = epoch + 1 WHERE id = $1",
        [id.as_uuid().into()],
    )
    .await
    .map(drop)
}

/// Records that only this device may act for a while, or that all may again.
///
/// # Errors
/// The database is not available.
pub async fn record_exclusive(tx: &Tx, id: UserId, exclusive: Option<Exclusivity>) -> Result<(), StorageError> {
    let sql = "UPDATE users SET exclusive_device_id = $2, exclusive_until = $3 WHERE id = $1";
    let values = [
        id.as_uuid().into(),
        exclusive.map(|exclusive| exclusive.device_id.as_uuid()).into(),
        maybe_at(exclusive.map(|exclusive| exclusive.until)),
    ];
    sql::execute(tx, sql, values).await.map(drop)
}

/// Records whose policy holds for the account.
///
/// # Errors
/// The database is not available.
pub async fn record_organisation(tx: &Tx, id: UserId, organisation: Option<&Bin>) -> Result<(), StorageError> {
    let sql = "UPDATE users SET organisation = $2 WHERE id = $1";
    sql::execute(tx, sql, [id.as_uuid().into(), organisation.map(Bin::expose).into()])
        .await
        .map(drop)
}

/// Records a change of state that `authority` allowed.
///
/// # Errors
/// The database is not available.
pub async fn record_state(tx: &Tx, id: UserId, state: UserState, now: Timestamp) -> Result<(), StorageError> {
    let (reason, state_at) = state_columns(state, now);
    let sql = "UPDATE users SET state = $2, reason = $3, state_at = $4 WHERE id = $1";
    sql::execute(
        tx,
        sql,
        [id.as_uuid().into(), state.as_str().into(), reason.into(), at(state_at)],
    )
    .await
    .map(drop)
}

/// Records the language that the person chose.
///
/// # Errors
/// The database is not available.
pub async fn record_locale(tx: &Tx, id: UserId, locale: Locale) -> Result<(), StorageError> {
    sql::execute(
        tx,
        "UPDATE users SET locale = $2 WHERE id = $1",
        [id.as_uuid().into(), locale.tag().into()],
    )
    .await
    .map(drop)
}

/// Whether the person wants a message about every sign-in (product C3).
///
/// # Errors
/// The database is not available.
pub async fn wants_sign_in_messages(conn: &Connection, id: UserId) -> Result<bool, StorageError> {
    let sql = "SELECT notify_sign_in FROM users WHERE id = $1";
    let row: Option<NotifyRow> = sql::find(conn, sql, [id.as_uuid().into()]).await?;
    Ok(row.is_some_and(|row| row.notify_sign_in))
}

/// Records whether the person wants a message about every sign-in.
///
/// # Errors
/// The database is not available.
pub async fn record_sign_in_messages(tx: &Tx, id: UserId, wanted: bool) -> Result<(), StorageError> {
    sql::execute(
        tx,
        "UPDATE users SET notify_sign_in = $2 WHERE id = $1",
        [id.as_uuid().into(), wanted.into()],
    )
    .await
    .map(drop)
}

#[derive(FromQueryResult)]
struct NotifyRow {
    notify_sign_in: bool,
}

/// Records a completed interactive sign-in: an invited user becomes active, and the three months of product D3 begin anew.
///
/// # Errors
/// The database is not available.
pub async fn record_sign_in(tx: &Tx, id: UserId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE users SET last_interactive_at = $2, \
               state_at = CASE WHEN state = 'invited' THEN $2 ELSE state_at END, \
               state = CASE WHEN state = 'invited' THEN 'active' ELSE state END WHERE id = $1";
    sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await.map(drop)
}

/// Records whether a known contact has confirmed the account.
///
/// # Errors
/// The database is not available.
pub async fn record_provisional(tx: &Tx, id: UserId, provisional: bool) -> Result<(), StorageError> {
    sql::execute(
        tx,
        "UPDATE users SET provisional = $2 WHERE id = $1",
        [id.as_uuid().into(), provisional.into()],
    )
    .await
    .map(drop)
}

fn state_columns(state: UserState, now: Timestamp) -> (Option<&'static str>, Timestamp) {
    match state {
        UserState::Invited | UserState::Active => (None, now),
        UserState::Locked { reason, at } => (Some(reason.as_str()), at),
        UserState::Closed { at } => (None, at),
    }
}

#[derive(FromQueryResult)]
pub(crate) struct Row {
    id: Uuid,
    subject: String,
    state: String,
    reason: Option<String>,
    state_at: i64,
    provisional: bool,
    epoch: i64,
    exclusive_until: Option<i64>,
    exclusive_device_id: Option<Uuid>,
    organisation: Option<String>,
    last_interactive_at: Option<i64>,
    locale: Option<String>,
}

pub(crate) fn read(row: Option<Row>) -> Result<Option<User>, StorageError> {
    Ok(row.map(User::try_from).transpose()?)
}

impl TryFrom<Row> for User {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "users",
            id: &row.id,
        };
        let locale = match row.locale.as_deref() {
            None => None,
            Some(tag) => Some(place.word("locale", Locale::from_tag(tag))?),
        };
        Ok(Self {
            id: UserId::from_uuid(row.id),
            subject: place.word("subject", Subject::parse(&row.subject))?,
            state: read_state(&row, place)?,
            provisional: row.provisional,
            epoch: row.epoch,
            exclusive: read_exclusive(&row, place)?,
            organisation: read_organisation(&row, place)?,
            last_interactive_at: maybe(row.last_interactive_at),
            locale,
        })
    }
}

fn read_exclusive(row: &Row, place: Place<'_>) -> Result<Option<Exclusivity>, Inconsistent> {
    match (row.exclusive_device_id, maybe(row.exclusive_until)) {
        (Some(device_id), Some(until)) => Ok(Some(Exclusivity {
            device_id: DeviceId::from_uuid(device_id),
            until,
        })),
        (None, None) => Ok(None),
        (Some(_), None) | (None, Some(_)) => Err(place.bad("exclusive_until")),
    }
}

fn read_organisation(row: &Row, place: Place<'_>) -> Result<Option<Bin>, Inconsistent> {
    let bin = row
        .organisation
        .as_deref()
        .map(|bin| Bin::parse(bin, Checksum::Ignored));
    bin.transpose().map_err(|_| place.bad("organisation"))
}

fn read_state(row: &Row, place: Place<'_>) -> Result<UserState, Inconsistent> {
    let at = Timestamp::from_micros(row.state_at);
    match (row.state.as_str(), row.reason.as_deref()) {
        ("invited", None) => Ok(UserState::Invited),
        ("active", None) => Ok(UserState::Active),
        ("locked", Some(reason)) => Ok(UserState::Locked {
            reason: place.word("reason", LockReason::from_word(reason))?,
            at,
        }),
        ("closed", None) => Ok(UserState::Closed { at }),
        _ => Err(place.bad("state")),
    }
}
