//! Making a token (RFC 7515 §5.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::signer::{SignError, Signer};

/// The protected header, in the order in which it is written.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'a str,
    kid: &'a str,
}

/// Signs claims as a compact token of kind `typ` (`JWT`, `at+jwt`, …). Header: `alg`, `typ`, `kid`.
///
/// # Errors
/// [`SignError::Claims`] when the claims are no JSON object, [`SignError::Key`] when the key fails.
pub fn sign(signer: &(impl Signer + ?Sized), typ: &str, claims: &impl Serialize) -> Result<String, SignError> {
    let header = Header {
        alg: signer.algorithm().name(),
        typ,
        kid: signer.kid(),
    };
    let header = serde_json::to_vec(&header).map_err(|_| SignError::Claims)?;
    let payload = serde_json::to_vec(claims).map_err(|_| SignError::Claims)?;
    if payload.first() != Some(&b'{') {
        return Err(SignError::Claims);
    }
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = signer.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sign;
    use crate::algorithm::Algorithm;
    use crate::signer::{FileKey, SignError, Signer};
    use crate::verify::verify;

    #[test]
    fn what_is_signed_verifies_with_its_own_key() {
        for algorithm in Algorithm::ALL {
            let key = FileKey::generate(algorithm).unwrap();
            let signer: &dyn Signer = &key;
            let token = sign(signer, "JWT", &json!({"sub": "a"})).unwrap();
            let verified = verify(&token, None, key.public_jwk()).unwrap();
            assert_eq!(verified.payload.get("sub"), Some(&json!("a")));
            assert_eq!(verified.header.kid.as_deref(), Some(key.kid()));
            assert_eq!(verified.header.typ.as_deref(), Some("JWT"));
            assert_eq!(verified.header.algorithm, algorithm);
        }
    }

    #[test]
    fn only_objects_are_signed() {
        let key = FileKey::generate(Algorithm::Es256).unwrap();
        assert_eq!(sign(&key, "JWT", &json!(["sub"])), Err(SignError::Claims));
        assert_eq!(sign(&key, "JWT", &"text"), Err(SignError::Claims));
    }
}
