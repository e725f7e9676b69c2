//! Sealing the audit log: at least every second, whatever is committed gets its place in the chain (security rule DU-2).

use std::time::Duration;

use authority::secret::Keyring;
use authority::time::{Timestamp, seconds};
use storage::audit::{self, Seal};
use storage::{Db, StorageError};

/// A sealer that is further behind alarms.
pub const SEALER_TOO_LATE: Duration = seconds(60);
/// Seals handed out in one round.
const SEALS: u32 = 100;

/// Seals everything that is pending; `None` when nothing was.
///
/// # Errors
/// The database is not available; what was pending stays pending.
pub async fn seal_audit(db: &Db, keyring: &Keyring, now: Timestamp) -> Result<Option<Seal>, StorageError> {
    let Some(oldest) = audit::find_oldest_pending(db).await? else {
        return Ok(None);
    };
    if now.since(oldest) > SEALER_TOO_LATE {
        tracing::error!(
            behind_s = now.since(oldest).as_secs(),
            "the audit log is sealed too late"
        );
    }
    let sealed = db
        .tx("seal_audit", |tx| async move { audit::seal(&tx, keyring, now).await })
        .await?;
    if sealed.is_some() {
        export(db, now).await?;
    }
    Ok(sealed)
}

/// Hands every new seal to the process's log, which is kept elsewhere: `kiru audit verify --seal` compares with it, so that
/// a chain whose end was cut off does not pass.
async fn export(db: &Db, now: Timestamp) -> Result<(), StorageError> {
    for seal in audit::list_unexported(db, SEALS).await? {
        tracing::info!(
            seal.position = seal.position,
            seal.head = audit::hex(&seal.head),
            "the audit log was sealed"
        );
        let position = seal.position;
        db.tx("export_seal", |tx| async move {
            audit::record_exported(&tx, position, now).await
        })
        .await?;
    }
    Ok(())
}
