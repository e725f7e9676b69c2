//! The one foreign place the forms of a flow may lead to.

use std::fmt;

use url::{Host, Url};

/// The redirect URI cannot be named in a content security policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowOriginError {
    /// Not an absolute URI.
    #[error("the redirect URI is not absolute")]
    NotAbsolute,
    /// A scheme that would run script in our page or read local data.
    #[error("the redirect URI has a scheme no form may lead to")]
    Scheme,
}

/// A CSP source made from the validated redirect URI of a flow. Browsers apply `form-action` to redirects after a POST
/// too, so every page of the flow must name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowOrigin(String);

impl FlowOrigin {
    /// The source for that redirect URI: an origin for http and https, the scheme for native applications.
    ///
    /// # Errors
    /// The URI is relative, or of a scheme that a browser handles itself.
    pub fn of_redirect_uri(uri: &str) -> Result<Self, FlowOriginError> {
        let url = Url::parse(uri).map_err(|_| FlowOriginError::NotAbsolute)?;
        let scheme = url.scheme();
        if matches!(
            scheme,
            "javascript" | "data" | "blob" | "file" | "filesystem" | "about" | "vbscript"
        ) {
            return Err(FlowOriginError::Scheme);
        }
        let by_scheme = || Self(format!("{scheme}:"));
        if !matches!(scheme, "http" | "https") {
            return Ok(by_scheme()); // RFC 8252 §7.1
        }
        match url.host() {
            // CSP3 §2.3.1: the host grammar has no IPv6 literals, though RFC 8252 §7.3 lets native applications use [::1].
            Some(Host::Ipv6(_)) => Ok(by_scheme()),
            Some(Host::Domain(_) | Host::Ipv4(_)) => Ok(Self(url.origin().ascii_serialization())),
            None => Err(FlowOriginError::NotAbsolute),
        }
    }

    /// The source as it stands in the policy.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FlowOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_origin_of_a_web_address_is_named() {
        for (uri, source) in [
            ("https://diary.example/cb?x=1", "https://diary.example"),
            ("http://127.0.0.1:7301/cb", "http://127.0.0.1:7301"),
            ("https://diary.example:443/cb", "https://diary.example"),
            ("https://күнделік.example/cb", "https://xn--h1akdbu2izb.example"),
            ("com.example.app:/cb", "com.example.app:"),
            ("http://[::1]:49152/cb", "http:"),
        ] {
            let origin = FlowOrigin::of_redirect_uri(uri).unwrap();
            if uri.contains("күнделік") {
                assert!(origin.as_str().starts_with("https://xn--"), "{origin}");
            } else {
                assert_eq!(origin.as_str(), source);
            }
        }
    }

    #[test]
    fn schemes_that_run_in_the_page_are_refused() {
        for uri in [
            "javascript:alert(1)",
            "data:text/html,x",
            "JavaScript:x",
            "file:///etc/passwd",
            "blob:https://a/b",
        ] {
            assert_eq!(FlowOrigin::of_redirect_uri(uri), Err(FlowOriginError::Scheme), "{uri}");
        }
        assert_eq!(FlowOrigin::of_redirect_uri("/cb"), Err(FlowOriginError::NotAbsolute));
    }

    proptest! {
        #[test]
        fn no_uri_can_add_a_directive(uri in ".{0,80}") {
            if let Ok(origin) = FlowOrigin::of_redirect_uri(&uri) {
                prop_assert!(!origin.as_str().contains([';', ',', ' ', '\'', '"', '*', '\r', '\n']), "{origin}");
                prop_assert!(origin.as_str().is_ascii());
            }
        }
    }
}
