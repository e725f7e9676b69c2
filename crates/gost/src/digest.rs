//! The hash functions, and digests that remember which function made them.

use const_oid::ObjectIdentifier;
use gost94::{Gost94CryptoPro, Gost94Test};
use streebog::{Digest as _, Streebog256, Streebog512};
use thiserror::Error;

use crate::identifiers;

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// GOST R 34.11-2012 of 256 bit (RFC 6986); GOST 34.11-2015 in Kazakhstan.
    Streebog256,
    /// GOST R 34.11-2012 of 512 bit (RFC 6986); GOST 34.11-2015 in Kazakhstan.
    Streebog512,
    /// GOST R 34.11-94 (RFC 5831) with the S-boxes of the standard's example: GOST 34.311-95 in Kazakhstan.
    Gost94Test,
    /// GOST R 34.11-94 (RFC 5831) with the S-boxes of RFC 4357: what Russia used.
    Gost94CryptoPro,
}

/// The value of a hash function, with its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest {
    algorithm: DigestAlgorithm,
    bytes: Vec<u8>,
}

/// Octets that cannot be a digest of the named function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a digest has {expected} octets, not {actual}")]
pub struct DigestLengthError {
    expected: usize,
    actual: usize,
}

/// Hashes a message that arrives in parts.
///
/// ```
/// use gost::DigestAlgorithm;
///
/// let mut hasher = DigestAlgorithm::Streebog256.hasher();
/// hasher.update(b"ab");
/// hasher.update(b"c");
/// assert_eq!(hasher.finish(), DigestAlgorithm::Streebog256.digest(b"abc"));
/// ```
#[derive(Clone, Debug)]
pub struct Hasher(State);

#[derive(Clone, Debug)]
enum State {
    Streebog256(Streebog256),
    Streebog512(Streebog512),
    Gost94Test(Gost94Test),
    Gost94CryptoPro(Gost94CryptoPro),
}

impl DigestAlgorithm {
    /// Every hash function.
    pub const ALL: [Self; 4] = [
        Self::Streebog256,
        Self::Streebog512,
        Self::Gost94Test,
        Self::Gost94CryptoPro,
    ];

    /// The length of its values: 32 or 64 octets.
    pub fn output_len(self) -> usize {
        match self {
            Self::Streebog512 => 64,
            Self::Streebog256 | Self::Gost94Test | Self::Gost94CryptoPro => 32,
        }
    }

    /// Hashes a whole message.
    pub fn digest(self, message: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(message);
        hasher.finish()
    }

    /// Starts to hash a message that arrives in parts.
    pub fn hasher(self) -> Hasher {
        Hasher(match self {
            Self::Streebog256 => State::Streebog256(Streebog256::new()),
            Self::Streebog512 => State::Streebog512(Streebog512::new()),
            Self::Gost94Test => State::Gost94Test(Gost94Test::new()),
            Self::Gost94CryptoPro => State::Gost94CryptoPro(Gost94CryptoPro::new()),
        })
    }

    /// Its object identifiers: Kazakhstan's before Russia's where both gave it one.
    pub fn oids(self) -> &'static [ObjectIdentifier] {
        match self {
            Self::Streebog256 => &[identifiers::KZ_STREEBOG_256, identifiers::RU_STREEBOG_256],
            Self::Streebog512 => &[identifiers::KZ_STREEBOG_512, identifiers::RU_STREEBOG_512],
            Self::Gost94Test => &[identifiers::KZ_GOST94],
            Self::Gost94CryptoPro => &[identifiers::RU_GOST94],
        }
    }

    /// The function that an object identifier names.
    pub fn from_oid(oid: &ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.oids().contains(oid))
    }

    /// The function that an `AlgorithmIdentifier` names, given the contents of its SEQUENCE. Parameters may be absent or
    /// NULL: both occur for every function.
    pub fn from_identifier(contents: &[u8]) -> Option<Self> {
        Self::from_oid(&identifiers::bare_oid(contents)?)
    }
}

impl Hasher {
    /// Adds a part of the message.
    pub fn update(&mut self, part: &[u8]) {
        match &mut self.0 {
            State::Streebog256(state) => state.update(part),
            State::Streebog512(state) => state.update(part),
            State::Gost94Test(state) => state.update(part),
            State::Gost94CryptoPro(state) => state.update(part),
        }
    }

    /// The digest of all parts in the order in which they were added.
    pub fn finish(self) -> Digest {
        let (algorithm, bytes) = match self.0 {
            State::Streebog256(state) => (DigestAlgorithm::Streebog256, state.finalize().to_vec()),
            State::Streebog512(state) => (DigestAlgorithm::Streebog512, state.finalize().to_vec()),
            State::Gost94Test(state) => (DigestAlgorithm::Gost94Test, state.finalize().to_vec()),
            State::Gost94CryptoPro(state) => (DigestAlgorithm::Gost94CryptoPro, state.finalize().to_vec()),
        };
        Digest { algorithm, bytes }
    }
}

impl Digest {
    /// A digest that was computed elsewhere, in the byte order that libraries print.
    ///
    /// # Errors
    /// When the octets are too few or too many for the function.
    pub fn from_bytes(algorithm: DigestAlgorithm, bytes: &[u8]) -> Result<Self, DigestLengthError> {
        let (expected, actual) = (algorithm.output_len(), bytes.len());
        if actual == expected {
            Ok(Self {
                algorithm,
                bytes: bytes.to_vec(),
            })
        } else {
            Err(DigestLengthError { expected, actual })
        }
    }

    /// The function that made it.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// Its octets, in the order that libraries print. The signature equations read them as a little-endian number.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}
