//! Opaque tokens: 256 random bits in plain, a keyed digest at rest (security rule JT-11).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Text length of a token: 32 bytes in unpadded base64url.
const TEXT_LENGTH: usize = 43;

/// A bearer secret in the form its owner holds: 43 base64url characters over 32 random bytes.
#[derive(Clone)]
pub struct PlainToken(Zeroizing<String>);

impl PlainToken {
    /// A fresh token.
    pub fn mint(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_ref())))
    }

    /// The token over a keyed digest: whoever holds the key makes it again, nobody else guesses it.
    pub fn derived(digest: &TokenDigest) -> Self {
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(digest.as_bytes())))
    }

    /// Reads a token somebody presented.
    ///
    /// # Errors
    /// It does not have the form of one, so no lookup is worth making.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let known = text.len() == TEXT_LENGTH
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if known {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(TokenError)
        }
    }

    /// The text to hand to its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainToken(…)")
    }
}

/// The text is not a token of ours.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the value does not have the form of a token")]
pub struct TokenError;

/// The keyed digest of a secret, safe to store and to look up by.
#[derive(Clone, Copy)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// A digest read back from storage.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are the same, in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn a_token_has_43_characters_and_hides_from_debug() {
        let token = PlainToken::mint(&mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(token.expose().len(), 43);
        assert!(!format!("{token:?}").contains(token.expose()));
        assert!(PlainToken::parse(token.expose()).is_ok());
    }

    proptest! {
        #[test]
        fn only_the_exact_form_is_looked_up(text in "\\PC{0,60}") {
            let fits = text.len() == 43 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            prop_assert_eq!(PlainToken::parse(&text).is_ok(), fits);
        }
    }
}
