//! Checking a token's signature (RFC 7515 §5.2, RFC 8725 §3.1).

use serde_json::{Map, Value};

use crate::compact::{CompactError, CompactJws, Header};
use crate::jwk::PublicJwk;

/// Why a token is not believed. For the log; the caller's answer is the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The text is no token that we read.
    #[error("the token is malformed")]
    Malformed(#[from] CompactError),
    /// The token is of another kind than expected.
    #[error("the token is of another type")]
    Type,
    /// No key of that name, or the token names none.
    #[error("no key is known by the token's kid")]
    UnknownKey,
    /// The token names another algorithm than the key's.
    #[error("the token's algorithm is not the key's")]
    Algorithm,
    /// The signature is not this key's over this token.
    #[error("the signature does not verify")]
    Signature,
}

/// A token whose signature was checked. Its claims (issuer, audience, times) were not:
/// see [`claims`](crate::claims).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// What the header said.
    pub header: Header,
    /// The claims.
    pub payload: Map<String, Value>,
}

/// Verifies a token with a known key. `expected_typ` as in [`Header::is_of_type`].
///
/// # Errors
/// [`VerifyError`] names the first rule that the token breaks.
pub fn verify(token: &str, expected_typ: Option<&str>, key: &PublicJwk) -> Result<Verified, VerifyError> {
    check(CompactJws::parse(token)?, expected_typ, key)
}

/// Verifies a token with the key that `find` knows by the token's `kid`. A token without `kid`
/// is refused: guessing among keys is not done.
///
/// # Errors
/// [`VerifyError`] names the first rule that the token breaks.
pub fn verify_by_kid(
    token: &str,
    expected_typ: Option<&str>,
    find: impl FnOnce(&str) -> Option<PublicJwk>,
) -> Result<Verified, VerifyError> {
    let jws = CompactJws::parse(token)?;
    let key = jws
        .header()
        .kid
        .as_deref()
        .and_then(find)
        .ok_or(VerifyError::UnknownKey)?;
    check(jws, expected_typ, &key)
}

fn check(jws: CompactJws<'_>, expected_typ: Option<&str>, key: &PublicJwk) -> Result<Verified, VerifyError> {
    if !jws.header().is_of_type(expected_typ) {
        return Err(VerifyError::Type);
    }
    // RFC 8725 §3.1: the key decides; the header may only agree.
    if jws.header().algorithm != key.algorithm() {
        return Err(VerifyError::Algorithm);
    }
    if !key.verifies(jws.signing_input(), jws.signature()) {
        return Err(VerifyError::Signature);
    }
    let (header, payload) = jws.into_parts();
    Ok(Verified { header, payload })
}

#[cfg(test)]
mod tests;
