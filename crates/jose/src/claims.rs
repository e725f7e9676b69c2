//! Checks of claims that follow a good signature (RFC 7519 §4.1, OIDC Core §3.1.3.6).
//!
//! A missing claim is a failed check. Times are whole seconds within bounds; a peer's clock may
//! differ from ours by [`CLOCK_SKEW`], no more.

use std::time::Duration;

use authority::time::{Timestamp, seconds};
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::algorithm::Algorithm;

/// How far a peer's clock may be from ours, either way.
pub const CLOCK_SKEW: Duration = seconds(15);

/// The last second that a time claim may name: the end of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// Why claims are not accepted. For the log; the caller's answer is chosen elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// The claim is not there.
    #[error("the claim `{0}` is missing")]
    Missing(&'static str),
    /// The claim has the wrong type or lies outside its bounds.
    #[error("the claim `{0}` is malformed")]
    Malformed(&'static str),
    /// The claim has another value than the one demanded.
    #[error("the claim `{0}` has another value")]
    Unequal(&'static str),
    /// `exp` is past.
    #[error("the token has expired")]
    Expired,
    /// `iat` or `nbf` lies in the future.
    #[error("the claim `{0}` lies in the future")]
    Future(&'static str),
    /// `iat` is longer ago than the caller allows.
    #[error("the token was issued too long ago")]
    Stale,
}

/// The expiry, when it is not past.
///
/// # Errors
/// `exp` is missing, malformed, or more than [`CLOCK_SKEW`] ago.
pub fn expires_at(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, ClaimError> {
    let at = time(claims, "exp")?.ok_or(ClaimError::Missing("exp"))?;
    if now >= at.plus(CLOCK_SKEW) {
        Err(ClaimError::Expired)
    } else {
        Ok(at)
    }
}

/// The instant of issue, when it is neither in the future nor longer ago than `max_age`.
///
/// # Errors
/// `iat` is missing, malformed, more than [`CLOCK_SKEW`] ahead, or older than `max_age` and the skew.
pub fn issued_at(claims: &Map<String, Value>, max_age: Duration, now: Timestamp) -> Result<Timestamp, ClaimError> {
    let at = time(claims, "iat")?.ok_or(ClaimError::Missing("iat"))?;
    if at > now.plus(CLOCK_SKEW) {
        return Err(ClaimError::Future("iat"));
    }
    if now > at.plus(max_age).plus(CLOCK_SKEW) {
        Err(ClaimError::Stale)
    } else {
        Ok(at)
    }
}

/// Checks `nbf`, the one time that may be absent.
///
/// # Errors
/// `nbf` is malformed or more than [`CLOCK_SKEW`] ahead.
pub fn not_before(claims: &Map<String, Value>, now: Timestamp) -> Result<(), ClaimError> {
    match time(claims, "nbf")? {
        Some(at) if at > now.plus(CLOCK_SKEW) => Err(ClaimError::Future("nbf")),
        Some(_) | None => Ok(()),
    }
}

/// A claim that must be a string and not empty.
///
/// # Errors
/// The claim is missing, no string, or empty.
pub fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, ClaimError> {
    match claims.get(name) {
        None => Err(ClaimError::Missing(name)),
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => Err(ClaimError::Malformed(name)),
    }
}

/// A claim that must be exactly this string (`iss`, `flow`, `purpose`, `nonce`, …).
///
/// # Errors
/// The claim is missing, no string, or another string.
pub fn equals(claims: &Map<String, Value>, name: &'static str, expected: &str) -> Result<(), ClaimError> {
    if text(claims, name)? == expected {
        Ok(())
    } else {
        Err(ClaimError::Unequal(name))
    }
}

/// Checks that `aud` is `expected` and nothing else, as a string or as an array of one
/// (RFC 7519 §4.1.3). A token that is also meant for others is refused.
///
/// # Errors
/// `aud` is missing, malformed, or names another audience.
pub fn audience(claims: &Map<String, Value>, expected: &str) -> Result<(), ClaimError> {
    match claims.get("aud") {
        None => Err(ClaimError::Missing("aud")),
        Some(Value::Array(items)) => match items.as_slice() {
            [Value::String(only)] if only == expected => Ok(()),
            items if items.iter().all(Value::is_string) => Err(ClaimError::Unequal("aud")),
            _ => Err(ClaimError::Malformed("aud")),
        },
        Some(_) => equals(claims, "aud", expected),
    }
}

/// `at_hash` and `c_hash`: base64url of the left half of the hash that belongs to the ID token's
/// algorithm, over the ASCII of the token or code (OIDC Core §3.1.3.6, §3.3.2.11).
pub fn left_half_hash(algorithm: Algorithm, value: &str) -> String {
    let hash = match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => digest::digest(&digest::SHA256, value.as_bytes()),
    };
    let bytes = hash.as_ref();
    let (left, _) = bytes.split_at(bytes.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, ClaimError> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .filter(|seconds| (0..=LAST_SECOND).contains(seconds))
            .map(|seconds| Some(Timestamp::from_unix_seconds(seconds)))
            .ok_or(ClaimError::Malformed(name)),
    }
}

#[cfg(test)]
mod tests;
