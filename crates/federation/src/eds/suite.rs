//! The accepted algorithm suites, one row each (CE-7). Digest, signature and key must come from the same row.
//!
//! Which rows are accepted is a property of the verifier, [`Suites`], and holds alike for the signature of a person, for
//! certificates and for everything that authorities sign about them.

use aws_lc_rs::{digest, signature};
use gost::{KeyAlgorithm, SignatureAlgorithm};

use super::algorithm::Algorithm;
use super::certificate::PublicKeyInfo;
use super::refusal::AlgorithmFault;
use super::{oid, rsa};

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Suite {
    /// The word for audit records.
    pub(crate) name: &'static str,
    family: Family,
    acceptance: Acceptance,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 §8.2).
    Rsa,
    /// A national suite: identifiers, byte order and hash are those of the crate's table.
    Gost(gost::Suite),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acceptance {
    Always,
    /// [`super::EdsSettings::legacy_gost`].
    Legacy,
    /// [`super::EdsSettings::gost2015_256`].
    Unseen,
}

static ROWS: [Suite; 4] = [
    Suite {
        name: "rsa-sha256",
        family: Family::Rsa,
        acceptance: Acceptance::Always,
    },
    Suite {
        name: "gost2015-512",
        family: Family::Gost(gost::Suite::KzGost2015_512),
        acceptance: Acceptance::Always,
    },
    // The centre has identifiers for it; nobody has ever seen a certificate with it.
    Suite {
        name: "gost2015-256",
        family: Family::Gost(gost::Suite::KzGost2015_256),
        acceptance: Acceptance::Unseen,
    },
    // The national centre's last authority with it ended in June 2025.
    Suite {
        name: "gost2004",
        family: Family::Gost(gost::Suite::KzGost2004),
        acceptance: Acceptance::Legacy,
    },
];

/// `rsaEncryption` with NULL parameters, which RFC 3279 §2.3.1 requires of keys.
const RSA_KEY: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
/// `sha256WithRSAEncryption` with NULL parameters.
const RSA_SIGNATURE: &[u8] = &[
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00,
];
/// The same without parameters, as some software writes it.
const RSA_SIGNATURE_BARE: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];

/// The identifiers of a key and of a signature made with it: contents of AlgorithmIdentifiers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identifiers {
    pub(crate) key: &'static [u8],
    pub(crate) signature: &'static [u8],
}

/// The rows that one verifier accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Suites {
    pub(crate) legacy_gost: bool,
    pub(crate) gost2015_256: bool,
}

impl Suites {
    /// The suite of a SignerInfo: its digest, its signature and the certificate's key in one row.
    pub(crate) fn of_signer(
        self,
        digest: &Algorithm,
        signature: &Algorithm,
        key: &PublicKeyInfo,
    ) -> Result<&'static Suite, AlgorithmFault> {
        let suite = self
            .rows()
            .find(|suite| suite.has_digest(digest))
            .ok_or(AlgorithmFault::Digest)?;
        if !suite.has_signature(signature) && !suite.has_signer_signature(signature) {
            return Err(AlgorithmFault::Signature);
        }
        if suite.takes(key) {
            Ok(suite)
        } else {
            Err(AlgorithmFault::Key)
        }
    }

    /// The accepted suite with this name.
    pub(crate) fn named(self, name: &str) -> Option<&'static Suite> {
        self.rows().find(|suite| suite.name == name)
    }

    /// The suite of a signature in a certificate, a revocation list or an OCSP answer, if it is accepted.
    pub(crate) fn of_signed(self, signature: &Algorithm) -> Option<&'static Suite> {
        self.rows().find(|suite| suite.has_signature(signature))
    }

    /// Whether an authority's signature over `message` verifies with its key: a certificate, a revocation list, an OCSP
    /// answer.
    pub(crate) fn verifies(self, algorithm: &Algorithm, key: &PublicKeyInfo, message: &[u8], signature: &[u8]) -> bool {
        self.of_signed(algorithm)
            .is_some_and(|suite| suite.verifies(key, message, signature))
    }

    /// The row of a key, accepted or not: for operators.
    pub(crate) fn of_key(key: &PublicKeyInfo) -> Option<&'static Suite> {
        ROWS.iter().find(|suite| suite.takes(key))
    }

    /// Whether any row takes the key.
    pub(crate) fn take(self, key: &PublicKeyInfo) -> bool {
        self.rows().any(|suite| suite.takes(key))
    }

    /// The accepted rows.
    pub(crate) fn rows(self) -> impl Iterator<Item = &'static Suite> {
        ROWS.iter().filter(move |suite| match suite.acceptance {
            Acceptance::Always => true,
            Acceptance::Legacy => self.legacy_gost,
            Acceptance::Unseen => self.gost2015_256,
        })
    }
}

impl Suite {
    /// The digest of a message.
    pub(crate) fn digest(&self, message: &[u8]) -> Vec<u8> {
        match self.family {
            Family::Rsa => digest::digest(&digest::SHA256, message).as_ref().to_vec(),
            Family::Gost(suite) => suite.digest_algorithm().digest(message).as_bytes().to_vec(),
        }
    }

    /// Whether the signature over the message verifies with the key; never with a key of another row.
    pub(crate) fn verifies(&self, key: &PublicKeyInfo, message: &[u8], value: &[u8]) -> bool {
        self.verifies_with(key.algorithm.identifier(), &key.bits, (message, value))
    }

    /// The same for the two parts of a key, and a message with its signature.
    pub(crate) fn verifies_with(&self, identifier: &[u8], key: &[u8], (message, value): (&[u8], &[u8])) -> bool {
        #[cfg(test)]
        count::CHECKS.set(count::CHECKS.get() + 1);
        match self.family {
            Family::Rsa => {
                identifier == RSA_KEY
                    && rsa::is_acceptable_key(key)
                    && signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, key)
                        .verify(message, value)
                        .is_ok()
            }
            Family::Gost(suite) => {
                gost_key(suite, identifier, key).is_some_and(|key| key.verify(message, value).is_ok())
            }
        }
    }

    /// Every pair of a key's and a signature's identifier in a signed object.
    pub(crate) fn identifiers(&self) -> Vec<Identifiers> {
        match self.family {
            Family::Rsa => [RSA_SIGNATURE, RSA_SIGNATURE_BARE]
                .map(|signature| Identifiers {
                    key: RSA_KEY,
                    signature,
                })
                .to_vec(),
            Family::Gost(suite) => {
                let keys = || KeyAlgorithm::all().iter().filter(|row| row.suite() == suite);
                let signatures = SignatureAlgorithm::all().iter().filter(|row| row.suite() == suite);
                let pairs = signatures.flat_map(|signature| {
                    keys().map(|key| Identifiers {
                        key: key.identifier(),
                        signature: signature.identifier(),
                    })
                });
                pairs.collect()
            }
        }
    }

    /// Whether the key is of this suite, well-formed and strong enough.
    pub(crate) fn takes(&self, key: &PublicKeyInfo) -> bool {
        match self.family {
            Family::Rsa => key.algorithm.identifier() == RSA_KEY && rsa::is_acceptable_key(&key.bits),
            Family::Gost(suite) => gost_key(suite, key.algorithm.identifier(), &key.bits).is_some(),
        }
    }

    /// The digest algorithm of a SignerInfo.
    fn has_digest(&self, algorithm: &Algorithm) -> bool {
        match self.family {
            Family::Rsa => algorithm.is_bare(oid::SHA256),
            Family::Gost(suite) => algorithm.is_bare(suite.digest_oid().as_bytes()),
        }
    }

    /// The signature algorithm with the digest in its name.
    fn has_signature(&self, algorithm: &Algorithm) -> bool {
        match self.family {
            Family::Rsa => [RSA_SIGNATURE, RSA_SIGNATURE_BARE].contains(&algorithm.identifier()),
            Family::Gost(suite) => SignatureAlgorithm::all()
                .iter()
                .any(|row| row.suite() == suite && row.identifier() == algorithm.identifier()),
        }
    }

    /// A SignerInfo may name RSA alone, the digest stands beside it (RFC 3370 §3.2): OpenSSL writes that.
    fn has_signer_signature(&self, algorithm: &Algorithm) -> bool {
        self.family == Family::Rsa && algorithm.identifier() == RSA_KEY
    }
}

/// The key, when its parameters name exactly a curve of the suite and its point lies on it.
fn gost_key(suite: gost::Suite, identifier: &[u8], key: &[u8]) -> Option<gost::PublicKey> {
    if KeyAlgorithm::from_identifier(identifier)?.suite() != suite {
        return None;
    }
    gost::PublicKey::from_spki_parts(identifier, key).ok()
}

#[cfg(test)]
pub(crate) mod count {
    //! How many signatures were checked in this thread.
    use std::cell::Cell;

    thread_local! {
        pub(crate) static CHECKS: Cell<usize> = const { Cell::new(0) };
    }
}
