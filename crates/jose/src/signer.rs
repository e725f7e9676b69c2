//! Keys that sign.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::jwk::PublicJwk;

/// A key that signs: a key pair in memory today, a hardware module behind the same door.
pub trait Signer: Send + Sync + fmt::Debug {
    /// The one algorithm of this key.
    fn algorithm(&self) -> Algorithm {
        self.public_jwk().algorithm()
    }

    /// The key's name in headers and in the key set: its RFC 7638 thumbprint, opaque to readers.
    fn kid(&self) -> &str {
        self.public_jwk().thumbprint()
    }

    /// The public half.
    fn public_jwk(&self) -> &PublicJwk;

    /// Signs a message: raw signature bytes, for ES256 r ‖ s of 32 bytes each (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`SignError::Key`] when the key cannot sign.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Why nothing was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The claims do not serialise to a JSON object.
    #[error("the claims are not a JSON object")]
    Claims,
    /// The key cannot sign.
    #[error("the key cannot sign")]
    Key,
}

/// Why a key pair could not be made, read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileKeyError {
    /// The library made no key.
    #[error("no key could be generated")]
    Generate,
    /// Not a PKCS#8 document of the expected algorithm, or a key of unacceptable size.
    #[error("the document is not an acceptable PKCS#8 key")]
    Pkcs8,
}

/// A key pair held in memory, parsed. `Debug` shows its public half only.
///
/// Key generation and ECDSA nonces draw on the library's own generator: aws-lc-rs takes no other,
/// so here chance is not an argument.
pub struct FileKey {
    pair: Pair,
    public: PublicJwk,
}

enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

impl FileKey {
    /// Makes a key: RSA of 2048 bits, or P-256.
    ///
    /// # Errors
    /// [`FileKeyError::Generate`] when the library cannot.
    pub fn generate(algorithm: Algorithm) -> Result<Self, FileKeyError> {
        let pair = match algorithm {
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rsa),
            Algorithm::Es256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::P256),
        };
        Self::from_pair(pair.map_err(|_| FileKeyError::Generate)?)
    }

    /// Reads an unencrypted PKCS#8 document (RFC 5208, DER).
    ///
    /// # Errors
    /// [`FileKeyError::Pkcs8`] when it holds no acceptable key of this algorithm.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, FileKeyError> {
        let pair = match algorithm {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(der).map(Pair::Rsa),
            Algorithm::Es256 => EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Pair::P256),
        };
        Self::from_pair(pair.map_err(|_| FileKeyError::Pkcs8)?)
    }

    /// Writes the key as an unencrypted PKCS#8 document (RFC 5208, DER), wiped when dropped.
    /// Whoever keeps it seals it first.
    ///
    /// # Errors
    /// [`FileKeyError::Pkcs8`] when the library cannot.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, FileKeyError> {
        let bytes = match &self.pair {
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| FileKeyError::Pkcs8)?;
                der.as_ref().to_vec()
            }
            Pair::P256(pair) => pair.to_pkcs8v1().map_err(|_| FileKeyError::Pkcs8)?.as_ref().to_vec(),
        };
        Ok(Zeroizing::new(bytes))
    }

    fn from_pair(pair: Pair) -> Result<Self, FileKeyError> {
        let public = match &pair {
            Pair::Rsa(pair) => {
                let key = pair.public_key();
                PublicJwk::from_rsa(
                    key.modulus().big_endian_without_leading_zero(),
                    key.exponent().big_endian_without_leading_zero(),
                )
            }
            Pair::P256(pair) => p256_public(pair.public_key().as_ref()),
        };
        Ok(Self {
            pair,
            public: public.map_err(|_| FileKeyError::Pkcs8)?,
        })
    }
}

/// Reads the uncompressed point of SEC 1 §2.3.3, which is the only form the library writes.
fn p256_public(point: &[u8]) -> Result<PublicJwk, crate::jwk::JwkError> {
    use crate::jwk::JwkError::NotOnCurve;
    let (x, y) = point
        .strip_prefix(&[4])
        .and_then(|coordinates| coordinates.split_at_checked(32))
        .ok_or(NotOnCurve)?;
    PublicJwk::from_p256(
        x.try_into().map_err(|_| NotOnCurve)?,
        y.try_into().map_err(|_| NotOnCurve)?,
    )
}

impl Signer for FileKey {
    fn public_jwk(&self) -> &PublicJwk {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let hash = digest::digest(&digest::SHA256, message);
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign_digest(&RSA_PKCS1_SHA256, &hash, &mut signature)
                    .map_err(|_| SignError::Key)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                let signature = pair.sign_digest(&hash).map_err(|_| SignError::Key)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
