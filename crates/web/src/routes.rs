//! The routes of this crate and who may call them. A test compares the table with the router.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use http::Method;
use protocol::{Caller, Route};

use crate::flow::cancel;
use crate::sign_in::{choose, eds, sms};
use crate::{WebState, consent, device, information, language};

/// The largest body, in bytes (security rule RL-1): a form with a signature.
const LARGEST_BODY: usize = 64 * 1024;

const fn route(method: Method, path: &'static str, caller: Caller) -> Route {
    Route { method, path, caller }
}

/// Every route of this crate. What a browser may do below `/flow` it may do only in a flow that it started itself.
pub const ROUTES: &[Route] = &[
    route(Method::GET, "/", Caller::Anyone),
    route(Method::GET, "/help", Caller::Anyone),
    route(Method::GET, "/privacy", Caller::Anyone),
    route(Method::GET, "/accessibility", Caller::Anyone),
    #[cfg(feature = "sandbox")]
    route(Method::GET, "/dev/components", Caller::Anyone),
    route(Method::GET, "/assets/{name}", Caller::Anyone),
    route(Method::POST, "/language", Caller::Anyone),
    route(Method::GET, "/flow/{id}/sign-in", Caller::Browser),
    route(Method::POST, "/flow/{id}/sign-in", Caller::Browser),
    route(Method::GET, "/flow/{id}/eds", Caller::Browser),
    route(Method::POST, "/flow/{id}/eds", Caller::Browser),
    route(Method::POST, "/flow/{id}/eds/signature", Caller::Browser),
    route(Method::GET, "/flow/{id}/confirm", Caller::Browser),
    route(Method::POST, "/flow/{id}/confirm", Caller::Browser),
    route(Method::POST, "/flow/{id}/confirm/resend", Caller::Browser),
    route(Method::GET, "/flow/{id}/device", Caller::Browser),
    route(Method::POST, "/flow/{id}/device", Caller::Browser),
    route(Method::GET, "/flow/{id}/consent", Caller::Browser),
    route(Method::POST, "/flow/{id}/consent", Caller::Browser),
    route(Method::POST, "/flow/{id}/cancel", Caller::Browser),
];

/// The pages. What no route answers becomes a page at the edge of the server.
pub fn router(state: WebState) -> Router {
    let pages = Router::new();
    #[cfg(feature = "sandbox")]
    let pages = pages.route("/dev/components", get(information::components));
    pages
        .route("/", get(information::help))
        .route("/help", get(information::help))
        .route("/privacy", get(information::privacy))
        .route("/accessibility", get(information::accessibility))
        .route("/assets/{name}", get(information::asset))
        .route("/language", post(language::choose))
        .route("/flow/{id}/sign-in", get(choose::show).post(choose::choose))
        .route("/flow/{id}/eds", get(eds::show).post(eds::start))
        .route("/flow/{id}/eds/signature", post(eds::signature))
        .route("/flow/{id}/confirm", get(sms::show).post(sms::confirm))
        .route("/flow/{id}/confirm/resend", post(sms::resend))
        .route("/flow/{id}/device", get(device::show).post(device::commit))
        .route("/flow/{id}/consent", get(consent::show).post(consent::decide))
        .route("/flow/{id}/cancel", post(cancel::cancel))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(state)
}
