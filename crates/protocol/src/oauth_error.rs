//! Error answers in JSON (RFC 6749 §5.2). What happened stays in the log under the same reference.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use pages::Reference;
use serde_json::json;

/// An answer for a client.
#[derive(Debug)]
pub(crate) struct ErrorBody {
    /// The status.
    pub(crate) status: StatusCode,
    /// The `error` member.
    pub(crate) error: &'static str,
    /// The `error_description` member.
    pub(crate) description: Cow<'static, str>,
    /// The challenge that goes with a 401.
    pub(crate) challenge: Option<HeaderValue>,
    /// Seconds until trying again makes sense, where it is known.
    pub(crate) retry_after: Option<u64>,
}

impl ErrorBody {
    /// An answer without challenge.
    pub(crate) fn new(status: StatusCode, error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            challenge: None,
            retry_after: None,
        }
    }

    /// The HTTP answer.
    pub(crate) fn respond(self, reference: &Reference) -> Response {
        let body = json!({
            "error": self.error,
            "error_description": self.description,
            "trace_id": reference.as_str(),
        });
        let mut response = no_store_json(self.status, body.to_string());
        if let Some(challenge) = self.challenge {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        let unavailable = self.status == StatusCode::SERVICE_UNAVAILABLE;
        if let Some(seconds) = self.retry_after.or(unavailable.then_some(5)) {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A JSON answer that nobody keeps (RFC 6749 §5.1).
pub(crate) fn no_store_json(status: StatusCode, body: String) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
        (PRAGMA, "no-cache"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    (status, headers, body).into_response()
}
