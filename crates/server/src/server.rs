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
    upkeep.look_at_the_sealer().await;
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
        connections_of_one: listen.max_connections() / 4,
        proxies: listen.trusted_proxies().to_vec(),
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

#[cfg(test)]
#[cfg(feature = "demo")]
mod tests {
    use std::collections::BTreeMap;
    use std::net::SocketAddr;
    use std::path::Path;

    use authority::secret::{Kek, Keyring};
    use federation::eds::EdsVerifier;
    use testkit::pki::TestCentre;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;

    use super::*;
    use crate::app::Parts;
    use crate::chance::chance;
    use crate::foundation::{self, Foundation};

    fn config(folder: &Path) -> Config {
        let text = format!(
            "[deployment]\nkind = \"sandbox\"\nissuer = \"http://localhost\"\n[database]\nurl = 'sqlite:{}'\n",
            folder.join("kiru.db").display()
        );
        Config::from_text(&folder.join("kiru.toml"), &text, &BTreeMap::new()).unwrap()
    }

    async fn app(config: &Config) -> (App, Arc<NodeClock>) {
        let db = foundation::connect(config).await.unwrap();
        db.migrate().await.unwrap();
        let keyring = Keyring::derive(&Kek::mint(&mut chance())).unwrap();
        let (foundation, clock) = Foundation::open_with(config, keyring).await.unwrap();
        let centre = TestCentre::generate(foundation.clock.now()).unwrap();
        let eds = Arc::new(EdsVerifier::new(&centre.eds_settings(Vec::new())).unwrap());
        let sms = Arc::new(messaging::Refusing);
        let parts = Parts {
            config: config.clone(),
            foundation,
            eds,
            sms,
            outbound: outbound::Outbound::closed(),
            places: None,
            #[cfg(feature = "demo")]
            sandbox_people: Vec::new(),
        };
        (App::build(parts).await.unwrap(), clock)
    }

    async fn status(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    #[tokio::test]
    async fn a_node_answers_on_both_addresses_until_it_is_asked_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let (app, clock) = app(&config).await;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let sockets = Sockets {
            public: listener::bind(any).await.unwrap(),
            health: listener::bind(any).await.unwrap(),
        };
        let (public, health) = (
            sockets.public.local_addr().unwrap(),
            sockets.health.local_addr().unwrap(),
        );
        let (ask, asked) = oneshot::channel::<()>();
        let node = tokio::spawn(async move {
            let stop = async {
                let _ = asked.await;
            };
            run(app, &config, sockets, (None, Some(clock)), stop).await;
        });
        assert_eq!(status(public, "/.well-known/openid-configuration").await, "200");
        assert_eq!(
            status(public, "/ready").await,
            "404",
            "health is on a listener of its own"
        );
        assert_eq!(status(health, "/live").await, "200");
        assert_eq!(status(health, "/ready").await, "200");
        assert_eq!(status(health, "/help").await, "404");
        ask.send(()).unwrap();
        node.await.unwrap();
        assert!(TcpStream::connect(public).await.is_err() && TcpStream::connect(health).await.is_err());
    }

    /// Security rule DU-8.
    #[tokio::test]
    async fn a_node_whose_clock_was_more_than_ten_seconds_off_leaves_rotation_until_it_is_right() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let (app, clock) = app(&config).await;
        let provider = app.state.provider.clone();
        let readiness = Arc::new(Readiness::new(provider.db.clone(), Arc::clone(&provider.clock)));
        let upkeep = Upkeep {
            provider,
            clock: Some(Arc::clone(&clock)),
            eds: Arc::clone(&app.state.eds),
            readiness: Arc::clone(&readiness),
        };
        for (seconds, ready) in [(0, true), (5, true), (15, false)] {
            let now = clock.reading();
            let _ = clock.correct(now.plus(Duration::from_secs(seconds)), now, now);
            upkeep.compare_clock().await;
            assert_eq!(readiness.is_ready().await, ready, "{seconds}");
        }
        upkeep.compare_clock().await;
        assert!(readiness.is_ready().await);
    }

    #[tokio::test]
    async fn a_node_whose_audit_log_nobody_seals_refuses_what_must_be_audited() {
        use authority::audit::{Actor, Event, EventKind};
        use authority::ids::EventId;
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        let (app, clock) = app(&config).await;
        let (db, now) = (app.state.provider.db.clone(), app.state.provider.now());
        // Whoever holds the lease does not seal.
        let until = now.plus(Duration::from_hours(1));
        db.tx("claim", |tx| async move {
            storage::leases::claim(&tx, "seal_audit", "somebody who died", now, until).await
        })
        .await
        .unwrap();
        let happens = async |at: authority::time::Timestamp| {
            let event = &Event::new(EventId::mint(at, &mut chance()), at, EventKind::SignedIn, Actor::User);
            db.tx("event", |tx| async move { storage::audit::insert(&tx, event).await })
                .await
        };
        happens(now.minus(Duration::from_secs(61))).await.unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let sockets = Sockets {
            public: listener::bind(any).await.unwrap(),
            health: listener::bind(any).await.unwrap(),
        };
        let health = sockets.health.local_addr().unwrap();
        let (ask, asked) = oneshot::channel::<()>();
        let running = async {
            let stop = async {
                let _ = asked.await;
            };
            run(app, &config, sockets, (None, Some(clock)), stop).await;
        };
        let asking = async {
            assert_eq!(status(health, "/live").await, "200");
            assert_eq!(status(health, "/ready").await, "503");
            let refused = happens(now).await;
            assert!(matches!(refused, Err(storage::StorageError::SealerLate)), "{refused:?}");
            ask.send(()).unwrap();
        };
        tokio::join!(running, asking);
    }
}
