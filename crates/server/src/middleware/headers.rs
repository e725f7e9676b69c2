//! Headers that every answer has, whoever made it (SE-8 to SE-10), and which answers are compressed.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Extensions, StatusCode, Version};

/// Answers shorter than this gain nothing from compression.
const WORTH_COMPRESSING: u64 = 512;

const STANDARD: [(HeaderName, HeaderValue); 5] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ),
];

/// Adds what the handler did not set itself.
pub(super) fn complete(headers: &mut HeaderMap, https: bool) {
    for (name, value) in STANDARD {
        headers.entry(name).or_insert(value);
    }
    if https {
        // RFC 6797 §7.2: never over plain http. Two years.
        headers
            .entry(STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
}

/// Texts, except JSON that must not be stored: tokens and reflected input never share a compressed answer.
pub(super) fn may_be_compressed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let is = |name: HeaderName, part: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains(part))
    };
    let long = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .is_none_or(|length: u64| length >= WORTH_COMPRESSING);
    // Each event has to leave at once.
    if is(CONTENT_TYPE, "event-stream") {
        return false;
    }
    let text = is(CONTENT_TYPE, "text/") || is(CONTENT_TYPE, "javascript") || is(CONTENT_TYPE, "svg");
    let public_json = is(CONTENT_TYPE, "json") && !is(CACHE_CONTROL, "no-store");
    long && (text || public_json)
}
