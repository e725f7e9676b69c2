//! The HTTP server.

use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::state::CentreState;

/// A centre's servers on one address. They stop when it is dropped.
#[derive(Debug)]
pub struct CentreServer {
    address: SocketAddr,
    server: Mutex<Option<JoinHandle<()>>>,
}

impl CentreServer {
    /// Serves this centre on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port can be opened.
    pub async fn up(state: CentreState) -> io::Result<Self> {
        Self::on(TcpListener::bind("127.0.0.1:0").await?, state)
    }

    /// Serves this centre on this socket.
    ///
    /// # Errors
    /// The socket has no address.
    pub fn on(listener: TcpListener, state: CentreState) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/ocsp", post(ocsp))
            .route("/complete.crl", get(complete))
            .route("/changes.crl", get(changes))
            .with_state(state);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(error = &error as &dyn std::error::Error, "the centre's servers stopped");
            }
        });
        Ok(Self {
            address,
            server: Mutex::new(Some(server)),
        })
    }

    /// Where the responder answers.
    pub fn ocsp_url(&self) -> String {
        format!("http://{}/ocsp", self.address)
    }

    /// Where the complete list is.
    pub fn complete_url(&self) -> String {
        format!("http://{}/complete.crl", self.address)
    }

    /// Where the list of changes is.
    pub fn changes_url(&self) -> String {
        format!("http://{}/changes.crl", self.address)
    }

    /// Takes it off the network: its port refuses connections.
    pub async fn goes_down(&self) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            server.abort();
            // An aborted task ends with an error that says so.
            let _ = server.await;
        }
    }
}

impl Drop for CentreServer {
    fn drop(&mut self) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(server) = server {
            server.abort();
        }
    }
}

async fn ocsp(State(state): State<CentreState>, request: Bytes) -> Response {
    let (answer, wait) = state.answer(&request);
    tokio::time::sleep(wait).await;
    match answer {
        Some(der) => ([(CONTENT_TYPE, "application/ocsp-response")], der).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn complete(State(state): State<CentreState>, headers: HeaderMap) -> Response {
    list(&state, true, &headers)
}

async fn changes(State(state): State<CentreState>, headers: HeaderMap) -> Response {
    list(&state, false, &headers)
}

fn list(state: &CentreState, is_complete: bool, headers: &HeaderMap) -> Response {
    let Some(file) = state.list(is_complete) else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let asked = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // RFC 9110 §13.2.2: the entity tag, when it is given, decides.
    let is_known = match asked(IF_NONE_MATCH) {
        Some(etag) => etag == file.etag,
        None => asked(IF_MODIFIED_SINCE) == Some(file.last_modified.as_str()),
    };
    state.count_list(is_known);
    let version = [(ETAG, file.etag), (LAST_MODIFIED, file.last_modified)];
    if is_known {
        return (StatusCode::NOT_MODIFIED, version).into_response();
    }
    (version, [(CONTENT_TYPE, "application/pkix-crl".to_owned())], file.der).into_response()
}
