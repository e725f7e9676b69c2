//! Locking and unlocking an account: an explicit act of an administrator (security rule AC-5).

use authority::audit::EventKind;
use authority::ids::UserId;
use authority::users::StateRefusal;
use protocol::logout::tell_clients_at;
use protocol::notices::Change;
use storage::StorageError;
use storage::backchannel_logouts::Ended;

use super::{Office, Reason, event};
use crate::chance::chance;

/// Locks the account: sessions and tokens end at once, clients are told.
///
/// # Errors
/// The outer: the database is not available. The inner: the state does not allow it.
pub async fn lock(office: &Office, user: UserId, reason: &Reason) -> Result<Result<(), StateRefusal>, StorageError> {
    let done = office.db.tx("lock_user", |tx| async move {
        let Some(user) = storage::users::lock(&tx, user).await? else {
            return Ok(Err(StateRefusal::Closed));
        };
        let now = office.decision_now(&tx).await?;
        let state = match user.state.lock_by_administrator(now) {
            Ok(state) => state,
            Err(refusal) => return Ok(Err(refusal)),
        };
        tell_clients_at(&tx, Ended::AllOf(user.id), now, &mut chance()).await?;
        storage::users::record_state(&tx, user.id, state, now).await?;
        storage::users::raise_epoch(&tx, user.id).await?;
        let words = format!("administrator: {}", reason.as_str());
        storage::audit::insert(&tx, &event(EventKind::AccountLocked, Some(user.id), words, now)).await?;
        storage::sms::delete_reminders(&tx, user.id).await?;
        storage::sms::delete_key_reminders(&tx, user.id).await?;
        office.tell(&tx, &user, Change::Suspended, now).await?;
        Ok::<_, StorageError>(Ok(()))
    });
    done.await
}

/// Unlocks an account that an administrator, the person or three months of silence had locked.
///
/// # Errors
/// The outer: the database is not available. The inner: the state does not allow it.
pub async fn unlock(office: &Office, user: UserId, reason: &Reason) -> Result<Result<(), StateRefusal>, StorageError> {
    let done = office.db.tx("unlock_user", |tx| async move {
        let Some(user) = storage::users::lock(&tx, user).await? else {
            return Ok(Err(StateRefusal::Closed));
        };
        let now = office.decision_now(&tx).await?;
        let state = match user.state.unlock_by_administrator() {
            Ok(state) => state,
            Err(refusal) => return Ok(Err(refusal)),
        };
        storage::users::record_state(&tx, user.id, state, now).await?;
        let words = format!("administrator: {}", reason.as_str());
        storage::audit::insert(&tx, &event(EventKind::AccountUnlocked, Some(user.id), words, now)).await?;
        office.tell(&tx, &user, Change::Returned, now).await?;
        Ok::<_, StorageError>(Ok(()))
    });
    done.await
}
