//! The hidden field `csrf` of every form: a keyed digest of the cookie the form belongs to (security rule SE-5).

use authority::secret::{Keyring, PlainToken, Purpose, TokenDigest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::FlowBrowser;

/// What the forms of one flow, or of one session, carry.
pub struct FormToken(TokenDigest);

/// The form does not carry the token of this flow or session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the form token is missing or belongs elsewhere")]
pub struct FormTokenError;

impl FormToken {
    /// The token of the forms of a flow.
    pub fn for_flow(keyring: &Keyring, browser: &FlowBrowser) -> Self {
        let cookie = browser.cookie_digest();
        Self(keyring.digest_list(Purpose::FormToken, &[b"flow", cookie.as_bytes()]))
    }

    /// The token of forms that act on a session, given the digest of its cookie.
    pub fn for_session(keyring: &Keyring, cookie: &TokenDigest) -> Self {
        Self(keyring.digest_list(Purpose::FormToken, &[b"session", cookie.as_bytes()]))
    }

    /// The value of the hidden field.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }

    /// Checks a posted field, in constant time.
    ///
    /// # Errors
    /// It is missing, malformed, or of another flow or session.
    pub fn check(&self, posted: Option<&str>) -> Result<(), FormTokenError> {
        let token = posted
            .and_then(|text| PlainToken::parse(text).ok())
            .ok_or(FormTokenError)?;
        let bytes = URL_SAFE_NO_PAD.decode(token.expose()).map_err(|_| FormTokenError)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| FormTokenError)?;
        if self.0.matches(&TokenDigest::from_bytes(bytes)) {
            Ok(())
        } else {
            Err(FormTokenError)
        }
    }
}

#[cfg(test)]
mod tests {
    use authority::secret::Kek;

    use super::*;

    fn keyring() -> Keyring {
        Keyring::derive(&Kek::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()).unwrap()
    }

    #[test]
    fn a_token_passes_for_its_own_session_only() {
        let keyring = keyring();
        let mine = FormToken::for_session(&keyring, &TokenDigest::from_bytes([1; 32]));
        let other = FormToken::for_session(&keyring, &TokenDigest::from_bytes([2; 32]));
        assert_eq!(mine.check(Some(&mine.text())), Ok(()));
        assert_eq!(mine.check(Some(&other.text())), Err(FormTokenError));
    }

    #[test]
    fn anything_else_is_refused() {
        let token = FormToken::for_session(&keyring(), &TokenDigest::from_bytes([1; 32]));
        for posted in [
            None,
            Some(""),
            Some("x"),
            Some("="),
            Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ] {
            assert_eq!(token.check(posted), Err(FormTokenError), "{posted:?}");
        }
    }
}
