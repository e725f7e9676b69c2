//! The hidden field `csrf` of every form: a keyed digest of the flow's cookie, or of the session, whose cookie may be
//! replaced while a page is open (security rule SE-5). Each answer
//! shows it under a mask of its own, so that the lengths of compressed pages tell nothing of it.

use authority::ids::SessionId;
use authority::secret::{Keyring, Purpose, TokenDigest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;

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

    /// The token of forms that act on a session. The session's id is no secret; the digest's key is.
    pub fn for_session(keyring: &Keyring, session: SessionId) -> Self {
        Self(keyring.digest_list(Purpose::FormToken, &[b"session", session.as_uuid().as_bytes()]))
    }

    /// The value of the hidden field: a mask and the masked token, another one each time.
    pub fn text(&self, rng: &mut dyn CryptoRng) -> String {
        let mut mask = [0_u8; 32];
        rng.fill_bytes(&mut mask);
        let masked = combine(&mask, self.0.as_bytes());
        URL_SAFE_NO_PAD.encode([mask, masked].concat())
    }

    /// Checks a posted field, in constant time.
    ///
    /// # Errors
    /// It is missing, malformed, or of another flow or session.
    pub fn check(&self, posted: Option<&str>) -> Result<(), FormTokenError> {
        let text = posted.filter(|text| text.len() == LENGTH).ok_or(FormTokenError)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| FormTokenError)?;
        let (mask, masked) = bytes.split_first_chunk::<32>().ok_or(FormTokenError)?;
        let masked = <&[u8; 32]>::try_from(masked).map_err(|_| FormTokenError)?;
        if self.0.matches(&TokenDigest::from_bytes(combine(mask, masked))) {
            Ok(())
        } else {
            Err(FormTokenError)
        }
    }
}

/// Characters of the field: 64 bytes in base64url.
const LENGTH: usize = 86;

fn combine(mask: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    let mut combined = *other;
    for (byte, mask) in combined.iter_mut().zip(mask) {
        *byte ^= mask;
    }
    combined
}

#[cfg(test)]
mod tests {
    use authority::secret::Kek;
    use authority::time::Timestamp;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn keyring() -> Keyring {
        Keyring::derive(&Kek::from_base64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap()).unwrap()
    }

    fn session(seed: u64) -> SessionId {
        SessionId::mint(
            Timestamp::from_unix_seconds(1_000),
            &mut ChaCha20Rng::seed_from_u64(seed),
        )
    }

    #[test]
    fn a_token_passes_for_its_own_session_only() {
        let keyring = keyring();
        let mine = FormToken::for_session(&keyring, session(1));
        let other = FormToken::for_session(&keyring, session(2));
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        assert_eq!(mine.check(Some(&mine.text(&mut rng))), Ok(()));
        assert_eq!(mine.check(Some(&other.text(&mut rng))), Err(FormTokenError));
    }

    #[test]
    fn no_answer_shows_what_another_one_shows() {
        let token = FormToken::for_session(&keyring(), session(1));
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (one, two) = (token.text(&mut rng), token.text(&mut rng));
        assert!(one.len() == LENGTH && one[..43] != two[..43] && one[43..] != two[43..]);
        assert_eq!((token.check(Some(&one)), token.check(Some(&two))), (Ok(()), Ok(())));
        let mixed = format!("{}{}", &one[..43], &two[43..]);
        assert_eq!(token.check(Some(&mixed)), Err(FormTokenError));
    }

    #[test]
    fn anything_else_is_refused() {
        let token = FormToken::for_session(&keyring(), session(1));
        for posted in [
            None,
            Some(""),
            Some("x"),
            Some("="),
            Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            Some(&"A".repeat(LENGTH)),
            Some(&"A".repeat(LENGTH + 1)),
        ] {
            assert_eq!(token.check(posted), Err(FormTokenError), "{posted:?}");
        }
    }
}
