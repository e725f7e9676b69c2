use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use openidconnect::JsonWebKeySet;
use openidconnect::core::CoreJsonWebKeySet;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const NOW: i64 = 1_795_665_600;

/// Signs as a provider would.
struct Provider(EcdsaKeyPair);

impl Provider {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn keys(&self) -> CoreJsonWebKeySet {
        let point = self.0.public_key().as_ref();
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "k1",
            "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]),
        });
        serde_json::from_value(json!({"keys": [key]})).unwrap()
    }

    fn signs(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn header() -> Value {
    json!({"alg": "ES256", "typ": "logout+jwt", "kid": "k1"})
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example", "aud": "diary", "iat": NOW, "exp": NOW + 120, "jti": "j1",
        "events": {EVENT: {}}, "sub": "u-1", "sid": "s-1",
    })
}

fn judged(provider: &Provider, token: &str) -> Result<LogoutToken, LogoutTokenError> {
    let expected = Expected {
        issuer: "https://id.example",
        client_id: "diary",
        keys: &provider.keys(),
        now: NOW,
    };
    verify(token, &expected)
}

#[test]
fn a_token_of_the_provider_says_whose_session_ended() {
    let provider = Provider::new();
    let token = judged(&provider, &provider.signs(&header(), &claims())).unwrap();
    assert_eq!(token.jti, "j1");
    assert_eq!((token.sub.as_deref(), token.sid.as_deref()), (Some("u-1"), Some("s-1")));
    let mut several = claims();
    several["aud"] = json!(["library", "diary"]);
    assert!(judged(&provider, &provider.signs(&header(), &several)).is_ok());
}

#[test]
fn each_claim_that_is_wrong_is_refused_for_itself() {
    let provider = Provider::new();
    for (name, value, error) in [
        ("iss", json!("https://evil.example"), LogoutTokenError::Issuer),
        ("aud", json!("library"), LogoutTokenError::Audience),
        ("aud", json!(["library"]), LogoutTokenError::Audience),
        ("iat", json!(NOW - 301), LogoutTokenError::Time),
        ("iat", json!(NOW + 61), LogoutTokenError::Time),
        ("exp", json!(NOW - 60), LogoutTokenError::Time),
        ("events", json!({}), LogoutTokenError::Event),
        ("events", json!({EVENT: true}), LogoutTokenError::Event),
        ("events", json!([EVENT]), LogoutTokenError::Form),
        ("nonce", json!("n"), LogoutTokenError::Nonce),
        ("jti", json!(""), LogoutTokenError::Replayed),
        ("jti", json!(1), LogoutTokenError::Form),
    ] {
        let mut changed = claims();
        changed[name] = value.clone();
        assert_eq!(
            judged(&provider, &provider.signs(&header(), &changed)),
            Err(error),
            "{name} {value}"
        );
    }
    let mut nobody = claims();
    nobody
        .as_object_mut()
        .unwrap()
        .retain(|name, _| name != "sub" && name != "sid");
    assert_eq!(
        judged(&provider, &provider.signs(&header(), &nobody)),
        Err(LogoutTokenError::Whose)
    );
}

#[test]
fn each_header_that_is_wrong_is_refused_for_itself() {
    let provider = Provider::new();
    for (name, value, error) in [
        ("typ", json!("JWT"), LogoutTokenError::Type),
        ("typ", Value::Null, LogoutTokenError::Type),
        ("alg", json!("none"), LogoutTokenError::Algorithm),
        ("alg", json!("HS256"), LogoutTokenError::Algorithm),
        ("alg", json!("RS256"), LogoutTokenError::Signature),
        ("kid", json!("k2"), LogoutTokenError::UnknownKey),
    ] {
        let mut changed = header();
        changed[name] = value.clone();
        assert_eq!(
            judged(&provider, &provider.signs(&changed, &claims())),
            Err(error),
            "{name} {value}"
        );
    }
}

#[test]
fn a_token_that_was_changed_is_refused() {
    let provider = Provider::new();
    let token = provider.signs(&header(), &claims());
    let mut other = claims();
    other["sid"] = json!("s-2");
    let payload = URL_SAFE_NO_PAD.encode(other.to_string());
    let parts: Vec<&str> = token.split('.').collect();
    let changed = format!("{}.{payload}.{}", parts[0], parts[2]);
    assert_eq!(judged(&provider, &changed), Err(LogoutTokenError::Signature));
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    assert_eq!(judged(&provider, &unsigned), Err(LogoutTokenError::Signature));
}

#[test]
fn an_id_token_names_its_session() {
    let provider = Provider::new();
    assert_eq!(sid_of(&provider.signs(&header(), &claims())).as_deref(), Some("s-1"));
    for text in ["", "a.b", "e30.e30.", "a"] {
        assert_eq!(sid_of(text), None);
    }
}

proptest! {
    #[test]
    fn any_text_is_judged_without_panic(text in ".{0,200}") {
        let keys = JsonWebKeySet::new(Vec::new());
        let expected = Expected { issuer: "i", client_id: "c", keys: &keys, now: NOW };
        prop_assert!(verify(&text, &expected).is_err());
    }
}
