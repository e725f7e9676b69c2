//! Public keys: reading them, and verifying with them.

use thiserror::Error;

use crate::curve::Arithmetic;
use crate::der;
use crate::digest::Digest;
use crate::key_algorithm::KeyAlgorithm;
use crate::limbs;
use crate::parameters::{Affine, Parameters};
use crate::signature::{Signature, SignatureLengthError};
use crate::suite::Suite;

/// A public key that was checked: its point lies on the curve and in the group that the base point generates.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use gost::{Curve, KeyAlgorithm, SigningKey, Suite};
/// # let algorithm = KeyAlgorithm::new(Suite::KzGost2015_512, Curve::Tc26A512).ok_or("no such key")?;
/// # let signing_key = SigningKey::from_be_bytes(algorithm, &[7; 64])?;
/// # let spki = signing_key.public_key().to_spki_der();
/// # let signature = signing_key.sign_deterministic(b"abc");
/// let key = gost::PublicKey::from_spki_der(&spki)?;
/// key.verify(b"abc", &signature)?;
/// assert_eq!(key.verify(b"abd", &signature), Err(gost::VerifyError::Mismatch));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PublicKey {
    algorithm: &'static KeyAlgorithm,
    point: Point,
}

#[derive(Clone, Debug)]
enum Point {
    Short(&'static Parameters<4>, Affine<4>),
    Long(&'static Parameters<8>, Affine<8>),
}

/// Why a key, public or private, was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Not the DER of the expected structure.
    #[error("the key is not well-formed DER")]
    Malformed,
    /// The algorithm identifier is none of [`KeyAlgorithm::all`].
    #[error("the key's algorithm or parameters are not known")]
    UnknownAlgorithm,
    /// The curve is one of the standard's examples.
    #[error("the key is on a curve for tests")]
    TestCurve,
    /// Too few or too many octets for the curve.
    #[error("the key has {actual} octets, its curve needs {expected}")]
    Length {
        /// What the curve needs.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// A coordinate is not below p.
    #[error("a coordinate of the key is too large")]
    CoordinateTooLarge,
    /// The coordinates do not satisfy the curve's equation.
    #[error("the key is not a point of its curve")]
    NotOnCurve,
    /// The point has a part in the small subgroup of a curve with cofactor 4.
    #[error("the key is outside the group of its curve's base point")]
    NotInSubgroup,
    /// A private key is 0, or not below the order of the base point.
    #[error("the private key is out of range")]
    ScalarOutOfRange,
}

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The signature has not twice the length of the curve's scalars.
    #[error("the signature has the wrong length")]
    Length,
    /// r or s is 0, or not below the order of the base point.
    #[error("a number of the signature is out of range")]
    OutOfRange,
    /// The digest is not of the hash function of the key's suite.
    #[error("the digest is of another hash function than the key's suite")]
    OtherDigest,
    /// The signature does not belong to this key and message.
    #[error("the signature does not fit key and message")]
    Mismatch,
}

impl From<SignatureLengthError> for VerifyError {
    fn from(_: SignatureLengthError) -> Self {
        Self::Length
    }
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// Everything that [`KeyError`] lists; curves for tests are refused (see [`PublicKey::from_xy`]).
    pub fn from_spki_der(spki: &[u8]) -> Result<Self, KeyError> {
        let mut fields = der::Reader::new(der::only(spki, der::SEQUENCE).ok_or(KeyError::Malformed)?);
        let identifier = fields.take(der::SEQUENCE).ok_or(KeyError::Malformed)?;
        let key = match fields.take(der::BIT_STRING).ok_or(KeyError::Malformed)? {
            [0, key @ ..] if fields.is_empty() => key,
            _ => return Err(KeyError::Malformed),
        };
        Self::from_spki_parts(identifier, key)
    }

    /// Reads the two parts of a `SubjectPublicKeyInfo`: the contents of the `AlgorithmIdentifier` SEQUENCE, and the octets of
    /// the BIT STRING. This is what rustls-webpki hands to a `SignatureVerificationAlgorithm`.
    ///
    /// # Errors
    /// As [`PublicKey::from_spki_der`].
    pub fn from_spki_parts(identifier: &[u8], subject_public_key: &[u8]) -> Result<Self, KeyError> {
        let algorithm = KeyAlgorithm::from_identifier(identifier).ok_or(KeyError::UnknownAlgorithm)?;
        if algorithm.curve().is_for_tests() {
            return Err(KeyError::TestCurve);
        }
        let xy = der::only(subject_public_key, der::OCTET_STRING).ok_or(KeyError::Malformed)?;
        Self::from_xy(algorithm, xy)
    }

    /// From the coordinates x‖y, each little-endian, as they stand inside a `SubjectPublicKeyInfo`; on any curve.
    ///
    /// # Errors
    /// When the length is wrong or the point is not a public key of the curve.
    pub fn from_xy(algorithm: &'static KeyAlgorithm, xy: &[u8]) -> Result<Self, KeyError> {
        let point = match algorithm.curve().arithmetic() {
            Arithmetic::Short(curve) => Point::Short(curve, validated(curve, xy)?),
            Arithmetic::Long(curve) => Point::Long(curve, validated(curve, xy)?),
        };
        Ok(Self { algorithm, point })
    }

    /// d·P for a private key of the curve.
    pub(crate) fn from_short(
        algorithm: &'static KeyAlgorithm,
        curve: &'static Parameters<4>,
        point: Affine<4>,
    ) -> Self {
        let point = Point::Short(curve, point);
        Self { algorithm, point }
    }

    /// d·P for a private key of the curve.
    pub(crate) fn from_long(algorithm: &'static KeyAlgorithm, curve: &'static Parameters<8>, point: Affine<8>) -> Self {
        let point = Point::Long(curve, point);
        Self { algorithm, point }
    }

    /// Hashes the message and verifies the signature, in the hash function and byte order of the key's suite.
    ///
    /// # Errors
    /// [`VerifyError::Length`], [`VerifyError::OutOfRange`] or [`VerifyError::Mismatch`].
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let digest = self.suite().digest_algorithm().digest(message);
        self.verify_digest(&digest, &Signature::decode(self.suite().encoding(), signature)?)
    }

    /// Verifies the signature of a digest. The digest must be one that the caller computed from the message: whoever may
    /// choose a digest freely can make a signature for it.
    ///
    /// # Errors
    /// Everything that [`VerifyError`] lists.
    pub fn verify_digest(&self, digest: &Digest, signature: &Signature) -> Result<(), VerifyError> {
        if digest.algorithm() != self.suite().digest_algorithm() {
            return Err(VerifyError::OtherDigest);
        }
        match &self.point {
            Point::Short(curve, point) => verify(curve, point, digest, signature),
            Point::Long(curve, point) => verify(curve, point, digest, signature),
        }
    }

    /// The algorithm, as it was read.
    pub fn algorithm(&self) -> &'static KeyAlgorithm {
        self.algorithm
    }

    /// The suite to which the key belongs.
    pub fn suite(&self) -> Suite {
        self.algorithm.suite()
    }

    /// The coordinates x‖y, each little-endian: 64 or 128 octets.
    pub fn to_xy(&self) -> Vec<u8> {
        match &self.point {
            Point::Short(curve, point) => xy(curve, point),
            Point::Long(curve, point) => xy(curve, point),
        }
    }

    /// The key as a DER `SubjectPublicKeyInfo`.
    pub fn to_spki_der(&self) -> Vec<u8> {
        let key = [vec![0], der::element(der::OCTET_STRING, &self.to_xy())].concat();
        let fields = [
            der::element(der::SEQUENCE, self.algorithm.identifier()),
            der::element(der::BIT_STRING, &key),
        ];
        der::element(der::SEQUENCE, &fields.concat())
    }
}

impl PartialEq for PublicKey {
    /// The same suite and the same point, under whichever identifier of the curve.
    fn eq(&self, other: &Self) -> bool {
        let curves_match = self.algorithm.curve() == other.algorithm.curve();
        curves_match && self.suite() == other.suite() && self.to_xy() == other.to_xy()
    }
}

impl Eq for PublicKey {}

fn validated<const N: usize>(curve: &Parameters<N>, xy: &[u8]) -> Result<Affine<N>, KeyError> {
    let length = KeyError::Length {
        expected: 16 * N,
        actual: xy.len(),
    };
    let (x, y) = xy.split_at_checked(8 * N).ok_or(length)?;
    let x = limbs::from_le_bytes(x).ok_or(length)?;
    let y = limbs::from_le_bytes(y).ok_or(length)?;
    let p = curve.field.modulus();
    if !limbs::less(&x, p) || !limbs::less(&y, p) {
        return Err(KeyError::CoordinateTooLarge);
    }
    let point = Affine {
        x: curve.field.element(&x),
        y: curve.field.element(&y),
    };
    if !curve.contains(&point) {
        return Err(KeyError::NotOnCurve);
    }
    if !curve.is_in_subgroup(&point) {
        return Err(KeyError::NotInSubgroup);
    }
    Ok(point)
}

fn verify<const N: usize>(
    curve: &Parameters<N>,
    key: &Affine<N>,
    digest: &Digest,
    signature: &Signature,
) -> Result<(), VerifyError> {
    let (r, s) = signature.halves();
    let (r, s) = (limbs::from_le_bytes(r), limbs::from_le_bytes(s));
    let (Some(r), Some(s)) = (r, s) else {
        return Err(VerifyError::Length);
    };
    if !curve.is_scalar(&r) || !curve.is_scalar(&s) {
        return Err(VerifyError::OutOfRange);
    }
    // Suites pair each curve with a hash of its size.
    let digest = limbs::from_le_bytes(digest.as_bytes()).ok_or(VerifyError::OtherDigest)?;
    if curve.verifies(key, &digest, &(r, s)) {
        Ok(())
    } else {
        Err(VerifyError::Mismatch)
    }
}

fn xy<const N: usize>(curve: &Parameters<N>, point: &Affine<N>) -> Vec<u8> {
    [point.x, point.y]
        .iter()
        .flat_map(|coordinate| limbs::to_le_bytes(&curve.field.number(coordinate)))
        .collect()
}
