//! How often clients may fail to authenticate (security rules AC-2, RL-7): counted for the client and the network it came
//! from, so that a stranger elsewhere does not shut out the rightful client. All nodes share the counts.

use authority::clients::ClientId;
use authority::secret::Purpose;
use authority::throttle::{CLIENT_FAILURES, Cap, UNKNOWN_CLIENTS};
use authority::time::Timestamp;
use storage::throttles::{self, Capped};

use super::TokenError;
use super::client_authentication::ClientAuthenticationError;
use crate::Provider;
use crate::flow::Visit;

/// Somebody who claims to be a client, at a network.
pub(super) struct Claimant<'a> {
    provider: &'a Provider,
    as_client: Capped,
    as_unknown: Capped,
    now: Timestamp,
}

impl<'a> Claimant<'a> {
    /// Who claims to be this client in this request.
    pub(super) fn of(provider: &'a Provider, visit: &Visit, client: &ClientId) -> Self {
        let network = visit.network(&provider.keyring);
        let capped = |kind: &'static str, client: &str, cap: Cap| {
            let parts: [&[u8]; 3] = [kind.as_bytes(), network.as_bytes(), client.as_bytes()];
            Capped {
                kind,
                key: provider.keyring.digest_list(Purpose::Throttle, &parts),
                cap,
            }
        };
        Self {
            provider,
            as_client: capped("client_failed", client.as_str(), CLIENT_FAILURES),
            as_unknown: capped("client_unknown", "", UNKNOWN_CLIENTS),
            now: provider.now(),
        }
    }

    /// Lets the claim be looked at, unless too many of the kind were wrong: one small read, before the client is loaded.
    pub(super) async fn admit(&self) -> Result<(), TokenError> {
        self.admit_under(&self.as_client).await
    }

    /// Counts a claim that was wrong, and says what the caller is told.
    pub(super) async fn refuse(&self, error: ClientAuthenticationError) -> TokenError {
        let capped = match error {
            ClientAuthenticationError::Unknown => {
                // Names that do not exist are endless; past the limit they are no longer written down.
                if let Err(refusal) = self.admit_under(&self.as_unknown).await {
                    return refusal;
                }
                self.as_unknown
            }
            ClientAuthenticationError::OtherMethod | ClientAuthenticationError::WrongSecret => self.as_client,
            // Found without looking at any client.
            ClientAuthenticationError::Parameters(_)
            | ClientAuthenticationError::Missing
            | ClientAuthenticationError::Malformed
            | ClientAuthenticationError::SeveralMethods
            | ClientAuthenticationError::OtherClient => return error.into(),
        };
        let (capped, now) = (&capped, self.now);
        let counted = self.provider.db.tx("client_failed", |tx| async move {
            throttles::record_hit(&tx, capped, now).await
        });
        match counted.await {
            Ok(_) => error.into(),
            Err(failure) => failure.into(),
        }
    }

    async fn admit_under(&self, capped: &Capped) -> Result<(), TokenError> {
        if throttles::is_full(&self.provider.db, capped, self.now).await? {
            let wait = capped.cap.ends_at(self.now).since(self.now);
            return Err(TokenError::TooManyFailures {
                retry_after: wait.as_secs().saturating_add(1),
            });
        }
        Ok(())
    }
}
