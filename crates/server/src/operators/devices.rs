//! Ending a person's binding: to free them from a lost device, or as a measure.

use authority::audit::EventKind;
use authority::devices::Device;
use authority::ids::UserId;
use authority::time::Timestamp;
use authority::users::User;
use protocol::logout::tell_clients_at;
use protocol::notices::Change;
use storage::backchannel_logouts::Ended;
use storage::{StorageError, Tx};

use super::{Office, Reason, event};
use crate::chance::chance;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unbinding {
    /// So many devices ended, and everything that was issued before.
    Ended(usize),
    /// There was no device.
    Nothing,
    /// Only the newest device may act until then, and one operator does not end that (security rule DB-13).
    Exclusive(Timestamp),
}

/// Frees a person from a lost device: bindings, sessions and tokens end, the next sign-in binds the browser it comes from.
///
/// # Errors
/// The database is not available.
pub async fn unbind(office: &Office, user: UserId, reason: &Reason) -> Result<Unbinding, StorageError> {
    let done = office.db.tx("unbind_device", |tx| async move {
        let Some(user) = storage::users::lock(&tx, user).await? else {
            return Ok(Unbinding::Nothing);
        };
        let now = office.decision_now(&tx).await?;
        if let Some(exclusive) = user.exclusivity_at(now) {
            return Ok(Unbinding::Exclusive(exclusive.until));
        }
        // Nothing ends then, so nobody is told.
        if storage::devices::list_live_for_user(&tx, user.id).await?.is_empty() {
            return Ok(Unbinding::Nothing);
        }
        let ended = end_all(office, &tx, &user, reason, now).await?;
        storage::users::raise_epoch(&tx, user.id).await?;
        Ok::<_, StorageError>(Unbinding::Ended(ended))
    });
    done.await
}

/// What became of a forced re-binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebinding {
    /// How many devices ended.
    pub ended: usize,
    /// Until when nobody may act, because the only device that might is gone; one operator does not end that.
    pub exclusive_until: Option<Timestamp>,
}

/// Ends bindings, sessions and tokens at once, also while only the newest device may act: a measure against a device that
/// somebody else registered. What runs of the exclusivity goes on running.
///
/// # Errors
/// The database is not available.
pub async fn rebind(office: &Office, user: UserId, reason: &Reason) -> Result<Rebinding, StorageError> {
    let done = office.db.tx("rebind_devices", |tx| async move {
        let Some(user) = storage::users::lock(&tx, user).await? else {
            return Ok(Rebinding {
                ended: 0,
                exclusive_until: None,
            });
        };
        let now = office.decision_now(&tx).await?;
        let ended = end_all(office, &tx, &user, reason, now).await?;
        if ended == 0 {
            // Sessions without a device end too, and leave their trace.
            let event = event(EventKind::DeviceUnbound, Some(user.id), reason.as_str().to_owned(), now);
            storage::audit::insert(&tx, &event).await?;
        }
        storage::users::raise_epoch(&tx, user.id).await?;
        Ok::<_, StorageError>(Rebinding {
            ended,
            exclusive_until: user.exclusivity_at(now).map(|exclusive| exclusive.until),
        })
    });
    done.await
}

/// Tells the clients, then ends all live devices and tells the person of each; the caller raises the epoch.
async fn end_all(
    office: &Office,
    tx: &Tx,
    user: &User,
    reason: &Reason,
    now: Timestamp,
) -> Result<usize, StorageError> {
    tell_clients_at(tx, Ended::AllOf(user.id), now, &mut chance()).await?;
    let mut ended = 0;
    for device in storage::devices::list_live_for_user(tx, user.id).await? {
        if storage::devices::end(tx, user.id, device.id, reason.as_str(), now).await? {
            storage::audit::insert(tx, &unbound(&device, reason, now)).await?;
            let change = Change::DeviceReleased { device: &device.name };
            office.tell(tx, user, change, now).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

fn unbound(device: &Device, reason: &Reason, now: Timestamp) -> authority::audit::Event {
    let mut event = event(
        EventKind::DeviceUnbound,
        Some(device.user_id),
        reason.as_str().to_owned(),
        now,
    );
    event.device_id = Some(device.id);
    event
}
