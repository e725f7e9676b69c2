//! What a verified signature tells. Made only by the checks one level up.

use authority::certificates::KeyUsage;
use authority::time::Timestamp;
use aws_lc_rs::digest;

use super::{Grounds, StatusEvidence, VerifiedEds};
use crate::eds::identity::NationalIdentity;
use crate::eds::purpose;

impl VerifiedEds {
    /// Who signed, in which role.
    pub const fn identity(&self) -> &NationalIdentity {
        &self.identity
    }

    /// The issuer's distinguished name, DER.
    pub fn issuer(&self) -> &[u8] {
        &self.certificate.issuer
    }

    /// The serial number, big-endian bytes. With the issuer it names the certificate.
    pub fn serial(&self) -> &[u8] {
        &self.certificate.serial
    }

    /// The whole certificate, DER, for the evidence record.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate.der
    }

    /// SHA-256 over the certificate.
    pub fn thumbprint(&self) -> [u8; 32] {
        let mut thumbprint = [0; 32];
        thumbprint.copy_from_slice(digest::digest(&digest::SHA256, &self.certificate.der).as_ref());
        thumbprint
    }

    /// SHA-256 over the SubjectPublicKeyInfo: the key, whatever certificates it has.
    pub fn key_digest(&self) -> [u8; 32] {
        let mut key = [0; 32];
        key.copy_from_slice(digest::digest(&digest::SHA256, &self.certificate.key.der).as_ref());
        key
    }

    /// What the key was issued for.
    pub fn usage(&self) -> KeyUsage {
        purpose::usage(&self.certificate.extensions)
    }

    /// The subject key identifier, when the certificate has one.
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.certificate.extensions.subject_key_id.as_deref()
    }

    /// Valid from.
    pub const fn not_before(&self) -> Timestamp {
        self.certificate.not_before
    }

    /// Valid until, inclusive.
    pub const fn not_after(&self) -> Timestamp {
        self.certificate.not_after
    }

    /// The algorithm suite, such as `rsa-sha256`.
    pub const fn suite(&self) -> &'static str {
        self.suite
    }

    /// The time that the signer's computer claims. To record, not to judge.
    pub const fn signing_time(&self) -> Option<Timestamp> {
        self.signing_time
    }

    /// What said that the certificate was not withdrawn.
    pub const fn status(&self) -> &StatusEvidence {
        &self.status
    }

    /// When that was made, by the centre's clock.
    pub const fn status_made_at(&self) -> Timestamp {
        match &self.status {
            StatusEvidence::List { made_at } => *made_at,
            StatusEvidence::Answer(answer) => answer.this_update(),
        }
    }

    /// What the verdict rests on.
    pub const fn grounds(&self) -> &Grounds {
        &self.grounds
    }
}
