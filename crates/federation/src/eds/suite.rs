//! The accepted algorithm suites, one row each (CE-7). Digest, signature and key must come from the same row.

use aws_lc_rs::{digest, signature};

use super::ber::{Malformed, Reader, Rules, tag};
use super::certificate::PublicKeyInfo;
use super::refusal::AlgorithmFault;
use super::{limits, oid};

/// An AlgorithmIdentifier (RFC 5280 §4.1.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Algorithm {
    oid: Vec<u8>,
    /// Its parameters are NULL or absent; no row takes others.
    plain: bool,
}

impl Algorithm {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut inside = reader.enter(tag::SEQUENCE)?;
        let oid = inside.oid()?.to_vec();
        let plain = inside.is_empty() || matches!(inside.any()?.raw, [tag::NULL, 0]);
        // What follows other parameters does not matter: no row takes them.
        Ok(Self {
            oid,
            plain: plain && inside.is_empty(),
        })
    }

    /// Whether it is this one, without parameters.
    pub(crate) fn is(&self, oid: &[u8]) -> bool {
        self.is_one_of(&[oid])
    }

    fn is_one_of(&self, oids: &[&[u8]]) -> bool {
        self.plain && oids.contains(&self.oid.as_slice())
    }
}

/// One row of the table.
pub(crate) struct Suite {
    /// The word for audit records.
    pub(crate) name: &'static str,
    /// Digest algorithms of a SignerInfo.
    digests: &'static [&'static [u8]],
    /// Signature algorithms of a SignerInfo.
    signatures: &'static [&'static [u8]],
    /// Signature algorithms of certificates and revocation lists.
    certificate_signatures: &'static [&'static [u8]],
    /// Algorithms of keys.
    keys: &'static [&'static [u8]],
    /// The digest of a message.
    pub(crate) digest: fn(message: &[u8]) -> Vec<u8>,
    /// Whether the subjectPublicKey is well-formed and strong enough.
    is_acceptable_key: fn(key: &[u8]) -> bool,
    /// Whether the signature over the message verifies with the key.
    verify: fn(key: &[u8], message: &[u8], signature: &[u8]) -> bool,
}

static SUITES: &[Suite] = &[Suite {
    name: "rsa-sha256",
    digests: &[oid::SHA256],
    // RFC 3370 §3.2 allows both; OpenSSL writes the first, NCA's software the second.
    signatures: &[oid::RSA, oid::SHA256_WITH_RSA],
    certificate_signatures: &[oid::SHA256_WITH_RSA],
    keys: &[oid::RSA],
    digest: |message| digest::digest(&digest::SHA256, message).as_ref().to_vec(),
    is_acceptable_key: is_acceptable_rsa_key,
    verify: |key, message, value| {
        signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, key)
            .verify(message, value)
            .is_ok()
    },
}];

impl Suite {
    /// The suite of a SignerInfo: its digest, its signature and the certificate's key in one row.
    pub(crate) fn of_signer(
        digest: &Algorithm,
        signature: &Algorithm,
        key: &PublicKeyInfo,
    ) -> Result<&'static Self, AlgorithmFault> {
        let suite = SUITES
            .iter()
            .find(|suite| digest.is_one_of(suite.digests))
            .ok_or(AlgorithmFault::Digest)?;
        if !signature.is_one_of(suite.signatures) {
            return Err(AlgorithmFault::Signature);
        }
        if suite.takes(key) {
            Ok(suite)
        } else {
            Err(AlgorithmFault::Key)
        }
    }

    /// The suite of a signature in a certificate or revocation list, if it is accepted.
    pub(crate) fn of_certificate_signature(signature: &Algorithm) -> Option<&'static Self> {
        SUITES
            .iter()
            .find(|suite| signature.is_one_of(suite.certificate_signatures))
    }

    /// Whether any row takes the key.
    pub(crate) fn is_known_key(key: &PublicKeyInfo) -> bool {
        SUITES.iter().any(|suite| suite.takes(key))
    }

    /// Whether the signature over the message verifies with the key; never with a key of another row.
    pub(crate) fn verifies(&self, key: &PublicKeyInfo, message: &[u8], signature: &[u8]) -> bool {
        self.takes(key) && (self.verify)(&key.bits, message, signature)
    }

    fn takes(&self, key: &PublicKeyInfo) -> bool {
        key.algorithm.is_one_of(self.keys) && (self.is_acceptable_key)(&key.bits)
    }
}

/// RFC 8017 §A.1.1, with the sizes of CE-7.
fn is_acceptable_rsa_key(key: &[u8]) -> bool {
    let Ok((modulus_bits, exponent)) = read_rsa_key(key) else {
        return false;
    };
    (limits::RSA_MIN_BITS..=limits::RSA_MAX_BITS).contains(&modulus_bits)
        && exponent >= limits::RSA_MIN_EXPONENT
        && exponent % 2 == 1
}

/// Length of the modulus in bits and the public exponent.
fn read_rsa_key(key: &[u8]) -> Result<(usize, u64), Malformed> {
    let mut reader = Reader::new(key, Rules::Der);
    let mut inside = reader.enter(tag::SEQUENCE)?;
    reader.finish()?;
    let modulus = positive(inside.integer()?)?;
    let exponent = positive(inside.integer()?)?;
    inside.finish()?;
    let top = modulus.first().map_or(0, |octet| octet.leading_zeros());
    let bits = (modulus.len() * 8).saturating_sub(usize::try_from(top).unwrap_or(0));
    if exponent.len() > 8 {
        return Err(Malformed);
    }
    Ok((
        bits,
        exponent.iter().fold(0, |sum, octet| (sum << 8) | u64::from(*octet)),
    ))
}

/// The magnitude of a positive INTEGER.
fn positive(content: &[u8]) -> Result<&[u8], Malformed> {
    match content {
        [0, magnitude @ ..] if !magnitude.is_empty() => Ok(magnitude),
        [first @ 0x01..=0x7f, ..] if *first != 0 => Ok(content),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rsa_key(bits: usize, exponent: &[u8]) -> Vec<u8> {
        let mut modulus = vec![0xff; bits / 8];
        modulus.insert(0, 0);
        let integer = |value: &[u8]| {
            let mut der = vec![tag::INTEGER, 0x82];
            der.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            if value.len() < 0x80 {
                der = vec![tag::INTEGER, u8::try_from(value.len()).unwrap()];
            }
            der.extend_from_slice(value);
            der
        };
        let inside = [integer(&modulus), integer(exponent)].concat();
        let mut der = vec![tag::SEQUENCE, 0x82];
        der.extend_from_slice(&u16::try_from(inside.len()).unwrap().to_be_bytes());
        der.extend_from_slice(&inside);
        der
    }

    #[test]
    fn a_key_has_2048_bits_and_a_large_odd_exponent() {
        assert!(is_acceptable_rsa_key(&rsa_key(2048, &[1, 0, 1])));
        assert!(is_acceptable_rsa_key(&rsa_key(4096, &[1, 0, 1])));
        for (key, why) in [
            (rsa_key(2040, &[1, 0, 1]), "short modulus"),
            (rsa_key(1024, &[1, 0, 1]), "shorter modulus"),
            (rsa_key(16_384, &[1, 0, 1]), "modulus that costs too much"),
            (rsa_key(2048, &[3]), "e = 3"),
            (rsa_key(2048, &[0x11]), "e = 17"),
            (rsa_key(2048, &[1, 0, 2]), "even e"),
            (rsa_key(2048, &[0xff, 0, 1]), "negative e"),
            (rsa_key(2048, &[1; 9]), "e longer than 64 bits"),
            (vec![], "nothing"),
        ] {
            assert!(!is_acceptable_rsa_key(&key), "{why}");
        }
    }

    #[test]
    fn parameters_other_than_null_make_an_algorithm_unknown() {
        let read = |der: &[u8]| Algorithm::read(&mut Reader::new(der, Rules::Der)).unwrap();
        let sha256 = [&[0x06, 0x09][..], oid::SHA256].concat();
        let with = |parameters: &[u8]| {
            let inside = [&sha256, parameters].concat();
            [&[tag::SEQUENCE, u8::try_from(inside.len()).unwrap()][..], &inside].concat()
        };
        assert!(read(&with(&[])).is_one_of(&[oid::SHA256]));
        assert!(read(&with(&[0x05, 0x00])).is_one_of(&[oid::SHA256]));
        assert!(!read(&with(&[0x30, 0x00])).is_one_of(&[oid::SHA256]));
        assert!(!read(&with(&[0x05, 0x00, 0x05, 0x00])).is_one_of(&[oid::SHA256]));
    }
}
