//! Revocation learnt later (CE-12): the certificates on which sessions and tokens rest are looked up in every newer list, those
//! above their authorities too, and then asked about where no list covers them. One that was revoked, never issued, or issued
//! by an authority that was revoked is stopped, with its sessions, grants and tokens, the promise to
//! tell their clients and the audit event in one transaction; whoever comes second finds it stopped.

mod queue;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::certificates::StopReason;
use authority::ids::{CertificateId, EventId};
use authority::time::{Timestamp, hours, minutes, seconds};
use federation::eds::{CertificateStatus, EdsVerifier, Inquiry, Moment, OcspNonce, Turns};
use protocol::Provider;
use protocol::certificates::{Stopping, stop};
use protocol::notices::Teller;
use storage::certificates::{self, CertificateInUse};
use storage::{StorageError, users};

use queue::{Queue, Silences};

/// Certificates in one batch.
const BATCH: u32 = 500;
/// How often everything is looked up, also when no list changed: other nodes' lists, and files.
pub(crate) const PERIOD: Duration = minutes(1);
/// How often a responder is asked about one certificate that no list covers.
const ASKED_EVERY: Duration = hours(1);
/// How long an answer waits for its turn to be checked.
const ANSWER_WAIT: Duration = seconds(3);

/// What ends sessions whose certificate was revoked.
#[derive(Debug)]
pub struct RevocationWatch {
    eds: Arc<EdsVerifier>,
    /// Its own turn for checking answers: a list of megabytes that is checked meanwhile delays none.
    turns: Turns,
    asked: BTreeMap<CertificateId, Timestamp>,
    last_asked: Option<CertificateId>,
}

/// What a round found.
#[derive(Debug, Default)]
struct Found {
    stopped: Vec<CertificateId>,
    failed: Option<StorageError>,
}

impl RevocationWatch {
    /// A watch that has asked nobody yet.
    pub fn new(eds: Arc<EdsVerifier>) -> Self {
        Self {
            eds,
            turns: Turns::new(1, ANSWER_WAIT),
            asked: BTreeMap::new(),
            last_asked: None,
        }
    }

    /// One round over all certificates in use; says which were stopped. All are looked up before anybody is asked.
    ///
    /// # Errors
    /// The first that could not be stopped, after all others: one damaged row must not keep the others in use. What was
    /// stopped stays stopped.
    pub async fn round(&mut self, provider: &Provider, now: Timestamp) -> Result<Vec<CertificateId>, StorageError> {
        self.asked.retain(|_, at| now.since(*at) < ASKED_EVERY);
        let mut found = Found::default();
        match self.look_up(provider, &mut found, now).await {
            Ok(queue) => self.ask(provider, &mut found, queue).await,
            Err(error) => found.failed = found.failed.or(Some(error)),
        }
        if !found.stopped.is_empty() {
            provider.logout_wake.ring();
            tracing::warn!(
                job = "end_revoked",
                certificates = found.stopped.len(),
                "certificates in use were revoked; what rested on them ended"
            );
        }
        found.failed.map_or(Ok(found.stopped), Err)
    }

    /// Looks everything up in the lists; what is left is to be asked about.
    async fn look_up(&self, provider: &Provider, found: &mut Found, now: Timestamp) -> Result<Queue, StorageError> {
        let mut queue = Queue::behind(self.last_asked);
        let mut after = None;
        loop {
            let batch = certificates::list_in_use(&provider.db, after, BATCH, now).await?;
            let Some(last) = batch.last() else { return Ok(queue) };
            after = Some(last.id);
            for certificate in batch {
                match self.eds.is_withdrawn(&certificate.issuer, &certificate.serial, now) {
                    Some(true) => found.stop(provider, &certificate, now).await,
                    Some(false) => {}
                    None if self.eds.responders().is_none() || self.asked.contains_key(&certificate.id) => {}
                    None => queue.push(certificate),
                }
            }
        }
    }

    /// Asks about those in the queue, of each issuer until its responders seem to be down.
    async fn ask(&mut self, provider: &Provider, found: &mut Found, queue: Queue) {
        let mut silences = Silences::default();
        for certificate in queue.turns() {
            self.last_asked = Some(certificate.id);
            if silences.has_given_up(&certificate.issuer) {
                continue;
            }
            // Asking takes its time: an answer is fresh when it comes, not when the round began.
            let now = provider.now();
            let is_revoked = self.is_revoked(provider, &certificate, now).await;
            silences.count(&certificate.issuer, is_revoked.is_some());
            if is_revoked.is_some() {
                self.asked.insert(certificate.id, now);
            }
            if is_revoked == Some(true) {
                found.stop(provider, &certificate, now).await;
            }
        }
    }

    /// What the responders say; `None` when none could be asked, so that it is tried again.
    async fn is_revoked(&self, provider: &Provider, certificate: &CertificateInUse, now: Timestamp) -> Option<bool> {
        let (issuer, serial) = (certificate.issuer.as_slice(), certificate.serial.as_slice());
        let nonce = OcspNonce::mint(&mut provider.rng());
        let moment = Moment {
            now,
            turns: &self.turns,
        };
        let Inquiry { verdict, problems } = self.eds.inquire_about((issuer, serial), nonce, moment).await;
        for problem in &problems {
            tracing::warn!(
                job = "end_revoked",
                error = problem as &dyn std::error::Error,
                "a responder of certificate status was of no use"
            );
        }
        match verdict {
            Some(CertificateStatus::Revoked { .. } | CertificateStatus::NeverIssued) => Some(true),
            Some(CertificateStatus::Good | CertificateStatus::Unknown) => Some(false),
            // Somebody answered that it is none of theirs.
            None => problems.is_empty().then_some(false),
        }
    }
}

impl Found {
    async fn stop(&mut self, provider: &Provider, certificate: &CertificateInUse, now: Timestamp) {
        match stop_revoked(provider, certificate, now).await {
            Ok(true) => self.stopped.push(certificate.id),
            Ok(false) => {}
            Err(error) => self.failed = self.failed.take().or(Some(error)),
        }
    }
}

async fn stop_revoked(
    provider: &Provider,
    certificate: &CertificateInUse,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let teller = Teller {
        keyring: &provider.keyring,
        pages: &provider.pages,
    };
    let event_id = EventId::mint(now, &mut provider.rng());
    let stopping = &Stopping {
        certificate: certificate.id,
        reason: StopReason::Revoked,
        event: Event::new(event_id, now, EventKind::CertificateStopped, Actor::System),
    };
    let stopped = provider.db.tx("stop_revoked", |tx| async move {
        match users::lock(&tx, certificate.user_id).await? {
            Some(user) => stop(&tx, teller, &user, stopping.clone(), now).await,
            None => Ok(false),
        }
    });
    stopped.await
}
