//! `/live` and `/ready`, on a listener of their own (AD-10, OP-13). They say `ok` or `fail`, nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use authority::time::Clock;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use storage::{Db, StorageError, leases};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

/// How long an answer about the database is kept, so that asking often costs it nothing.
const FRESH: Duration = Duration::from_secs(1);
/// A database that needs longer for one row does not count as ready.
const PATIENCE: Duration = Duration::from_secs(3);
/// The lease that is written to see whether writing works.
const PROBE: &str = "readiness_probe";

/// Whether this node should get requests.
pub struct Readiness {
    db: Db,
    clock: Arc<dyn Clock>,
    clock_is_usable: AtomicBool,
    stopping: AtomicBool,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    /// Ready as soon as the database takes writes.
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        let (clock_is_usable, stopping) = (AtomicBool::new(true), AtomicBool::new(false));
        Self {
            db,
            clock,
            clock_is_usable,
            stopping,
            last: Mutex::new(None),
        }
    }

    /// Takes the node out of rotation while its clock is more than ten seconds off (DU-8), and back in.
    pub fn set_clock_is_usable(&self, usable: bool) {
        self.clock_is_usable.store(usable, Ordering::Relaxed);
    }

    /// Takes the node out of rotation for good: it is about to stop (DU-13).
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// The answer.
    pub async fn is_ready(&self) -> bool {
        !self.stopping.load(Ordering::Relaxed)
            && self.clock_is_usable.load(Ordering::Relaxed)
            && self.database_writes().await
    }

    async fn database_writes(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((at, writes)) = *last
            && at.elapsed() < FRESH
        {
            return writes;
        }
        let writes = match timeout(PATIENCE, self.write()).await {
            Ok(Ok(None)) => true,
            Ok(Ok(Some(behind))) => {
                tracing::error!(
                    behind_s = behind.as_secs(),
                    "not ready: the audit log is sealed too late"
                );
                false
            }
            Ok(Err(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "not ready: the database refuses writes"
                );
                false
            }
            Err(_) => {
                tracing::warn!("not ready: the database does not answer");
                false
            }
        };
        *last = Some((Instant::now(), writes));
        writes
    }

    /// Writes one row that nobody reads; a lease that ends at once is free again for the next probe. Says how far the
    /// sealing of the audit log is behind when that is too far: then nothing new may be written (security rule DU-2).
    async fn write(&self) -> Result<Option<Duration>, StorageError> {
        let now = self.clock.now();
        self.db
            .tx("readiness", |tx| async move {
                leases::claim(&tx, PROBE, "probe", now, now).await.map(drop)
            })
            .await?;
        let oldest = storage::audit::find_oldest_pending(&self.db).await?;
        let behind = oldest.map(|at| now.since(at));
        Ok(behind.filter(|behind| *behind > storage::audit::SEALER_TOO_LATE))
    }
}

/// The routes.
pub fn router(readiness: Arc<Readiness>) -> Router {
    Router::new()
        .route("/live", get(|| async { "ok\n" }))
        .route("/ready", get(ready))
        .with_state(readiness)
}

async fn ready(State(readiness): State<Arc<Readiness>>) -> (StatusCode, &'static str) {
    if readiness.is_ready().await {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "fail\n")
    }
}

#[cfg(test)]
mod tests {
    use storage::PoolSettings;

    use super::*;
    use crate::clock::NodeClock;

    async fn readiness() -> (tempfile::TempDir, Db, Readiness) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("kiru.db").display());
        let db = Db::connect(&url, PoolSettings::default()).await.unwrap();
        db.migrate().await.unwrap();
        let readiness = Readiness::new(db.clone(), Arc::new(NodeClock::start()));
        (folder, db, readiness)
    }

    #[tokio::test]
    async fn a_node_is_ready_while_the_database_takes_writes() {
        let (_folder, _db, readiness) = readiness().await;
        assert!(readiness.is_ready().await);
        *readiness.last.lock().await = None;
        assert!(readiness.is_ready().await);
    }

    #[tokio::test]
    async fn a_node_whose_database_is_gone_is_not_ready() {
        let (_folder, db, readiness) = readiness().await;
        db.close().await.unwrap();
        assert!(!readiness.is_ready().await);
    }

    #[tokio::test]
    async fn a_node_whose_audit_log_is_not_sealed_is_not_ready() {
        use authority::audit::{Actor, Event, EventKind};
        use authority::ids::EventId;
        let (_folder, db, readiness) = readiness().await;
        let now = readiness.clock.now();
        for (age, ready) in [(59, true), (62, false)] {
            let at = now.minus(Duration::from_secs(age));
            let id = EventId::mint(at, &mut crate::chance::chance());
            let event = &Event::new(id, at, EventKind::SignedIn, Actor::User);
            db.tx("event", |tx| async move { storage::audit::insert(&tx, event).await })
                .await
                .unwrap();
            *readiness.last.lock().await = None;
            assert_eq!(readiness.is_ready().await, ready, "{age}");
        }
    }

    #[tokio::test]
    async fn a_node_without_a_usable_clock_or_about_to_stop_is_not_ready() {
        let (_folder, _db, readiness) = readiness().await;
        readiness.set_clock_is_usable(false);
        assert!(!readiness.is_ready().await);
        readiness.set_clock_is_usable(true);
        assert!(readiness.is_ready().await);
        readiness.begin_to_stop();
        assert!(!readiness.is_ready().await);
    }
}
