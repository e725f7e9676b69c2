//! Where a client is told that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.2).

use url::Url;

use super::{RedirectUri, RedirectUriError};

/// How a client is told of endings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackchannelLogout {
    /// Where logout tokens are posted.
    pub uri: BackchannelLogoutUri,
    /// Whether the client cannot do without `sid`. It gets one in any case.
    pub session_required: bool,
}

/// An absolute http(s) address without fragment and user information, in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackchannelLogoutUri(String);

impl BackchannelLogoutUri {
    /// Judges an address for registration: https, or http on a loopback host.
    ///
    /// # Errors
    /// Names the first rule it breaks.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        RedirectUri::parse(text)?;
        if text.starts_with("https://") || text.starts_with("http://") {
            Ok(Self(text.to_owned()))
        } else {
            Err(RedirectUriError::Scheme)
        }
    }

    /// The address as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be reached in production: https on its own port, which is all that the outbound guard opens (WI-5).
    pub fn is_for_production(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| url.scheme() == "https" && url.port().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_address_is_for_production() {
        for text in ["https://diary.example/logout", "https://diary.example/logout?kind=back"] {
            let uri = BackchannelLogoutUri::parse(text).unwrap();
            assert_eq!(uri.as_str(), text);
            assert!(uri.is_for_production());
        }
    }

    #[test]
    fn loopback_and_other_ports_are_for_machines_of_their_own() {
        for text in [
            "http://127.0.0.1:7301/logout",
            "http://localhost/logout",
            "https://diary.example:8443/logout",
        ] {
            assert!(
                !BackchannelLogoutUri::parse(text).unwrap().is_for_production(),
                "{text}"
            );
        }
    }

    #[test]
    fn what_nobody_posts_to_is_refused() {
        for (text, error) in [
            ("https://diary.example/logout#x", RedirectUriError::Fragment),
            ("https://user@diary.example/logout", RedirectUriError::UserInfo),
            ("http://diary.example/logout", RedirectUriError::Scheme),
            ("kz.example.diary:/logout", RedirectUriError::Scheme),
            ("/logout", RedirectUriError::NotAbsolute),
            ("https://diary.example/a/../logout", RedirectUriError::NotNormal),
            ("", RedirectUriError::Form),
        ] {
            assert_eq!(BackchannelLogoutUri::parse(text), Err(error), "{text}");
        }
    }
}
