//! Revocation learnt later (CE-12): the certificates on which sessions and tokens rest are looked up in every newer list, and
//! asked about where no list covers them. One that was revoked is stopped, with its sessions, grants and tokens, the promise to
//! tell their clients and the audit event in one transaction; whoever comes second finds it stopped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::certificates::StopReason;
use authority::ids::{CertificateId, EventId};
use authority::time::{Timestamp, hours, minutes};
use federation::eds::{CertificateStatus, EdsVerifier, Inquiry, Moment, OcspNonce, Turns};
use protocol::Provider;
use protocol::certificates::{Stopping, stop};
use protocol::notices::Teller;
use storage::certificates::{self, CertificateInUse};
use storage::{StorageError, users};

/// Certificates in one batch.
const BATCH: u32 = 500;
/// How often everything is looked up, also when no list changed: other nodes' lists, and files.
pub(crate) const PERIOD: Duration = minutes(1);
/// How often a responder is asked about one certificate that no list covers.
const ASKED_EVERY: Duration = hours(1);
/// Questions in one round: a responder is a guest's resource.
const QUESTIONS: usize = 100;

/// What ends sessions whose certificate was revoked.
#[derive(Debug)]
pub struct RevocationWatch {
    /// Who knows what is revoked.
    pub eds: Arc<EdsVerifier>,
    /// Turns for checking answers.
    pub turns: Turns,
    asked: BTreeMap<CertificateId, Timestamp>,
}

impl RevocationWatch {
    /// A watch that has asked nobody yet.
    pub const fn new(eds: Arc<EdsVerifier>, turns: Turns) -> Self {
        Self {
            eds,
            turns,
            asked: BTreeMap::new(),
        }
    }

    /// One round over all certificates in use; says which were stopped.
    ///
    /// # Errors
    /// The first that could not be stopped, after all others: one damaged row must not keep the others in use. What was
    /// stopped stays stopped.
    pub async fn round(&mut self, provider: &Provider, now: Timestamp) -> Result<Vec<CertificateId>, StorageError> {
        self.asked.retain(|_, at| now.since(*at) < ASKED_EVERY);
        let (mut stopped, mut questions, mut after) = (Vec::new(), QUESTIONS, None);
        let mut failed = None;
        loop {
            let batch = certificates::list_in_use(&provider.db, after, BATCH, now).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.id);
            for certificate in &batch {
                if !self.is_revoked(provider, certificate, (&mut questions, now)).await {
                    continue;
                }
                match stop_revoked(provider, certificate, now).await {
                    Ok(true) => stopped.push(certificate.id),
                    Ok(false) => {}
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
        if !stopped.is_empty() {
            provider.logout_wake.ring();
            tracing::warn!(
                job = "end_revoked",
                certificates = stopped.len(),
                "certificates in use were revoked; what rested on them ended"
            );
        }
        failed.map_or(Ok(stopped), Err)
    }

    async fn is_revoked(
        &mut self,
        provider: &Provider,
        certificate: &CertificateInUse,
        (questions, now): (&mut usize, Timestamp),
    ) -> bool {
        let (issuer, serial) = (certificate.issuer.as_slice(), certificate.serial.as_slice());
        if let Some(is_listed) = self.eds.is_listed(issuer, serial, now) {
            return is_listed;
        }
        if *questions == 0 || self.eds.responders().is_none() || self.asked.contains_key(&certificate.id) {
            return false;
        }
        *questions -= 1;
        self.asked.insert(certificate.id, now);
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
        matches!(verdict, Some(CertificateStatus::Revoked { .. }))
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
