//! The issuer identifier (OpenID Connect Core §1.2, RFC 8414 §2), kept as the text that was configured.

use std::fmt::{self, Display};
use std::str::FromStr;

use url::Url;

/// The URL that identifies this provider, byte for byte as clients compare it. Never taken from a [`Url`], which
/// would add a slash. It is an origin: `__Host-` cookies and the device proof's audience are bound to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerUrl(String);

/// Why a text is no issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssuerError {
    /// Not a URL at all.
    #[error("not a URL")]
    NotAUrl,
    /// Another scheme than https (or http, for the demo).
    #[error("must begin with https://")]
    Scheme,
    /// The text is not what a client would compare: path, slash at the end, query, upper case, default port …
    #[error("must be the plain origin, without slash at the end, path, query or default port: {0}")]
    NotAnOrigin(String),
}

impl IssuerUrl {
    /// Stands in while a configuration without a usable issuer is checked to its end; it never leaves that check.
    pub(super) fn nobody() -> Self {
        Self("https://nobody.invalid".to_owned())
    }

    /// The text as configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and, unless it is the scheme's default, port: what a `Host` header must say.
    pub fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The host without port.
    pub fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            Some(_) | None => authority,
        }
    }
}

impl FromStr for IssuerUrl {
    type Err = IssuerError;

    fn from_str(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_| IssuerError::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(IssuerError::Scheme);
        }
        let origin = url.origin().ascii_serialization();
        if origin == text {
            Ok(Self(origin))
        } else {
            Err(IssuerError::NotAnOrigin(origin))
        }
    }
}

impl Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_issuer_stays_the_text_that_was_configured() {
        let issuer: IssuerUrl = "https://id.edu.kz".parse().unwrap();
        assert_eq!(issuer.as_str(), "https://id.edu.kz");
        assert_eq!(issuer.authority(), "id.edu.kz");
        let local: IssuerUrl = "http://localhost:7300".parse().unwrap();
        assert_eq!((local.authority(), local.host()), ("localhost:7300", "localhost"));
        let six: IssuerUrl = "http://[::1]:7300".parse().unwrap();
        assert_eq!(six.host(), "[::1]");
    }

    #[test]
    fn an_issuer_that_clients_would_compare_differently_is_refused() {
        let refused = [
            "https://id.edu.kz/",
            "https://id.edu.kz/op",
            "https://id.edu.kz?x",
            "https://id.edu.kz#x",
            "https://ID.edu.kz",
            "https://id.edu.kz:443",
            "https://user@id.edu.kz",
            "https://id.edu.kz ",
            "HTTPS://id.edu.kz",
        ];
        for text in refused {
            assert!(
                matches!(text.parse::<IssuerUrl>(), Err(IssuerError::NotAnOrigin(_))),
                "{text}"
            );
        }
        assert_eq!("id.edu.kz".parse::<IssuerUrl>(), Err(IssuerError::NotAUrl));
        assert_eq!("ftp://id.edu.kz".parse::<IssuerUrl>(), Err(IssuerError::Scheme));
    }

    proptest! {
        #[test]
        fn any_text_is_kept_exactly_or_refused(text in "(https?://)?[a-zA-Z0-9.:/@?#%\\[\\] -]{0,40}") {
            if let Ok(issuer) = text.parse::<IssuerUrl>() {
                prop_assert_eq!(issuer.as_str(), text);
            }
        }
    }
}
