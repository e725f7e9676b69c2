//! The device proof: a JWT that the browser's key signs over our nonce (architecture, "Words that are fixed"; security
//! rules DB-1, DB-2). Pure: the nonce was taken from storage before, which spent it.

use authority::devices::DeviceKey;
use authority::ids::InteractionId;
use authority::time::{Timestamp, seconds};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jose::claims::{self, ClaimError};
use jose::{Algorithm, PublicJwk, VerifyError};
use pages::screens::ProofPurpose;
use serde_json::Value;

/// The kind of token; nothing else that anybody signs has it (RFC 8725 §3.11).
pub const TYPE: &str = "kiru-device-proof+jwt";

/// How far the browser's clock may be from ours, either way. The page tells the script our time.
const TOLERANCE: std::time::Duration = seconds(60);

/// What a proof has to say, here and now.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Our origin, the `aud` member.
    pub audience: &'a str,
    /// The interaction, the `flow` member.
    pub flow: InteractionId,
    /// What the proof is for.
    pub purpose: ProofPurpose,
    /// The nonce that was just spent.
    pub nonce: &'a str,
    /// The present instant.
    pub now: Timestamp,
}

/// A proof that passed every check. Only [`verify`] makes one; it holds the key that signed.
#[derive(Clone, Debug)]
pub struct ProvenKey {
    key: PublicJwk,
}

impl ProvenKey {
    /// The key that signed, as a device keeps it: its RFC 7638 thumbprint and its public members.
    ///
    /// # Errors
    /// Never for a key that was parsed; the thumbprint is 32 bytes then.
    pub fn into_device_key(self) -> Result<DeviceKey, ProofRefusal> {
        let thumbprint = URL_SAFE_NO_PAD
            .decode(self.key.thumbprint())
            .map_err(|_| ProofRefusal::KeyKind)?;
        let thumbprint = thumbprint.try_into().map_err(|_| ProofRefusal::KeyKind)?;
        Ok(DeviceKey::P256 {
            thumbprint,
            public_jwk: self.key.to_json().to_string(),
        })
    }
}

/// The first rule that a proof broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// The key is not one on P-256.
    #[error("the device key is not a P-256 key")]
    KeyKind,
    /// Not a token that we read.
    #[error("the device proof is malformed")]
    Malformed,
    /// A token of another kind.
    #[error("the token is no device proof")]
    Type,
    /// Signed with another algorithm than ES256.
    #[error("the device proof is not signed with ES256")]
    Algorithm,
    /// Not signed by the device's key.
    #[error("the device proof is signed by another key")]
    Signature,
    /// Meant for another site.
    #[error("the device proof is meant for another audience")]
    Audience,
    /// Made in another flow.
    #[error("the device proof belongs to another flow")]
    Flow,
    /// Made for something else.
    #[error("the device proof is for another purpose")]
    Purpose,
    /// Made over another nonce.
    #[error("the device proof answers another nonce")]
    Nonce,
    /// No instant of issue, or one too far from now.
    #[error("the device proof was not made just now")]
    IssuedAt,
}

impl ProofRefusal {
    /// The stable code for logs and audit records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyKind => "D_KEY",
            Self::Malformed => "D_FORMAT",
            Self::Type => "D_TYPE",
            Self::Algorithm => "D_ALG",
            Self::Signature => "D_SIGNATURE",
            Self::Audience => "D_AUDIENCE",
            Self::Flow => "D_FLOW",
            Self::Purpose => "D_PURPOSE",
            Self::Nonce => "D_NONCE",
            Self::IssuedAt => "D_ISSUED_AT",
        }
    }
}

/// Checks a proof against the key that must have signed it. Members that we do not know are ignored.
///
/// # Errors
/// The first rule that is broken.
pub fn verify(proof: &str, key: &PublicJwk, expected: &Expected<'_>) -> Result<ProvenKey, ProofRefusal> {
    if key.algorithm() != Algorithm::Es256 {
        return Err(ProofRefusal::KeyKind);
    }
    let verified = jose::verify(proof, Some(TYPE), key).map_err(|error| match error {
        VerifyError::Malformed(_) | VerifyError::UnknownKey => ProofRefusal::Malformed,
        VerifyError::Type => ProofRefusal::Type,
        VerifyError::Algorithm => ProofRefusal::Algorithm,
        VerifyError::Signature => ProofRefusal::Signature,
    })?;
    let members = &verified.payload;
    claims::audience(members, expected.audience).map_err(|_: ClaimError| ProofRefusal::Audience)?;
    claims::equals(members, "flow", &expected.flow.to_string()).map_err(|_| ProofRefusal::Flow)?;
    claims::equals(members, "purpose", expected.purpose.as_str()).map_err(|_| ProofRefusal::Purpose)?;
    claims::equals(members, "nonce", expected.nonce).map_err(|_| ProofRefusal::Nonce)?;
    let issued_at = members
        .get("iat")
        .and_then(Value::as_i64)
        .map(Timestamp::from_unix_seconds);
    let now = expected.now.whole_seconds();
    if issued_at.is_some_and(|at| at.since(now) <= TOLERANCE && now.since(at) <= TOLERANCE) {
        Ok(ProvenKey { key: key.clone() })
    } else {
        Err(ProofRefusal::IssuedAt)
    }
}

#[cfg(test)]
mod tests {
    use jose::{FileKey, Signer};
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    const FLOW: &str = "0193aaaaaaaa7bbb8cccddddeeeeffff";
    const NOW: i64 = 1_795_262_400;

    fn expected() -> Expected<'static> {
        Expected {
            audience: "https://id.example.kz",
            flow: FLOW.parse().unwrap(),
            purpose: ProofPurpose::SignIn,
            nonce: "the-nonce",
            now: Timestamp::from_unix_seconds(NOW),
        }
    }

    fn members() -> Map<String, Value> {
        let value = json!({
            "aud": "https://id.example.kz", "flow": FLOW, "purpose": "sign_in", "nonce": "the-nonce", "iat": NOW,
        });
        value.as_object().unwrap().clone()
    }

    fn key() -> FileKey {
        FileKey::generate(Algorithm::Es256).unwrap()
    }

    fn refusal_with(name: &str, value: Option<Value>) -> Option<ProofRefusal> {
        let (key, mut members) = (key(), members());
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
        let proof = jose::sign(&key, TYPE, &members).unwrap();
        verify(&proof, key.public_jwk(), &expected()).err()
    }

    #[test]
    fn a_right_proof_names_its_key() {
        let key = key();
        let proof = jose::sign(&key, TYPE, &members()).unwrap();
        let proven = verify(&proof, key.public_jwk(), &expected()).unwrap();
        let (public_jwk, thumbprint) = match proven.into_device_key().unwrap() {
            DeviceKey::P256 { public_jwk, thumbprint } => (public_jwk, thumbprint),
            #[cfg(feature = "sandbox")]
            DeviceKey::SandboxCookie => panic!("a key"),
        };
        assert_eq!(PublicJwk::parse(public_jwk.as_bytes()).unwrap(), *key.public_jwk());
        assert_eq!(URL_SAFE_NO_PAD.encode(thumbprint), key.public_jwk().thumbprint());
    }

    #[test]
    fn members_that_are_not_known_are_ignored() {
        assert_eq!(refusal_with("jti", Some(json!("x"))), None);
    }

    #[test]
    fn each_wrong_or_missing_member_has_its_own_refusal() {
        for (name, wrong, refusal) in [
            ("aud", json!("https://evil.example"), ProofRefusal::Audience),
            (
                "aud",
                json!(["https://id.example.kz", "https://evil.example"]),
                ProofRefusal::Audience,
            ),
            ("flow", json!("0193aaaaaaaa7bbb8cccddddeeee0000"), ProofRefusal::Flow),
            ("flow", json!(FLOW.to_uppercase()), ProofRefusal::Flow),
            ("purpose", json!("register"), ProofRefusal::Purpose),
            ("nonce", json!("another-nonce"), ProofRefusal::Nonce),
            ("nonce", json!(""), ProofRefusal::Nonce),
            ("iat", json!(NOW + 61), ProofRefusal::IssuedAt),
            ("iat", json!(NOW - 61), ProofRefusal::IssuedAt),
            ("iat", json!("1795262400"), ProofRefusal::IssuedAt),
            ("iat", json!(i64::MAX), ProofRefusal::IssuedAt),
            ("iat", json!(i64::MIN), ProofRefusal::IssuedAt),
        ] {
            assert_eq!(
                refusal_with(name, Some(wrong.clone())),
                Some(refusal),
                "{name} = {wrong}"
            );
            assert_eq!(refusal_with(name, None), Some(refusal), "no {name}");
        }
    }

    #[test]
    fn the_browsers_clock_may_be_a_minute_off_and_no_more() {
        for offset in [-60, -1, 0, 1, 60] {
            assert_eq!(refusal_with("iat", Some(json!(NOW + offset))), None, "{offset}");
        }
    }

    #[test]
    fn another_key_is_refused_even_with_the_right_members() {
        let proof = jose::sign(&key(), TYPE, &members()).unwrap();
        assert_eq!(
            verify(&proof, key().public_jwk(), &expected()).err(),
            Some(ProofRefusal::Signature)
        );
    }

    #[test]
    fn other_kinds_of_token_are_refused() {
        let key = key();
        for kind in ["JWT", "at+jwt", "dpop+jwt", ""] {
            let proof = jose::sign(&key, kind, &members()).unwrap();
            assert_eq!(
                verify(&proof, key.public_jwk(), &expected()).err(),
                Some(ProofRefusal::Type),
                "{kind}"
            );
        }
    }

    #[test]
    fn other_algorithms_and_keys_are_refused() {
        let (rsa, key) = (FileKey::generate(Algorithm::Rs256).unwrap(), key());
        let proof = jose::sign(&rsa, TYPE, &members()).unwrap();
        assert_eq!(
            verify(&proof, key.public_jwk(), &expected()).err(),
            Some(ProofRefusal::Algorithm)
        );
        assert_eq!(
            verify(&proof, rsa.public_jwk(), &expected()).err(),
            Some(ProofRefusal::KeyKind)
        );
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoia2lydS1kZXZpY2UtcHJvb2Yrand0In0.e30.AA";
        assert_eq!(
            verify(unsigned, key.public_jwk(), &expected()).err(),
            Some(ProofRefusal::Malformed)
        );
    }

    #[test]
    fn codes_are_distinct() {
        use ProofRefusal as R;
        let all = [
            R::KeyKind,
            R::Malformed,
            R::Type,
            R::Algorithm,
            R::Signature,
            R::Audience,
            R::Flow,
            R::Purpose,
            R::Nonce,
            R::IssuedAt,
        ];
        let codes: std::collections::HashSet<_> = all.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes.len(), all.len());
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_panic(text in "\\PC{0,200}") {
            prop_assert!(verify(&text, key().public_jwk(), &expected()).is_err());
        }
    }
}
