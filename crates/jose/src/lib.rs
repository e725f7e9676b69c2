//! # jose: signed tokens and the keys that sign them
//!
//! **Owns** JSON Web Signature in its strict compact form (RFC 7515, RFC 7519), JSON Web Keys of the
//! two kinds we use (RFC 7517, RFC 7518), their thumbprints (RFC 7638) and the published key set.
//! Everything rests on aws-lc-rs; keys are parsed once and stay parsed.
//!
//! **Imports** `authority` (time) and nothing else of ours. No I/O, no clock, no network.
//!
//! **Where to start reading:**
//!
//! * [`sign::sign`] and [`verify::verify`]: the two things that others call.
//! * [`algorithm`]: the closed list of algorithms; what is not in it does not verify.
//! * [`signer`]: the [`signer::Signer`] seat and [`signer::FileKey`], a key pair held in memory.
//! * [`jwk`], [`jwks`]: one public key, and the document that publishes ours.
//! * [`compact`], [`strict_json`]: what counts as a well-formed token, before any cryptography.
//! * [`claims`]: the checks of times and names that follow a good signature.

pub mod algorithm;
pub mod claims;
pub mod compact;
pub mod jwk;
pub mod jwks;
pub mod sign;
pub mod signer;
pub mod strict_json;
pub mod verify;

pub use algorithm::Algorithm;
pub use jwk::PublicJwk;
pub use jwks::Jwks;
pub use sign::sign;
pub use signer::{FileKey, SignError, Signer};
pub use verify::{Verified, VerifyError, verify, verify_by_kid};
