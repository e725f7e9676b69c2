#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod curve;
mod der;
mod digest;
mod equation;
mod fast;
mod field;
mod identifiers;
mod key_algorithm;
mod limbs;
mod nonce;
mod parameters;
mod pkcs8;
mod public_key;
mod signature;
mod signing_key;
mod steady;
mod suite;
#[cfg(test)]
mod tests;

pub use const_oid::ObjectIdentifier;

pub use curve::Curve;
pub use digest::{Digest, DigestAlgorithm, DigestLengthError, Hasher};
pub use key_algorithm::KeyAlgorithm;
pub use public_key::{KeyError, PublicKey, VerifyError};
pub use signature::{Encoding, Signature, SignatureLengthError};
pub use signing_key::{OtherDigestError, SigningKey};
pub use suite::{SignatureAlgorithm, Suite};
