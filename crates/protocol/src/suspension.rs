//! Suspending an account and letting its person return (ux K12, X5, R8; security rules DB-12, AC-5). Suspending ends
//! everything that was issued and tells the clients; it changes nothing else, so nobody gains by it.

use authority::audit::{Event, EventKind};
use authority::time::Timestamp;
use authority::users::{User, UserState};
use storage::{StorageError, Tx, audit, sms, users};

use crate::Provider;
use crate::logout::{Ended, tell_clients};
use crate::notices::{self, Change};

/// Suspends the account whose row the caller holds, and says whether it was open. `event` says who did it, and from where;
/// its kind and person are filled in.
///
/// # Errors
/// The database is not available.
pub async fn suspend(
    tx: &Tx,
    provider: &Provider,
    user: &User,
    event: Event,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(state) = user.state.suspended(now) else {
        return Ok(false);
    };
    tell_clients(tx, provider, Ended::AllOf(user.id)).await?;
    users::record_state(tx, user.id, state, now).await?;
    users::raise_epoch(tx, user.id).await?;
    let event = Event {
        kind: EventKind::AccountLocked,
        user_id: Some(user.id),
        ..event
    };
    audit::insert(tx, &event).await?;
    sms::delete_reminders(tx, user.id).await?;
    sms::delete_key_reminders(tx, user.id).await?;
    notices::tell(tx, provider, user, Change::Suspended, now).await?;
    Ok(true)
}

/// Opens an account that its person suspended, when its rest is over, and says whether it did.
///
/// # Errors
/// The database is not available, or the rules have no meaning.
pub async fn return_from_suspension(
    tx: &Tx,
    provider: &Provider,
    user: &User,
    event: Event,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let rest = crate::policy::binding_policy(tx, provider, user).await?.suspension_rest;
    if user.return_from(rest).is_none_or(|from| now < from) {
        return Ok(false);
    }
    users::record_state(tx, user.id, UserState::Active, now).await?;
    let event = Event {
        kind: EventKind::AccountUnlocked,
        user_id: Some(user.id),
        ..event
    };
    audit::insert(tx, &event).await?;
    notices::tell(tx, provider, user, Change::Returned, now).await?;
    Ok(true)
}
