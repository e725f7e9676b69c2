//! The loops that run the jobs until the process stops.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use authority::secret::Keyring;
use authority::time::{Clock, Timestamp};
use messaging::{Sender, SmsGateway};
use storage::{Db, StorageError};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::remind_keys::is_due;
use crate::under_lease::{LOOK_AFTER, UnderLease};
use crate::{
    ListSources, ListsInUse, LogoutDelivery, RevocationWatch, deliver_sms, end_powers, end_revoked, expire,
    remind_keys, seal_audit,
};

/// What the jobs need.
#[derive(Clone)]
pub struct Jobs {
    /// The database.
    pub db: Db,
    /// The keys.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where messages leave.
    pub gateway: Arc<dyn SmsGateway>,
    /// Who messages are from.
    pub sender: Sender,
    /// Who tells clients that sessions ended.
    pub logout: LogoutDelivery,
    /// Where revocation lists come from, and who uses them.
    pub lists: ListSources,
    /// This node's name in leases.
    pub node: String,
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("node", &self.node).finish_non_exhaustive()
    }
}

/// What one node at a time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Sealing the audit log.
    SealAudit,
    /// Delivering messages.
    DeliverSms,
    /// Telling of powers that are over.
    EndPowers,
    /// Deleting what is over.
    Expire,
    /// Fetching revocation lists.
    CrlRefresh,
    /// Ending what rests on revoked certificates.
    EndRevoked,
    /// Reminding people of keys that end.
    RemindKeys,
}

impl Job {
    const ALL: [Self; 7] = [
        Self::SealAudit,
        Self::DeliverSms,
        Self::EndPowers,
        Self::Expire,
        Self::CrlRefresh,
        Self::EndRevoked,
        Self::RemindKeys,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::SealAudit => "seal_audit",
            Self::DeliverSms => "deliver_sms",
            Self::EndPowers => "end_powers",
            Self::Expire => "expire",
            Self::CrlRefresh => "crl_refresh",
            Self::EndRevoked => "end_revoked",
            Self::RemindKeys => "remind_keys",
        }
    }

    /// Whether a round waits for others' servers, for minutes perhaps, and may end anywhere: the next one does what is left. A
    /// process that stops does not wait for it.
    const fn waits_for_others(self) -> bool {
        match self {
            Self::CrlRefresh | Self::EndRevoked => true,
            Self::SealAudit | Self::DeliverSms | Self::EndPowers | Self::Expire | Self::RemindKeys => false,
        }
    }

    const fn period(self) -> Duration {
        match self {
            Self::SealAudit => Duration::from_millis(500),
            // A stop code has to be there at once.
            Self::DeliverSms => Duration::from_secs(1),
            Self::EndPowers => Duration::from_secs(2),
            Self::Expire | Self::RemindKeys => authority::time::minutes(1),
            // Each address has its own time; this is how late it may be.
            Self::CrlRefresh => Duration::from_secs(5),
            Self::EndRevoked => end_revoked::PERIOD,
        }
    }
}

/// What a round left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// More of the same: the next round begins at once.
    More,
    /// Nothing that cannot wait.
    Nothing,
    /// Everything, since nothing was due or another node is at it.
    All,
}

/// The rounds of one job on one node: each under the lease, which is kept while it lasts.
#[derive(Debug)]
pub struct Rounds {
    jobs: Jobs,
    job: Job,
    lease: UnderLease,
    watch: RevocationWatch,
    look_after: Duration,
}

/// Runs all jobs until `stop` becomes true or its sender is gone. A job that fails is tried again in its next round.
pub async fn run(jobs: Jobs, stop: watch::Receiver<bool>) {
    let mut loops = JoinSet::new();
    for job in Job::ALL {
        loops.spawn(rounds(jobs.clone(), job, stop.clone()));
    }
    loops.spawn(use_lists(jobs.clone(), stop.clone()));
    loops.spawn(jobs.logout.run(stop));
    while loops.join_next().await.is_some() {}
}

/// Every node uses the lists that one fetched: no lease.
async fn use_lists(jobs: Jobs, mut stop: watch::Receiver<bool>) {
    let mut lists = ListsInUse::default();
    let mut ticks = interval(Duration::from_secs(5));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if !goes_on(&mut ticks, &mut stop).await {
            return;
        }
        if let Err(error) = lists.take_over(&jobs.db, &jobs.lists, jobs.clock.now()).await {
            tracing::warn!(
                job = "use_lists",
                error = &error as &dyn std::error::Error,
                "a job failed and is tried again"
            );
        }
    }
}

/// Waits for the next tick; `false` when the process stops first.
async fn goes_on(ticks: &mut Interval, stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        _ = ticks.tick() => true,
        stopped = stop.wait_for(|stop| *stop) => {
            drop(stopped);
            false
        }
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error says that its sender is gone, which stops as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn rounds(jobs: Jobs, job: Job, mut stop: watch::Receiver<bool>) {
    let mut rounds = Rounds::of(jobs, job);
    let mut ticks = interval(job.period());
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if !goes_on(&mut ticks, &mut stop).await {
            break;
        }
        // Each round asks for the time and the lease anew, so that a long backlog is not worked on by an old instant.
        loop {
            let round = rounds.next();
            let done = if job.waits_for_others() {
                tokio::select! {
                    done = round => done,
                    () = stopped(stop.clone()) => Ok(Left::Nothing),
                }
            } else {
                round.await
            };
            match done {
                Ok(Left::More) if !*stop.borrow() => {}
                Ok(Left::More | Left::Nothing | Left::All) => break,
                Err(error) => {
                    tracing::warn!(
                        job = job.name(),
                        error = &error as &dyn std::error::Error,
                        "a job failed and is tried again"
                    );
                    break;
                }
            }
        }
    }
    // What was committed last is sealed before the process ends.
    if matches!(job, Job::SealAudit) && rounds.next().await.is_err() {
        tracing::warn!(
            job = job.name(),
            "the last events are sealed by another node or at the next start"
        );
    }
    if rounds.release().await.is_err() {
        tracing::debug!(job = job.name(), "the lease ends by itself");
    }
}

impl Rounds {
    /// Of this job, with nothing in hand.
    pub fn of(jobs: Jobs, job: Job) -> Self {
        Self {
            lease: UnderLease::new(job.name(), jobs.node.clone()),
            watch: RevocationWatch::new(Arc::clone(&jobs.lists.eds)),
            jobs,
            job,
            look_after: LOOK_AFTER,
        }
    }

    /// Looks after the lease so often while a round lasts.
    #[must_use]
    pub fn looking_after(mut self, every: Duration) -> Self {
        self.look_after = every;
        self
    }

    /// One round, unless nothing is due or another node is at it.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn next(&mut self) -> Result<Left, StorageError> {
        let (jobs, now) = (&self.jobs, self.jobs.clock.now());
        if !jobs.has_work(self.job).await? || !self.lease.is_ours(&jobs.db, now).await? {
            return Ok(Left::All);
        }
        let round = jobs.round(self.job, &mut self.watch, now);
        self.lease
            .keep((&jobs.db, jobs.clock.as_ref()), self.look_after, round)
            .await
    }

    /// Gives the job to the others at once.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn release(&mut self) -> Result<(), StorageError> {
        self.lease.release(&self.jobs.db, self.jobs.clock.now()).await
    }
}

impl Jobs {
    async fn round(&self, job: Job, watch: &mut RevocationWatch, now: Timestamp) -> Result<Left, StorageError> {
        match job {
            Job::SealAudit => seal_audit(&self.db, &self.keyring, now).await.map(drop)?,
            Job::DeliverSms => {
                let delivered = deliver_sms(&self.db, &self.keyring, self.gateway.as_ref(), &self.sender, now).await?;
                if delivered.more {
                    return Ok(Left::More);
                }
            }
            Job::EndPowers => {
                if self.end_powers(now).await? >= end_powers::ROUND {
                    return Ok(Left::More);
                }
            }
            Job::RemindKeys => {
                let made = remind_keys(&self.logout.provider, now).await?;
                if made > 0 {
                    tracing::info!(job = job.name(), rows = made, "reminded people of keys that end");
                }
                if made >= remind_keys::ROUND {
                    return Ok(Left::More);
                }
            }
            Job::Expire => {
                let expired = expire(&self.db, now).await?;
                for (table, rows) in expired.0 {
                    tracing::info!(job = job.name(), table, rows, "deleted or wiped what was over");
                }
            }
            Job::CrlRefresh => self.lists.refresh(&self.db, now).await.map(drop)?,
            Job::EndRevoked => watch.round(&self.logout.provider, now).await.map(drop)?,
        }
        Ok(Left::Nothing)
    }

    /// An idle node writes nothing: it looks before it claims.
    async fn has_work(&self, job: Job) -> Result<bool, StorageError> {
        match job {
            Job::SealAudit => Ok(storage::audit::find_oldest_pending(&self.db).await?.is_some()),
            Job::DeliverSms => storage::sms::is_waiting(&self.db, self.clock.now()).await,
            Job::EndPowers => storage::powers::is_untold(&self.db, self.clock.now()).await,
            Job::Expire | Job::EndRevoked => Ok(true),
            Job::CrlRefresh => Ok(!self.lists.due(&self.db, self.clock.now()).await?.is_empty()),
            Job::RemindKeys => is_due(&self.logout.provider, self.clock.now()).await,
        }
    }
}
