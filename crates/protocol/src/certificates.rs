//! Ending and renewing the trust in a certificate (security rules CE-12, CE-14; product C4). What rests on it ends in the same
//! transaction, clients are promised a notice, and the person is told.

use authority::audit::{Event, EventKind};
use authority::certificates::{Certificate, StopReason};
use authority::ids::CertificateId;
use authority::time::Timestamp;
use authority::users::User;
use rand_core::TryRngCore as _;
use storage::certificates::Recorded;
use storage::{StorageError, Tx, attempts, audit, certificates, sessions};

use crate::logout::{Ended, tell_clients_at};
use crate::notices::{self, Change, Teller};

/// The reason of the event about a known certificate that names another role or organisation now.
const CHANGED: &str = "changed";

/// What is to be stopped, and by whom.
#[derive(Clone, Debug)]
pub struct Stopping {
    /// The certificate. Others of the same key are stopped with it where the reason is about the key.
    pub certificate: CertificateId,
    /// Why.
    pub reason: StopReason,
    /// Who did it, and from where; kind, person and reason are filled in.
    pub event: Event,
}

/// Stops accepting a certificate of the person whose row the caller holds, and says whether it was accepted before. Sessions,
/// grants and tokens that rest on it end, and sign-ins that are under way. Ring the logout bell after the commit.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn stop(
    tx: &Tx,
    teller: Teller<'_>,
    user: &User,
    stopping: Stopping,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let known = certificates::list_for_user(tx, user.id).await?;
    let Some(shown) = known.iter().find(|known| known.id == stopping.certificate) else {
        return Ok(false);
    };
    if shown.stop.is_some() {
        return Ok(false);
    }
    let with_it =
        |known: &&Certificate| known.id == shown.id || (stopping.reason.holds_for_the_key() && known.has_key_of(shown));
    for certificate in known.iter().filter(with_it) {
        end(tx, certificate.id, stopping.reason, now).await?;
    }
    let event = Event {
        kind: EventKind::CertificateStopped,
        user_id: Some(user.id),
        reason: stopping.reason.as_str().to_owned(),
        ..stopping.event
    };
    audit::insert(tx, &event).await?;
    notices::tell_with(tx, teller, user, Change::KeyStopped, now).await?;
    Ok(true)
}

async fn end(tx: &Tx, id: CertificateId, reason: StopReason, now: Timestamp) -> Result<(), StorageError> {
    end_what_rests_on(tx, id, now).await?;
    certificates::refuse(tx, id, reason, now).await.map(drop)
}

async fn end_what_rests_on(tx: &Tx, id: CertificateId, now: Timestamp) -> Result<(), StorageError> {
    let mut rng = rand_core::OsRng.unwrap_err();
    tell_clients_at(tx, Ended::OfCertificate(id), now, &mut rng).await?;
    sessions::end_of_certificate(tx, id, now).await?;
    attempts::end_of_certificate(tx, id, now).await.map(drop)
}

/// Records the use of a certificate of a person whose row the caller holds. When it was issued anew in another role or for
/// another organisation, everything that rests on it as it was ends, so that no token given to the one tells of the other
/// (security rule DG-5); `event` says where it was used. Ring the logout bell after the commit of [`Recorded::Changed`].
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn record(tx: &Tx, certificate: &Certificate, event: Event) -> Result<Recorded, StorageError> {
    let recorded = certificates::record(tx, certificate).await?;
    if let Recorded::Changed(id) = recorded {
        end_what_rests_on(tx, id, event.at).await?;
        let event = Event {
            kind: EventKind::CertificateRecorded,
            user_id: Some(certificate.user_id),
            reason: CHANGED.to_owned(),
            ..event
        };
        audit::insert(tx, &event).await?;
    }
    Ok(recorded)
}

/// Accepts a certificate again that its person had stopped, with the others of its key, and says whether it had been. What
/// ended stays ended.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn accept(
    tx: &Tx,
    teller: Teller<'_>,
    user: &User,
    (certificate, event): (CertificateId, Event),
    now: Timestamp,
) -> Result<bool, StorageError> {
    let known = certificates::list_for_user(tx, user.id).await?;
    let stopped = |known: &&Certificate| known.stop.is_some_and(|stop| stop.reason == StopReason::Stopped);
    let Some(shown) = known.iter().filter(stopped).find(|known| known.id == certificate) else {
        return Ok(false);
    };
    for one in known
        .iter()
        .filter(stopped)
        .filter(|one| one.id == shown.id || one.has_key_of(shown))
    {
        certificates::accept(tx, one.id, StopReason::Stopped).await?;
    }
    let event = Event {
        kind: EventKind::CertificateAccepted,
        user_id: Some(user.id),
        reason: StopReason::Stopped.as_str().to_owned(),
        ..event
    };
    audit::insert(tx, &event).await?;
    notices::tell_with(tx, teller, user, Change::KeyAccepted, now).await?;
    Ok(true)
}
