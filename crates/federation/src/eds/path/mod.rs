//! The path from a certificate to a configured anchor (RFC 5280 §6, CE-5).
//!
//! A person's certificate goes through rustls-webpki with our own signature algorithms (`rows`): encoding, validity,
//! basicConstraints, path length, critical extensions, every signature, and bounds on all of it. What webpki does not do is done
//! here (`docs/adr/0006-paths-through-webpki.md`):
//!
//! * issuers are chosen by name *and* key identifier, so that a namesake costs no signature check;
//! * anchors have a validity, a path length and a keyUsage too;
//! * the policies that the configuration asks for;
//! * which rule was broken, in our words.
//!
//! Authorities are checked once, at start (`start`), by our own walk, since webpki takes a certificate with cA as an issuer
//! only. Their signatures are remembered, so that a sign-in verifies one signature of a certificate. Certificates that come with
//! a signature are never used as authorities.

mod rows;
mod start;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use authority::time::Timestamp;
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, VerifiedPath};

use super::certificate::{Certificate, PublicKeyInfo};
use super::evidence::EvidenceObject;
use super::extensions::CRL_SIGN;
use super::profile::Contour;
use super::refusal::ChainFault;
use super::suite::Suites;
use super::{limits, oid};

use rows::Row;
pub use start::TrustFault;

/// A configured authority whose place below an anchor is checked.
#[derive(Debug)]
pub(crate) struct Authority {
    certificate: Certificate,
    /// Position of the authority above it; `None` for an anchor.
    above: Option<usize>,
    /// Its name and key as webpki takes them, when paths may end in it.
    anchor: Option<TrustAnchor<'static>>,
}

/// All configured authorities.
#[derive(Debug)]
pub(crate) struct TrustStore {
    suites: Suites,
    /// The suites, as webpki takes them.
    rows: Vec<Row>,
    /// One of these has to hold along a path, any when there are none: content octets of the identifiers.
    policies: Vec<Vec<u8>>,
    contour: Option<Contour>,
    authorities: Vec<Arc<Authority>>,
}

/// The authorities above a certificate that verified, the issuing one first, the anchor last.
#[derive(Clone, Debug)]
pub(crate) struct TrustedPath(Vec<Arc<Authority>>);

/// The purpose of the leaf is judged after its path, in `purpose`, and that of authorities at start: here every usage will do
/// that is written properly.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, mut usages: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        usages.try_for_each(|usage| usage.map(|_| ()))
    }
}

impl Authority {
    pub(crate) const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    pub(crate) fn name(&self) -> &[u8] {
        &self.certificate.subject
    }

    pub(crate) const fn key(&self) -> &PublicKeyInfo {
        &self.certificate.key
    }

    pub(crate) fn serial(&self) -> &[u8] {
        &self.certificate.serial
    }

    /// RFC 5280 §6.3.3 (f): the key may sign revocation lists.
    pub(crate) fn may_sign_lists(&self) -> bool {
        self.certificate
            .extensions
            .key_usage
            .is_none_or(|bits| bits & CRL_SIGN != 0)
    }

    /// Whether it may have issued something with this issuer and authority key identifier. Chosen by name and key
    /// identifier; believed only when the signature verifies too.
    pub(crate) fn may_have_issued(&self, issuer: &[u8], authority_key_id: Option<&[u8]>) -> bool {
        let own = self.certificate.extensions.subject_key_id.as_deref();
        self.certificate.subject == issuer && (authority_key_id.is_none() || own.is_none() || authority_key_id == own)
    }

    fn is_valid_at(&self, now: Timestamp) -> bool {
        self.certificate.not_before <= now && now <= self.certificate.not_after
    }
}

impl TrustStore {
    /// The path of a certificate at this time.
    pub(crate) fn path(&self, certificate: &Certificate, now: Timestamp) -> Result<TrustedPath, ChainFault> {
        if certificate.extensions.has_unknown_critical || certificate.extensions.has_name_constraints {
            return Err(ChainFault::CriticalExtension);
        }
        let candidates: Vec<&Arc<Authority>> = self.candidates(certificate).collect();
        if candidates.is_empty() {
            return Err(ChainFault::UnknownIssuer);
        }
        if certificate.suite(self.suites).is_none() {
            return Err(ChainFault::Algorithm);
        }
        if certificate.extensions.is_authority {
            self.path_of_authority(certificate, &candidates, now)
        } else {
            self.path_of_person(certificate, &candidates, now)
        }
    }

    /// webpki's verdict, and ours on each path that it finds.
    fn path_of_person(
        &self,
        certificate: &Certificate,
        candidates: &[&Arc<Authority>],
        now: Timestamp,
    ) -> Result<TrustedPath, ChainFault> {
        let der = CertificateDer::from(certificate.der.as_slice());
        let leaf = EndEntityCert::try_from(&der).map_err(|error| told(&error))?;
        let rows: Vec<&dyn SignatureVerificationAlgorithm> = self.rows.iter().map(|row| row as _).collect();
        let (intermediates, anchors) = self.material(candidates);
        let our_fault = Cell::new(None);
        let judge = |path: &VerifiedPath<'_>| {
            let issuer = issuer_on(path, candidates).ok_or(Error::UnknownIssuer)?;
            self.judge(certificate, &self.upwards(issuer), now).map_err(|fault| {
                our_fault.set(Some(fault));
                Error::UnknownIssuer
            })
        };
        let time = within_validity(certificate, now)?;
        let path = leaf
            .verify_for_usage(&rows, &anchors, &intermediates, time, AnyUsage, None, Some(&judge))
            .map_err(|error| our_fault.get().unwrap_or_else(|| told(&error)))?;
        let issuer = issuer_on(&path, candidates).ok_or(ChainFault::UnknownIssuer)?;
        Ok(TrustedPath(self.upwards(issuer)))
    }

    /// An authority's own certificate: the walk of the start. Nobody signs in with it, see `purpose`.
    fn path_of_authority(
        &self,
        certificate: &Certificate,
        candidates: &[&Arc<Authority>],
        now: Timestamp,
    ) -> Result<TrustedPath, ChainFault> {
        let issuer = candidates
            .iter()
            .take(limits::PATH_SIGNATURES)
            .find(|issuer| certificate.is_signed_with(self.suites, issuer.key()))
            .ok_or(ChainFault::NotSigned)?;
        let path = self.upwards(issuer);
        self.judge(certificate, &path, now)?;
        Ok(TrustedPath(path))
    }

    /// What webpki leaves to us on a path whose signatures verified: the validity of every authority, anchors too, at our
    /// time, and the policies.
    fn judge(&self, certificate: &Certificate, path: &[Arc<Authority>], now: Timestamp) -> Result<(), ChainFault> {
        if !path.iter().all(|authority| authority.is_valid_at(now)) {
            return Err(ChainFault::AuthorityNotValid);
        }
        let holds = |policy: &Vec<u8>| is_policy_of_path(policy, certificate, path);
        if self.policies.is_empty() || self.policies.iter().any(holds) {
            Ok(())
        } else {
            Err(ChainFault::Policy)
        }
    }

    /// The algorithms that are accepted here.
    pub(crate) const fn suites(&self) -> Suites {
        self.suites
    }

    /// Whom the authorities certify, when they are known.
    pub(crate) const fn contour(&self) -> Option<Contour> {
        self.contour
    }

    pub(crate) fn authorities(&self) -> impl Iterator<Item = &Arc<Authority>> {
        self.authorities.iter()
    }

    /// This authority with those above it: the path of what it issued.
    pub(crate) fn path_from(&self, authority: &Arc<Authority>) -> TrustedPath {
        TrustedPath(self.upwards(authority))
    }

    fn candidates(&self, certificate: &Certificate) -> impl Iterator<Item = &Arc<Authority>> {
        let id = certificate.extensions.authority_key_id.as_deref();
        self.authorities
            .iter()
            .filter(move |authority| authority.may_have_issued(&certificate.issuer, id))
    }

    /// The authorities between the candidates and their anchors, and these anchors, each once.
    fn material(&self, candidates: &[&Arc<Authority>]) -> (Vec<CertificateDer<'static>>, Vec<TrustAnchor<'static>>) {
        let mut intermediates: Vec<CertificateDer<'static>> = Vec::new();
        let mut anchors: Vec<TrustAnchor<'static>> = Vec::new();
        for authority in candidates.iter().flat_map(|candidate| self.upwards(candidate)) {
            let der = CertificateDer::from(authority.certificate.der.clone());
            match &authority.anchor {
                Some(anchor) if !anchors.contains(anchor) => anchors.push(anchor.clone()),
                None if !intermediates.contains(&der) => intermediates.push(der),
                Some(_) | None => {}
            }
        }
        (intermediates, anchors)
    }

    fn upwards(&self, from: &Arc<Authority>) -> Vec<Arc<Authority>> {
        let mut path = vec![Arc::clone(from)];
        let mut above = from.above;
        while let Some(authority) = above.and_then(|position| self.authorities.get(position)) {
            path.push(Arc::clone(authority));
            above = authority.above;
        }
        path
    }
}

/// The candidate that issued the leaf of a path that webpki found.
fn issuer_on<'a>(path: &VerifiedPath<'_>, candidates: &[&'a Arc<Authority>]) -> Option<&'a Arc<Authority>> {
    let lowest = path.intermediate_certificates().next().map(webpki::Cert::der);
    let is_issuer = |candidate: &&&Arc<Authority>| match (&lowest, &candidate.anchor) {
        (Some(der), None) => der.as_ref() == candidate.certificate.der,
        (None, Some(anchor)) => anchor == path.anchor(),
        (Some(_), Some(_)) | (None, None) => false,
    };
    candidates.iter().find(is_issuer).copied()
}

/// webpki judges everything at one time. That of the leaf is judged by the caller, with a reason of its own: here it is our
/// time when the leaf is valid now, else the nearest at which it was or will be.
fn within_validity(certificate: &Certificate, now: Timestamp) -> Result<UnixTime, ChainFault> {
    let time = now
        .whole_seconds()
        .min(certificate.not_after)
        .max(certificate.not_before);
    let seconds = u64::try_from(time.as_unix_seconds()).map_err(|_| ChainFault::Refused)?;
    Ok(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

/// Whether a policy holds along the path (RFC 5280 §6.1.3 (d), without mappings): the leaf names it, and every authority
/// below the anchor names it or any policy.
fn is_policy_of_path(policy: &[u8], certificate: &Certificate, path: &[Arc<Authority>]) -> bool {
    let names =
        |certificate: &Certificate, policy: &[u8]| certificate.extensions.policies.iter().any(|found| found == policy);
    let allows = |authority: &Arc<Authority>| {
        authority.anchor.is_some()
            || names(&authority.certificate, policy)
            || names(&authority.certificate, oid::ANY_POLICY)
    };
    names(certificate, policy) && path.iter().all(allows)
}

/// webpki's refusal in our words. Its errors are many and may become more: what is not told apart is refused all the same.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the library adds errors in minor versions"
)]
fn told(error: &Error) -> ChainFault {
    match error {
        Error::UnknownIssuer => ChainFault::UnknownIssuer,
        Error::InvalidSignatureForPublicKey | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            ChainFault::NotSigned
        }
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } => ChainFault::AuthorityNotValid,
        Error::UnsupportedCriticalExtension => ChainFault::CriticalExtension,
        Error::MaximumSignatureChecksExceeded | Error::MaximumPathBuildCallsExceeded => ChainFault::TooMuchWork,
        _ => ChainFault::Refused,
    }
}

impl TrustedPath {
    /// Each authority below the anchor with the one that issued it.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&Authority, &Authority)> {
        self.0
            .iter()
            .map(Arc::as_ref)
            .zip(self.0.iter().map(Arc::as_ref).skip(1))
    }

    /// The certificates of the authorities.
    pub(crate) fn certificates(&self) -> Vec<EvidenceObject> {
        let object = |authority: &Authority| EvidenceObject::of(authority.certificate.der.as_slice().into());
        self.authorities().map(object).collect()
    }

    /// All authorities.
    pub(crate) fn authorities(&self) -> impl Iterator<Item = &Authority> {
        self.0.iter().map(Arc::as_ref)
    }

    /// The authority that issued the certificate. A path has at least one.
    pub(crate) fn issuing(&self) -> Option<&Authority> {
        self.0.first().map(Arc::as_ref)
    }
}
