//! Bound devices. Unique indexes keep one live device for each slot of a user, one device for each key and cookie; who
//! loses a race gets [`Binding::Taken`] and no session (security rule DB-10).
//!
//! Retention: an ended device is deleted after [`expire`]'s limit.

use authority::devices::{Device, DeviceKey};
use authority::ids::{DeviceId, UserId};
use authority::secret::TokenDigest;
use authority::time::Timestamp;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::{Place, maybe};
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// What became of a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The device is bound.
    Bound,
    /// The slot is taken by a live device, or the key was bound before.
    Taken,
}

/// The user's live devices, by slot.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_live_for_user(conn: &Connection, user: UserId) -> Result<Vec<Device>, StorageError> {
    let sql = "SELECT * FROM devices WHERE user_id = $1 AND ended_at IS NULL ORDER BY slot";
    let rows: Vec<Row> = sql::list(conn, sql, [user.as_uuid().into()]).await?;
    rows.into_iter()
        .map(|row| Device::try_from(row).map_err(Into::into))
        .collect()
}

/// All devices of a user, ended ones too, latest binding first.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn list_for_user(conn: &Connection, user: UserId) -> Result<Vec<Device>, StorageError> {
    let sql = "SELECT * FROM devices WHERE user_id = $1 ORDER BY bound_at DESC, id DESC";
    let rows: Vec<Row> = sql::list(conn, sql, [user.as_uuid().into()]).await?;
    rows.into_iter()
        .map(|row| Device::try_from(row).map_err(Into::into))
        .collect()
}

/// The live device that a browser's cookie names. The cookie identifies; it proves nothing (security rule DB-1).
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_by_cookie(conn: &Connection, cookie: &TokenDigest) -> Result<Option<Device>, StorageError> {
    let sql = "SELECT * FROM devices WHERE cookie_digest = $1 AND ended_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [sql::digest(cookie)]).await?;
    Ok(row.map(Device::try_from).transpose()?)
}

/// The device of this id, if it is this user's, live or not.
///
/// # Errors
/// The database is not available, or the row is impossible.
pub async fn find_for_user(conn: &Connection, user: UserId, id: DeviceId) -> Result<Option<Device>, StorageError> {
    let sql = "SELECT * FROM devices WHERE id = $1 AND user_id = $2";
    let row: Option<Row> = sql::find(conn, sql, [id.as_uuid().into(), user.as_uuid().into()]).await?;
    Ok(row.map(Device::try_from).transpose()?)
}

/// Binds the device. Call [`crate::users::lock`] first.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, device: &Device) -> Result<Binding, StorageError> {
    let (thumbprint, public_jwk) = match &device.key {
        DeviceKey::P256 { thumbprint, public_jwk } => (Some(thumbprint.to_vec()), Some(public_jwk.clone())),
        #[cfg(feature = "sandbox")]
        DeviceKey::SandboxCookie => (None, None),
    };
    let cells = [
        ("id", device.id.as_uuid().into()),
        ("user_id", device.user_id.as_uuid().into()),
        ("slot", i64::from(device.slot).into()),
        ("thumbprint", thumbprint.into()),
        ("public_jwk", public_jwk.into()),
        ("cookie_digest", sql::digest(&device.cookie_digest)),
        ("name", device.name.clone().into()),
        ("agent", device.agent.clone().into()),
        ("bound_at", at(device.bound_at)),
        ("last_used_at", at(device.last_used_at)),
        ("ended_at", sql::maybe_at(device.ended_at)),
    ];
    Ok(if sql::insert_new(tx, "devices", cells).await? {
        Binding::Bound
    } else {
        Binding::Taken
    })
}

/// Records a sign-in from the device.
///
/// # Errors
/// The database is not available.
pub async fn record_use(tx: &Tx, id: DeviceId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE devices SET last_used_at = $2 WHERE id = $1 AND ended_at IS NULL";
    sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await.map(drop)
}

/// Gives a live device of the user another name; says whether there was one.
///
/// # Errors
/// The database is not available.
pub async fn record_name(tx: &Tx, user: UserId, id: DeviceId, name: &str) -> Result<bool, StorageError> {
    let sql = "UPDATE devices SET name = $3 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), user.as_uuid().into(), name.into()]).await? == 1)
}

/// Ends a binding; says whether it was live. What was issued on it dies with it, because every token is joined with its
/// device.
///
/// # Errors
/// The database is not available.
pub async fn end(tx: &Tx, user: UserId, id: DeviceId, reason: &str, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE devices SET ended_at = $3, end_reason = $4 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL";
    Ok(sql::execute(
        tx,
        sql,
        [id.as_uuid().into(), user.as_uuid().into(), at(now), reason.into()],
    )
    .await?
        == 1)
}

/// Deletes up to `limit` devices that ended before `before` and that nothing refers to any more.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp, limit: u32) -> Result<u64, StorageError> {
    let sql = "DELETE FROM devices WHERE id IN (SELECT id FROM devices WHERE ended_at < $1 \
               AND NOT EXISTS (SELECT 1 FROM browser_sessions WHERE device_id = devices.id) \
               AND NOT EXISTS (SELECT 1 FROM grants WHERE device_id = devices.id) LIMIT $2)";
    sql::execute(tx, sql, [at(before), i64::from(limit).into()]).await
}

#[derive(FromQueryResult)]
pub(crate) struct Row {
    id: Uuid,
    user_id: Uuid,
    slot: i64,
    thumbprint: Option<Vec<u8>>,
    public_jwk: Option<String>,
    cookie_digest: Vec<u8>,
    name: String,
    agent: Option<String>,
    bound_at: i64,
    last_used_at: i64,
    ended_at: Option<i64>,
}

impl TryFrom<Row> for Device {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let place = Place {
            table: "devices",
            id: &row.id,
        };
        let key = match (row.thumbprint, row.public_jwk) {
            (Some(thumbprint), Some(public_jwk)) => DeviceKey::P256 {
                thumbprint: place.bytes32("thumbprint", &thumbprint)?,
                public_jwk,
            },
            #[cfg(feature = "sandbox")]
            (None, None) => DeviceKey::SandboxCookie,
            #[cfg(not(feature = "sandbox"))]
            (None, None) => return Err(place.bad("thumbprint")),
            (Some(_), None) | (None, Some(_)) => return Err(place.bad("public_jwk")),
        };
        Ok(Self {
            id: DeviceId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            slot: i16::try_from(row.slot).map_err(|_| place.bad("slot"))?,
            key,
            cookie_digest: place.digest("cookie_digest", &row.cookie_digest)?,
            agent: row.agent.unwrap_or_else(|| row.name.clone()),
            name: row.name,
            bound_at: Timestamp::from_micros(row.bound_at),
            last_used_at: Timestamp::from_micros(row.last_used_at),
            ended_at: maybe(row.ended_at),
        })
    }
}
