//! The phone of a person of a file: how many may share one, and who is told.

use authority::identifiers::PhoneNumber;
use authority::policy::Policy;
use authority::secret::Keyring;
use authority::time::Timestamp;
use protocol::notices::Change;
use storage::Tx;

use super::write::Ready;
use super::{ApplyError, PersonEntry};
use crate::operators::Office;

/// Links, changes or ends the phone. A stranger at the operator's file, or the operator's mistake, is noticed by whoever has
/// the old number (security rule AC-14).
pub(super) async fn write_phone(
    tx: &Tx,
    office: &Office,
    entry: &PersonEntry,
    ready: &Ready,
    now: Timestamp,
) -> Result<(), ApplyError> {
    let user = &ready.user;
    let live = storage::phones::find_live(tx, user.id, &office.keyring).await?;
    let wanted = ready.phone.as_ref();
    if live.as_ref().map(|phone| &phone.number) == wanted.map(|(number, _)| number) {
        return Ok(());
    }
    if live.is_some() {
        office.tell(tx, user, Change::PhoneChanged, now).await?;
        storage::phones::end(tx, user.id, now).await?;
    }
    if let Some((number, sealed)) = wanted {
        check_shared(tx, &office.keyring, entry, number, now).await?;
        storage::phones::insert(tx, sealed).await?;
        if !ready.is_new {
            office.tell(tx, user, Change::PhoneChanged, now).await?;
        }
    }
    Ok(())
}

/// One number serves a few accounts only (product B3); whoever links it at the same moment waits.
async fn check_shared(
    tx: &Tx,
    keyring: &Keyring,
    entry: &PersonEntry,
    number: &PhoneNumber,
    now: Timestamp,
) -> Result<(), ApplyError> {
    let digest = storage::phones::digest(keyring, number);
    storage::sms::lock_number(tx, &digest, now).await?;
    let shared = storage::phones::count_live_by_number(tx, &digest).await?;
    let most = Policy::default().accounts_per_phone;
    if usize::try_from(shared).is_ok_and(|shared| shared < most) {
        Ok(())
    } else {
        Err(ApplyError::PhoneShared {
            entry: entry.name.clone(),
            most,
        })
    }
}
