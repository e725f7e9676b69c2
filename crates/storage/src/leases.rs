//! Leases: which node does a job. The fence rises with each change of hands; work that carries an old fence is refused.
//!
//! Retention: one row for each job, for good.

use authority::time::Timestamp;
use sea_orm::FromQueryResult;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// A lease in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub name: &'static str,
    /// The node that holds it.
    pub holder: String,
    /// Rises with each change of hands.
    pub fence: i64,
}

/// Claims the job for `holder` until `until`; `None` while another node holds it.
///
/// # Errors
/// The database is not available.
pub async fn claim(
    tx: &Tx,
    name: &'static str,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Lease>, StorageError> {
    let sql = "INSERT INTO leases (name, holder, fence, held_until) VALUES ($1, $2, 1, $4) \
               ON CONFLICT (name) DO UPDATE SET fence = leases.fence + 1, holder = excluded.holder, \
               held_until = excluded.held_until WHERE leases.held_until <= $3 RETURNING fence";
    let row: Option<Row> = sql::find(tx, sql, [name.into(), holder.into(), at(now), at(until)]).await?;
    Ok(row.map(|row| Lease {
        name,
        holder: holder.to_owned(),
        fence: row.fence,
    }))
}

/// Prolongs the lease; `false` when it was lost.
///
/// # Errors
/// The database is not available.
pub async fn renew(tx: &Tx, lease: &Lease, now: Timestamp, until: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE leases SET held_until = $4 WHERE name = $1 AND fence = $2 AND held_until > $3";
    Ok(sql::execute(tx, sql, [lease.name.into(), lease.fence.into(), at(now), at(until)]).await? == 1)
}

/// Gives the job back; a lease that was lost changes nothing.
///
/// # Errors
/// The database is not available.
pub async fn release(tx: &Tx, lease: &Lease, now: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE leases SET held_until = $3 WHERE name = $1 AND fence = $2 AND held_until > $3";
    sql::execute(tx, sql, [lease.name.into(), lease.fence.into(), at(now)])
        .await
        .map(drop)
}

/// Whether the lease is still in hand; work that others would repeat asks this inside its own transaction.
///
/// # Errors
/// The database is not available.
pub async fn is_held(conn: &Connection, lease: &Lease, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "SELECT COUNT(*) AS total FROM leases WHERE name = $1 AND fence = $2 AND held_until > $3";
    Ok(sql::count(conn, sql, [lease.name.into(), lease.fence.into(), at(now)]).await? == 1)
}

#[derive(FromQueryResult)]
struct Row {
    fence: i64,
}
