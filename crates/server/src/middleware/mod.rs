//! The edge: what every request passes before a handler sees it, and every answer before it leaves.
//!
//! `edge` shows the order. Inside, handlers may rely on three extensions of the request: the client's address
//! ([`PeerAddress`], behind trusted proxies the nearest untrusted hop), the [`Reference`] that log line and error page
//! share, and [`Peer`]. They may leave a `UserId` and a `ClientId` in the extensions of the answer for the log line.

mod access_log;
mod forwarded;
mod headers;
mod refusal;
mod target;
#[cfg(test)]
mod tests;
mod turns;

use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use authority::time::Clock;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt as _;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use pages::{Pages, Reference};
use protocol::PeerAddress;
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::config::{Deployment, ForwardedHeader, Listen, Network};
use crate::listener::Peer;

pub use refusal::Refusal;
pub(crate) use turns::subscriber;

/// The largest body that is read (RL-1).
const MAX_BODY: usize = 64 * 1024;
/// How long a whole body may take; the largest one has to come at 6.4 KiB a second.
const BODY_TIME: Duration = Duration::from_secs(10);

/// What the edge knows about the deployment.
pub struct Edge {
    hosts: target::Hosts,
    proxies: Vec<Network>,
    forwarded_header: ForwardedHeader,
    request_timeout: Duration,
    https: bool,
    pages: Pages,
    clock: Arc<dyn Clock>,
    references: Box<dyn Fn() -> Reference + Send + Sync>,
    turns: turns::Turns,
    reading: turns::Turns,
}

impl Edge {
    /// The edge of a deployment; `references` mints the reference of each request.
    pub fn new(
        deployment: &Deployment,
        listen: &Listen,
        pages: Pages,
        clock: Arc<dyn Clock>,
        references: impl Fn() -> Reference + Send + Sync + 'static,
    ) -> Self {
        Self {
            hosts: target::Hosts::new(deployment.allowed_hosts(), deployment.issuer().is_https()),
            proxies: listen.trusted_proxies().to_vec(),
            forwarded_header: listen.forwarded_header(),
            request_timeout: listen.request_timeout(),
            https: deployment.issuer().is_https(),
            pages,
            clock,
            references: Box::new(references),
            turns: turns::Turns::of_work(),
            reading: turns::Turns::of_reading(),
        }
    }
}

/// Puts the edge around all routes of `router`, its fallback included.
pub fn around(router: Router, edge: Edge) -> Router {
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(headers::may_be_compressed);
    router
        .layer(from_fn_with_state(Arc::new(edge), self::edge))
        .layer(compression)
}

/// One request from outside to inside and back. The order: who asks, refuse what no handler should see, read the body, one
/// turn, the handler with a deadline and its panics contained, one voice for refusals, headers, one log line.
async fn edge(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let reference = (edge.references)();
    let line = access_log::Line::begin(&request, &reference);
    let address = name_the_client(&edge, &mut request);
    request.extensions_mut().insert(reference.clone());
    let asker = refusal::Asker::of(&request, reference);
    let answer = match admit(&edge, &mut request) {
        Ok(()) if has_effects_when_asked(&request) => Ok(head_of_a_page()),
        Ok(()) => handle(&edge, address, request, next).await,
        Err(refusal) => Err(refusal),
    };
    let mut answer = answer
        .and_then(refusal::Refusal::hidden_in)
        .unwrap_or_else(|refusal| refusal.answer(&asker, &edge));
    headers::complete(answer.headers_mut(), edge.https);
    line.end(address, &mut answer);
    answer
}

/// `HEAD` of a path whose `GET` keeps or changes something. Routers answer `HEAD` by running the `GET`, and then a program
/// that only looks would begin a sign-in, or spend a step of one (RFC 9110 §9.2.1).
fn has_effects_when_asked(request: &Request) -> bool {
    let path = request.uri().path();
    let inside = ["/flow/", "/cabinet/", "/egov/"]
        .iter()
        .any(|start| path.starts_with(start));
    *request.method() == Method::HEAD
        && (inside || ["/authorize", "/logout", "/signed-out", "/cabinet"].contains(&path))
}

/// The head that pages have; what depends on the page itself is left out (RFC 9110 §9.3.2).
fn head_of_a_page() -> Response {
    let mut answer = Response::default();
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// Finds the client's address and drops every header by which somebody could pretend to be somebody (OP-1, OP-2).
fn name_the_client(edge: &Edge, request: &mut Request) -> IpAddr {
    let peer = request
        .extensions()
        .get::<Peer>()
        .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Peer(peer)| peer.ip());
    let address = forwarded::client_address(peer, &edge.proxies, edge.forwarded_header, request.headers());
    forwarded::drop_claims(request.headers_mut());
    request.extensions_mut().insert(PeerAddress(address));
    address
}

/// What is refused before a handler is chosen to run.
fn admit(edge: &Edge, request: &mut Request) -> Result<(), Refusal> {
    target::check_method(request.method())?;
    target::check_size(request)?;
    edge.hosts.check(request)?;
    target::check_path(request.uri().path())?;
    target::check_cookies(request.headers())?;
    bound_the_body(request)
}

/// No body is decompressed; none longer than the limit is read, announced or not.
fn bound_the_body(request: &mut Request) -> Result<(), Refusal> {
    if request
        .headers()
        .get(CONTENT_ENCODING)
        .is_some_and(|coding| coding != "identity")
    {
        return Err(Refusal::ContentEncoding);
    }
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Refusal::BodyTooLarge);
    }
    let body = std::mem::take(request.body_mut());
    *request.body_mut() = Body::new(Limited::new(body, MAX_BODY));
    Ok(())
}

/// Reads the body before anybody works on the request, so that slow ones keep no other from its turn.
async fn with_body(edge: &Edge, address: IpAddr, request: Request) -> Result<Request, Refusal> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let Some(_place) = edge.reading.take(address).await else {
        return Err(Refusal::Busy);
    };
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(BODY_TIME.min(edge.request_timeout), body.collect()).await {
        Ok(Ok(body)) => Ok(Request::from_parts(parts, Body::from(body.to_bytes()))),
        Ok(Err(error)) if too_large(&error) => Err(Refusal::BodyTooLarge),
        Ok(Err(_)) => Err(Refusal::Malformed(StatusCode::BAD_REQUEST)),
        Err(_) => Err(Refusal::SlowBody),
    }
}

fn too_large(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

async fn handle(edge: &Edge, address: IpAddr, request: Request, next: Next) -> Result<Response, Refusal> {
    let request = with_body(edge, address, request).await?;
    let Some(_turn) = edge.turns.take(address).await else {
        return Err(Refusal::Busy);
    };
    // RL-9: a panic costs one request its answer, nothing else. Handlers share no half-written state across requests.
    let handler = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(edge.request_timeout, handler).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_panic)) => Err(Refusal::OurFault),
        Err(_late) => Err(Refusal::Late),
    }
}
