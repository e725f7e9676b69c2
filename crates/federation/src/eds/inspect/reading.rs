//! What is read of a certificate. A member is `null` when nothing legible stands there.

use authority::certificates::{CertificateRole, KeyStorage};
use authority::time::Timestamp;
use serde::Serialize;

use super::super::certificate::Certificate;
use super::super::identity::{self, CertifiedNames};
use super::super::ocsp::CertificateStatus;
use super::super::path::{Authority, TrustedPath};
use super::super::roles::Roles;
use super::super::suite::Suites;
use super::super::verify::{StatusEvidence, check_validity};
use super::super::{purpose, refusal::EdsRefusal};
use super::words;

/// A certificate, and what is known about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CertificateReading {
    /// The person's number.
    pub iin: Option<String>,
    /// The organisation's number.
    pub bin: Option<String>,
    /// The organisation's name.
    pub organisation: Option<String>,
    /// The role, in the words of `certificates.role`.
    pub role: Option<&'static str>,
    /// The person's names.
    pub names: Option<NamesReading>,
    /// The whole subject.
    pub subject: Option<String>,
    /// The issuer.
    pub issuer: Option<String>,
    /// The serial number, hexadecimal.
    pub serial: Option<String>,
    /// The suite of its key, accepted or not.
    pub suite: Option<&'static str>,
    /// Where the key is kept.
    pub key_storage: Option<&'static str>,
    /// From when until when it is valid.
    pub validity: Option<ValidityReading>,
    /// The authorities above it, the issuing one first; empty when it leads to no anchor.
    pub path: Vec<PathReading>,
    /// Whether it was withdrawn.
    pub revocation: Option<RevocationReading>,
}

/// Names as the certificate writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamesReading {
    /// Family and given name.
    pub common: String,
    /// Family name.
    pub family: Option<String>,
    /// Given name.
    pub given: Option<String>,
    /// Patronymic.
    pub patronymic: Option<String>,
}

/// A time of validity, RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValidityReading {
    /// The first second.
    pub not_before: String,
    /// The last second.
    pub not_after: String,
    /// `valid`, `expired` or `not_yet_valid`, at the time of the judgement.
    pub state: &'static str,
}

/// An authority on the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathReading {
    /// Its name.
    pub subject: Option<String>,
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// From when until when it is valid.
    pub validity: ValidityReading,
}

/// What is known about a withdrawal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RevocationReading {
    /// `good`, `revoked`, `never_issued`, `unknown` or `not_checked`.
    pub status: &'static str,
    /// `list` or `answer`, when one of them said it.
    pub source: Option<&'static str>,
    /// When list or answer were made, RFC 3339.
    pub made_at: Option<String>,
    /// Since when it is withdrawn, RFC 3339.
    pub revoked_at: Option<String>,
    /// Why nothing is known.
    pub problem: Option<String>,
    /// Why the answers that were given are not believed.
    pub answer_problems: Vec<String>,
}

impl From<CertifiedNames> for NamesReading {
    fn from(names: CertifiedNames) -> Self {
        Self {
            common: names.common,
            family: names.family,
            given: names.given,
            patronymic: names.patronymic,
        }
    }
}

impl ValidityReading {
    pub(super) fn of(certificate: &Certificate, at: Timestamp) -> Self {
        Self {
            not_before: words::instant(certificate.not_before),
            not_after: words::instant(certificate.not_after),
            state: match check_validity(certificate, at) {
                Ok(()) => "valid",
                Err(EdsRefusal::Expired { .. }) => "expired",
                Err(_) => "not_yet_valid",
            },
        }
    }
}

impl PathReading {
    fn of(authority: &Authority, at: Timestamp) -> Self {
        let certificate = authority.certificate();
        Self {
            subject: words::name(&certificate.subject),
            serial: words::hex(&certificate.serial),
            validity: ValidityReading::of(certificate, at),
        }
    }
}

impl CertificateReading {
    /// What stands in the certificate.
    pub(super) fn of(certificate: &Certificate, roles: &Roles, at: Timestamp) -> Self {
        let seen = identity::glance(certificate);
        Self {
            iin: seen.iin,
            bin: seen.bin,
            organisation: seen.organisation,
            role: purpose::role(certificate, roles).ok().map(CertificateRole::as_str),
            names: seen.names.map(NamesReading::from),
            subject: words::name(&certificate.subject),
            issuer: words::name(&certificate.issuer),
            serial: Some(words::hex(&certificate.serial)),
            suite: Suites::of_key(&certificate.key).map(|suite| suite.name),
            key_storage: seen.key_storage.map(KeyStorage::as_str),
            validity: Some(ValidityReading::of(certificate, at)),
            path: Vec::new(),
            revocation: None,
        }
    }

    pub(super) fn above(&mut self, path: &TrustedPath, at: Timestamp) {
        self.path = path.authorities().map(|one| PathReading::of(one, at)).collect();
    }
}

impl RevocationReading {
    pub(super) fn of(said: &Result<StatusEvidence, EdsRefusal>, answered: bool) -> Self {
        let source = Some(if answered { "answer" } else { "list" });
        match said {
            Ok(StatusEvidence::List { made_at }) => Self {
                status: "good",
                source,
                made_at: Some(words::instant(*made_at)),
                ..Self::default()
            },
            Ok(StatusEvidence::Answer(answer)) => Self {
                status: "good",
                source,
                made_at: Some(words::instant(answer.produced_at())),
                ..Self::default()
            },
            Err(EdsRefusal::Revoked { at }) => Self {
                status: "revoked",
                source,
                revoked_at: Some(words::instant(*at)),
                ..Self::default()
            },
            Err(EdsRefusal::NeverIssued) => Self {
                status: "never_issued",
                source,
                ..Self::default()
            },
            Err(other) => Self {
                status: "unknown",
                problem: Some(other.detail()),
                ..Self::default()
            },
        }
    }

    pub(super) fn not_checked() -> Self {
        Self {
            status: "not_checked",
            ..Self::default()
        }
    }
}

/// The word of a status.
pub(super) const fn status_word(status: CertificateStatus) -> &'static str {
    match status {
        CertificateStatus::Good => "good",
        CertificateStatus::Revoked { .. } => "revoked",
        CertificateStatus::NeverIssued => "never_issued",
        CertificateStatus::Unknown => "unknown",
    }
}
