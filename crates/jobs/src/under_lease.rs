//! A lease kept across rounds: claimed when there is work, renewed when half of it has passed.

use std::time::Duration;

use authority::time::{Timestamp, seconds};
use storage::leases::{self, Lease};
use storage::{Db, StorageError};

/// How long a node that stops answering keeps a job from the others.
const LEASE_TTL: Duration = seconds(10);

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

    /// Whether this node may do the job now. Costs no query while more than half of the lease is left.
    pub(crate) async fn is_ours(&mut self, db: &Db, now: Timestamp) -> Result<bool, StorageError> {
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
