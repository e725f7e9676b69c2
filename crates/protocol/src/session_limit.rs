//! How many sessions of one account run at the same time (security rule SE-14): the rule `sessions.per_account`. The one
//! used longest ago gives way.

use authority::devices::Device;
use authority::ids::{DeviceId, SessionId, UserId};
use authority::time::Timestamp;
use rand_core::CryptoRng;
use storage::backchannel_logouts::Ended;
use storage::sessions::{self, LiveSession, SessionEnd};
use storage::{StorageError, Tx};

use crate::logout::tell_clients_at;

/// Ends all of these sessions of a user but the first `keep`, and says which. `live` is what
/// [`sessions::list_live_for_user`] gave: latest activity first. One in a browser that stays signed in, which is `here` or
/// that of a session which is kept, was replaced there and nobody is told; from the others the clients are told that the
/// person is signed out. Call it with the user's row locked.
///
/// # Errors
/// The database is not available.
pub async fn end_surplus(
    tx: &Tx,
    (user, live, keep): (UserId, &[LiveSession], usize),
    here: Option<DeviceId>,
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Vec<SessionId>, StorageError> {
    let (kept, surplus) = live.split_at(keep.min(live.len()));
    let device = |live: &LiveSession| live.device.as_ref().map(|device: &Device| device.id);
    let mut ended = Vec::new();
    for one in surplus {
        let (id, theirs) = (one.session.id, device(one));
        if theirs.is_some() && (theirs == here || kept.iter().any(|kept| device(kept) == theirs)) {
            sessions::end(tx, id, SessionEnd::Replaced, now).await?;
        } else {
            tell_clients_at(tx, Ended::Session(id), now, rng).await?;
            sessions::end_of_user(tx, user, id, now).await?;
        }
        ended.push(id);
    }
    Ok(ended)
}
