//! Signatures and their two byte orders.

use thiserror::Error;

/// How the numbers r and s of a signature are written, each as long as the curve's scalars.
///
/// The octets of one encoding are those of the other in reverse, so a signature read in the wrong one has the right length
/// and wrong numbers: the encoding is always said, never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// r‖s, each little-endian: every kind of document of Kazakhstan's National Certification Authority.
    Kazakhstan,
    /// s‖r, each big-endian: RFC 4491 §2.2.2, RFC 9215 §2, and what Russian software calls a raw signature.
    Russia,
}

/// The numbers r and s. Whether they lie below the curve's order is seen when the signature is verified.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    /// Kazakhstan's encoding: the other one is its reverse.
    octets: Vec<u8>,
}

/// Octets that cannot be a signature on any curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a signature has 64 or 128 octets, not {actual}")]
pub struct SignatureLengthError {
    actual: usize,
}

impl Signature {
    /// Reads a signature of 64 octets (256 bit) or 128 octets (512 bit).
    ///
    /// # Errors
    /// When the length is another.
    pub fn decode(encoding: Encoding, octets: &[u8]) -> Result<Self, SignatureLengthError> {
        if !matches!(octets.len(), 64 | 128) {
            return Err(SignatureLengthError { actual: octets.len() });
        }
        Ok(Self {
            octets: reordered(encoding, octets.to_vec()),
        })
    }

    /// Writes a signature: 64 or 128 octets.
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        reordered(encoding, self.octets.clone())
    }

    /// r and s of equal length, little-endian.
    pub(crate) fn halves(&self) -> (&[u8], &[u8]) {
        self.octets.split_at(self.octets.len() / 2)
    }

    /// From r and s of equal length, little-endian.
    pub(crate) fn from_halves(r: Vec<u8>, s: &[u8]) -> Self {
        let mut octets = r;
        octets.extend_from_slice(s);
        Self { octets }
    }
}

fn reordered(encoding: Encoding, mut octets: Vec<u8>) -> Vec<u8> {
    if encoding == Encoding::Russia {
        octets.reverse();
    }
    octets
}
