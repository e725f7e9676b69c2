//! A lease kept across rounds and through long ones: claimed when there is work, renewed when half of it has passed.

use std::pin::pin;
use std::time::Duration;

use authority::time::{Clock, Timestamp, seconds};
use storage::leases::{self, Lease};
use storage::{Db, StorageError};
use tokio::time::{MissedTickBehavior, interval};

/// How long a node that stops answering keeps a job from the others.
const LEASE_TTL: Duration = seconds(10);
/// How often a lease is looked after while a round takes its time.
pub(crate) const LOOK_AFTER: Duration = seconds(2);

/// The lease of one job, as far as this node holds it.
#[derive(Debug)]
pub(crate) struct UnderLease {
    name: &'static str,
    holder: String,
    held: Option<(Lease, Timestamp)>,
}

impl UnderLease {
    pub(crate) const fn new(name: &'static str, holder: String) -> Self {
        Self {
            name,
            holder,
            held: None,
        }
    }

    /// Does a round of the job and keeps the lease meanwhile: a download may take longer than a lease. A node whose lease is
    /// lost all the same finishes its round, since what any job writes is conditional.
    pub(crate) async fn keep<T>(
        &mut self,
        (db, clock): (&Db, &dyn Clock),
        every: Duration,
        round: impl Future<Output = T>,
    ) -> T {
        let keeping = async {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if let Err(error) = self.renew(db, clock.now()).await {
                    tracing::warn!(
                        job = self.name,
                        error = &error as &dyn std::error::Error,
                        "the lease of a job under way was not renewed; that is tried again"
                    );
                }
            }
        };
        // Both go on at the same time, so that neither waits for a transaction of the other.
        let (round, keeping) = (pin!(round), pin!(keeping));
        tokio::select! {
            done = round => done,
            never = keeping => never,
        }
    }

    /// Whether this node may do the job now. Costs no query while more than half of the lease is left.
    pub(crate) async fn is_ours(&mut self, db: &Db, now: Timestamp) -> Result<bool, StorageError> {
        if self.renew(db, now).await? {
            return Ok(true);
        }
        let until = now.plus(LEASE_TTL);
        let claimed = db.tx("claim_lease", |tx| {
            let (name, holder) = (self.name, self.holder.clone());
            async move { leases::claim(&tx, name, &holder, now, until).await }
        });
        self.held = claimed.await?.map(|lease| (lease, until));
        Ok(self.held.is_some())
    }

    /// Whether the lease in hand still is, prolonged when half of it has passed. What is in hand is known also when this is
    /// dropped under way.
    async fn renew(&mut self, db: &Db, now: Timestamp) -> Result<bool, StorageError> {
        let Some((lease, held_until)) = &self.held else {
            return Ok(false);
        };
        if now.plus(LEASE_TTL / 2) < *held_until {
            return Ok(true);
        }
        let until = now.plus(LEASE_TTL);
        let renewed = db.tx("renew_lease", |tx| {
            let lease = lease.clone();
            async move { leases::renew(&tx, &lease, now, until).await }
        });
        let renewed = renewed.await?;
        self.held = self.held.take().filter(|_| renewed).map(|(lease, _)| (lease, until));
        Ok(renewed)
    }

    /// Gives the job to the others at once, as a node does that stops.
    pub(crate) async fn release(&mut self, db: &Db, now: Timestamp) -> Result<(), StorageError> {
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
