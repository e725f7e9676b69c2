//! The authorization code: issued, then redeemed once (RFC 6749 §4.1.2).

use crate::authorization::{CodeChallenge, CodeVerifier};
use crate::clients::ClientId;
use crate::ids::GrantId;
use crate::secret::TokenDigest;
use crate::time::Timestamp;

/// A code and all it is bound to (security rule CO-2).
#[derive(Clone, Debug)]
pub struct AuthorizationCode {
    /// Digest of the code.
    pub digest: TokenDigest,
    /// What redeeming it opens.
    pub grant_id: GrantId,
    /// Who may redeem it.
    pub client_id: ClientId,
    /// The redirect URI of the request.
    pub redirect_uri: String,
    /// The PKCE challenge of the request.
    pub code_challenge: Option<CodeChallenge>,
    /// The nonce of the request.
    pub nonce: Option<String>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Its lifecycle.
    pub state: CodeState,
}

/// The lifecycle of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// Waits to be redeemed.
    Issued {
        /// Dead from then on.
        expires_at: Timestamp,
    },
    /// Was redeemed.
    Redeemed {
        /// When.
        at: Timestamp,
    },
}

impl CodeState {
    /// Redeems the code, once (RFC 6749 §4.1.2, §10.5).
    ///
    /// # Errors
    /// It has expired, or was redeemed before: then the caller revokes everything issued from it.
    pub fn redeem(self, now: Timestamp) -> Result<Self, RedeemError> {
        match self {
            Self::Issued { expires_at } if now < expires_at => Ok(Self::Redeemed { at: now }),
            Self::Issued { .. } => Err(RedeemError::Expired),
            Self::Redeemed { .. } => Err(RedeemError::Replayed),
        }
    }
}

/// What the client sent with the code.
#[derive(Debug)]
pub struct CodePresented<'a> {
    /// The authenticated client.
    pub client_id: &'a ClientId,
    /// The `redirect_uri` parameter.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier` parameter.
    pub code_verifier: Option<&'a CodeVerifier>,
}

/// Why a code was not redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    /// No such code.
    #[error("no such code was issued")]
    Unknown,
    /// Its time is over.
    #[error("the code has expired")]
    Expired,
    /// It was redeemed before.
    #[error("the code was redeemed already")]
    Replayed,
    /// It was issued to another client.
    #[error("the code was issued to another client")]
    OtherClient,
    /// The redirect URI is not that of the request.
    #[error("the redirect URI differs from that of the authorization request")]
    OtherRedirectUri,
    /// The request had a challenge and this has no verifier.
    #[error("the code verifier is missing")]
    VerifierMissing,
    /// The verifier does not belong to the challenge.
    #[error("the code verifier does not match the challenge")]
    VerifierWrong,
    /// There is a verifier where the request had no challenge (security rule CO-4).
    #[error("a code verifier was sent without a challenge in the request")]
    VerifierUnexpected,
    /// The grant was revoked or its session, device or user ended meanwhile.
    #[error("the grant behind the code is over")]
    GrantOver,
}

impl AuthorizationCode {
    /// Whether the code belongs to what was presented; time and reuse are judged when it is taken.
    ///
    /// # Errors
    /// The first binding that does not hold.
    pub fn check_bindings(&self, presented: &CodePresented<'_>) -> Result<(), RedeemError> {
        if self.client_id != *presented.client_id {
            return Err(RedeemError::OtherClient);
        }
        if presented.redirect_uri != Some(self.redirect_uri.as_str()) {
            return Err(RedeemError::OtherRedirectUri);
        }
        match (&self.code_challenge, presented.code_verifier) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(RedeemError::VerifierUnexpected),
            (Some(_), None) => Err(RedeemError::VerifierMissing),
            (Some(challenge), Some(verifier)) if challenge.is_answered_by(verifier) => Ok(()),
            (Some(_), Some(_)) => Err(RedeemError::VerifierWrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn code(challenge: Option<&str>) -> AuthorizationCode {
        let at = Timestamp::from_unix_seconds(1_000);
        AuthorizationCode {
            digest: TokenDigest::from_bytes([0; 32]),
            grant_id: GrantId::mint(at, &mut ChaCha20Rng::seed_from_u64(1)),
            client_id: ClientId::parse("diary").unwrap(),
            redirect_uri: "https://diary.example/cb".to_owned(),
            code_challenge: challenge.map(|text| CodeChallenge::parse(text).unwrap()),
            nonce: None,
            issued_at: at,
            state: CodeState::Issued {
                expires_at: Timestamp::from_unix_seconds(1_060),
            },
        }
    }

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn a_code_dies_at_its_end_exactly() {
        let state = code(None).state;
        let last = Timestamp::from_micros(1_060_000_000 - 1);
        assert_eq!(state.redeem(last), Ok(CodeState::Redeemed { at: last }));
        assert_eq!(
            state.redeem(Timestamp::from_unix_seconds(1_060)),
            Err(RedeemError::Expired)
        );
    }

    #[test]
    fn a_redeemed_code_is_a_replay_even_after_its_end() {
        let redeemed = CodeState::Redeemed {
            at: Timestamp::from_unix_seconds(1_001),
        };
        assert_eq!(
            redeemed.redeem(Timestamp::from_unix_seconds(1_002)),
            Err(RedeemError::Replayed)
        );
        assert_eq!(
            redeemed.redeem(Timestamp::from_unix_seconds(9_000)),
            Err(RedeemError::Replayed)
        );
    }

    #[test]
    fn each_binding_is_compared() {
        let (diary, shop) = (ClientId::parse("diary").unwrap(), ClientId::parse("shop").unwrap());
        let verifier = CodeVerifier::parse(VERIFIER).unwrap();
        let wrong = CodeVerifier::parse(&VERIFIER.replace('d', "e")).unwrap();
        let uri = Some("https://diary.example/cb");
        for (challenge, client_id, redirect_uri, code_verifier, expected) in [
            (None, &diary, uri, None, Ok(())),
            (Some(CHALLENGE), &diary, uri, Some(&verifier), Ok(())),
            (None, &shop, uri, None, Err(RedeemError::OtherClient)),
            (
                None,
                &diary,
                Some("https://diary.example/cb/"),
                None,
                Err(RedeemError::OtherRedirectUri),
            ),
            (None, &diary, None, None, Err(RedeemError::OtherRedirectUri)),
            (None, &diary, uri, Some(&verifier), Err(RedeemError::VerifierUnexpected)),
            (Some(CHALLENGE), &diary, uri, None, Err(RedeemError::VerifierMissing)),
            (
                Some(CHALLENGE),
                &diary,
                uri,
                Some(&wrong),
                Err(RedeemError::VerifierWrong),
            ),
        ] {
            let presented = CodePresented {
                client_id,
                redirect_uri,
                code_verifier,
            };
            assert_eq!(code(challenge).check_bindings(&presented), expected);
        }
    }
}
