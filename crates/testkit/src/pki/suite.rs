//! The suites of keys, and what certificates and signatures call their algorithms (kz-eds §3.1).

use aws_lc_rs::digest;
use const_oid::ObjectIdentifier;

use super::oids;
use crate::der;

/// What a key is for: which signature, which hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// RSA-2048 with SHA-256.
    Rsa,
    /// GOST 34.310-2015 with 512 bit: what the national centre issues.
    Gost512,
    /// GOST 34.310-2015 with 256 bit: has identifiers, was never seen.
    Gost256,
    /// GOST 34.310-2004: what the national centre issued until 2022.
    Gost2004,
}

impl Suite {
    /// Every suite.
    pub const ALL: [Self; 4] = [Self::Rsa, Self::Gost512, Self::Gost256, Self::Gost2004];

    /// The key's algorithm, unless it is RSA.
    pub(crate) fn gost(self) -> Option<&'static gost::KeyAlgorithm> {
        match self {
            Self::Rsa => None,
            Self::Gost512 => gost::KeyAlgorithm::new(gost::Suite::KzGost2015_512, gost::Curve::Tc26A512),
            Self::Gost256 => gost::KeyAlgorithm::new(gost::Suite::KzGost2015_256, gost::Curve::Tc26A256),
            Self::Gost2004 => gost::KeyAlgorithm::new(gost::Suite::KzGost2004, gost::Curve::CryptoProA),
        }
    }

    /// The AlgorithmIdentifier of signatures in certificates, lists and CMS, DER: with NULL parameters.
    pub fn signature_algorithm(self) -> Vec<u8> {
        let oid = self
            .gost()
            .and_then(|algorithm| algorithm.suite().signature_oids().first());
        identifier(oid, oids::SHA256_WITH_RSA)
    }

    /// The AlgorithmIdentifier of the hash, DER: with NULL parameters.
    pub fn digest_algorithm(self) -> Vec<u8> {
        let oid = self.gost().map(|algorithm| algorithm.suite().digest_oid());
        identifier(oid.as_ref(), oids::SHA256)
    }

    /// The hash of a message.
    pub fn digest(self, message: &[u8]) -> Vec<u8> {
        match self.gost() {
            None => digest::digest(&digest::SHA256, message).as_ref().to_vec(),
            Some(algorithm) => {
                let digest = algorithm.suite().digest_algorithm().digest(message);
                digest.as_bytes().to_vec()
            }
        }
    }
}

fn identifier(gost: Option<&ObjectIdentifier>, rsa: &[u32]) -> Vec<u8> {
    let oid = gost.map_or_else(|| der::oid(rsa), |oid| der::element(der::OID, oid.as_bytes()));
    der::sequence(&[oid, der::null()])
}
