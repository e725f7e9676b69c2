//! The routes of this crate and who may call them. A test compares the table with the router.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use http::Method;

use crate::parameters::MAX_BODY;
use crate::{Provider, authorize};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Anyone,
    /// A browser that a registered client sent here.
    Browser,
    /// A client that authenticates itself.
    Client,
    /// Whoever holds a live access token.
    TokenHolder,
}

/// One route.
#[derive(Clone, Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, as the router has it.
    pub path: &'static str,
    /// Who may call it.
    pub caller: Caller,
}

const fn route(method: Method, path: &'static str, caller: Caller) -> Route {
    Route { method, path, caller }
}

/// Every route of this crate.
pub const ROUTES: &[Route] = &[
    route(Method::GET, "/authorize", Caller::Browser),
    route(Method::POST, "/authorize", Caller::Browser),
];

/// The endpoints.
pub fn router(provider: Provider) -> Router {
    Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(provider)
}
