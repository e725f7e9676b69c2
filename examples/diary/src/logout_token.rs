//! Verifying a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6), with what the discovery document and
//! the key set say and nothing else.
//!
//! The library has no logout tokens, only its keys are used here: form, type, algorithm, signature, issuer, audience,
//! times, event, no nonce, and whom it is about. Whether a `jti` was seen before is for the caller.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JsonWebKeyId};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How far clocks may differ.
const LEEWAY: i64 = 60;
/// A token is made when it is sent; an older one was kept by somebody.
const OLDEST: i64 = 300;

/// How long the `jti` of an accepted token has to be remembered: until the token is too old by itself.
pub(crate) const REPLAY: Duration = Duration::from_secs(2 * (OLDEST + LEEWAY).unsigned_abs());

/// What a token is measured by.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) keys: &'a CoreJsonWebKeySet,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

/// Whose session ended, by a token that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogoutToken {
    pub(crate) jti: String,
    pub(crate) sub: Option<String>,
    pub(crate) sid: Option<String>,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LogoutTokenError {
    #[error("it is not a JWT")]
    Form,
    #[error("its type is not logout+jwt")]
    Type,
    #[error("its algorithm is none that is used here")]
    Algorithm,
    #[error("no published key has its name")]
    UnknownKey,
    #[error("its signature does not fit")]
    Signature,
    #[error("it comes from somebody else")]
    Issuer,
    #[error("it is for somebody else")]
    Audience,
    #[error("it is too old, or from the future")]
    Time,
    #[error("it says something else than that a session ended")]
    Event,
    #[error("it has a nonce, as an ID token has")]
    Nonce,
    #[error("it does not say whose session ended")]
    Whose,
    #[error("it has no jti, or one that came before")]
    Replayed,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: Option<i64>,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Checks a token, in the order of §2.6.
pub(crate) fn verify(token: &str, expected: &Expected<'_>) -> Result<LogoutToken, LogoutTokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(LogoutTokenError::Form)?;
    let (header, payload) = signed.split_once('.').ok_or(LogoutTokenError::Form)?;
    check_signature(&decoded(header)?, signed, signature, expected.keys)?;
    let claims: Claims = decoded(payload)?;
    if claims.iss != expected.issuer {
        return Err(LogoutTokenError::Issuer);
    }
    let for_us = match &claims.aud {
        Audience::One(audience) => audience == expected.client_id,
        Audience::Several(audiences) => audiences.iter().any(|audience| audience == expected.client_id),
    };
    if !for_us {
        return Err(LogoutTokenError::Audience);
    }
    let age = expected.now.saturating_sub(claims.iat);
    let over = claims.exp.is_some_and(|exp| expected.now >= exp.saturating_add(LEEWAY));
    if !(-LEEWAY..=OLDEST).contains(&age) || over {
        return Err(LogoutTokenError::Time);
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(LogoutTokenError::Event);
    }
    if claims.nonce.is_some() {
        return Err(LogoutTokenError::Nonce);
    }
    if claims.sub.is_none() && claims.sid.is_none() {
        return Err(LogoutTokenError::Whose);
    }
    if claims.jti.is_empty() {
        return Err(LogoutTokenError::Replayed);
    }
    Ok(LogoutToken {
        jti: claims.jti,
        sub: claims.sub,
        sid: claims.sid,
    })
}

fn check_signature(
    header: &Header,
    signed: &str,
    signature: &str,
    keys: &CoreJsonWebKeySet,
) -> Result<(), LogoutTokenError> {
    // The type keeps an ID token from being taken for a logout token (§2.4).
    if header.typ.as_deref() != Some("logout+jwt") {
        return Err(LogoutTokenError::Type);
    }
    let algorithm = match header.alg.as_str() {
        "RS256" => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        "ES256" => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        _ => return Err(LogoutTokenError::Algorithm),
    };
    let name = header.kid.clone().map(JsonWebKeyId::new);
    let key = keys.keys().iter().find(|key| key.key_id() == name.as_ref());
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| LogoutTokenError::Form)?;
    key.ok_or(LogoutTokenError::UnknownKey)?
        .verify_signature(&algorithm, signed.as_bytes(), &signature)
        .map_err(|_| LogoutTokenError::Signature)
}

/// The session that an ID token belongs to, if it names one. Its signature was verified when it came.
pub(crate) fn sid_of(id_token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        sid: Option<String>,
    }
    let payload = id_token.split('.').nth(1)?;
    decoded::<Named>(payload).ok()?.sid
}

fn decoded<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, LogoutTokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| LogoutTokenError::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| LogoutTokenError::Form)
}

#[cfg(test)]
mod tests;
