//! Writing a record of evidence into a file (security rule CE-15). It names a person, so it is audited.

use authority::audit::EventKind;
use authority::ids::EventId;
use federation::eds::evidence_file;
use storage::{StorageError, audit, evidence};

use super::{Reason, event};
use crate::foundation::Foundation;

/// The file of the record of this audit event; `None` when there is none.
///
/// # Errors
/// The database is not available, or the record was altered.
pub async fn export(foundation: &Foundation, of: EventId, reason: &Reason) -> Result<Option<Vec<u8>>, StorageError> {
    let Some(found) = evidence::find(&foundation.db, of, &foundation.keyring).await? else {
        return Ok(None);
    };
    let file = evidence_file(&found.record, &found.objects)?;
    let now = foundation.decision_now(&foundation.db).await?;
    let why = reason.as_str().to_owned();
    let mut told = event(EventKind::EvidenceExported, Some(found.about.user), why, now);
    told.evidence = Some(found.digest());
    let told = &told;
    let kept = foundation
        .db
        .tx("evidence_export", |tx| async move { audit::insert(&tx, told).await });
    kept.await.map_err(|error: StorageError| error)?;
    Ok(Some(file))
}
