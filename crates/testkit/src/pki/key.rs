//! Keys: RSA-2048, or GOST in any of the suites.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, signature};

use super::{PkiError, Suite, oids};
use crate::der;

/// A private key with its public part.
pub struct SigningKey {
    pair: Pair,
    suite: Suite,
    pkcs8: Vec<u8>,
}

enum Pair {
    Rsa(KeyPair),
    Gost {
        key: gost::SigningKey,
        /// SubjectPublicKeyInfo.
        info: Vec<u8>,
    },
}

impl SigningKey {
    /// Makes an RSA key; takes some tens to hundreds of milliseconds.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn generate() -> Result<Self, PkiError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| PkiError::Key)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| PkiError::Key)?;
        let pkcs8 = pkcs8.as_ref().to_vec();
        Ok(Self {
            pair: Pair::Rsa(pair),
            suite: Suite::Rsa,
            pkcs8,
        })
    }

    /// Makes a key of this suite.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn of(suite: Suite) -> Result<Self, PkiError> {
        let Some(algorithm) = suite.gost() else {
            return Self::generate();
        };
        let mut number = vec![0; algorithm.curve().scalar_len()];
        loop {
            SystemRandom::new().fill(&mut number).map_err(|_| PkiError::Key)?;
            // Most numbers, and on every curve at least each fourth, are below the order of the base point.
            if let Ok(key) = gost::SigningKey::from_le_bytes(algorithm, &number) {
                return Ok(Self::from_gost(suite, key));
            }
        }
    }

    /// Reads a key from PKCS#8.
    ///
    /// # Errors
    /// It is not a key of any [`Suite`] in PKCS#8.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, PkiError> {
        if let Ok(key) = gost::SigningKey::from_pkcs8_der(pkcs8) {
            let suite = Suite::ALL
                .into_iter()
                .find(|suite| suite.gost().is_some_and(|known| known == key.algorithm()));
            return Ok(Self::from_gost(suite.ok_or(PkiError::Key)?, key));
        }
        let pair = KeyPair::from_pkcs8(pkcs8).map_err(|_| PkiError::Key)?;
        Ok(Self {
            pair: Pair::Rsa(pair),
            suite: Suite::Rsa,
            pkcs8: pkcs8.to_vec(),
        })
    }

    fn from_gost(suite: Suite, key: gost::SigningKey) -> Self {
        let (info, pkcs8) = (key.public_key().to_spki_der(), key.to_pkcs8_der().to_vec());
        Self {
            pair: Pair::Gost { key, info },
            suite,
            pkcs8,
        }
    }

    /// Which suite it is of.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The key in PKCS#8.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Signs: RSA with PKCS#1 v1.5 and SHA-256, GOST with the hash of its suite and the octets `r‖s`, each little-endian.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, PkiError> {
        let pair = match &self.pair {
            Pair::Rsa(pair) => pair,
            Pair::Gost { key, .. } => return Ok(key.sign_deterministic(message)),
        };
        let mut value = vec![0; pair.public_modulus_len()];
        let padding: &'static dyn signature::RsaEncoding = &RSA_PKCS1_SHA256;
        pair.sign(padding, &SystemRandom::new(), message, &mut value)
            .map_err(|_| PkiError::Key)?;
        Ok(value)
    }

    /// The SubjectPublicKeyInfo, DER.
    pub fn public_key_info(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => {
                let algorithm = der::sequence(&[der::oid(oids::RSA), der::null()]);
                der::sequence(&[algorithm, der::bits(pair.public_key().as_ref())])
            }
            Pair::Gost { info, .. } => info.clone(),
        }
    }

    /// The subject key identifier: SHA-1 over the public key (RFC 5280 §4.2.1.2, method 1), which for GOST is an OCTET STRING
    /// with its header.
    pub fn key_id(&self) -> Vec<u8> {
        let bits = match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Gost { key, .. } => der::element(der::OCTET_STRING, &key.public_key().to_xy()),
        };
        digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &bits)
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
        write!(f, "SigningKey({:?}, …)", self.suite)
    }
}
