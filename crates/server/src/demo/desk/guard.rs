//! The desk answers only under its own name, and takes forms only from its own page or from programs: another page in
//! the same browser must neither read codes nor choose who signs.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The desk's own name.
pub(super) struct Guard {
    origin: String,
    host: String,
}

impl Guard {
    pub(super) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            host: origin.trim_start_matches("http://").to_owned(),
        }
    }

    fn admits(&self, method: &Method, headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if text(HOST) != Some(self.host.as_str()) {
            return Err((StatusCode::MISDIRECTED_REQUEST, "host: the desk has another name"));
        }
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let foreign = headers.contains_key(ORIGIN) && text(ORIGIN) != Some(self.origin.as_str());
        if !reads && foreign {
            return Err((
                StatusCode::FORBIDDEN,
                "origin: forms are taken from the desk's own page only",
            ));
        }
        Ok(())
    }
}

pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut answer = match guard.admits(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
