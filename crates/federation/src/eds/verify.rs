//! The checks in their order: cheap ones first, the signature before anything that depends on who signed, and revocation
//! last, so that nobody makes us look things up with garbage. [`EdsVerifier::examine`] makes all but the last, and waits for
//! nothing; [`EdsVerifier::conclude`] judges with what the lists or a responder say.

use std::time::Duration;

use authority::identifiers::Checksum;
use authority::time::Timestamp;

use super::certificate::Certificate;
use super::evidence::EvidenceObject;
use super::identity::{self, NationalIdentity};
use super::ocsp::OcspAnswer;
use super::path::{TrustStore, TrustedPath};
use super::profile::Contour;
use super::refusal::EdsRefusal;
use super::responders::Responders;
use super::revocation::{CrlProblem, CrlState, Revocations};
use super::roles::Roles;
use super::settings::{EdsSettings, SettingsFault, TrustFile};
use super::signed::{Formats, Signed};
use super::{limits, purpose};

mod verified;

/// Checks signatures against the configured authorities. Build one at start and share it.
#[derive(Debug)]
pub struct EdsVerifier {
    pub(super) trust: TrustStore,
    pub(super) revocations: Revocations,
    responders: Option<Responders>,
    checksum: Checksum,
    roles: Roles,
    xml: bool,
    names_certificate: bool,
    problems: Vec<CrlProblem>,
}

/// A signature that passed every check but the last: nobody has said yet whether its certificate was withdrawn. Only
/// [`EdsVerifier::examine`] makes one, and only [`EdsVerifier::conclude`] makes something of it.
#[derive(Clone, Debug)]
pub struct Examined {
    identity: NationalIdentity,
    pub(super) certificate: Certificate,
    pub(super) path: TrustedPath,
    suite: &'static str,
    signing_time: Option<Timestamp>,
    /// The answer as received, and what it answers.
    answered: (String, Vec<u8>),
}

/// Who is asked whether a certificate was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusSource {
    /// The revocation lists in use.
    Lists,
    /// A responder that answered.
    Answer(OcspAnswer),
}

/// What said that a certificate was not withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusEvidence {
    /// A revocation list that does not name it.
    List {
        /// When the list was made.
        made_at: Timestamp,
    },
    /// A responder's answer.
    Answer(OcspAnswer),
}

/// A signature that passed every check. Only [`EdsVerifier::conclude`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEds {
    identity: NationalIdentity,
    certificate: Certificate,
    suite: &'static str,
    signing_time: Option<Timestamp>,
    status: StatusEvidence,
    grounds: Grounds,
}

/// What a verdict rests on, so that it can be reached again (CE-15).
#[derive(Clone, PartialEq, Eq)]
pub struct Grounds {
    pub(crate) signature: String,
    pub(crate) challenge: Vec<u8>,
    pub(crate) at: Timestamp,
    /// By how much an answer was allowed to be older than its own time.
    pub(crate) grace: Duration,
    /// Authorities above the certificate, the issuing one first, the anchor last.
    pub(crate) path: Vec<EvidenceObject>,
    /// The lists that were looked into.
    pub(crate) lists: Vec<EvidenceObject>,
}

impl std::fmt::Debug for Grounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Grounds(at {}, {} lists)", self.at, self.lists.len())
    }
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
            responders: None,
            checksum: settings.checksum,
            roles: settings.roles.clone(),
            xml: settings.xml,
            names_certificate: settings.names_certificate,
            problems,
        })
    }

    /// Whom the configured authorities certify, when they are known by their certificates.
    pub const fn contour(&self) -> Option<Contour> {
        self.trust.contour()
    }

    /// Which extended key usages name which role.
    pub(super) const fn roles(&self) -> &Roles {
        &self.roles
    }

    /// Whether it accepts signed XML documents, see [`super::challenge_document`].
    pub const fn takes_xml(&self) -> bool {
        self.xml
    }

    /// Asks these responders before it looks into lists.
    #[must_use]
    pub fn with_responders(mut self, responders: Responders) -> Self {
        self.responders = Some(responders);
        self
    }

    /// Whom it asks before it looks into lists.
    pub const fn responders(&self) -> Option<&Responders> {
        self.responders.as_ref()
    }

    /// Verifies an answer to a challenge by the revocation lists alone.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn verify(&self, signature: &str, challenge: &[u8], now: Timestamp) -> Result<VerifiedEds, EdsRefusal> {
        let examined = self.examine(signature, challenge, now)?;
        self.conclude(examined, StatusSource::Lists, now)
    }

    /// Everything but revocation: `signature` is base64 or PEM (`CMS`) of a SignedData, or a signed XML document when the
    /// settings accept one, `challenge` the stored bytes, `now` the server's time. It costs two signature checks and waits for nothing; the caller has consumed the challenge already.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn examine(&self, signature: &str, challenge: &[u8], now: Timestamp) -> Result<Examined, EdsRefusal> {
        let formats = Formats {
            suites: self.trust.suites(),
            xml: self.xml,
            names_certificate: self.names_certificate,
        };
        let Signed {
            certificate,
            suite,
            signing_time,
        } = Signed::open(signature, challenge, formats)?;
        let (path, identity) = self.judge(&certificate, now)?;
        Ok(Examined {
            identity,
            certificate,
            path,
            suite: suite.name,
            signing_time,
            answered: (signature.to_owned(), challenge.to_vec()),
        })
    }

    /// Who vouches for a certificate at this time, and whom it names: everything about it but revocation.
    pub(crate) fn judge(
        &self,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(TrustedPath, NationalIdentity), EdsRefusal> {
        let path = self.trust.path(certificate, now).map_err(EdsRefusal::Chain)?;
        check_validity(certificate, now)?;
        let role = purpose::role(certificate, &self.roles).map_err(EdsRefusal::Purpose)?;
        let identity = identity::read(certificate, role, self.checksum).map_err(EdsRefusal::Identity)?;
        Ok((path, identity))
    }

    /// The last check (CE-8): the certificate is not withdrawn, says the source, and no list that is newer contradicts it.
    ///
    /// # Errors
    /// It was withdrawn, or nobody can say.
    pub fn conclude(
        &self,
        examined: Examined,
        source: StatusSource,
        now: Timestamp,
    ) -> Result<VerifiedEds, EdsRefusal> {
        let grace = Duration::ZERO;
        self.conclude_within(examined, source, (now, grace))
    }

    /// The same, with an answer that may be older than its own time by `grace`.
    pub(crate) fn conclude_within(
        &self,
        examined: Examined,
        source: StatusSource,
        (now, grace): (Timestamp, Duration),
    ) -> Result<VerifiedEds, EdsRefusal> {
        let Examined { certificate, path, .. } = &examined;
        let lists = self.revocations.snapshot();
        let status = lists.judge((path, &certificate.serial), source, (now, grace))?;
        let issuer_answered = match &status {
            StatusEvidence::List { .. } => false,
            StatusEvidence::Answer(answer) => !answer.rests_on_list(),
        };
        let (signature, challenge) = examined.answered;
        let grounds = Grounds {
            signature,
            challenge,
            at: now,
            grace,
            path: examined.path.certificates(),
            lists: lists.consulted(&examined.path, issuer_answered),
        };
        Ok(VerifiedEds {
            identity: examined.identity,
            certificate: examined.certificate,
            suite: examined.suite,
            signing_time: examined.signing_time,
            status,
            grounds,
        })
    }

    /// What the source says about the certificate with this serial number at the end of this path.
    pub(crate) fn check_status(
        &self,
        (path, serial): (&TrustedPath, &[u8]),
        source: StatusSource,
        (now, grace): (Timestamp, Duration),
    ) -> Result<StatusEvidence, EdsRefusal> {
        self.revocations.snapshot().judge((path, serial), source, (now, grace))
    }

    /// Puts these revocation lists in the place of all others, at once.
    ///
    /// # Errors
    /// A file cannot be used; then nothing changes.
    pub fn reload_crls(&self, files: &[TrustFile]) -> Result<(), Vec<CrlProblem>> {
        self.revocations.reload(files, &self.trust)
    }

    pub(crate) const fn trust(&self) -> &TrustStore {
        &self.trust
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

impl Examined {
    /// The path above the certificate, and its serial number.
    pub(crate) fn certified(&self) -> (&TrustedPath, &[u8]) {
        (&self.path, &self.certificate.serial)
    }
}
