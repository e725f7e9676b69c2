//! Reaching the verdict again: by the checks of the sign-in, at the recorded time, with nothing but the given anchors trusted.

use std::time::Duration;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::super::challenge::life_of;
use super::super::inspect::{Broken, CertificateReading, Inspection, Terms, hex, micros};
use super::super::limits;
use super::super::refusal::{EdsRefusal, StatusFault};
use super::super::settings::{EdsSettings, TrustFile};
use super::super::verify::{EdsVerifier, StatusSource, VerifiedEds};
use super::file::{File, FileFault};
use super::record::{Record, Verdict};

/// A file that was changed, or that says what its signatures do not.
const CHANGED: &str = "E_EVIDENCE";

/// What a file of evidence says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EvidenceReading {
    /// The version of its form.
    pub format: Option<String>,
    /// SHA-256 of the record, to be compared with the audit event.
    pub digest: Option<String>,
    /// The audit event.
    pub event: Option<String>,
    /// The attempt.
    pub attempt: Option<String>,
    /// What the signature was for.
    pub purpose: Option<String>,
    /// When it was accepted, RFC 3339.
    pub accepted_at: Option<String>,
    /// The text that was signed.
    pub challenge: Option<String>,
    /// By how many seconds an answer was allowed to be older than its own time.
    pub grace_seconds: Option<u64>,
    /// The certificate of the signer, as it stood at that time.
    #[serde(flatten)]
    pub certificate: CertificateReading,
}

/// Verifies a file of evidence offline. Of `settings` anchors, roles, check digits and algorithms are used; what only narrows
/// the sign-ins of today (formats, naming of the certificate, policies, the age of lists) is not. Authorities and lists come from
/// the file, are believed by their signatures only, and the file's own anchor counts only if it is among the given ones. `digest`
/// is that of the audit event, in hexadecimal, when it is at hand.
pub fn verify(bytes: &[u8], settings: &EdsSettings, digest: Option<&str>) -> Inspection<EvidenceReading> {
    match File::read(bytes) {
        Err(fault) => {
            let at = Timestamp::from_unix_seconds(0);
            Inspection::new(Err(changed(fault)), at, EvidenceReading::default())
        }
        Ok(file) => {
            let (verdict, read) = judge(&file, settings);
            let is_sealed = digest.is_none_or(|digest| digest.eq_ignore_ascii_case(&file.digest));
            let verdict = if is_sealed {
                verdict
            } else {
                Err(differs("the audit event has another digest"))
            };
            Inspection::new(verdict, file.record.at(), read)
        }
    }
}

fn judge(file: &File, settings: &EdsSettings) -> (Result<(), Broken>, EvidenceReading) {
    let record = &file.record;
    let mut read = EvidenceReading::of(file);
    let verifier = match EdsVerifier::new(&with_material(file, settings)) {
        Ok(verifier) => verifier,
        Err(fault) => return (Err(("E_CHAIN", format!("E_CHAIN: {fault}"))), read),
    };
    let response = record
        .answer
        .as_ref()
        .and_then(|answer| STANDARD.decode(&answer.response).ok());
    let answers: Vec<Vec<u8>> = response.into_iter().collect();
    let terms = Terms {
        at: record.at(),
        answers: &answers,
        nonce: None,
        revocation: true,
    };
    let challenge = record.challenge.as_bytes();
    let seen = verifier.inspect_signature(record.signature.as_bytes(), Some(challenge), &terms);
    read.certificate = seen.read.certificate;
    (reach(&verifier, record, &terms), read)
}

/// What tells whom a certificate names and who vouches for it, of the given settings; everything else from the file. What a
/// deployment demanded when it accepted the signature is not known here, and what it demands by now judges no earlier sign-in.
fn with_material(file: &File, settings: &EdsSettings) -> EdsSettings {
    let named = |digest: &String| TrustFile {
        name: digest.clone(),
        bytes: file.object(digest).unwrap_or_default(),
    };
    let (_, below) = file.record.path.split_last().unzip();
    EdsSettings {
        intermediates: below.unwrap_or_default().iter().map(named).collect(),
        crls: file.record.lists.iter().map(named).collect(),
        crl_max_age: None,
        policies: Vec::new(),
        xml: true,
        names_certificate: false,
        ..settings.clone()
    }
}

/// The verdict, which has to be the recorded one in everything.
fn reach(verifier: &EdsVerifier, record: &Record, terms: &Terms<'_>) -> Result<(), Broken> {
    let at = record.at();
    let refused = |refusal: EdsRefusal| (refusal.code(), refusal.detail());
    let (issued_at, expires_at) = life_of(&record.challenge).ok_or_else(|| differs("the challenge is none of ours"))?;
    if at < issued_at || at >= expires_at {
        return Err(differs("the recorded time is outside the life of the challenge"));
    }
    // No configuration allows more (`eds.ocsp_grace`): whoever writes more wrote the record.
    if record
        .answer
        .as_ref()
        .is_some_and(|answer| answer.grace_seconds > limits::OCSP_GRACE.as_secs())
    {
        return Err(differs("no answer counts so long"));
    }
    let examined = verifier
        .examine(&record.signature, record.challenge.as_bytes(), at)
        .map_err(refused)?;
    let source = source(verifier, &examined, (record, terms)).map_err(refused)?;
    let grace = record.answer.as_ref().map_or(0, |answer| answer.grace_seconds);
    let accepted = verifier
        .conclude_within(examined, source, (at, Duration::from_secs(grace)))
        .map_err(refused)?;
    compare(&accepted, record)
}

fn source(
    verifier: &EdsVerifier,
    examined: &super::super::Examined,
    (record, terms): (&Record, &Terms<'_>),
) -> Result<StatusSource, EdsRefusal> {
    let Some(answer) = &record.answer else {
        return Ok(StatusSource::Lists);
    };
    let grace = Duration::from_secs(answer.grace_seconds);
    let unknown = EdsRefusal::StatusUnknown(StatusFault::Stale);
    let response = terms.answers.first().ok_or_else(|| unknown.clone())?;
    let believed = verifier.believed_of(examined, response, (terms, grace));
    believed.map(StatusSource::Answer).map_err(|_| unknown)
}

/// Certificate, path, person and role are those of the record.
fn compare(verified: &VerifiedEds, record: &Record) -> Result<(), Broken> {
    let names: Vec<String> = verified.grounds().path.iter().map(|one| hex(&one.digest())).collect();
    if STANDARD.encode(verified.certificate()) != record.certificate {
        return Err(differs("the signer's certificate is another one"));
    }
    // An anchor of today may stand lower than the one of then.
    if !record.path.starts_with(&names) {
        return Err(("E_CHAIN", "E_CHAIN: the path leads to another anchor".to_owned()));
    }
    if Verdict::of(verified) != record.verdict {
        return Err(differs("the recorded verdict is another one"));
    }
    Ok(())
}

fn differs(what: &str) -> Broken {
    (CHANGED, format!("{CHANGED}: {what}"))
}

fn changed(fault: FileFault) -> Broken {
    (CHANGED, format!("{CHANGED}: {fault}"))
}

impl EvidenceReading {
    fn of(file: &File) -> Self {
        let record = &file.record;
        Self {
            format: Some(record.format.clone()),
            digest: Some(file.digest.clone()),
            event: Some(record.event.clone()),
            attempt: Some(record.attempt.clone()),
            purpose: Some(record.purpose.clone()),
            accepted_at: Some(micros(record.at())),
            challenge: Some(record.challenge.clone()),
            grace_seconds: record.answer.as_ref().map(|answer| answer.grace_seconds),
            certificate: CertificateReading::default(),
        }
    }
}
