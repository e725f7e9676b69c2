//! Private keys: making and reading them, and signing.

use std::fmt;

use rand_core::CryptoRng;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use crate::curve::Arithmetic;
use crate::digest::Digest;
use crate::key_algorithm::KeyAlgorithm;
use crate::limbs::{self, Limbs};
use crate::nonce::Nonces;
use crate::parameters::Parameters;
use crate::public_key::{KeyError, PublicKey};
use crate::signature::Signature;
use crate::suite::Suite;

/// A private key. Its number is never printed, and erased from memory when the key is dropped. Work with it takes the same
/// time whatever the number is.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use gost::{Curve, KeyAlgorithm, SigningKey, Suite};
/// use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
///
/// let mut rng = ChaCha20Rng::from_seed([1; 32]); // a real source of chance, in earnest
/// let algorithm = KeyAlgorithm::new(Suite::RuGost2012_256, Curve::CryptoProA).ok_or("no such key")?;
/// let key = SigningKey::generate(algorithm, &mut rng);
/// let signature = key.sign(b"a message", &mut rng);
/// key.public_key().verify(b"a message", &signature)?;
/// # Ok(())
/// # }
/// ```
pub struct SigningKey {
    algorithm: &'static KeyAlgorithm,
    scalar: Scalar,
}

enum Scalar {
    Short(&'static Parameters<4>, Limbs<4>),
    Long(&'static Parameters<8>, Limbs<8>),
}

/// The digest is not of the hash function of the key's suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the digest is of another hash function than the key's suite")]
pub struct OtherDigestError;

/// Where the unpredictable part of a nonce comes from.
enum Chance<'a> {
    /// From private key and digest alone.
    None,
    /// From these as well.
    Rng(&'a mut dyn CryptoRng),
}

impl SigningKey {
    /// Makes a key.
    pub fn generate(algorithm: &'static KeyAlgorithm, rng: &mut dyn CryptoRng) -> Self {
        let scalar = match algorithm.curve().arithmetic() {
            Arithmetic::Short(curve) => Scalar::Short(curve, random_scalar(curve, rng)),
            Arithmetic::Long(curve) => Scalar::Long(curve, random_scalar(curve, rng)),
        };
        Self { algorithm, scalar }
    }

    /// From a number of exactly the curve's length, little-endian: 32 or 64 octets.
    ///
    /// # Errors
    /// [`KeyError::Length`], or [`KeyError::ScalarOutOfRange`] when it is 0 or not below the order of the base point.
    pub fn from_le_bytes(algorithm: &'static KeyAlgorithm, octets: &[u8]) -> Result<Self, KeyError> {
        let scalar = match algorithm.curve().arithmetic() {
            Arithmetic::Short(curve) => Scalar::Short(curve, checked_scalar(curve, octets)?),
            Arithmetic::Long(curve) => Scalar::Long(curve, checked_scalar(curve, octets)?),
        };
        Ok(Self { algorithm, scalar })
    }

    /// From a number of exactly the curve's length, big-endian.
    ///
    /// # Errors
    /// As [`SigningKey::from_le_bytes`].
    pub fn from_be_bytes(algorithm: &'static KeyAlgorithm, octets: &[u8]) -> Result<Self, KeyError> {
        let mut reversed = Zeroizing::new(octets.to_vec());
        reversed.reverse();
        Self::from_le_bytes(algorithm, &reversed)
    }

    /// The number, little-endian: 32 or 64 octets.
    pub fn to_le_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(match &self.scalar {
            Scalar::Short(_, d) => limbs::to_le_bytes(d),
            Scalar::Long(_, d) => limbs::to_le_bytes(d),
        })
    }

    /// The public key that belongs to it. Computed anew each time.
    pub fn public_key(&self) -> PublicKey {
        match &self.scalar {
            Scalar::Short(curve, d) => PublicKey::from_short(self.algorithm, curve, curve.multiply_base(d)),
            Scalar::Long(curve, d) => PublicKey::from_long(self.algorithm, curve, curve.multiply_base(d)),
        }
    }

    /// Hashes the message and signs, in the hash function and byte order of the key's suite. The nonce comes from key, digest
    /// and the source of chance together, so that a weak source does not give the key away.
    pub fn sign(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Vec<u8> {
        self.sign_message(message, Chance::Rng(rng))
    }

    /// As [`SigningKey::sign`], with a nonce from key and digest alone: the same message has always the same signature.
    pub fn sign_deterministic(&self, message: &[u8]) -> Vec<u8> {
        self.sign_message(message, Chance::None)
    }

    /// Signs a digest that was computed elsewhere.
    ///
    /// # Errors
    /// When the digest is of another hash function than the key's suite.
    pub fn sign_digest(&self, digest: &Digest, rng: &mut dyn CryptoRng) -> Result<Signature, OtherDigestError> {
        if digest.algorithm() != self.suite().digest_algorithm() {
            return Err(OtherDigestError);
        }
        Ok(self.sign_octets(digest.as_bytes(), Chance::Rng(rng)))
    }

    /// The algorithm of the key.
    pub fn algorithm(&self) -> &'static KeyAlgorithm {
        self.algorithm
    }

    /// The suite to which the key belongs.
    pub fn suite(&self) -> Suite {
        self.algorithm.suite()
    }

    fn sign_message(&self, message: &[u8], chance: Chance<'_>) -> Vec<u8> {
        let digest = self.suite().digest_algorithm().digest(message);
        self.sign_octets(digest.as_bytes(), chance)
            .encode(self.suite().encoding())
    }

    fn sign_octets(&self, digest: &[u8], chance: Chance<'_>) -> Signature {
        match &self.scalar {
            Scalar::Short(curve, d) => sign(curve, d, digest, chance),
            Scalar::Long(curve, d) => sign(curve, d, digest, chance),
        }
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        match &mut self.scalar {
            Scalar::Short(_, d) => d.zeroize(),
            Scalar::Long(_, d) => d.zeroize(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("suite", &self.suite())
            .field("curve", &self.algorithm.curve())
            .finish_non_exhaustive()
    }
}

fn checked_scalar<const N: usize>(curve: &Parameters<N>, octets: &[u8]) -> Result<Limbs<N>, KeyError> {
    let number = limbs::from_le_bytes(octets).ok_or(KeyError::Length {
        expected: 8 * N,
        actual: octets.len(),
    })?;
    if curve.is_scalar(&number) {
        Ok(number)
    } else {
        Err(KeyError::ScalarOutOfRange)
    }
}

fn random_scalar<const N: usize>(curve: &Parameters<N>, rng: &mut dyn CryptoRng) -> Limbs<N> {
    let excess = limbs::leading_zeros(curve.order());
    loop {
        let mut candidate = [0; N];
        candidate.fill_with(|| rng.next_u64());
        let scalar = limbs::shift_right(&candidate, excess);
        candidate.zeroize();
        if curve.is_scalar(&scalar) {
            return scalar;
        }
    }
}

fn sign<const N: usize>(curve: &'static Parameters<N>, d: &Limbs<N>, digest: &[u8], chance: Chance<'_>) -> Signature {
    // Suites pair each curve with a hash of its size, so the number is always there.
    let digest = limbs::from_le_bytes(digest).unwrap_or([0; N]);
    let mut additional = Zeroizing::new([0; 32]);
    let mut nonces = match chance {
        Chance::None => Nonces::new(curve, d, &digest, &[]),
        Chance::Rng(rng) => {
            rng.fill_bytes(additional.as_mut());
            Nonces::new(curve, d, &digest, additional.as_ref())
        }
    };
    loop {
        if let Some((r, s)) = curve.sign(d, &digest, &nonces.next()) {
            return Signature::from_halves(limbs::to_le_bytes(&r), &limbs::to_le_bytes(&s));
        }
    }
}
