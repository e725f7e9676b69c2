//! Requests that no route answers.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use protocol::Problem;

use crate::WebState;
use crate::visit::Visited;

/// X10 for unknown paths.
pub(crate) async fn no_such_page(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    Problem::NoSuchPage.respond(&state.provider, &visit)
}

/// The same page, saying that the method is at fault (RFC 9110 §15.5.6).
pub(crate) async fn no_such_method(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    let mut response = Problem::NoSuchPage.respond(&state.provider, &visit);
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response
}
