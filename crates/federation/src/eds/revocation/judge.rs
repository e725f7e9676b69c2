//! The last check of a certificate (CE-8), all of it by the lists of one moment.

use std::time::Duration;

use authority::time::Timestamp;

use super::super::ocsp::{CertId, CertificateStatus, OcspAnswer};
use super::super::path::TrustedPath;
use super::super::refusal::{EdsRefusal, StatusFault};
use super::super::verify::{StatusEvidence, StatusSource};
use super::Snapshot;

impl Snapshot {
    /// What the source says about the certificate with this serial number at the end of this path.
    pub(crate) fn judge(
        &self,
        (path, serial): (&TrustedPath, &[u8]),
        source: StatusSource,
        (now, grace): (Timestamp, Duration),
    ) -> Result<StatusEvidence, EdsRefusal> {
        match source {
            StatusSource::Lists => Ok(StatusEvidence::List {
                made_at: self.check(serial, path, now)?,
            }),
            StatusSource::Answer(answer) => {
                self.check_answer((path, serial), &answer, (now, grace))?;
                Ok(StatusEvidence::Answer(answer))
            }
        }
    }

    fn check_answer(
        &self,
        (path, serial): (&TrustedPath, &[u8]),
        answer: &OcspAnswer,
        (now, grace): (Timestamp, Duration),
    ) -> Result<(), EdsRefusal> {
        let unknown = |fault| EdsRefusal::StatusUnknown(fault);
        let issuer = path.issuing().ok_or(unknown(StatusFault::NoList))?;
        if *answer.id() != CertId::of(issuer, serial) || !answer.is_fresh(now, grace) {
            return Err(unknown(StatusFault::Stale));
        }
        self.check_authorities(path, now)?;
        match answer.status() {
            CertificateStatus::Good => {}
            CertificateStatus::Revoked { at } => return Err(EdsRefusal::Revoked { at }),
            CertificateStatus::NeverIssued => return Err(EdsRefusal::NeverIssued),
            CertificateStatus::Unknown => return Err(unknown(StatusFault::NotKnownToIssuer)),
        }
        // The newest word counts: what the issuer withdrew after the answer is withdrawn.
        let known = answer.this_update();
        match self.withdrawn_after((issuer, serial), known, now) {
            Some(at) => Err(EdsRefusal::Revoked { at }),
            None => Ok(()),
        }
    }
}
