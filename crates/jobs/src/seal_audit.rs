//! Sealing the audit log: at least every second, whatever is committed gets its place in the chain (security rule DU-2).

use authority::secret::Keyring;
use authority::time::Timestamp;
use storage::audit::{self, SEALER_TOO_LATE, Seal};
use storage::{Db, StorageError};

/// Seals of one round: a sealer that was away catches up in one, without keeping the lease for too long.
const ROUNDS: u32 = 50;
/// Seals handed out in one round.
const SEALS: u32 = 100;

/// Seals everything that is pending and gives the last seal; `None` when nothing was pending.
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
    let mut last = None;
    for _ in 0..ROUNDS {
        let sealed = db
            .tx("seal_audit", |tx| async move { audit::seal(&tx, keyring, now).await })
            .await?;
        let Some(sealed) = sealed else { break };
        let is_full = sealed.covered() >= Seal::MOST;
        last = Some(sealed);
        export(db, now).await?;
        if !is_full {
            break;
        }
    }
    Ok(last)
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
