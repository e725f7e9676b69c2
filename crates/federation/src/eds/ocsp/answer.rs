//! The checks of an answer in their order (RFC 6960 §3.2; CE-8).

use std::sync::Arc;
use std::time::Duration;

use authority::time::Timestamp;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::super::certificate::{Certificate, PublicKeyInfo};
use super::super::extensions::{DIGITAL_SIGNATURE, NON_REPUDIATION};
use super::super::path::Authority;
use super::super::suite::Suites;
use super::super::{limits, oid};
use super::OcspFault;
use super::question::{CertId, OcspQuestion};
use super::response::{self, ResponderId, Response, Status};

/// What is asked of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OcspPolicy {
    /// How old an answer without `nextUpdate` may be; at most five minutes.
    pub max_age: Duration,
    /// Whether an answer without a nonce is believed while it is fresh. One with another nonce never is.
    pub accept_without_nonce: bool,
}

/// What the issuer says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// It has not been withdrawn.
    Good,
    /// It was withdrawn, or is held.
    Revoked {
        /// Since when.
        at: Timestamp,
    },
    /// It was never issued (RFC 6960 §4.4.8: "revoked", certificateHold, on the first day of 1970).
    NeverIssued,
    /// The responder knows nothing about it.
    Unknown,
}

/// An answer that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspAnswer {
    id: CertId,
    status: CertificateStatus,
    produced_at: Timestamp,
    this_update: Timestamp,
    /// Exclusive.
    fresh_until: Timestamp,
    rests_on_list: bool,
    der: Arc<[u8]>,
}

impl OcspAnswer {
    /// What it says.
    pub const fn status(&self) -> CertificateStatus {
        self.status
    }

    /// When the responder signed it.
    pub const fn produced_at(&self) -> Timestamp {
        self.produced_at
    }

    /// When what it says was known to be right.
    pub const fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// The OCSPResponse, DER, for the evidence record.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whether a list of the issuer had to say that the responder was not withdrawn.
    pub(crate) const fn rests_on_list(&self) -> bool {
        self.rests_on_list
    }

    pub(crate) const fn id(&self) -> &CertId {
        &self.id
    }

    /// Whether it may still be used, `grace` beyond its own time.
    pub(crate) fn is_fresh(&self, now: Timestamp, grace: Duration) -> bool {
        self.this_update <= now.plus(limits::OCSP_AHEAD) && now < self.fresh_until.plus(grace)
    }
}

/// By what an answer is judged.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// Who issued the certificate that is asked about.
    pub(crate) issuer: &'a Authority,
    /// The accepted algorithms.
    pub(crate) suites: Suites,
    /// What is asked of answers.
    pub(crate) policy: OcspPolicy,
    /// The server's time.
    pub(crate) now: Timestamp,
}

/// Judges what a responder sent. `is_responder_withdrawn` says what the lists know about a serial number of the issuer;
/// `None` when no fresh list covers it.
pub(crate) fn judge(
    question: &OcspQuestion,
    der: &[u8],
    rules: Rules<'_>,
    is_responder_withdrawn: impl Fn(&[u8]) -> Option<bool>,
) -> Result<OcspAnswer, OcspFault> {
    let response = response::parse(der)?;
    if response.has_unknown_critical {
        return Err(OcspFault::CriticalExtension);
    }
    if response.single.id.as_ref() != Some(question.id()) {
        return Err(OcspFault::OtherCertificate);
    }
    match &response.nonce {
        Some(nonce) if nonce != question.nonce() => return Err(OcspFault::OtherNonce),
        None if !rules.policy.accept_without_nonce => return Err(OcspFault::NoNonce),
        Some(_) | None => {}
    }
    let fresh_until = fresh_until(&response, rules)?;
    let rests_on_list = check_signature(&response, rules, is_responder_withdrawn)?;
    Ok(OcspAnswer {
        id: question.id().clone(),
        status: status(response.single.status),
        produced_at: response.produced_at,
        this_update: response.single.this_update,
        fresh_until,
        rests_on_list,
        der: der.into(),
    })
}

fn fresh_until(response: &Response<'_>, Rules { policy, now, .. }: Rules<'_>) -> Result<Timestamp, OcspFault> {
    let single = &response.single;
    if single.this_update > now.plus(limits::OCSP_AHEAD) || response.produced_at > now.plus(limits::OCSP_AHEAD) {
        return Err(OcspFault::FromFuture);
    }
    // "At most this old" includes the last moment; the end is exclusive, and instants are microseconds.
    let of_age = || single.this_update.plus(policy.max_age).plus(Duration::from_micros(1));
    let until = single.next_update.unwrap_or_else(of_age);
    if now < until { Ok(until) } else { Err(OcspFault::Stale) }
}

/// RFC 6960 §4.2.2.2: the issuing authority itself, or whom the same authority certified for this. Says whether a list had to
/// be looked into.
fn check_signature(
    response: &Response<'_>,
    rules: Rules<'_>,
    is_withdrawn: impl Fn(&[u8]) -> Option<bool>,
) -> Result<bool, OcspFault> {
    let Rules { issuer, now, .. } = rules;
    if response.responder.is(issuer.name(), issuer.key()) {
        return verify(response, rules.suites, issuer.key()).map(|()| false);
    }
    let is_named = |one: &&Certificate| response.responder.is(&one.subject, &one.key);
    let certificate = response
        .certificates
        .iter()
        .find(is_named)
        .ok_or(OcspFault::Responder)?;
    check_responder(certificate, rules)?;
    if certificate.not_after < now.whole_seconds() || now.plus(limits::CLOCK_SKEW) < certificate.not_before {
        return Err(OcspFault::ResponderNotValid);
    }
    // §4.2.2.2.1: without the extension somebody has to know about the responder, and asking it would be of no use.
    match is_withdrawn(&certificate.serial) {
        Some(true) => return Err(OcspFault::ResponderRevoked),
        None if !certificate.extensions.is_not_asked_about => return Err(OcspFault::ResponderRevoked),
        Some(false) | None => {}
    }
    verify(response, rules.suites, &certificate.key).map(|()| !certificate.extensions.is_not_asked_about)
}

fn check_responder(certificate: &Certificate, Rules { issuer, suites, .. }: Rules<'_>) -> Result<(), OcspFault> {
    let extensions = &certificate.extensions;
    let may_sign = extensions
        .key_usage
        .is_none_or(|bits| bits & (DIGITAL_SIGNATURE | NON_REPUDIATION) != 0);
    let is_meant = extensions
        .extended_key_usage
        .iter()
        .any(|usage| usage == oid::OCSP_SIGNING);
    let is_strange = extensions.has_unknown_critical || extensions.has_name_constraints || extensions.is_authority;
    if may_sign
        && is_meant
        && !is_strange
        && issuer.may_have_issued(&certificate.issuer, extensions.authority_key_id.as_deref())
        && certificate.is_signed_with(suites, issuer.key())
    {
        Ok(())
    } else {
        Err(OcspFault::Responder)
    }
}

fn verify(response: &Response<'_>, suites: Suites, key: &PublicKeyInfo) -> Result<(), OcspFault> {
    if suites.verifies(&response.algorithm, key, response.signed, response.signature) {
        Ok(())
    } else {
        Err(OcspFault::Signature)
    }
}

impl ResponderId<'_> {
    fn is(&self, name: &[u8], key: &PublicKeyInfo) -> bool {
        match self {
            Self::Name(named) => *named == name,
            // RFC 6960 §4.2.1: SHA-1 only points at the key; the signature decides.
            Self::Key(hash) => *hash == digest(&SHA1_FOR_LEGACY_USE_ONLY, &key.bits).as_ref(),
        }
    }
}

pub(super) fn status(status: Status) -> CertificateStatus {
    match status {
        Status::Good => CertificateStatus::Good,
        Status::Unknown => CertificateStatus::Unknown,
        Status::Revoked { at, on_hold } if on_hold && at == Timestamp::from_unix_seconds(0) => {
            CertificateStatus::NeverIssued
        }
        Status::Revoked { at, .. } => CertificateStatus::Revoked { at },
    }
}
