//! An answer of an OCSP responder: about which certificate, by whom, from when.

use serde::Serialize;

use super::super::certificate::Certificate;
use super::super::ocsp::{self, CertId, CertificateStatus, Glance, OcspAnswer, OcspFault};
use super::super::refusal::{EdsRefusal, StatusFault};
use super::super::settings::TrustFile;
use super::super::verify::EdsVerifier;
use super::reading::status_word;
use super::{Broken, Inspection, Terms, words};

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AnswerReading {
    /// The certificate it is about.
    pub certificate_id: Option<CertificateIdReading>,
    /// `good`, `revoked`, `never_issued` or `unknown`: what stands there, believed or not.
    pub status: Option<&'static str>,
    /// Since when it is withdrawn, RFC 3339.
    pub revoked_at: Option<String>,
    /// The responder's name; `null` when it is named by its key.
    pub responder: Option<String>,
    /// When it was signed, RFC 3339.
    pub produced_at: Option<String>,
    /// When what it says was known to be right, RFC 3339.
    pub this_update: Option<String>,
    /// Until when, RFC 3339; `null` when it does not say.
    pub next_update: Option<String>,
    /// The nonce, hexadecimal.
    pub nonce: Option<String>,
}

/// A CertID (RFC 6960 §4.1.1), hashed with SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CertificateIdReading {
    /// SHA-256 over the issuer's name.
    pub issuer_name_hash: String,
    /// SHA-256 over the issuer's key.
    pub issuer_key_hash: String,
    /// The serial number, hexadecimal.
    pub serial: String,
    /// The configured authority that is meant.
    pub issuer: Option<String>,
}

impl EdsVerifier {
    /// Judges an answer (DER): signature, responder, freshness, nonce, and what it says; with a certificate also whether it is
    /// about that one.
    pub fn inspect_answer(
        &self,
        der: &[u8],
        certificate: Option<&TrustFile>,
        terms: &Terms<'_>,
    ) -> Inspection<AnswerReading> {
        let seen = ocsp::glance(der);
        let verdict = seen.clone().and_then(|seen| {
            let id = match certificate {
                Some(file) => self.id_of(file).ok_or(OcspFault::OtherCertificate)?,
                None => seen.id.ok_or(OcspFault::OtherCertificate)?,
            };
            self.believed(&id, der, terms)
        });
        let read = seen.map_or_else(|_| AnswerReading::default(), |seen| self.read_answer(seen));
        let verdict = verdict.map_err(broken).and_then(|answer| judged(&answer));
        Inspection::new(verdict, terms.at, read)
    }

    /// The certificate in the file, as its issuer is asked about it.
    fn id_of(&self, file: &TrustFile) -> Option<CertId> {
        let certificate = Certificate::parse(file.objects("CERTIFICATE").first()?).ok()?;
        let id = certificate.extensions.authority_key_id.as_deref();
        let mut issuers = self.trust().authorities();
        let issuer = issuers.find(|one| {
            one.may_have_issued(&certificate.issuer, id) && certificate.is_signed_with(self.trust().suites(), one.key())
        })?;
        Some(CertId::of(issuer, &certificate.serial))
    }

    fn read_answer(&self, seen: Glance) -> AnswerReading {
        AnswerReading {
            certificate_id: seen.id.map(|id| self.read_id(&id)),
            status: Some(status_word(seen.status)),
            revoked_at: match seen.status {
                CertificateStatus::Revoked { at } => Some(words::instant(at)),
                CertificateStatus::Good | CertificateStatus::NeverIssued | CertificateStatus::Unknown => None,
            },
            responder: seen.responder.as_deref().and_then(words::name),
            produced_at: Some(words::instant(seen.produced_at)),
            this_update: Some(words::instant(seen.this_update)),
            next_update: seen.next_update.map(words::instant),
            nonce: seen.nonce.as_deref().map(words::hex),
        }
    }

    fn read_id(&self, id: &CertId) -> CertificateIdReading {
        let (name, key) = id.hashes();
        let issuer = self
            .trust()
            .authorities()
            .find(|one| CertId::of(one, id.serial()) == *id);
        CertificateIdReading {
            issuer_name_hash: words::hex(name),
            issuer_key_hash: words::hex(key),
            serial: words::hex(id.serial()),
            issuer: issuer.and_then(|one| words::name(one.name())),
        }
    }
}

/// Why an answer is not believed: then it says nothing, and a sign-in that has nothing better ends so.
fn broken(fault: OcspFault) -> Broken {
    let code = match fault {
        OcspFault::NotResponse => "E_FORMAT",
        OcspFault::Responder | OcspFault::ResponderNotValid | OcspFault::ResponderRevoked => "E_CHAIN",
        OcspFault::Signature => "E_SIGNATURE",
        OcspFault::TryLater
        | OcspFault::NoAnswer
        | OcspFault::CriticalExtension
        | OcspFault::OtherCertificate
        | OcspFault::OtherNonce
        | OcspFault::NoNonce
        | OcspFault::FromFuture
        | OcspFault::Stale => "E_STATUS_UNKNOWN",
    };
    (code, format!("{code}: {fault}"))
}

/// What a sign-in makes of an answer that is believed.
fn judged(answer: &OcspAnswer) -> Result<(), Broken> {
    let refusal = match answer.status() {
        CertificateStatus::Good => return Ok(()),
        CertificateStatus::Revoked { at } => EdsRefusal::Revoked { at },
        CertificateStatus::NeverIssued => EdsRefusal::NeverIssued,
        CertificateStatus::Unknown => EdsRefusal::StatusUnknown(StatusFault::NotKnownToIssuer),
    };
    Err(super::broken(&refusal))
}
