//! Device Bound Session Credentials (W3C draft): a browser that offers it binds a key of its own to the session, in hardware
//! where it can. The session's cookie then lives minutes and is replaced whenever the browser proves the key, so that a
//! copied cookie dies and gets no successor (product A7; security rules DB-1, DB-2, SE-1). Other browsers ignore the header
//! that offers it, and nothing changes for them.
//!
//! * `registration`: `POST /dbsc/registration`. `refresh`: `POST /dbsc/refresh`.
//! * `challenge`: what is signed, made without being kept. `proof`: checking the signed token.
//! * `header`: the structured headers. `instructions`: what the browser is told to do.

mod challenge;
mod header;
mod instructions;
mod proof;
mod refresh;
mod registration;

use authority::secret::PlainToken;
use authority::sessions::BOUND_COOKIE_AGE;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use protocol::flow::{SESSION_COOKIE, session_digest, set_cookie};
use serde_json::{Value, json};

use self::challenge::Use;
use crate::flow::FlowPage;

pub(crate) use self::refresh::refresh;
pub(crate) use self::registration::register;

/// Where the browser registers its key.
pub(crate) const REGISTRATION_PATH: &str = "/dbsc/registration";
/// Where it comes for the next cookie.
pub(crate) const REFRESH_PATH: &str = "/dbsc/refresh";

/// Adds the offer to the answer that sets a session's first cookie. It is made nowhere else: whoever copies the cookie
/// later learns no challenge and registers nothing.
pub(crate) fn offer(page: &FlowPage, cookie: &PlainToken, mut response: Response) -> Response {
    if !page.state.settings.device_bound {
        return response;
    }
    let keyring = &page.provider().keyring;
    let challenge = challenge::mint(keyring, Use::Registration, &session_digest(keyring, cookie), page.now);
    if let Some(value) = header::registration(REGISTRATION_PATH, &challenge) {
        response.headers_mut().insert(header::REGISTRATION, value);
    }
    response
}

/// An answer for the browser itself, never kept.
fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A refusal; the browser gives its session up at these statuses, but for 403.
fn refused(status: StatusCode, error: &'static str) -> Response {
    answer(status, &json!({ "error": error }))
}

/// What everybody is told while it is switched off.
fn switched_off() -> Response {
    refused(StatusCode::NOT_FOUND, "not_found")
}

/// The short-lived cookie of a session with a bound key.
fn bound_cookie(cookie: &PlainToken) -> Option<HeaderValue> {
    set_cookie(SESSION_COOKIE, cookie.expose(), Some(BOUND_COOKIE_AGE))
}
