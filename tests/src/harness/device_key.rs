//! What a browser's script does with its device key: the proof of docs/DEVICE-PROOF.md, with every member in reach of a
//! test that breaks it.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::sync::Arc;

use super::page::Page;

/// A P-256 key of a browser.
#[derive(Clone)]
pub struct DeviceKey(Arc<EcdsaKeyPair>);

/// The parts of a proof.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The JWS header.
    pub header: Value,
    /// The JWT payload.
    pub payload: Value,
}

impl DeviceKey {
    /// A fresh key.
    pub fn generate() -> Self {
        Self(Arc::new(
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
        ))
    }

    /// The public key as JWK JSON.
    pub fn public_jwk(&self) -> String {
        let point = self.0.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..65]);
        json!({"kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)}).to_string()
    }

    /// Signs a proof.
    pub fn sign(&self, proof: &Proof) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&proof.header), part(&proof.payload));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

impl Proof {
    /// The right answer to what the page asks, at `now` (seconds).
    pub fn for_page(page: &Page, now: i64) -> Self {
        Self {
            header: json!({"typ": "kiru-device-proof+jwt", "alg": "ES256"}),
            payload: json!({
                "aud": page.data("audience"),
                "flow": page.data("flow"),
                "purpose": page.data("purpose"),
                "nonce": page.data("nonce"),
                "iat": now,
            }),
        }
    }
}
