//! What is kept of one signature. It is written in one form only: the text is digested.

use authority::time::Timestamp;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::super::inspect::hex;
use super::super::verify::{StatusEvidence, VerifiedEds};
use super::object::EvidenceObject;

/// The version of the form.
pub(super) const FORMAT: &str = "kiru-evidence-1";

/// What a record is about, in our words.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceAbout<'a> {
    /// The audit event.
    pub event: &'a str,
    /// The attempt in which the signature was made.
    pub attempt: &'a str,
    /// What the signature was for: `sign_in` or `registration`.
    pub purpose: &'a str,
}

/// A record in its written form, with what it names.
#[derive(Clone, Debug)]
pub struct EvidenceRecord {
    /// The text.
    pub text: Vec<u8>,
    /// Certificates of authorities and revocation lists that it names by their SHA-256.
    pub objects: Vec<EvidenceObject>,
}

/// The members of a record, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) format: String,
    pub(super) event: String,
    pub(super) attempt: String,
    pub(super) purpose: String,
    /// When the verdict was reached: microseconds since 1970, because decisions hang on each of them.
    pub(super) at_micros: i64,
    pub(super) challenge: String,
    /// As it was posted.
    pub(super) signature: String,
    /// The certificate that verified, base64 of DER.
    pub(super) certificate: String,
    /// SHA-256 of the authorities above it, the issuing one first, the anchor last.
    pub(super) path: Vec<String>,
    /// SHA-256 of the revocation lists that were looked into.
    pub(super) lists: Vec<String>,
    /// The responder's answer, when one was believed.
    pub(super) answer: Option<Answer>,
    pub(super) verdict: Verdict,
}

/// An answer of a responder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// OCSPResponse, base64 of DER.
    pub(super) response: String,
    /// By how many seconds the operator let it be older than its own time.
    pub(super) grace_seconds: u64,
}

/// What was found: accepted, and whom the certificate names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    /// Always true: refused signatures leave an audit event with the exact reason.
    pub(super) accepted: bool,
    pub(super) iin: String,
    pub(super) bin: Option<String>,
    pub(super) role: String,
    pub(super) suite: String,
}

impl EvidenceRecord {
    /// The record of a signature that was accepted.
    ///
    /// # Errors
    /// The challenge is no text, or the record cannot be written.
    pub fn of(verified: &VerifiedEds, about: EvidenceAbout<'_>) -> Result<Self, serde_json::Error> {
        let grounds = verified.grounds();
        let answer = match verified.status() {
            StatusEvidence::List { .. } => None,
            StatusEvidence::Answer(answer) => Some(Answer {
                response: STANDARD.encode(answer.der()),
                grace_seconds: grounds.grace.as_secs(),
            }),
        };
        let names = |objects: &[EvidenceObject]| objects.iter().map(|object| hex(&object.digest())).collect();
        let record = Record {
            format: FORMAT.to_owned(),
            event: about.event.to_owned(),
            attempt: about.attempt.to_owned(),
            purpose: about.purpose.to_owned(),
            at_micros: grounds.at.as_micros(),
            challenge: String::from_utf8_lossy(&grounds.challenge).into_owned(),
            signature: grounds.signature.clone(),
            certificate: STANDARD.encode(verified.certificate()),
            path: names(&grounds.path),
            lists: names(&grounds.lists),
            answer,
            verdict: Verdict::of(verified),
        };
        Ok(Self {
            text: serde_json::to_vec(&record)?,
            objects: grounds.path.iter().chain(&grounds.lists).cloned().collect(),
        })
    }
}

impl Record {
    pub(super) const fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at_micros)
    }
}

impl Verdict {
    pub(super) fn of(verified: &VerifiedEds) -> Self {
        let identity = verified.identity();
        Self {
            accepted: true,
            iin: identity.iin.expose().to_owned(),
            bin: identity.organisation.as_ref().map(|one| one.bin.expose().to_owned()),
            role: identity.role.as_str().to_owned(),
            suite: verified.suite().to_owned(),
        }
    }
}

/// SHA-256, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}
