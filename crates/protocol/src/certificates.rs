//! Ending and renewing the trust in a certificate (security rules CE-12, CE-14; product C4). What rests on it ends in the same
//! transaction, clients are promised a notice, and the person is told.

use std::time::Duration;

use authority::audit::{Event, EventKind};
use authority::certificates::{Certificate, Stop, StopReason};
use authority::ids::CertificateId;
use authority::time::{Timestamp, minutes};
use authority::users::User;
use rand_core::TryRngCore as _;
use storage::certificates::Recorded;
use storage::{StorageError, Tx, attempts, audit, certificates, sessions};

use crate::logout::{Ended, tell_clients_at};
use crate::notices::{self, Change, Teller};

/// The reason of the event about a known certificate that names another role or organisation now.
const CHANGED: &str = "changed";

/// How far a centre's clock may be ahead of ours, as far as an answer of it is believed.
const CLOCK_SKEW: Duration = minutes(5);

/// What is to be stopped, and by whom.
#[derive(Clone, Debug)]
pub struct Stopping {
    /// The certificate. Others of the same key are stopped with it where the reason is about the key.
    pub certificate: CertificateId,
    /// Why.
    pub reason: StopReason,
    /// Who did it, and from where; kind and person are filled in, and the reason stands before the words.
    pub event: Event,
}

/// Stops accepting a certificate of the person whose row the caller holds, and says whether anything was stopped by that. Sessions,
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
    if shown.stop.is_some_and(|stop| !stopping.reason.outweighs(stop.reason)) {
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
        reason: with_words(stopping.reason, &stopping.event.reason),
        ..stopping.event
    };
    audit::insert(tx, &event).await?;
    notices::tell_with(tx, teller, user, Change::KeyStopped, now).await?;
    Ok(true)
}

/// The reason with the words of whoever acted, if there are any.
fn with_words(reason: StopReason, words: &str) -> String {
    match words {
        "" => reason.as_str().to_owned(),
        words => format!("{}: {words}", reason.as_str()),
    }
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

/// What is to be accepted again, and by whom.
#[derive(Clone, Debug)]
pub struct Accepting {
    /// The certificate. Others of the same key are accepted with it where the reason is about the key.
    pub certificate: CertificateId,
    /// For what it had been stopped; a stop for another reason stays.
    pub stopped_for: StopReason,
    /// Who did it, and from where; kind and person are filled in, and the reason stands before the words.
    pub event: Event,
}

/// Accepts a certificate again of the person whose row the caller holds, and says whether it had been stopped for that. What
/// ended stays ended.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn accept(tx: &Tx, teller: Teller<'_>, user: &User, accepting: Accepting) -> Result<bool, StorageError> {
    let Accepting {
        certificate,
        stopped_for,
        event,
    } = accepting;
    let known = certificates::list_for_user(tx, user.id).await?;
    let stopped = |known: &&Certificate| known.stop.is_some_and(|stop| stop.reason == stopped_for);
    let Some(shown) = known.iter().filter(stopped).find(|known| known.id == certificate) else {
        return Ok(false);
    };
    let with_it = |one: &&Certificate| one.id == shown.id || (stopped_for.holds_for_the_key() && one.has_key_of(shown));
    for one in known.iter().filter(stopped).filter(with_it) {
        certificates::accept(tx, one.id, stopped_for).await?;
    }
    let now = event.at;
    let event = Event {
        kind: EventKind::CertificateAccepted,
        user_id: Some(user.id),
        reason: with_words(stopped_for, &event.reason),
        ..event
    };
    audit::insert(tx, &event).await?;
    notices::tell_with(tx, teller, user, Change::KeyAccepted, now).await?;
    Ok(true)
}

/// Accepts a certificate again that its centre had revoked or put on hold, when the centre says by now that it is good: a hold
/// may be lifted (RFC 5280 §5.3.1). Its word counts only if it was made after we learnt of the stop, by more than its clock
/// may be ahead; `made_at` is when it was made, by its clock. What ended stays ended, and the other certificates of the key are
/// as they were.
///
/// # Errors
/// The database is not available, or a row is impossible.
pub async fn lift_hold(
    tx: &Tx,
    teller: Teller<'_>,
    user: &User,
    (shown, made_at): (&Certificate, Timestamp),
    event: Event,
) -> Result<bool, StorageError> {
    let known = certificates::list_for_user(tx, user.id).await?;
    // A key that was stopped for another reason as well stays stopped: nobody is told that it was accepted.
    let is_barred =
        |one: &Certificate| one.has_key_of(shown) && one.stop.is_some_and(|stop| stop.reason.holds_for_the_key());
    if known.iter().any(is_barred) {
        return Ok(false);
    }
    let is_lifted = |known: &&Certificate| {
        let is_older = |stop: Stop| stop.reason == StopReason::Revoked && stop.at.plus(CLOCK_SKEW) < made_at;
        known.is_same_as(shown) && known.stop.is_some_and(is_older)
    };
    let Some(held) = known.iter().find(is_lifted) else {
        return Ok(false);
    };
    let accepting = Accepting {
        certificate: held.id,
        stopped_for: StopReason::Revoked,
        event,
    };
    accept(tx, teller, user, accepting).await
}
