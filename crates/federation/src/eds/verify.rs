//! The checks in their order: cheap ones first, the signature before anything that depends on who signed, and revocation
//! last of what costs, so that nobody makes us look things up with garbage.

use authority::certificates::KeyUsage;
use authority::identifiers::Checksum;
use authority::time::Timestamp;
use aws_lc_rs::digest;

use super::attributes::SignedAttributes;
use super::certificate::Certificate;
use super::cms::SignedData;
use super::identity::{self, NationalIdentity};
use super::path::TrustStore;
use super::refusal::EdsRefusal;
use super::revocation::{CrlProblem, CrlState, Revocations};
use super::settings::{EdsSettings, SettingsFault, TrustFile};
use super::{armour, limits, purpose};

/// Checks signatures against the configured authorities. Build one at start and share it.
#[derive(Debug)]
pub struct EdsVerifier {
    trust: TrustStore,
    revocations: Revocations,
    checksum: Checksum,
    problems: Vec<CrlProblem>,
}

/// A signature that passed every check. Only [`EdsVerifier::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEds {
    identity: NationalIdentity,
    certificate: Certificate,
    suite: &'static str,
    signing_time: Option<Timestamp>,
    list_made_at: Timestamp,
}

impl EdsVerifier {
    /// Reads and checks the trust material.
    ///
    /// # Errors
    /// No anchor, or a certificate that cannot be used as an authority: the server must not start. A revocation list that
    /// cannot be used is no error here, see [`Self::crl_problems`]: its issuer's certificates are refused, others work.
    pub fn new(settings: &EdsSettings) -> Result<Self, SettingsFault> {
        let trust = TrustStore::new(settings)?;
        let revocations = Revocations::new(settings.crl_max_age);
        let problems = revocations.load(&settings.crls, &trust);
        Ok(Self {
            trust,
            revocations,
            checksum: settings.checksum,
            problems,
        })
    }

    /// Verifies an answer to a challenge: `signature` is base64 or PEM (`CMS`) of a SignedData, `challenge` the stored bytes,
    /// `now` the server's time. It costs two signature checks and waits for nothing; the caller has consumed the challenge already.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn verify(&self, signature: &str, challenge: &[u8], now: Timestamp) -> Result<VerifiedEds, EdsRefusal> {
        if challenge.is_empty() {
            return Err(EdsRefusal::Challenge);
        }
        let bytes = armour::open(signature).map_err(EdsRefusal::Format)?;
        let envelope = SignedData::parse(&bytes).map_err(EdsRefusal::Format)?;
        envelope.carries(challenge).map_err(EdsRefusal::Content)?;
        let signer = envelope.only_signer()?;
        let certificate = envelope.certificate_of(&signer).map_err(EdsRefusal::Signer)?;

        let suite = self
            .trust
            .suites()
            .of_signer(&signer.digest, &signer.signature_algorithm, &certificate.key)
            .map_err(EdsRefusal::Algorithm)?;
        let attributes = SignedAttributes::parse(signer.attributes).map_err(EdsRefusal::Attributes)?;
        attributes
            .bind(&suite.digest(challenge))
            .map_err(EdsRefusal::Attributes)?;
        attributes.name(certificate).map_err(EdsRefusal::Attributes)?;
        if !suite.verifies(&certificate.key, &attributes.message, &signer.signature) {
            return Err(EdsRefusal::Signature);
        }

        let path = self.trust.path(certificate, now).map_err(EdsRefusal::Chain)?;
        check_validity(certificate, now)?;
        let role = purpose::role(certificate).map_err(EdsRefusal::Purpose)?;
        let list_made_at = self.revocations.check(&certificate.serial, &path, now)?;
        let identity = identity::read(certificate, role, self.checksum).map_err(EdsRefusal::Identity)?;
        Ok(VerifiedEds {
            identity,
            certificate: certificate.clone(),
            suite: suite.name,
            signing_time: attributes.signing_time(),
            list_made_at,
        })
    }

    /// Puts these revocation lists in the place of all others, at once.
    ///
    /// # Errors
    /// A file cannot be used; then nothing changes.
    pub fn reload_crls(&self, files: &[TrustFile]) -> Result<(), Vec<CrlProblem>> {
        self.revocations.reload(files, &self.trust)
    }

    /// The revocation lists in use.
    pub fn crls(&self) -> Vec<CrlState> {
        self.revocations.states()
    }

    /// The revocation lists that could not be used at start.
    pub fn crl_problems(&self) -> &[CrlProblem] {
        &self.problems
    }
}

/// RFC 5280 §4.1.2.5: both ends are inclusive. Issuers' clocks may be ahead of ours; nothing is given after the end.
pub(super) fn check_validity(certificate: &Certificate, now: Timestamp) -> Result<(), EdsRefusal> {
    if now.whole_seconds() > certificate.not_after {
        return Err(EdsRefusal::Expired {
            at: certificate.not_after,
        });
    }
    if now.plus(limits::CLOCK_SKEW) < certificate.not_before {
        return Err(EdsRefusal::NotYetValid {
            at: certificate.not_before,
        });
    }
    Ok(())
}

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

    /// When the revocation list was made that does not list the certificate.
    pub const fn list_made_at(&self) -> Timestamp {
        self.list_made_at
    }
}
