//! RSA-2048 keys.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, signature};

use super::{PkiError, oids};
use crate::der;

/// A private key with its public part.
pub struct SigningKey {
    pair: KeyPair,
    pkcs8: Vec<u8>,
}

impl SigningKey {
    /// Makes a key; takes some tens to hundreds of milliseconds.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn generate() -> Result<Self, PkiError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| PkiError::Key)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| PkiError::Key)?;
        let pkcs8 = pkcs8.as_ref().to_vec();
        Ok(Self { pair, pkcs8 })
    }

    /// Reads a key from PKCS#8.
    ///
    /// # Errors
    /// It is not an RSA key in PKCS#8.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, PkiError> {
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| PkiError::Key)?;
        Ok(Self {
            pair,
            pkcs8: pkcs8.to_vec(),
        })
    }

    /// The key in PKCS#8.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Signs with PKCS#1 v1.5 and SHA-256.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PkiError> {
        let mut value = vec![0; self.pair.public_modulus_len()];
        let padding: &'static dyn signature::RsaEncoding = &RSA_PKCS1_SHA256;
        self.pair
            .sign(padding, &SystemRandom::new(), message, &mut value)
            .map_err(|_| PkiError::Key)?;
        Ok(value)
    }

    /// The SubjectPublicKeyInfo.
    pub(crate) fn public_key_info(&self) -> Vec<u8> {
        let algorithm = der::sequence(&[der::oid(oids::RSA), der::null()]);
        der::sequence(&[algorithm, der::bits(self.pair.public_key().as_ref())])
    }

    /// The subject key identifier: SHA-1 over the public key (RFC 5280 §4.2.1.2, method 1).
    pub(crate) fn key_id(&self) -> Vec<u8> {
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, self.pair.public_key().as_ref())
            .as_ref()
            .to_vec()
    }

    /// The serial number that the national centre gives a key's certificate: its identifier with the top bit cleared, and
    /// 0x10 set where the first octet would be smaller than that.
    pub fn serial(&self) -> Vec<u8> {
        let mut serial = self.key_id();
        if let Some(first) = serial.first_mut() {
            *first &= 0x7f;
            if *first < 0x10 {
                *first |= 0x10;
            }
        }
        serial
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}
