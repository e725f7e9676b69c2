//! The socket: a greeting, then one request at a time.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use axum::serve::Listener;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use super::request::{self, Request};
use super::state::SignerState;
use super::{answer, signing};

/// Longest message that is read, in bytes.
const MESSAGE_LIMIT: usize = 4 * 1024 * 1024;
/// Most requests that wait on one socket while another is being answered.
const QUEUE_LIMIT: usize = 16;
/// What old sample pages send to keep the connection alive; it comes back.
const HEARTBEAT: &str = "--heartbeat--";

/// Serves plain `ws` (and an HTTP status page on the same port) until `shutdown` is done.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    state: Arc<SignerState>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(state))
        .with_graceful_shutdown(shutdown)
        .await
}

/// Serves `wss` until `shutdown` is done. Browsers accept only a certificate that the computer trusts.
///
/// # Errors
/// The listener fails.
pub async fn serve_tls(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    state: Arc<SignerState>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let listener = TlsListener {
        listener,
        acceptor: TlsAcceptor::from(tls),
    };
    axum::serve(listener, router(state))
        .with_graceful_shutdown(shutdown)
        .await
}

/// A TLS configuration with a fresh self-signed certificate for 127.0.0.1, and that certificate, DER.
///
/// # Errors
/// The crypto library fails.
pub fn tls_for_loopback() -> io::Result<(Arc<ServerConfig>, Vec<u8>)> {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).map_err(io::Error::other)?;
    let certificate = made.cert.der().to_vec();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone().into()], key)
        .map_err(io::Error::other)?;
    Ok((Arc::new(config), certificate))
}

fn router(state: Arc<SignerState>) -> Router {
    Router::new().fallback(open).with_state(state)
}

/// Whatever the path and whoever asks: the real program does not look at the origin either.
async fn open(
    State(state): State<Arc<SignerState>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MESSAGE_LIMIT)
            .on_upgrade(move |socket| talk(socket, state)),
        Err(_) => "The demo's signer is running. Pages connect to it by WebSocket.\n".into_response(),
    }
}

/// The conversation with one page. Answers carry no number, so requests are answered one after the other.
async fn talk(mut socket: WebSocket, state: Arc<SignerState>) {
    let mut queue = VecDeque::new();
    let mut outgoing = Some(answer::greeting());
    loop {
        if let Some(text) = outgoing.take()
            && socket.send(Message::text(text)).await.is_err()
        {
            return;
        }
        let text = match queue.pop_front() {
            Some(text) => text,
            None => match next_text(&mut socket).await {
                Some(text) => text,
                None => return,
            },
        };
        let Some(value) = (match request::parse(&text) {
            Ok(request) => answer_while_open(&mut socket, &mut queue, &state, request).await,
            Err(misfit) => Some(answer::misfit(&misfit)),
        }) else {
            return;
        };
        outgoing = Some(value.to_string());
    }
}

/// The answer, or `None` when the page went away before it was ready; then nothing is left on the desk.
async fn answer_while_open(
    socket: &mut WebSocket,
    queue: &mut VecDeque<String>,
    state: &Arc<SignerState>,
    request: Request,
) -> Option<Value> {
    let mut answer = std::pin::pin!(signing::answer(state, request));
    loop {
        tokio::select! {
            biased;
            value = &mut answer => return Some(value),
            text = next_text(socket) => {
                let text = text?;
                if queue.len() < QUEUE_LIMIT {
                    queue.push_back(text);
                }
            }
        }
    }
}

/// The next text frame that is not a heartbeat, which goes back at once; `None` when the page is gone.
async fn next_text(socket: &mut WebSocket) -> Option<String> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Text(text) if text.as_str() == HEARTBEAT => socket.send(Message::text(HEARTBEAT)).await.ok()?,
            Message::Text(text) => return Some(text.as_str().to_owned()),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => {}
            Message::Close(_) => return None,
        }
    }
}

struct TlsListener {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = Listener::accept(&mut self.listener).await;
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
