//! Stopping a person's key that several people use, and accepting one again that was stopped, and not by the person (product
//! B6; security rule CE-12). The sign-in asks its centre as for every other key.

use authority::audit::EventKind;
use authority::certificates::{Certificate, StopReason};
use authority::ids::{CertificateId, UserId};
use protocol::certificates::{Accepting, Stopping, accept, stop};
use protocol::notices::Teller;
use storage::{StorageError, certificates, users};

use super::{Office, Reason, event};

/// Why a key is not stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StopRefusal {
    /// It is not this person's.
    #[error("the person has no key of this id; `kiru people keys PERSON` lists them")]
    Unknown,
    /// Nothing is left to be stopped.
    #[error("the key is stopped already as shared")]
    Stopped,
}

/// Stops the key of this certificate as shared, with all its certificates: sessions, grants and tokens that rest
/// on it end, clients are promised a notice, and the person is told.
///
/// # Errors
/// The outer: the database is not available. The inner: there is nothing to stop.
pub async fn stop_shared(
    office: &Office,
    user: UserId,
    certificate: CertificateId,
    reason: &Reason,
) -> Result<Result<(), StopRefusal>, StorageError> {
    let done = office.db.tx("stop_shared_key", |tx| async move {
        let Some(user) = users::lock(&tx, user).await? else {
            return Ok(Err(StopRefusal::Unknown));
        };
        let all = certificates::list_for_user(&tx, user.id).await?;
        let Some(meant) = all.iter().find(|one| one.id == certificate) else {
            return Ok(Err(StopRefusal::Unknown));
        };
        // The centre may have revoked one certificate of a key that another one still opens with; and what the person or the
        // centre stopped, they may let in again.
        let is_open = |one: &&Certificate| {
            let is_left = one.stop.is_none_or(|stop| StopReason::Shared.outweighs(stop.reason));
            is_left && (one.id == meant.id || one.has_key_of(meant))
        };
        let Some(open) = all.iter().find(is_open) else {
            return Ok(Err(StopRefusal::Stopped));
        };
        let now = office.decision_now(&tx).await?;
        let words = reason.as_str().to_owned();
        let stopping = Stopping {
            certificate: open.id,
            reason: StopReason::Shared,
            event: event(EventKind::CertificateStopped, Some(user.id), words, now),
        };
        let teller = Teller {
            keyring: &office.keyring,
            pages: &office.pages,
        };
        let is_stopped = stop(&tx, teller, &user, stopping, now).await?;
        Ok::<_, StorageError>(is_stopped.then_some(()).ok_or(StopRefusal::Stopped))
    });
    done.await
}

/// Why a key is not accepted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptRefusal {
    /// It is not this person's.
    #[error("the person has no key of this id; `kiru people keys PERSON` lists them")]
    Unknown,
    /// Nothing is to be lifted.
    #[error("the key is accepted already")]
    NotStopped,
    /// Its person stopped it.
    #[error("the person stopped this key, and accepts it again in the cabinet; nobody else does")]
    Own,
    /// That was not said.
    #[error("the centre had revoked this certificate, or put it on hold; say --revoked when you know that it is good")]
    Revoked,
}

/// Accepts the key of this certificate again that the rules against sharing had stopped or, where `also_revoked` says so, the
/// certificate that its centre had revoked. What ended stays ended; the person is told.
///
/// # Errors
/// The outer: the database is not available. The inner: it is not to be accepted by an operator.
pub async fn accept_again(
    office: &Office,
    user: UserId,
    (certificate, also_revoked): (CertificateId, bool),
    reason: &Reason,
) -> Result<Result<StopReason, AcceptRefusal>, StorageError> {
    let done = office.db.tx("accept_key", |tx| async move {
        let Some(user) = users::lock(&tx, user).await? else {
            return Ok(Err(AcceptRefusal::Unknown));
        };
        let Some(known) = certificates::find_for_user(&tx, user.id, certificate).await? else {
            return Ok(Err(AcceptRefusal::Unknown));
        };
        let stopped_for = match known.stop.map(|stop| stop.reason) {
            None => return Ok(Err(AcceptRefusal::NotStopped)),
            Some(StopReason::Stopped) => return Ok(Err(AcceptRefusal::Own)),
            Some(StopReason::Revoked) if !also_revoked => return Ok(Err(AcceptRefusal::Revoked)),
            Some(reason @ (StopReason::Revoked | StopReason::Shared)) => reason,
        };
        let now = office.decision_now(&tx).await?;
        let words = reason.as_str().to_owned();
        let accepting = Accepting {
            certificate,
            stopped_for,
            event: event(EventKind::CertificateAccepted, Some(user.id), words, now),
        };
        let teller = Teller {
            keyring: &office.keyring,
            pages: &office.pages,
        };
        let accepted = accept(&tx, teller, &user, accepting).await?;
        Ok::<_, StorageError>(accepted.then_some(stopped_for).ok_or(AcceptRefusal::NotStopped))
    });
    done.await
}
