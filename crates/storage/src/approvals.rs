//! Requests that a second administrator agrees to (table `approvals`). A unique index keeps one open for each person;
//! whoever writes holds the person's row.
//!
//! Retention: with the user: both signed statements are evidence.

use authority::administrators::ApprovalRequest;
use authority::ids::{AdministratorId, ApprovalId, DeviceId, UserId};
use authority::time::Timestamp;
use authority::users::Exclusivity;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// The open request about a person.
///
/// # Errors
/// The database is not available.
pub async fn find_open(conn: &Connection, user: UserId) -> Result<Option<ApprovalRequest>, StorageError> {
    let sql = "SELECT * FROM approvals WHERE user_id = $1 AND ended_at IS NULL";
    let row: Option<Row> = sql::find(conn, sql, [user.as_uuid().into()]).await?;
    Ok(row.map(ApprovalRequest::from))
}

/// Keeps a request with what the administrator signed; `false` when another one is open.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, request: &ApprovalRequest, statement: &str) -> Result<bool, StorageError> {
    let cells = [
        ("id", request.id.as_uuid().into()),
        ("user_id", request.user_id.as_uuid().into()),
        ("device_id", request.exclusivity.device_id.as_uuid().into()),
        ("exclusive_until", at(request.exclusivity.until)),
        ("requested_by", request.requested_by.as_uuid().into()),
        ("reason", request.reason.clone().into()),
        ("request_statement", statement.into()),
        ("requested_at", at(request.requested_at)),
    ];
    sql::insert_new(tx, "approvals", cells).await
}

/// Records the agreement of another administrator, once.
///
/// # Errors
/// The database is not available.
pub async fn agree(
    tx: &Tx,
    id: ApprovalId,
    by: AdministratorId,
    statement: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "UPDATE approvals SET agreed_by = $2, agreement_statement = $3, ended_at = $4 \
               WHERE id = $1 AND ended_at IS NULL AND requested_by <> $2";
    let values = [id.as_uuid().into(), by.as_uuid().into(), statement.into(), at(now)];
    Ok(sql::execute(tx, sql, values).await? == 1)
}

/// Closes the open request about a person, to which nobody can agree any more.
///
/// # Errors
/// The database is not available.
pub async fn close(tx: &Tx, user: UserId, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE approvals SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
    sql::execute(tx, sql, [user.as_uuid().into(), at(now)]).await.map(drop)
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    device_id: Uuid,
    exclusive_until: i64,
    requested_by: Uuid,
    reason: String,
    requested_at: i64,
}

impl From<Row> for ApprovalRequest {
    fn from(row: Row) -> Self {
        Self {
            id: ApprovalId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            exclusivity: Exclusivity {
                device_id: DeviceId::from_uuid(row.device_id),
                until: Timestamp::from_micros(row.exclusive_until),
            },
            requested_by: AdministratorId::from_uuid(row.requested_by),
            requested_at: Timestamp::from_micros(row.requested_at),
            reason: row.reason,
        }
    }
}
