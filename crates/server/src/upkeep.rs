//! What a running node does beside answering: compare its clock, take over rotated keys, read revocation lists again.

use std::sync::Arc;
use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use federation::eds::EdsVerifier;
use protocol::{Provider, signing_keys};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::chance::chance;
use crate::clock::{self, NodeClock, Skew};
use crate::config::{Config, Eds};
use crate::foundation;
use crate::health::Readiness;
use crate::material;

/// A rotation anywhere acts on all nodes within this (DU-9).
const KEYS_EVERY: Duration = Duration::from_secs(5);
/// How long a key is published before it signs: longer than clients keep a key set (JT-14).
pub const KEY_NOTICE: Duration = Duration::from_mins(10);
/// How often a node looks whether the audit log is sealed in time (DU-2).
const PACE_EVERY: Duration = Duration::from_secs(1);
const CRLS_EVERY: Duration = Duration::from_mins(10);

/// What upkeep works on.
pub struct Upkeep {
    /// The provider whose keys are reloaded.
    pub provider: Provider,
    /// The clock to correct, unless somebody else drives it.
    pub clock: Option<Arc<NodeClock>>,
    /// The verifier whose revocation lists are read again.
    pub eds: Arc<EdsVerifier>,
    /// Whether this node should get requests.
    pub readiness: Arc<Readiness>,
}

/// Works until `stop` becomes true or its sender is gone.
pub async fn run(upkeep: Upkeep, config: Config, stop: watch::Receiver<bool>) {
    let clock = every(clock::COMPARED_EVERY, stop.clone(), || upkeep.compare_clock());
    let keys = every(KEYS_EVERY, stop.clone(), || upkeep.reload_keys());
    let pace = every(PACE_EVERY, stop.clone(), || upkeep.look_at_the_sealer());
    let eds = Arc::new(config.eds().clone());
    let crls = every(CRLS_EVERY, stop, || upkeep.reload_crls(Arc::clone(&eds)));
    tokio::join!(clock, keys, pace, crls);
}

/// Calls `task` once a period, the first time after one.
async fn every<F: Future<Output = ()>>(period: Duration, mut stop: watch::Receiver<bool>, task: impl Fn() -> F) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.tick().await;
    loop {
        let stopping = tokio::select! {
            _ = ticks.tick() => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        if stopping {
            return;
        }
        task().await;
    }
}

impl Upkeep {
    pub(crate) async fn compare_clock(&self) {
        let Some(clock) = &self.clock else { return };
        match foundation::compare(clock, &self.provider.db).await {
            Ok(skew) => {
                self.readiness.set_clock_is_usable(skew != Skew::Unusable);
                if skew != Skew::Small {
                    tracing::error!(?skew, "the clock was off and was corrected by the database");
                }
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the clock could not be compared"
            ),
        }
    }

    /// Whatever must be audited is refused while the sealer is too late, or while that cannot be known.
    pub async fn look_at_the_sealer(&self) {
        let (db, now) = (&self.provider.db, self.provider.now());
        match storage::audit::look(db, now).await {
            Ok(behind) if behind > storage::audit::SEALER_TOO_LATE => {
                tracing::error!(
                    behind_s = behind.as_secs(),
                    "the audit log is sealed too late: nothing that must be audited is written"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the pace of the sealer is not known"
            ),
        }
    }

    async fn reload_keys(&self) {
        let (db, keyring, now) = (&self.provider.db, &self.provider.keyring, self.provider.now());
        let due = signing_keys::activate_due(db, keyring, KEY_NOTICE, now).await;
        for kid in due.as_deref().unwrap_or_default() {
            self.record_activation(kid).await;
        }
        let reloaded = self.provider.keys.reload(db, keyring).await;
        for error in [due.map(drop), reloaded].into_iter().filter_map(Result::err) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the signing keys could not be reloaded"
            );
        }
    }

    async fn record_activation(&self, kid: &str) {
        let now = self.provider.now();
        let mut event = Event::new(
            EventId::mint(now, &mut chance()),
            now,
            EventKind::SigningKeyChanged,
            Actor::System,
        );
        event.reason = format!("activated {kid}");
        let event = &event;
        let recorded = self.provider.db.tx("record_key_change", |tx| async move {
            storage::audit::insert(&tx, event).await
        });
        if let Err(error) = recorded.await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                kid,
                "the activation of a key is not in the audit log"
            );
        }
    }

    /// Lists have megabytes, and their signatures are checked: that is no work for the threads that answer people.
    async fn reload_crls(&self, settings: Arc<Eds>) {
        let eds = Arc::clone(&self.eds);
        let done = tokio::task::spawn_blocking(move || reload_crls(&eds, &settings));
        if let Err(error) = done.await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the revocation lists stay as they are"
            );
        }
    }
}

fn reload_crls(eds: &EdsVerifier, settings: &Eds) {
    let files = match material::crl_files(settings) {
        Ok(files) if files.is_empty() => return,
        Ok(files) => files,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the revocation lists stay as they are"
            );
            return;
        }
    };
    if let Err(problems) = eds.reload_crls(&files) {
        for problem in problems {
            tracing::error!(file = problem.file, problem = %problem.fault, "the revocation lists stay as they are");
        }
    }
}
