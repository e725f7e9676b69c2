//! A person's certificate: path, validity, purpose, identity, withdrawal.

use std::time::Duration;

use super::super::certificate::Certificate;
use super::super::limits;
use super::super::ocsp::{self, CertId, OcspAnswer, OcspFault, OcspPolicy, OcspQuestion};
use super::super::path::TrustedPath;
use super::super::refusal::{EdsRefusal, FormatFault};
use super::super::settings::TrustFile;
use super::super::verify::{EdsVerifier, Examined, StatusSource};
use super::reading::{CertificateReading, RevocationReading};
use super::{Inspection, Terms, broken};

impl EdsVerifier {
    /// Judges a certificate (DER or PEM) as the certificate of a signature is judged.
    pub fn inspect_certificate(&self, file: &TrustFile, terms: &Terms<'_>) -> Inspection<CertificateReading> {
        let parsed = file
            .objects("CERTIFICATE")
            .first()
            .and_then(|der| Certificate::parse(der).ok());
        let Some(certificate) = parsed else {
            let refusal = EdsRefusal::Format(FormatFault::BadCertificate);
            return Inspection::new(Err(broken(&refusal)), terms.at, CertificateReading::default());
        };
        let judged = self.judge(&certificate, terms.at);
        let read = self.read_certificate(&certificate, terms);
        let verdict = match judged {
            Ok((path, _)) if terms.revocation => {
                let (source, _) = self.source(&path, &certificate.serial, terms);
                let by = (&path, certificate.serial.as_slice());
                self.check_status(by, source, (terms.at, Duration::ZERO)).map(drop)
            }
            Ok(_) => Ok(()),
            Err(refusal) => Err(refusal),
        };
        Inspection::new(verdict.map_err(|refusal| broken(&refusal)), terms.at, read)
    }

    /// What stands in it, what leads to an anchor, what is known about a withdrawal: each as far as it can be said.
    pub(super) fn read_certificate(&self, certificate: &Certificate, terms: &Terms<'_>) -> CertificateReading {
        let mut read = CertificateReading::of(certificate, self.roles(), terms.at);
        if !terms.revocation {
            read.revocation = Some(RevocationReading::not_checked());
        }
        let Ok(path) = self.trust().path(certificate, terms.at) else {
            return read;
        };
        read.above(&path, terms.at);
        if terms.revocation {
            let (source, problems) = self.source(&path, &certificate.serial, terms);
            let answered = matches!(source, StatusSource::Answer(_));
            let by = (&path, certificate.serial.as_slice());
            let said = self.check_status(by, source, (terms.at, Duration::ZERO));
            read.revocation = Some(RevocationReading {
                answer_problems: problems,
                ..RevocationReading::of(&said, answered)
            });
        }
        read
    }

    /// As at a sign-in: the answer that is believed, else the lists. With why the other answers are not believed.
    pub(super) fn source(&self, path: &TrustedPath, serial: &[u8], terms: &Terms<'_>) -> (StatusSource, Vec<String>) {
        let mut problems = Vec::new();
        let Some(issuer) = path.issuing() else {
            return (StatusSource::Lists, problems);
        };
        let id = CertId::of(issuer, serial);
        for der in terms.answers {
            match self.believed(&id, der, terms) {
                Ok(answer) => return (StatusSource::Answer(answer), problems),
                Err(fault) => problems.push(fault.to_string()),
            }
        }
        (StatusSource::Lists, problems)
    }

    /// The answer about the certificate of a signature, judged when it was fresh: `grace` before the terms' time.
    pub(crate) fn believed_of(
        &self,
        examined: &Examined,
        der: &[u8],
        (terms, grace): (&Terms<'_>, Duration),
    ) -> Result<OcspAnswer, OcspFault> {
        let (path, serial) = examined.certified();
        let issuer = path.issuing().ok_or(OcspFault::Responder)?;
        let known_at = ocsp::glance(der)?.this_update;
        let at = terms.at.minus(grace).max(known_at).min(terms.at);
        self.believed(&CertId::of(issuer, serial), der, &Terms { at, ..*terms })
    }

    /// The answer, if it is believed to be about this certificate.
    pub(super) fn believed(&self, id: &CertId, der: &[u8], terms: &Terms<'_>) -> Result<OcspAnswer, OcspFault> {
        // Whoever has the answer as a file did not ask: without a nonce to compare with, its own will do.
        let own = || ocsp::glance(der).ok().and_then(|seen| seen.nonce);
        let nonce = terms.nonce.map(<[u8]>::to_vec).or_else(own).unwrap_or_default();
        let policy = OcspPolicy {
            max_age: limits::OCSP_AGE,
            // Security rule CE-8: one without any is believed while it is fresh; one with another never is.
            accept_without_nonce: true,
        };
        self.answer(&OcspQuestion::new(id.clone(), &nonce), der, (&policy, terms.at))
    }
}
