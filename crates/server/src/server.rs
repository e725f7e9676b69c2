//! A running node: listeners, jobs, upkeep, and the order in which they stop (DU-13).

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::app::App;
use crate::clock::NodeClock;
use crate::config::Config;
use crate::health::{self, Readiness};
use crate::listener::{self, BindError, Patience, Tls};
use crate::upkeep::{self, Upkeep};

/// How long jobs may take to end their round.
const LAST_ROUND: Duration = Duration::from_secs(5);

/// The sockets of a node, open before anything else is done.
pub struct Sockets {
    /// For people and clients.
    pub public: TcpListener,
    /// For `/live` and `/ready`.
    pub health: TcpListener,
}

impl Sockets {
    /// Opens both.
    ///
    /// # Errors
    /// A port is taken, or the system refuses.
    pub async fn open(config: &Config) -> Result<Self, BindError> {
        let public = listener::bind(config.listen().public()).await?;
        Ok(Self {
            public,
            health: listener::bind(config.listen().health()).await?,
        })
    }
}

/// Serves until `stop` resolves. Then: out of rotation, requests in flight get their answers, jobs end their round, the
/// database closes.
pub async fn run(
    app: App,
    config: &Config,
    sockets: Sockets,
    (tls, clock): (Option<Tls>, Option<Arc<NodeClock>>),
    stop: impl Future<Output = ()>,
) {
    let (provider, eds) = (app.state.provider.clone(), Arc::clone(&app.state.eds));
    let db = provider.db.clone();
    let readiness = Arc::new(Readiness::new(db.clone(), Arc::clone(&provider.clock)));
    let (stopping, stopped) = watch::channel(false);
    let mut beside = JoinSet::new();
    beside.spawn(jobs::run(app.jobs, stopped.clone()));
    let upkeep = Upkeep {
        provider,
        clock,
        eds,
        readiness: Arc::clone(&readiness),
    };
    beside.spawn(upkeep::run(upkeep, config.clone(), stopped.clone()));
    let until_stopped = async move {
        let mut stopped = stopped;
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let health = health::router(Arc::clone(&readiness));
    beside.spawn(listener::serve(
        sockets.health,
        None,
        health,
        Patience::default(),
        until_stopped,
    ));
    let listen = config.listen();
    let patience = Patience {
        handshake: listen.handshake_timeout(),
        head: listen.header_timeout(),
        grace: listen.shutdown_grace(),
        connections: listen.max_connections(),
    };
    let stop = async {
        stop.await;
        readiness.begin_to_stop();
        tracing::info!("stopping; requests in flight get their answers");
    };
    listener::serve(sockets.public, tls, app.router, patience, stop).await;
    let _ = stopping.send(true);
    let all = async { while beside.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_ROUND, all).await.is_err() {
        tracing::warn!("a job did not end in time; its lease ends by itself");
    }
    drop(app.state);
    if let Err(error) = db.close().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the database did not close properly"
        );
    }
    tracing::info!("stopped");
}

/// Resolves at SIGTERM or Ctrl-C.
pub async fn asked_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
