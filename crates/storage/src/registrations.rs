//! Registrations of new devices (table `registrations`). A unique index keeps one open for each person.
//!
//! Retention: a registration is the person's history; [`expire`] deletes the old ones.

use authority::ids::{AttemptId, DeviceId, RegistrationId, UserId};
use authority::registrations::{Picture, PictureWay, Registration, RegistrationEnd, RegistrationState};
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::{Place, maybe};
use crate::sql::{self, at, maybe_at};
use crate::{Connection, Inconsistent, StorageError, Tx, Write};

/// Keeps a new registration; `false` when the person has an open one: end that first. Call [`crate::users::lock`] before.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, registration: &Registration) -> Result<bool, StorageError> {
    let columns = Columns::of(&registration.state);
    let cells = [
        ("id", registration.id.as_uuid().into()),
        ("user_id", registration.user_id.as_uuid().into()),
        ("attempt_id", registration.attempt_id.as_uuid().into()),
        ("state", columns.state.into()),
        (
            "picture_sealed",
            columns.picture.map(|picture| picture.sealed.clone()).into(),
        ),
        (
            "picture_expires_at",
            maybe_at(columns.picture.map(|picture| picture.expires_at)),
        ),
        ("version", registration.version.into()),
        ("started_at", at(registration.started_at)),
    ];
    sql::insert_new(tx, "registrations", cells).await
}

/// The latest registration of an attempt.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_for_attempt(conn: &Connection, attempt: AttemptId) -> Result<Option<Registration>, StorageError> {
    let sql = "SELECT * FROM registrations WHERE attempt_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1";
    read(sql::find(conn, sql, [attempt.as_uuid().into()]).await?)
}

/// The open registration of a person.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_open(conn: &Connection, user: UserId) -> Result<Option<Registration>, StorageError> {
    let sql = "SELECT * FROM registrations WHERE user_id = $1 AND committed_at IS NULL AND ended_at IS NULL";
    read(sql::find(conn, sql, [user.as_uuid().into()]).await?)
}

/// When devices of a person were registered, from `since` on, latest first.
///
/// # Errors
/// The database is not available.
pub async fn list_committed(conn: &Connection, user: UserId, since: Timestamp) -> Result<Vec<Timestamp>, StorageError> {
    let sql = "SELECT committed_at FROM registrations WHERE user_id = $1 AND committed_at >= $2 \
               ORDER BY committed_at DESC";
    let rows: Vec<CommittedRow> = sql::list(conn, sql, [user.as_uuid().into(), at(since)]).await?;
    Ok(rows
        .into_iter()
        .map(|row| Timestamp::from_micros(row.committed_at))
        .collect())
}

/// Records where the registration stands now, if nobody changed it since it was read.
///
/// # Errors
/// The database is not available.
pub async fn record(tx: &Tx, registration: &Registration) -> Result<Write, StorageError> {
    let columns = Columns::of(&registration.state);
    let sql = "UPDATE registrations SET state = $3, picture_sealed = $4, picture_expires_at = $5, \
               way = COALESCE($6, way), proven_at = COALESCE($7, proven_at), device_id = $8, committed_at = $9, \
               end_reason = $10, ended_at = $11, version = version + 1 WHERE id = $1 AND version = $2";
    let values = [
        registration.id.as_uuid().into(),
        registration.version.into(),
        columns.state.into(),
        columns.picture.map(|picture| picture.sealed.clone()).into(),
        maybe_at(columns.picture.map(|picture| picture.expires_at)),
        columns.way.map(PictureWay::as_str).into(),
        maybe_at(columns.proven_at),
        columns.device_id.map(DeviceId::as_uuid).into(),
        maybe_at(columns.committed_at),
        columns.end.map(|(reason, _)| reason.as_str()).into(),
        maybe_at(columns.end.map(|(_, at)| at)),
    ];
    Ok(match sql::execute(tx, sql, values).await? {
        1 => Write::Done,
        _ => Write::Lost,
    })
}

/// Records what was agreed to, as the hash of its text, and how many sessions the commit ended.
///
/// # Errors
/// The database is not available.
pub async fn record_consent(
    tx: &Tx,
    id: RegistrationId,
    consent: &[u8; 32],
    ended_sessions: u64,
) -> Result<(), StorageError> {
    let sql = "UPDATE registrations SET consent_hash = $2, ended_sessions = $3 WHERE id = $1";
    let ended = i64::try_from(ended_sessions).unwrap_or(i64::MAX);
    sql::execute(tx, sql, [id.as_uuid().into(), consent.to_vec().into(), ended.into()])
        .await
        .map(drop)
}

/// The hash of the text that was agreed to.
///
/// # Errors
/// The database is not available, or what is kept is no hash.
pub async fn find_consent(conn: &Connection, id: RegistrationId) -> Result<Option<[u8; 32]>, StorageError> {
    let sql = "SELECT consent_hash FROM registrations WHERE id = $1 AND consent_hash IS NOT NULL";
    let row: Option<ConsentRow> = sql::find(conn, sql, [id.as_uuid().into()]).await?;
    let hash = |row: ConsentRow| {
        let place = Place {
            table: "registrations",
            id: &id,
        };
        place.bytes32("consent_hash", &row.consent_hash)
    };
    Ok(row.map(hash).transpose()?)
}

/// How many sessions the commit of this registration ended.
///
/// # Errors
/// The database is not available.
pub async fn find_ended_sessions(conn: &Connection, id: RegistrationId) -> Result<u64, StorageError> {
    let sql = "SELECT COALESCE(ended_sessions, 0) AS total FROM registrations WHERE id = $1";
    let total = sql::count(conn, sql, [id.as_uuid().into()]).await?;
    Ok(u64::try_from(total).unwrap_or(0))
}

/// Deletes up to `limit` registrations that began before `before`.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM registrations WHERE id IN (SELECT id FROM registrations WHERE started_at < $1 LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

/// A state as its columns keep it.
#[derive(Default)]
struct Columns<'a> {
    state: &'static str,
    picture: Option<&'a Picture>,
    way: Option<PictureWay>,
    proven_at: Option<Timestamp>,
    device_id: Option<DeviceId>,
    committed_at: Option<Timestamp>,
    end: Option<(RegistrationEnd, Timestamp)>,
}

impl<'a> Columns<'a> {
    fn of(state: &'a RegistrationState) -> Self {
        match state {
            RegistrationState::Asked(picture) => Self {
                state: "asked",
                picture: Some(picture),
                ..Self::default()
            },
            RegistrationState::Proven { way, at } => Self {
                state: "proven",
                way: Some(*way),
                proven_at: Some(*at),
                ..Self::default()
            },
            RegistrationState::Committed { device_id, at } => Self {
                state: "committed",
                device_id: Some(*device_id),
                committed_at: Some(*at),
                ..Self::default()
            },
            RegistrationState::Ended { reason, at } => Self {
                state: "ended",
                end: Some((*reason, *at)),
                ..Self::default()
            },
        }
    }
}

#[derive(FromQueryResult)]
struct ConsentRow {
    consent_hash: Vec<u8>,
}

#[derive(FromQueryResult)]
struct CommittedRow {
    committed_at: i64,
}

fn read(row: Option<Row>) -> Result<Option<Registration>, StorageError> {
    Ok(row.map(Registration::try_from).transpose()?)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    attempt_id: Uuid,
    state: String,
    picture_sealed: Option<Vec<u8>>,
    picture_expires_at: Option<i64>,
    way: Option<String>,
    proven_at: Option<i64>,
    device_id: Option<Uuid>,
    committed_at: Option<i64>,
    end_reason: Option<String>,
    ended_at: Option<i64>,
    version: i64,
    started_at: i64,
}

impl TryFrom<Row> for Registration {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        Ok(Self {
            id: RegistrationId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            attempt_id: AttemptId::from_uuid(row.attempt_id),
            version: row.version,
            started_at: Timestamp::from_micros(row.started_at),
            state: read_state(row)?,
        })
    }
}

fn read_state(row: Row) -> Result<RegistrationState, Inconsistent> {
    let place = Place {
        table: "registrations",
        id: &row.id,
    };
    match row.state.as_str() {
        "asked" => Ok(RegistrationState::Asked(Picture {
            sealed: place.word("picture_sealed", row.picture_sealed)?,
            expires_at: place.word("picture_expires_at", maybe(row.picture_expires_at))?,
        })),
        "proven" => Ok(RegistrationState::Proven {
            way: place.word("way", row.way.as_deref().and_then(PictureWay::from_word))?,
            at: place.word("proven_at", maybe(row.proven_at))?,
        }),
        "committed" => Ok(RegistrationState::Committed {
            device_id: place.word("device_id", row.device_id.map(DeviceId::from_uuid))?,
            at: place.word("committed_at", maybe(row.committed_at))?,
        }),
        "ended" => Ok(RegistrationState::Ended {
            reason: place.word(
                "end_reason",
                row.end_reason.as_deref().and_then(RegistrationEnd::from_word),
            )?,
            at: place.word("ended_at", maybe(row.ended_at))?,
        }),
        _ => Err(place.bad("state")),
    }
}
