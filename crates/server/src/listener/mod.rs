//! Our own accept loop: TLS from files, a deadline for handshake and head, HTTP/2 limits (RL-6), the peer's address as
//! an extension of each request, and a stop that lets requests in flight finish (DU-13).

mod places;
#[cfg(test)]
mod tests;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::config::Network;

use places::{Place, Places};
pub use tls::{Tls, TlsError};

/// Room for a request head. The edge answers 414 and 431 below this; beyond it the connection's own 431 does.
const HEAD_ROOM: usize = 48 * 1024;
/// Header fields of one request.
const MAX_HEADERS: usize = 100;
/// HTTP/2: the uncompressed header list, and streams at a time.
const MAX_HEADER_LIST: u32 = 32 * 1024;
const MAX_STREAMS: u32 = 64;
/// HTTP/2: streams reset by the peer before we took them, and by us for the peer's faults (CVE-2023-44487 and kin).
const MAX_PENDING_RESETS: usize = 20;
const MAX_FAULTS: usize = 64;
/// HTTP/2: a peer that answers no ping within this time is gone.
const PING: Duration = Duration::from_secs(20);
/// Pause after the system refuses to accept, for example without file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// The address at the other end of the connection; a proxy's, when there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Somebody else listens there.
    #[error("port {} is taken: something else listens on {address}", address.port())]
    Taken {
        /// The address that was wanted.
        address: SocketAddr,
    },
    /// The system refuses.
    #[error("cannot listen on {address}")]
    Refused {
        /// The address that was wanted.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Begins to listen.
///
/// # Errors
/// The port is taken, or the system refuses.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            BindError::Taken { address }
        } else {
            BindError::Refused { address, source }
        }
    })
}

/// How patient a listener is.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For a TLS handshake.
    pub handshake: Duration,
    /// For a request head.
    pub head: Duration,
    /// For requests in flight after the stop.
    pub grace: Duration,
    /// Open connections; further ones wait in the system's queue.
    pub connections: u32,
    /// Open connections of one address (IPv6: one /64); further ones are closed at once.
    pub connections_of_one: u32,
    /// Networks to which that does not apply: proxies, whose connections are everybody's.
    pub proxies: Vec<Network>,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            handshake: seconds(5),
            head: seconds(10),
            grace: seconds(20),
            connections: 1024,
            connections_of_one: 256,
            proxies: Vec::new(),
        }
    }
}

/// Serves `router` on `socket` until `stop` resolves, then lets requests in flight finish within the grace.
pub async fn serve(
    socket: TcpListener,
    tls: Option<Tls>,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let loop_ = AcceptLoop {
        places: Arc::new(Places::new(patience.connections_of_one, patience.proxies.clone())),
        router,
        tls: tls.map(Arc::new),
        server: Arc::new(server(patience.head)),
        patience,
    };
    let grace = loop_.patience.grace;
    let connections = GracefulShutdown::new();
    tokio::select! {
        () = stop => {}
        () = loop_.accept(&socket, &connections) => {}
    }
    drop(socket);
    let open = connections.count();
    if timeout(grace, connections.shutdown()).await.is_err() {
        tracing::warn!(open, "connections were cut after the grace");
    }
}

fn server(head: Duration) -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEAD_ROOM);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEADER_LIST)
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_FAULTS)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    server
}

#[derive(Clone)]
struct AcceptLoop {
    places: Arc<Places>,
    router: Router,
    tls: Option<Arc<Tls>>,
    patience: Patience,
    server: Arc<auto::Builder<TokioExecutor>>,
}

impl AcceptLoop {
    async fn accept(&self, socket: &TcpListener, connections: &GracefulShutdown) {
        let room = usize::try_from(self.patience.connections).unwrap_or(Semaphore::MAX_PERMITS);
        let room = Arc::new(Semaphore::new(room));
        // The semaphore is never closed, so acquiring only waits.
        while let Ok(place) = Arc::clone(&room).acquire_owned().await {
            match socket.accept().await {
                Ok((stream, peer)) => {
                    let Some(own) = self.places.take(peer.ip()) else {
                        tracing::debug!("an address has too many connections");
                        continue;
                    };
                    let watcher = connections.watcher();
                    tokio::spawn(self.clone().connection(stream, Peer(peer), watcher, (place, own)));
                }
                Err(error) => {
                    tracing::warn!(error = %error, "cannot accept a connection");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream, peer: Peer, watcher: Watcher, place: (OwnedSemaphorePermit, Place)) {
        // Small answers must not wait for an acknowledgement.
        let _ = stream.set_nodelay(true);
        match self.tls.clone() {
            None => self.speak(stream, peer, watcher).await,
            Some(tls) => match timeout(self.patience.handshake, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.speak(stream, peer, watcher).await,
                Ok(Err(error)) => tracing::debug!(error = %error, "a TLS handshake failed"),
                Err(_) => tracing::debug!("a TLS handshake took too long"),
            },
        }
        drop(place);
    }

    async fn speak(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer, watcher: Watcher) {
        let router = self.router.clone();
        let spoke = Arc::new(AtomicBool::new(false));
        let speaks = Arc::clone(&spoke);
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            speaks.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request.map(Body::new))
        });
        let connection = self.server.serve_connection(TokioIo::new(stream), service).into_owned();
        tokio::select! {
            ended = watcher.watch(connection) => if let Err(error) = ended {
                tracing::debug!(error = %error, "a connection ended early");
            },
            () = self.stays_silent(&spoke) => tracing::debug!("a connection said nothing and was closed"),
        }
    }

    /// Resolves when no request came in time. The library's own timer begins with the first byte of a head, so that a
    /// connection which sends nothing would hold its place for good.
    async fn stays_silent(&self, spoke: &AtomicBool) {
        tokio::time::sleep(self.patience.head).await;
        if spoke.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}
