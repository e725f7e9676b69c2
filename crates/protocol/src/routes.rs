//! The routes of this crate and who may call them. A test compares the table with the router.

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::Method;

use crate::parameters::MAX_BODY;
use crate::{Provider, authorize, discovery, logout, token, userinfo};

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
    /// An app that was shown an address, with the token it got there.
    SigningApp,
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
    route(Method::POST, "/token", Caller::Client),
    route(Method::GET, "/userinfo", Caller::TokenHolder),
    route(Method::POST, "/userinfo", Caller::TokenHolder),
    route(Method::GET, "/logout", Caller::Browser),
    route(Method::POST, "/logout", Caller::Browser),
    route(Method::GET, "/signed-out", Caller::Anyone),
    route(Method::GET, "/.well-known/openid-configuration", Caller::Anyone),
    route(Method::GET, "/jwks", Caller::Anyone),
];

/// The endpoints.
pub fn router(provider: Provider) -> Router {
    let document = discovery::Document::of(&provider);
    Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post))
        .route("/token", post(token::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::post))
        .route("/logout", get(logout::get).post(logout::post))
        .route("/signed-out", get(logout::done))
        .route("/.well-known/openid-configuration", get(discovery::get))
        .route("/jwks", get(discovery::jwks))
        .layer(Extension(document))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(provider)
}
