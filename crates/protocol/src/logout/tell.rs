//! Telling clients that sessions ended: the promise is written in the transaction that ends them, and kept by the job
//! `deliver_logout` (OpenID Connect Back-Channel Logout 1.0 §2.5; security rules SE-3, SE-12, DB-9).

use authority::clients::ClientId;
use authority::ids::{OutboxId, SessionId};
use authority::time::Timestamp;
use rand_core::CryptoRng;
use storage::backchannel_logouts::{self, Ended};
use storage::outbox::{self, OutboxMessage};
use storage::{StorageError, Tx};

use super::notice::{KIND, Notice};
use crate::Provider;

/// A client that will be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldClient {
    /// Its identifier.
    pub id: ClientId,
    /// The name that people see.
    pub name: String,
    /// The session it is told of.
    pub session_id: SessionId,
}

/// Promises a notice to every client that the ending concerns, one for each client and session. Call it in the
/// transaction that ends the sessions, **before** it ends them or raises the epoch, with the user's row locked: a grant that
/// is given at the same time waits for that row, and finds its session ended.
///
/// # Errors
/// The database is not available.
pub async fn tell_clients(tx: &Tx, provider: &Provider, ended: Ended) -> Result<Vec<ToldClient>, StorageError> {
    tell_clients_at(tx, ended, provider.now(), &mut provider.rng()).await
}

/// [`tell_clients`] for whoever has no provider, as a command has none.
///
/// # Errors
/// The database is not available.
pub async fn tell_clients_at(
    tx: &Tx,
    ended: Ended,
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Vec<ToldClient>, StorageError> {
    let mut told = Vec::new();
    for concerned in backchannel_logouts::list_concerned(tx, ended).await? {
        let notice = Notice::from(&concerned);
        let message = OutboxMessage {
            id: OutboxId::mint(now, rng),
            kind: KIND.to_owned(),
            lane: notice.client_id.to_string(),
            dedup_key: dedup_key(&notice, ended),
            payload: notice.payload(),
            tries: 0,
            created_at: now,
        };
        if outbox::insert(tx, &message, now).await? {
            told.push(ToldClient {
                id: concerned.client_id,
                name: concerned.client_name,
                session_id: concerned.session_id,
            });
        }
    }
    Ok(told)
}

/// A session ends once, and so does each power that was used in it, after which the session may still end.
fn dedup_key(notice: &Notice, ended: Ended) -> String {
    match ended {
        Ended::Session(_) | Ended::AllOf(_) | Ended::AllBut(..) | Ended::OfCertificate(_) => notice.dedup_key(),
        Ended::Power(power) => format!("{}:{power}", notice.dedup_key()),
    }
}
