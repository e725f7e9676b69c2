//! A client's end of back-channel logout: an HTTP server on a loopback port that keeps what is posted and answers as a
//! test wants. The delivery is a call to the outside, so this is the one thing here that listens.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, Response};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How the client answers.
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// With this status.
    Answers(u16),
    /// With a redirect to this path of its own.
    Redirects(&'static str),
    /// Not at all.
    Hangs,
    /// With 200 and two megabytes.
    AnswersAtLength,
}

/// What a client was sent.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

#[derive(Clone)]
struct Kept {
    behaviour: Arc<Mutex<Behaviour>>,
    posted: Arc<Mutex<Vec<Posted>>>,
    arrived: Arc<Notify>,
}

/// A client that can be called.
pub struct LogoutEndpoint {
    address: SocketAddr,
    kept: Kept,
    server: Mutex<Option<JoinHandle<()>>>,
}

impl LogoutEndpoint {
    /// A client that answers 200, on a free port.
    pub async fn up() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Kept {
            behaviour: Arc::new(Mutex::new(Behaviour::Answers(200))),
            posted: Arc::default(),
            arrived: Arc::default(),
        };
        let endpoint = Self {
            address,
            kept,
            server: Mutex::new(None),
        };
        endpoint.serve(listener);
        endpoint
    }

    /// Changes how it answers.
    pub fn now(&self, behaviour: Behaviour) {
        *self.kept.behaviour.lock().unwrap() = behaviour;
    }

    /// Takes it off the network: its port refuses connections.
    pub async fn goes_down(&self) {
        let server = self.server.lock().unwrap().take();
        if let Some(server) = server {
            server.abort();
            let _ = server.await;
        }
    }

    /// Brings it back on the same port.
    pub async fn comes_up(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serve(listener);
    }

    /// Its address for `backchannel_logout_uri`.
    pub fn uri(&self) -> String {
        format!("http://{}/logout", self.address)
    }

    /// Everything it was sent.
    pub fn posted(&self) -> Vec<Posted> {
        self.kept.posted.lock().unwrap().clone()
    }

    /// The logout tokens it was sent, in the order of arrival.
    pub fn tokens(&self) -> Vec<String> {
        let posted = self.posted();
        posted.iter().map(Posted::logout_token).collect()
    }

    /// Waits until something has arrived.
    pub async fn is_told(&self) {
        let arrived = async {
            while self.posted().is_empty() {
                self.kept.arrived.notified().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), arrived)
            .await
            .expect("told in the end");
    }

    fn serve(&self, listener: TcpListener) {
        let router = Router::new().fallback(answer).with_state(self.kept.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        *self.server.lock().unwrap() = Some(server);
    }
}

impl Drop for LogoutEndpoint {
    fn drop(&mut self) {
        if let Some(server) = self.server.lock().unwrap().take() {
            server.abort();
        }
    }
}

impl Posted {
    /// The one field of the form.
    pub fn logout_token(&self) -> String {
        let fields: Vec<_> = url::form_urlencoded::parse(self.body.as_bytes()).collect();
        assert_eq!(fields.len(), 1, "one field and no other: {}", self.body);
        assert_eq!(fields[0].0, "logout_token");
        fields[0].1.clone().into_owned()
    }
}

async fn answer(State(kept): State<Kept>, request: http::Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    kept.posted.lock().unwrap().push(Posted {
        path: parts.uri.path().to_owned(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    kept.arrived.notify_one();
    let behaviour = *kept.behaviour.lock().unwrap();
    let response = Response::builder();
    match behaviour {
        Behaviour::Answers(status) => response.status(status).body(Body::empty()),
        Behaviour::Redirects(to) => response.status(307).header("location", to).body(Body::empty()),
        Behaviour::Hangs => std::future::pending().await,
        Behaviour::AnswersAtLength => response.body(Body::from(vec![b'x'; 2 << 20])),
    }
    .unwrap()
}
