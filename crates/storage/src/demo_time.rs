//! What a demo's clock needs of the database: a clock that is turned back leaves rows behind that wait for instants long
//! ahead. Only where test people are; no production deployment turns its clock.

use authority::time::Timestamp;

use crate::sql::{self, at};
use crate::{Connection, StorageError, Tx};

/// Lets go what would wait for an instant after `now`: counters, messages that were sent "later", deliveries.
///
/// # Errors
/// The database is not available.
pub async fn turn_back(tx: &Tx, now: Timestamp) -> Result<(), StorageError> {
    for sql in [
        "DELETE FROM throttles WHERE expires_at > $1",
        "DELETE FROM sms WHERE created_at > $1",
        "UPDATE sms SET claimed_until = 0 WHERE claimed_until > $1 AND kind <> 'reminder'",
        "UPDATE outbox SET claimed_until = 0 WHERE claimed_until > $1",
        "UPDATE outbox SET due_at = $1 WHERE due_at > $1",
    ] {
        sql::execute(tx, sql, [at(now)]).await?;
    }
    Ok(())
}

/// Lets go the jobs of a node that was killed while its clock was ahead; for the start of a deployment of one node.
///
/// # Errors
/// The database is not available.
pub async fn free_jobs(tx: &Tx, now: Timestamp) -> Result<(), StorageError> {
    sql::execute(tx, "UPDATE leases SET held_until = $1 WHERE held_until > $1", [at(now)])
        .await
        .map(drop)
}

/// The latest end of a time in which only one device of a person may act; for a page that leads there.
///
/// # Errors
/// The database is not available.
pub async fn find_latest_exclusive(conn: &Connection) -> Result<Option<Timestamp>, StorageError> {
    let sql = "SELECT COALESCE(MAX(exclusive_until), 0) AS total FROM users";
    let latest = sql::count(conn, sql, []).await?;
    Ok((latest > 0).then(|| Timestamp::from_micros(latest)))
}
