//! A request outside any flow.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use protocol::flow::Visit;

use crate::WebState;

/// What a request says about its browser, for the handlers of this crate.
pub(crate) struct Visited(pub(crate) Visit);

impl FromRequestParts<WebState> for Visited {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Infallible> {
        Ok(Self(Visit::of(parts, &state.provider)))
    }
}
