//! Proof Key for Code Exchange, method S256 and no other (RFC 7636).

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// An S256 challenge: base64url of 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodeChallenge(String);

/// The text is not the challenge or verifier of RFC 7636.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the value does not have the form that RFC 7636 gives it")]
pub struct CodeChallengeError;

impl CodeChallenge {
    /// Reads a challenge (RFC 7636 §4.2).
    ///
    /// # Errors
    /// It is not 43 base64url characters of 32 bytes.
    pub fn parse(text: &str) -> Result<Self, CodeChallengeError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CodeChallengeError)?;
        if bytes.len() == 32 {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeChallengeError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the verifier belongs to this challenge.
    pub fn is_answered_by(&self, verifier: &CodeVerifier) -> bool {
        // RFC 7636 §4.6: compare after transforming the verifier.
        let transformed = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.0.as_bytes()));
        self.0.as_bytes().ct_eq(transformed.as_bytes()).into()
    }
}

impl TryFrom<String> for CodeChallenge {
    type Error = CodeChallengeError;

    fn try_from(text: String) -> Result<Self, CodeChallengeError> {
        Self::parse(&text)
    }
}

impl From<CodeChallenge> for String {
    fn from(challenge: CodeChallenge) -> Self {
        challenge.0
    }
}

/// A code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
pub struct CodeVerifier(String);

impl CodeVerifier {
    /// Reads a verifier.
    ///
    /// # Errors
    /// Another length or another character.
    pub fn parse(text: &str) -> Result<Self, CodeChallengeError> {
        let known = (43..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeChallengeError)
        }
    }
}

impl std::fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeVerifier(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_specification_holds() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(challenge.is_answered_by(&CodeVerifier::parse(VERIFIER).unwrap()));
        assert!(!challenge.is_answered_by(&CodeVerifier::parse(&VERIFIER.replace('d', "e")).unwrap()));
    }

    #[test]
    fn a_plain_challenge_does_not_answer_itself() {
        let challenge = CodeChallenge::parse(CHALLENGE).unwrap();
        assert!(!challenge.is_answered_by(&CodeVerifier::parse(CHALLENGE).unwrap()));
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "short",
            &CHALLENGE[1..],
            &format!("{CHALLENGE}="),
            &CHALLENGE.replace('E', "+"),
        ] {
            assert!(CodeChallenge::parse(text).is_err(), "{text}");
        }
        for text in ["", &VERIFIER[1..], &"a".repeat(129), &format!("{VERIFIER} ")] {
            assert!(CodeVerifier::parse(text).is_err(), "{text}");
        }
    }
}
