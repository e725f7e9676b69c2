//! The accepted suites as webpki takes them: one row for each pair of AlgorithmIdentifiers, compared as whole octet strings.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use super::super::suite::{Identifiers, Suite, Suites};

/// The signatures on certificates of authorities that verified at start, so that a sign-in does not verify them again.
#[derive(Default)]
pub(super) struct KnownSignatures(HashSet<[u8; 32]>);

impl KnownSignatures {
    /// Remembers a signature that has just been verified.
    pub(super) fn insert(&mut self, suite: &Suite, key: &[u8], message: &[u8], signature: &[u8]) {
        self.0.insert(fingerprint(suite, key, message, signature));
    }

    fn contains(&self, suite: &Suite, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        self.0.contains(&fingerprint(suite, key, message, signature))
    }
}

impl fmt::Debug for KnownSignatures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownSignatures({})", self.0.len())
    }
}

/// Names exactly these octets: each part follows its length.
fn fingerprint(suite: &Suite, key: &[u8], message: &[u8], signature: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in [suite.name.as_bytes(), key, message, signature] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(context.finish().as_ref());
    fingerprint
}

/// One pair of identifiers of one suite.
#[derive(Debug)]
pub(super) struct Row {
    suite: &'static Suite,
    identifiers: Identifiers,
    known: Arc<KnownSignatures>,
}

/// Every accepted pair.
pub(super) fn rows(suites: Suites, known: &Arc<KnownSignatures>) -> Vec<Row> {
    let of_suite = |suite: &'static Suite| {
        suite.identifiers().into_iter().map(move |identifiers| Row {
            suite,
            identifiers,
            known: Arc::clone(known),
        })
    };
    suites.rows().flat_map(of_suite).collect()
}

impl SignatureVerificationAlgorithm for Row {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let holds = self.known.contains(self.suite, public_key, message, signature)
            || self
                .suite
                .verifies_with(self.identifiers.key, public_key, (message, signature));
        if holds { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(self.identifiers.key)
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(self.identifiers.signature)
    }
}
