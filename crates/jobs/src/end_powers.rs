//! Powers of attorney whose time is over: nothing that was issued by them counts any more, which needs no job; both people
//! and the clients are told, which does (security rule DG-6).

use authority::time::Timestamp;
use storage::{StorageError, powers};

use crate::Jobs;

/// Powers of one round, each in a transaction of its own.
const MOST: u32 = 100;

impl Jobs {
    /// Tells of the powers that ran out by `now`, and says of how many. On several nodes at once each is told once.
    ///
    /// # Errors
    /// The database is not available; what was told stays told.
    pub async fn end_powers(&self, now: Timestamp) -> Result<u32, StorageError> {
        let provider = &self.logout.provider;
        let mut told = 0_u32;
        for kept in powers::list_untold(&self.db, now, MOST).await? {
            let power = &kept.power;
            let body = |tx: storage::Tx| async move { protocol::powers::tell_over(&tx, provider, power, now).await };
            if self.db.tx("end_power", body).await? {
                told = told.saturating_add(1);
            }
        }
        if told > 0 {
            provider.logout_wake.ring();
        }
        Ok(told)
    }
}
