//! A lowered `sessions.per_account` reaches sessions that run already (security rule SE-14).

use authority::audit::EventKind;
use authority::ids::UserId;
use authority::policy::PolicyKey;
use chrono_tz::Tz;
use protocol::policy::effective;
use protocol::session_limit::end_surplus;
use storage::sessions::{list_crowded, list_live_for_user};
use storage::{Moment, StorageError, Tx, policies, users};

use super::event;
use crate::chance::chance;
use crate::foundation::Foundation;

/// People looked at in one go.
const BATCH: u32 = 500;

/// Ends what is beyond the rule, of everybody whom it concerns: one transaction for each person. Says how many sessions
/// ended. Called once more it finishes what an interrupted one left.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn enforce_limit(foundation: &Foundation, zone: Tz) -> Result<usize, StorageError> {
    let most = lowest(foundation, zone).await?;
    let (mut after, mut ended) = (None, 0);
    loop {
        let crowded = list_crowded(&foundation.db, (most, BATCH), after, foundation.clock.now()).await?;
        for user in &crowded {
            let done = foundation.db.tx("limit_sessions", |tx| async move {
                end_of(&tx, foundation, zone, *user).await
            });
            ended += done.await?;
        }
        after = crowded.last().copied();
        if after.is_none() {
            return Ok(ended);
        }
    }
}

/// The lowest limit that is set for anybody.
async fn lowest(foundation: &Foundation, zone: Tz) -> Result<usize, StorageError> {
    let deployment = effective(&foundation.db, zone, None).await?;
    let general = deployment.map_or(1, |rules| rules.policy().sessions_per_account);
    let set = policies::list(&foundation.db).await?;
    let set = set
        .iter()
        .filter(|stored| stored.set.key == PolicyKey::SessionsPerAccount);
    Ok(set
        .filter_map(|stored| stored.set.value.parse().ok())
        .fold(general, usize::min))
}

async fn end_of(tx: &Tx, foundation: &Foundation, zone: Tz, user: UserId) -> Result<usize, StorageError> {
    let Some(user) = users::lock(tx, user).await? else {
        return Ok(0);
    };
    let now = foundation.decision_now(tx).await?;
    // Without meaning the rule decides nothing; whoever repairs it comes here again.
    let Ok(rules) = effective(tx, zone, user.organisation.as_ref()).await? else {
        return Ok(0);
    };
    let live = list_live_for_user(tx, user.id, Moment::as_given(now)).await?;
    let crowd = (user.id, live.as_slice(), rules.policy().sessions_per_account);
    let ended = end_surplus(tx, crowd, None, now, &mut chance()).await?;
    for id in &ended {
        let reason = PolicyKey::SessionsPerAccount.as_str().to_owned();
        let mut event = event(EventKind::SignedOut, Some(user.id), reason, now);
        event.session_id = Some(*id);
        storage::audit::insert(tx, &event).await?;
    }
    Ok(ended.len())
}
