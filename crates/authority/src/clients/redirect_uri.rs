//! Addresses in client metadata, judged at registration (security rule AZ-2) and compared byte for byte later (AZ-1).

use serde::{Deserialize, Serialize};
use url::Url;

/// A registered address that a browser may be sent to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why an address cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Longer than 2048 bytes, or with a character that URIs do not have.
    #[error("the address has characters or a length that are not allowed")]
    Form,
    /// Not an absolute URI.
    #[error("the address is not an absolute URI")]
    NotAbsolute,
    /// It has a fragment (RFC 6749 §3.1.2).
    #[error("the address has a fragment")]
    Fragment,
    /// It has user information.
    #[error("the address has user information")]
    UserInfo,
    /// It has dot segments or is not written in its normal form.
    #[error("the address is not in its normal form")]
    NotNormal,
    /// A scheme other than https, loopback http or a reverse-DNS one.
    #[error("the scheme of the address is not allowed")]
    Scheme,
}

impl RedirectUri {
    /// Judges an address for registration.
    ///
    /// # Errors
    /// Names the first rule it breaks.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let plain =
            |b: u8| b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}');
        if text.is_empty() || text.len() > 2048 || !text.bytes().all(plain) || text.contains(';') {
            return Err(RedirectUriError::Form);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if url.fragment().is_some() {
            return Err(RedirectUriError::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err(RedirectUriError::UserInfo);
        }
        check_scheme(&url)?;
        check_normal(text, &url)?;
        Ok(Self(text.to_owned()))
    }

    /// The address as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port, for `form-action`; a private scheme gives just `scheme:`.
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map_or_else(
            |_| String::new(),
            |url| {
                if url.host().is_some() && url.scheme().starts_with("http") {
                    url.origin().ascii_serialization()
                } else {
                    format!("{}:", url.scheme())
                }
            },
        )
    }

    /// The host people see; a private scheme shows itself.
    pub fn domain(&self) -> String {
        Url::parse(&self.0).map_or_else(
            |_| String::new(),
            |url| url.host_str().unwrap_or(url.scheme()).to_owned(),
        )
    }

    /// Whether both are the same loopback literal with another port (RFC 8252 §7.3).
    pub fn matches_loopback_port(&self, asked: &str) -> bool {
        let (Ok(known), Ok(asked)) = (Url::parse(&self.0), Self::parse(asked)) else {
            return false;
        };
        let Ok(asked) = Url::parse(&asked.0) else { return false };
        let literal = |url: &Url| matches!(url.host_str(), Some("127.0.0.1" | "[::1]")) && url.scheme() == "http";
        literal(&known)
            && literal(&asked)
            && known.host_str() == asked.host_str()
            && known.path() == asked.path()
            && known.query() == asked.query()
    }
}

fn check_scheme(url: &Url) -> Result<(), RedirectUriError> {
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        // RFC 8252 §7.1: private-use schemes are reverse domain names, so they have a dot.
        other if other.contains('.') => Ok(()),
        _ => Err(RedirectUriError::Scheme),
    }
}

/// What the parser would rewrite is refused, so that the string we compare is the address the browser goes to (WI-11).
fn check_normal(text: &str, url: &Url) -> Result<(), RedirectUriError> {
    let written = url.as_str();
    let host_only = url.path() == "/" && url.query().is_none() && written.strip_suffix('/') == Some(text);
    if written == text || host_only {
        Ok(())
    } else {
        Err(RedirectUriError::NotNormal)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(text: String) -> Result<Self, RedirectUriError> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_addresses_are_registered_as_they_are() {
        for text in [
            "https://diary.example/cb",
            "https://diary.example",
            "https://diary.example/cb?dummy1=lorem&dummy2=ipsum",
            "http://127.0.0.1:7301/callback",
            "http://localhost/cb",
            "kz.example.diary:/callback",
        ] {
            assert_eq!(
                RedirectUri::parse(text).map(|uri| uri.as_str().to_owned()),
                Ok(text.to_owned())
            );
        }
    }

    #[test]
    fn each_bad_address_names_its_rule() {
        for (text, rule) in [
            ("", RedirectUriError::Form),
            ("https://a.example/\u{e9}", RedirectUriError::Form),
            ("https://a.example/a b", RedirectUriError::Form),
            ("https://a.example\\@b.example", RedirectUriError::Form),
            ("https://a.example/;x", RedirectUriError::Form),
            ("/callback", RedirectUriError::NotAbsolute),
            ("https://a.example/#", RedirectUriError::Fragment),
            ("https://a.example/#x", RedirectUriError::Fragment),
            ("https://u@a.example/", RedirectUriError::UserInfo),
            ("https://a.example/@", RedirectUriError::UserInfo),
            ("http://a.example/", RedirectUriError::Scheme),
            ("http://localhost.a.example/", RedirectUriError::Scheme),
            ("javascript:alert(1)", RedirectUriError::Scheme),
            ("data:text/html,x", RedirectUriError::Scheme),
            ("custom:/x", RedirectUriError::Scheme),
            ("https://a.example/../b", RedirectUriError::NotNormal),
            ("https://A.example/", RedirectUriError::NotNormal),
            ("HTTPS://a.example/", RedirectUriError::NotNormal),
            ("https://a.example:443/", RedirectUriError::NotNormal),
            ("https:a.example", RedirectUriError::NotNormal),
        ] {
            assert_eq!(RedirectUri::parse(text), Err(rule), "{text}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_literal_may_differ() {
        let known = RedirectUri::parse("http://127.0.0.1/cb").unwrap();
        assert!(known.matches_loopback_port("http://127.0.0.1:51000/cb"));
        for other in [
            "http://localhost:51000/cb",
            "http://127.0.0.1:1/cb2",
            "http://[::1]:1/cb",
            "https://127.0.0.1:1/cb",
            "http://127.0.0.1:1/cb?x=1",
        ] {
            assert!(!known.matches_loopback_port(other), "{other}");
        }
        assert!(
            !RedirectUri::parse("http://localhost/cb")
                .unwrap()
                .matches_loopback_port("http://localhost:1/cb")
        );
    }

    #[test]
    fn origin_and_domain_are_those_of_the_address() {
        let uri = RedirectUri::parse("https://diary.example:8443/cb?x=1").unwrap();
        assert_eq!(
            (uri.origin().as_str(), uri.domain().as_str()),
            ("https://diary.example:8443", "diary.example")
        );
        assert_eq!(
            RedirectUri::parse("kz.example.diary:/cb").unwrap().origin(),
            "kz.example.diary:"
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,80}") {
            if let Ok(uri) = RedirectUri::parse(&text) {
                prop_assert_eq!(uri.as_str(), text);
            }
        }
    }
}
