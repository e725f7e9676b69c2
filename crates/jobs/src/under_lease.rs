//! A lease kept across rounds: claimed when there is work, renewed when half of it has passed, and while a round takes long.

use std::time::Duration;

use authority::time::{Clock, Timestamp, seconds};
use storage::leases::{self, Lease};
use storage::{Db, StorageError};

/// How long a node that stops answering keeps a job from the others.
const LEASE_TTL: Duration = seconds(10);
/// How often the lease is renewed while a round runs: two renewals may fail before it is lost.
pub(crate) const BEAT: Duration = seconds(3);

/// The lease of one job, as far as this node holds it.
#[derive(Debug)]
pub struct UnderLease {
    name: &'static str,
    holder: String,
    held: Option<(Lease, Timestamp)>,
}

impl UnderLease {
    /// The lease of this job for the node of this name; not in hand yet.
    pub const fn new(name: &'static str, holder: String) -> Self {
        Self {
            name,
            holder,
            held: None,
        }
    }

    /// Whether this node may do the job now. Costs no query while more than half of the lease is left.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn is_ours(&mut self, db: &Db, now: Timestamp) -> Result<bool, StorageError> {
        let until = now.plus(LEASE_TTL);
        if let Some((lease, held_until)) = self.held.take() {
            if now.plus(LEASE_TTL / 2) < held_until {
                self.held = Some((lease, held_until));
                return Ok(true);
            }
            let renewed = db.tx("renew_lease", |tx| {
                let lease = lease.clone();
                async move { leases::renew(&tx, &lease, now, until).await }
            });
            if renewed.await? {
                self.held = Some((lease, until));
                return Ok(true);
            }
        }
        let claimed = db.tx("claim_lease", |tx| {
            let (name, holder) = (self.name, self.holder.clone());
            async move { leases::claim(&tx, name, &holder, now, until).await }
        });
        self.held = claimed.await?.map(|lease| (lease, until));
        Ok(self.held.is_some())
    }

    /// Does the work, and renews the lease at every beat while it lasts. When the lease is lost, the work ends where it stands and
    /// gives `None`: another node does it by now. What it committed stays.
    pub async fn during<T, B>(
        &mut self,
        (db, clock): (&Db, &dyn Clock),
        beat: impl FnMut() -> B,
        work: impl Future<Output = T>,
    ) -> Option<T>
    where
        B: Future<Output = ()>,
    {
        // Both go on side by side: the work may hold what renewing waits for.
        tokio::select! {
            done = work => Some(done),
            () = self.keep(db, clock, beat) => None,
        }
    }

    /// Renews the lease at every beat, and ends when it is lost. While the database is not available it is lost when it ends.
    async fn keep<B>(&mut self, db: &Db, clock: &dyn Clock, mut beat: impl FnMut() -> B)
    where
        B: Future<Output = ()>,
    {
        while let Some((lease, held_until)) = self.held.clone() {
            beat().await;
            let now = clock.now();
            let until = now.plus(LEASE_TTL);
            let renewed = db.tx("renew_lease", |tx| {
                let lease = lease.clone();
                async move { leases::renew(&tx, &lease, now, until).await }
            });
            match renewed.await {
                Ok(true) => self.held = Some((lease, until)),
                Err(_) if clock.now() < held_until => {}
                Ok(false) | Err(_) => self.held = None,
            }
        }
    }

    /// Gives the job to the others at once, as a node does that stops.
    ///
    /// # Errors
    /// The database is not available: the lease ends by itself.
    pub async fn release(&mut self, db: &Db, now: Timestamp) -> Result<(), StorageError> {
        let Some((lease, _)) = self.held.take() else {
            return Ok(());
        };
        db.tx("release_lease", |tx| {
            let lease = lease.clone();
            async move { leases::release(&tx, &lease, now).await }
        })
        .await
    }
}
