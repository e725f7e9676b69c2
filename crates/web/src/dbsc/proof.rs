//! The signed token of the draft: a JWT whose `jti` is our challenge. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jose::{Algorithm, PublicJwk, VerifyError, claims};
use serde_json::Value;

/// The kind of token; nothing else that anybody signs has it (RFC 8725 §3.11).
const TYPE: &str = "dbsc+jwt";

/// The first rule that a token broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// The key is not one on P-256, or there is none.
    #[error("the session key is not a P-256 key")]
    KeyKind,
    /// Not a token that we read.
    #[error("the session proof is malformed")]
    Malformed,
    /// A token of another kind.
    #[error("the token is no session proof")]
    Type,
    /// Signed with another algorithm than ES256.
    #[error("the session proof is not signed with ES256")]
    Algorithm,
    /// Not signed by the key.
    #[error("the session proof is signed by another key")]
    Signature,
    /// Meant for another address.
    #[error("the session proof is meant for another audience")]
    Audience,
    /// No challenge, or one that is not open for this session.
    #[error("the session proof answers no open challenge")]
    Challenge,
}

impl Refusal {
    /// The stable code for logs and answers.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::KeyKind => "B_KEY",
            Self::Malformed => "B_FORMAT",
            Self::Type => "B_TYPE",
            Self::Algorithm => "B_ALG",
            Self::Signature => "B_SIGNATURE",
            Self::Audience => "B_AUDIENCE",
            Self::Challenge => "B_CHALLENGE",
        }
    }
}

/// The key that a registration brings in the token's header. It means nothing until [`verify`] passed with it.
///
/// # Errors
/// There is none, or it is none of ours.
pub(super) fn brought_key(token: &str) -> Result<PublicJwk, Refusal> {
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| Refusal::Malformed)?;
    let members: Value = serde_json::from_slice(&header).map_err(|_| Refusal::Malformed)?;
    let jwk = members.get("jwk").and_then(Value::as_object).ok_or(Refusal::KeyKind)?;
    PublicJwk::from_members(jwk).map_err(|_| Refusal::KeyKind)
}

/// Checks a token against the key that must have signed it, the address it was sent to and the challenge, in this order.
/// `aud` is no member of the present draft; where a browser sends it, it must be right.
///
/// # Errors
/// The first rule that is broken.
pub(super) fn verify(
    token: &str,
    key: &PublicJwk,
    address: &str,
    is_open: impl FnOnce(&str) -> bool,
) -> Result<(), Refusal> {
    if key.algorithm() != Algorithm::Es256 {
        return Err(Refusal::KeyKind);
    }
    let verified = jose::verify(token, Some(TYPE), key).map_err(|error| match error {
        VerifyError::Malformed(jose::compact::CompactError::Algorithm) | VerifyError::Algorithm => Refusal::Algorithm,
        VerifyError::Malformed(_) | VerifyError::UnknownKey => Refusal::Malformed,
        VerifyError::Type => Refusal::Type,
        VerifyError::Signature => Refusal::Signature,
    })?;
    let members = &verified.payload;
    if members.contains_key("aud") {
        claims::audience(members, address).map_err(|_| Refusal::Audience)?;
    }
    match claims::text(members, "jti") {
        Ok(challenge) if is_open(challenge) => Ok(()),
        Ok(_) | Err(_) => Err(Refusal::Challenge),
    }
}

#[cfg(test)]
mod tests {
    use jose::{FileKey, Signer};
    use serde_json::json;

    use super::*;

    const ADDRESS: &str = "https://id.example.kz/dbsc/refresh";

    fn key() -> FileKey {
        FileKey::generate(Algorithm::Es256).unwrap()
    }

    fn outcome(typ: &str, payload: &Value) -> Result<(), Refusal> {
        let key = key();
        let token = jose::sign(&key, typ, payload).unwrap();
        verify(&token, key.public_jwk(), ADDRESS, |challenge| challenge == "open")
    }

    #[test]
    fn the_right_token_passes_with_and_without_an_audience() {
        assert_eq!(outcome(TYPE, &json!({"jti": "open"})), Ok(()));
        assert_eq!(
            outcome(TYPE, &json!({"jti": "open", "aud": ADDRESS, "iat": 1, "x": 2})),
            Ok(())
        );
    }

    #[test]
    fn each_wrong_member_has_its_own_refusal() {
        for (payload, refusal) in [
            (json!({}), Refusal::Challenge),
            (json!({"jti": "other"}), Refusal::Challenge),
            (json!({"jti": ["open"]}), Refusal::Challenge),
            (json!({"jti": 1}), Refusal::Challenge),
            (
                json!({"jti": "open", "aud": "https://id.example.kz"}),
                Refusal::Audience,
            ),
            (
                json!({"jti": "open", "aud": [ADDRESS, "https://evil.example"]}),
                Refusal::Audience,
            ),
        ] {
            assert_eq!(outcome(TYPE, &payload), Err(refusal), "{payload}");
        }
    }

    #[test]
    fn other_kinds_of_token_are_refused() {
        for typ in ["JWT", "kiru-device-proof+jwt", "dpop+jwt", ""] {
            assert_eq!(outcome(typ, &json!({"jti": "open"})), Err(Refusal::Type), "{typ}");
        }
    }

    #[test]
    fn other_keys_and_algorithms_are_refused() {
        let (right, other, rsa) = (key(), key(), FileKey::generate(Algorithm::Rs256).unwrap());
        let payload = json!({"jti": "open"});
        let by = |signer: &FileKey, key: &FileKey| {
            verify(
                &jose::sign(signer, TYPE, &payload).unwrap(),
                key.public_jwk(),
                ADDRESS,
                |_| true,
            )
        };
        assert_eq!(by(&other, &right), Err(Refusal::Signature));
        assert_eq!(by(&rsa, &right), Err(Refusal::Algorithm));
        assert_eq!(by(&rsa, &rsa), Err(Refusal::KeyKind));
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": TYPE}).to_string());
        let unsigned = format!("{header}.{}.AA", URL_SAFE_NO_PAD.encode(payload.to_string()));
        assert_eq!(
            verify(&unsigned, right.public_jwk(), ADDRESS, |_| true),
            Err(Refusal::Algorithm)
        );
    }

    #[test]
    fn the_key_of_a_registration_is_in_the_header_and_is_public() {
        let with = |jwk: Value| {
            let header = json!({"alg": "ES256", "typ": TYPE, "jwk": jwk});
            brought_key(&format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header.to_string())))
        };
        let key = key();
        let jwk = key.public_jwk().to_json();
        assert_eq!(with(jwk.clone()), Ok(key.public_jwk().clone()));
        let mut private = jwk;
        private["d"] = "AA".into();
        for wrong in [private, json!(null), json!("x"), json!({"kty": "EC", "crv": "P-256"})] {
            assert_eq!(with(wrong.clone()), Err(Refusal::KeyKind), "{wrong}");
        }
        for text in ["", ".", "e30", "!!.e30.AA"] {
            assert!(brought_key(text).is_err(), "{text}");
        }
    }

    #[test]
    fn codes_are_distinct() {
        use Refusal as R;
        let all = [
            R::KeyKind,
            R::Malformed,
            R::Type,
            R::Algorithm,
            R::Signature,
            R::Audience,
            R::Challenge,
        ];
        let codes: std::collections::HashSet<_> = all.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes.len(), all.len());
    }
}
