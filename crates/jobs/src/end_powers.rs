//! Powers of attorney whose time is over: nothing that was issued by them counts any more, which needs no job; both people
//! and the clients are told, which does (security rule DG-6).

use authority::ids::PowerId;
use authority::time::Timestamp;
use storage::powers::{self, Over};
use storage::{StorageError, Tx};

use crate::Jobs;

/// Powers that are listed at a time; each is told in a transaction of its own.
const BATCH: u32 = 100;
/// After so many the round ends, so that the next one asks for time and lease anew.
pub(crate) const ROUND: u32 = 100;

impl Jobs {
    /// Tells of the powers that ran out by `now`, and says of how many; the others wait for
    /// the next round when there are many. On several nodes at once each is told once.
    ///
    /// # Errors
    /// The first that could not be told, after all others: one damaged row must not keep the others waiting. What was told
    /// stays told.
    pub async fn end_powers(&self, now: Timestamp) -> Result<u32, StorageError> {
        let (mut told, mut failed) = (0_u32, None);
        let mut after: Option<Over> = None;
        loop {
            let batch = match powers::list_untold(&self.db, now, (after, BATCH)).await {
                Ok(batch) => batch,
                Err(error) => {
                    failed = failed.or(Some(error));
                    break;
                }
            };
            let Some(last) = batch.last().filter(|_| told < ROUND) else {
                break;
            };
            after = Some(*last);
            for over in batch {
                match self.tell_over(over.id, now).await {
                    Ok(is_told) => told = told.saturating_add(is_told.into()),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
        if told > 0 {
            self.logout.provider.logout_wake.ring();
        }
        failed.map_or(Ok(told), Err)
    }

    async fn tell_over(&self, id: PowerId, now: Timestamp) -> Result<bool, StorageError> {
        let provider = &self.logout.provider;
        let body = |tx: Tx| async move {
            match powers::find(&tx, id).await? {
                Some(kept) => protocol::powers::tell_over(&tx, provider, &kept.power, now).await,
                None => Ok(false),
            }
        };
        self.db.tx("end_power", body).await
    }
}
