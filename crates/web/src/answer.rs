//! Answers that are no page.

use authority::time::minutes;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use pages::screens::OurFault;

use crate::flow::FlowPage;

/// 303 to a path of ours, never kept (security rules AZ-8, SE-10). The caller made the path; nothing of it is a request's.
pub(crate) fn see_other(path: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        LOCATION,
        HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")),
    );
    response
}

/// The same answer with cookies to keep.
pub(crate) fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The host of our issuer, without the port: what signed texts and messages are bound to.
pub(crate) fn host(issuer: &str) -> &str {
    let authority = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        Some(_) | None => authority,
    }
}

/// X9 with 503: there is too much to do at the moment (security rule RL-3).
pub(crate) fn busy(page: &FlowPage) -> Response {
    let screen = OurFault {
        retry_at: page.now.plus(minutes(1)),
        maintenance_until: None,
    };
    let mut response = page.provider().pages.render(&page.frame(), &screen);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_has_no_scheme_port_or_path() {
        for (issuer, expected) in [
            ("https://id.example.kz", "id.example.kz"),
            ("http://localhost:7300", "localhost"),
            ("https://[::1]", "[::1]"),
            ("https://id.example.kz/x", "id.example.kz"),
        ] {
            assert_eq!(host(issuer), expected);
        }
    }
}
