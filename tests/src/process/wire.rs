//! HTTP/1.1 over a socket. As a `Router`, a process takes the place of the application in `Browser` and `RelyingParty`.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, Bytes};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What the router answers when there was no connection: nothing was presented to anyone.
pub(super) const NEVER_SENT: u16 = 599;
/// What the router answers when the connection ended before the whole answer was read: anything may have happened.
pub(super) const CUT: u16 = 598;

/// Why there is no answer; a status of ours.
pub(super) struct NoAnswer(pub(super) u16);

/// Sends a request on a connection of its own and reads the whole answer.
pub(super) async fn ask(address: SocketAddr, request: Request<Body>) -> Result<Response<Bytes>, NoAnswer> {
    let stream = TcpStream::connect(address).await.map_err(|_| NoAnswer(NEVER_SENT))?;
    let cut = |_| NoAnswer(CUT);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(cut)?;
    tokio::spawn(connection);
    let (parts, body) = sender.send_request(request).await.map_err(cut)?.into_parts();
    // A body that ends early is an error here: `Content-Length` and chunks say where the end is.
    let body = body.collect().await.map_err(cut)?.to_bytes();
    Ok(Response::from_parts(parts, body))
}

/// A router that is the process at this address.
pub(super) fn router(address: SocketAddr) -> Router {
    Router::new().fallback(move |request: Request<Body>| async move {
        match ask(address, request).await {
            Ok(answer) => answer.map(Body::from),
            Err(NoAnswer(status)) => {
                let mut answer = Response::new(Body::empty());
                *answer.status_mut() = StatusCode::from_u16(status).unwrap();
                answer
            }
        }
    })
}

/// The status of a `GET`, or of ours when there is none.
pub(super) async fn status_of(address: SocketAddr, path: &str) -> u16 {
    let request = Request::get(path)
        .header("host", address.to_string())
        .body(Body::empty())
        .unwrap();
    ask(address, request)
        .await
        .map_or_else(|NoAnswer(status)| status, |answer| answer.status().as_u16())
}
