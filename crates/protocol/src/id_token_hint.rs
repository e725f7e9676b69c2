//! `id_token_hint`: an ID token of ours, given back by a client (OIDC Core §3.1.2.1, RP-Initiated Logout §2).

use authority::clients::ClientId;
use authority::ids::SessionId;
use authority::users::Subject;
use jose::claims::{self, ClaimError};
use jose::{VerifyError, verify_by_kid};

use crate::KeySet;

/// What a verified hint says. It may have expired; it proves no presence of anybody.
#[derive(Clone, Debug)]
pub(crate) struct Hint {
    /// Who was signed in.
    pub(crate) subject: Subject,
    /// Whom the token was issued to.
    pub(crate) client_id: ClientId,
    /// The session it was issued in.
    pub(crate) session_id: SessionId,
}

/// Why a hint is not believed. For the log; callers are told one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HintError {
    /// Not signed by a key of ours that is still published.
    #[error("the hint is not signed by us")]
    Signature(#[from] VerifyError),
    /// A claim is missing or another's.
    #[error("a claim of the hint is not ours")]
    Claim(#[from] ClaimError),
    /// A claim does not have the form that we give it.
    #[error("the claim `{0}` does not have our form")]
    Form(&'static str),
}

/// Verifies a hint with all published keys, retired ones too.
///
/// # Errors
/// [`HintError`] names the first rule that it breaks.
pub(crate) fn verify(keys: &KeySet, issuer: &str, token: &str) -> Result<Hint, HintError> {
    let verified = verify_by_kid(token, None, |kid| keys.find(kid).cloned())?;
    let payload = &verified.payload;
    claims::equals(payload, "iss", issuer)?;
    let text = |name: &'static str| claims::text(payload, name);
    Ok(Hint {
        subject: Subject::parse(text("sub")?).ok_or(HintError::Form("sub"))?,
        client_id: ClientId::parse(text("aud")?).map_err(|_| HintError::Form("aud"))?,
        session_id: text("sid")?.parse().map_err(|_| HintError::Form("sid"))?,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jose::{Algorithm, FileKey, Signer, sign};
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://id.example";

    fn keys() -> (KeySet, Arc<FileKey>) {
        let rsa = Arc::new(FileKey::generate(Algorithm::Rs256).unwrap());
        let ec = Arc::new(FileKey::generate(Algorithm::Es256).unwrap());
        let active: [Arc<dyn Signer>; 2] = [rsa.clone(), ec.clone()];
        let published = vec![rsa.public_jwk().clone(), ec.public_jwk().clone()];
        (KeySet::new(&active, published).unwrap(), ec)
    }

    fn payload() -> Value {
        json!({"iss": ISSUER, "sub": "s", "aud": "diary", "sid": "018f3b2a7c5d7e4f8a9b0c1d2e3f4a5b", "exp": 1, "iat": 1})
    }

    #[test]
    fn an_expired_token_of_ours_is_a_good_hint() {
        let (set, key) = keys();
        let hint = verify(&set, ISSUER, &sign(key.as_ref(), "JWT", &payload()).unwrap()).unwrap();
        assert_eq!((hint.subject.as_str(), hint.client_id.as_str()), ("s", "diary"));
        assert_eq!(hint.session_id.to_string(), "018f3b2a7c5d7e4f8a9b0c1d2e3f4a5b");
    }

    #[test]
    fn foreign_or_changed_tokens_are_refused() {
        let (set, key) = keys();
        let other = FileKey::generate(Algorithm::Es256).unwrap();
        let foreign = sign(&other, "JWT", &payload()).unwrap();
        assert_eq!(
            verify(&set, ISSUER, &foreign).unwrap_err(),
            HintError::Signature(VerifyError::UnknownKey)
        );
        let kind = sign(key.as_ref(), "logout+jwt", &payload()).unwrap();
        assert_eq!(
            verify(&set, ISSUER, &kind).unwrap_err(),
            HintError::Signature(VerifyError::Type)
        );
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("sub", json!("")),
            ("sid", json!("x")),
            ("aud", json!(["a", "b"])),
        ] {
            let mut changed = payload();
            changed[name] = value;
            let token = sign(key.as_ref(), "JWT", &changed).unwrap();
            assert!(verify(&set, ISSUER, &token).is_err(), "{name}");
        }
    }

    #[test]
    fn a_token_without_signature_is_refused() {
        let (set, key) = keys();
        let token = sign(key.as_ref(), "JWT", &payload()).unwrap();
        let body = token.split('.').nth(1).unwrap();
        for unsigned in [
            format!("eyJhbGciOiJub25lIn0.{body}."),
            format!("eyJhbGciOiJub25lIn0.{body}.AA"),
            body.to_owned(),
        ] {
            assert!(matches!(verify(&set, ISSUER, &unsigned), Err(HintError::Signature(_))));
        }
    }
}
