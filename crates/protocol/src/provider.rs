//! What every handler needs.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use authority::policy::Policy;
use authority::secret::Keyring;
use authority::time::{Clock, Timestamp};
use chrono_tz::Tz;
use pages::{DeploymentKind, Pages};
use rand_core::{CryptoRng, TryRngCore};
use storage::{Connection, Db, Moment, StorageError};

use crate::SigningKeys;
use crate::flow::OpenFlows;
use crate::logout::LogoutWake;

/// The OpenID Provider: the state of every handler. Cloning shares everything.
#[derive(Clone)]
pub struct Provider {
    /// The database.
    pub db: Db,
    /// The keys for digests and for encryption at rest.
    pub keyring: Arc<Keyring>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// The pages of this deployment.
    pub pages: Pages,
    /// The signing keys in force.
    pub keys: SigningKeys,
    /// How many sign-ins are under way.
    pub open_flows: OpenFlows,
    /// Wakes the job that tells clients of endings; ring it after the commit.
    pub logout_wake: LogoutWake,
    /// What the configuration says.
    pub settings: Arc<ProviderSettings>,
}

/// What the configuration says about the provider.
#[derive(Clone, Debug)]
pub struct ProviderSettings {
    /// Our identifying URL, without a slash at the end; never taken from a request (security rule AD-9).
    pub issuer: String,
    /// The numbers in force.
    pub policy: Policy,
    /// Production, sandbox or demo.
    pub kind: DeploymentKind,
    /// The configured zone: that of the registration window, unless a rule was set (product A5).
    pub zone: Tz,
}

/// The address of the peer, after the rules for trusted proxies. The server puts it into the extensions of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub IpAddr);

impl Provider {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The instant by which a decision falls that hangs on the wall clock: the registration window and the end of
    /// exclusivity (security rules DB-8, DB-13). Inside the transaction that commits the decision, after its lock is
    /// taken: waiting for the lock must not make a late decision early.
    ///
    /// # Errors
    /// The database is not available.
    pub async fn decision_now(&self, conn: &Connection) -> Result<Timestamp, StorageError> {
        Ok(self.clock.decisive(conn.now().await?))
    }

    /// The operating system's randomness; when it fails, so does the request (security rule OP-9).
    pub fn rng(&self) -> impl CryptoRng + Send + use<> {
        rand_core::OsRng.unwrap_err()
    }

    /// An instant of now with the limits of sessions that the policy in force sets.
    pub fn moment(&self, now: Timestamp) -> Moment {
        Moment::under(self.policy(), now)
    }

    /// The policy in force.
    pub fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    /// The issuer, as it stands in `iss`.
    pub fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The absolute URL of a path of ours.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.issuer)
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
