//! The security headers of every page and file.

use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::FlowOrigin;

const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// Two years, longer than the one that is asked for.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const PERMISSIONS: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=(), otp-credentials=(self)");

/// The address for `connect-src`: scheme, host and port of NCALayer; `None` when it is no such address.
pub(crate) fn ncalayer_source(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let host = url.host_str()?;
    let plain = matches!(url.scheme(), "ws" | "wss")
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    plain.then(|| format!("{}://{host}{port}", url.scheme()))
}

/// The content security policy of a page; `sound` lets it play ours.
pub(crate) fn content_security_policy(flow: Option<&FlowOrigin>, ncalayer: Option<&str>, sound: bool) -> String {
    let connect = ncalayer.map(|source| format!(" {source}")).unwrap_or_default();
    let media = if sound { " media-src 'self';" } else { "" };
    let form = flow.map(|origin| format!(" {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self';{media} \
         connect-src 'self'{connect}; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'{form}; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
}

/// Everything a page carries beside its policy.
pub(crate) fn add_to_page(headers: &mut HeaderMap, policy: &str, https: bool) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
    if https {
        // RFC 6797 §7.2: never over plain http.
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

/// What a file about a person carries: it is saved and never shown or kept (RFC 6266, RFC 7111 §5.1).
pub(crate) fn add_to_download(headers: &mut HeaderMap, name: &str, https: bool) {
    add_to_page(headers, "default-src 'none'; frame-ancestors 'none'", https);
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8; header=present"),
    );
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
}

/// What a file carries.
pub(crate) fn add_to_asset(headers: &mut HeaderMap) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_flow_and_nothing_foreign_else() {
        let flow = FlowOrigin::of_redirect_uri("https://diary.example/cb").unwrap();
        let policy = content_security_policy(Some(&flow), Some("wss://127.0.0.1:13579"), false);
        assert!(policy.contains("form-action 'self' https://diary.example;"));
        assert!(policy.contains("connect-src 'self' wss://127.0.0.1:13579;"));
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"));
        assert!(!policy.contains("unsafe"));
        let bare = content_security_policy(None, None, false);
        assert!(
            !bare.contains("media-src") && content_security_policy(None, None, true).contains("; media-src 'self';")
        );
        assert!(bare.contains("form-action 'self';") && bare.contains("connect-src 'self';"));
        assert!(bare.ends_with("frame-ancestors 'none'; require-trusted-types-for 'script'"));
    }

    #[test]
    fn only_a_web_socket_address_joins_the_policy() {
        assert_eq!(
            ncalayer_source("wss://127.0.0.1:13579/").as_deref(),
            Some("wss://127.0.0.1:13579")
        );
        assert_eq!(
            ncalayer_source("ws://127.0.0.1:4000").as_deref(),
            Some("ws://127.0.0.1:4000")
        );
        for address in [
            "https://127.0.0.1:13579/",
            "*",
            "wss://*/",
            "wss://a;b/",
            "",
            "wss://[::1]:1/",
        ] {
            assert_eq!(ncalayer_source(address), None, "{address}");
        }
    }

    #[test]
    fn strict_transport_is_only_promised_over_https() {
        let mut headers = HeaderMap::new();
        add_to_page(&mut headers, "default-src 'none'", false);
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        add_to_page(&mut headers, "default-src 'none'", true);
        assert!(
            headers[STRICT_TRANSPORT_SECURITY]
                .to_str()
                .unwrap()
                .starts_with("max-age=63072000")
        );
        for name in [
            "x-frame-options",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cache-control",
        ] {
            assert!(headers.contains_key(name), "{name}");
        }
    }
}
