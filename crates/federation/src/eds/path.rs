//! The path from a certificate to a configured anchor (RFC 5280 §6, CE-5).
//!
//! Why our own walk and not rustls-webpki: the set of authorities is small, pinned by configuration and checked once at
//! start, so at sign-in one signature check and a few comparisons remain. webpki asks for one extended key usage where we
//! ask for one of two and a role beside it, takes no keyUsage into account at the leaf, chooses issuers by name only, keeps
//! no validity of anchors, and does not say which rule a certificate broke, which the page and the auditor need to know.
//! Certificates that come with a signature are never used as authorities.

use authority::time::Timestamp;

use super::certificate::{Certificate, PublicKeyInfo};
use super::extensions::{CRL_SIGN, KEY_CERT_SIGN};
use super::limits;
use super::refusal::ChainFault;
use super::settings::{EdsSettings, SettingsFault, TrustFile};
use super::suite::Suites;

/// Why a configured certificate cannot be an authority here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustFault {
    /// Not an X.509 v3 certificate in strict DER or PEM.
    #[error("it is not a certificate")]
    NotCertificate,
    /// basicConstraints without cA, or keyUsage without keyCertSign.
    #[error("it is not a certificate of an authority")]
    NotAuthority,
    /// No accepted suite takes its key.
    #[error("its key is of no accepted kind")]
    Key,
    /// A critical extension that we do not process.
    #[error("it has an unknown critical extension")]
    CriticalExtension,
    /// Name constraints, which we do not process, so that ignoring them would widen what the authority may do.
    #[error("it has name constraints")]
    NameConstraints,
    /// It names itself as issuer and its own signature does not verify: the file is damaged.
    #[error("its own signature does not verify")]
    SelfSignature,
    /// No configured anchor leads to it.
    #[error("no configured anchor leads to it")]
    NotAnchored,
    /// It is deeper below an authority than that one's path length allows, or than eight.
    #[error("it is deeper than an authority above it allows")]
    PathLength,
}

/// A configured authority whose place below an anchor is checked.
#[derive(Debug)]
pub(crate) struct Authority {
    certificate: Certificate,
    /// Position of the authority above it; `None` for an anchor.
    above: Option<usize>,
}

/// All configured authorities.
#[derive(Debug)]
pub(crate) struct TrustStore {
    suites: Suites,
    authorities: Vec<Authority>,
}

/// The authorities above a certificate that verified, the issuing one first, the anchor last.
#[derive(Debug)]
pub(crate) struct TrustedPath<'a>(Vec<&'a Authority>);

impl Authority {
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
    /// Checks every authority once: what is damaged, no authority or not below an anchor stops the start.
    pub(crate) fn new(settings: &EdsSettings) -> Result<Self, SettingsFault> {
        let suites = settings.suites();
        let mut store = Self {
            suites,
            authorities: Vec::new(),
        };
        for (_, certificate) in read_all(&settings.anchors, suites)? {
            store.authorities.push(Authority {
                certificate,
                above: None,
            });
        }
        if store.authorities.is_empty() {
            return Err(SettingsFault::NoAnchors);
        }
        let mut waiting = read_all(&settings.intermediates, suites)?;
        // The files come in any order: those below what is placed already are placed next, until nothing moves.
        loop {
            let before = waiting.len();
            waiting = store.place(waiting)?;
            match waiting.first() {
                None => return Ok(store),
                Some((file, _)) if waiting.len() == before => return Err(trust(file, TrustFault::NotAnchored)),
                Some(_) => {}
            }
        }
    }

    /// The path of a certificate at this time.
    pub(crate) fn path(&self, certificate: &Certificate, now: Timestamp) -> Result<TrustedPath<'_>, ChainFault> {
        if certificate.extensions.has_unknown_critical || certificate.extensions.has_name_constraints {
            return Err(ChainFault::CriticalExtension);
        }
        let mut fault = ChainFault::UnknownIssuer;
        for issuer in self.candidates(certificate).take(limits::PATH_SIGNATURES) {
            if !certificate.has_suite_of(self.suites) {
                return Err(ChainFault::Algorithm);
            }
            if !certificate.is_signed_with(self.suites, issuer.key()) {
                fault = ChainFault::NotSigned;
                continue;
            }
            let path = self.upwards(issuer);
            if path.iter().all(|authority| authority.is_valid_at(now)) {
                return Ok(TrustedPath(path));
            }
            fault = ChainFault::AuthorityNotValid;
        }
        Err(fault)
    }

    /// The algorithms that are accepted here.
    pub(crate) const fn suites(&self) -> Suites {
        self.suites
    }

    pub(crate) fn authorities(&self) -> impl Iterator<Item = &Authority> {
        self.authorities.iter()
    }

    fn candidates(&self, certificate: &Certificate) -> impl Iterator<Item = &Authority> {
        let id = certificate.extensions.authority_key_id.as_deref();
        self.authorities
            .iter()
            .filter(move |authority| authority.may_have_issued(&certificate.issuer, id))
    }

    fn upwards<'a>(&'a self, from: &'a Authority) -> Vec<&'a Authority> {
        let mut path = vec![from];
        let mut above = from.above;
        while let Some(authority) = above.and_then(|position| self.authorities.get(position)) {
            path.push(authority);
            above = authority.above;
        }
        path
    }

    /// Places the certificates whose issuer is placed, and returns the others.
    fn place(&mut self, waiting: Vec<(String, Certificate)>) -> Result<Vec<(String, Certificate)>, SettingsFault> {
        let mut left = Vec::new();
        for (file, certificate) in waiting {
            let above = self.authorities.iter().position(|authority| {
                authority.may_have_issued(&certificate.issuer, certificate.extensions.authority_key_id.as_deref())
                    && certificate.is_signed_with(self.suites, authority.key())
            });
            match above {
                Some(position) => {
                    let authority = Authority {
                        certificate,
                        above: Some(position),
                    };
                    self.check_depth(&authority).map_err(|fault| trust(&file, fault))?;
                    self.authorities.push(authority);
                }
                None => left.push((file, certificate)),
            }
        }
        Ok(left)
    }

    /// pathLenConstraint counts the authorities between the constrained one and the leaf (RFC 5280 §4.2.1.9); self-issued
    /// ones are not counted.
    fn check_depth(&self, lowest: &Authority) -> Result<(), TrustFault> {
        let path = self.upwards(lowest);
        let mut below = 0_u32;
        for authority in &path {
            if authority
                .certificate
                .extensions
                .path_length
                .is_some_and(|limit| below > limit)
            {
                return Err(TrustFault::PathLength);
            }
            if !authority.certificate.is_self_issued() {
                below = below.saturating_add(1);
            }
        }
        if path.len() > limits::PATH {
            Err(TrustFault::PathLength)
        } else {
            Ok(())
        }
    }
}

impl<'a> TrustedPath<'a> {
    /// Each authority below the anchor with the one that issued it.
    pub(crate) fn links(&self) -> impl Iterator<Item = (&'a Authority, &'a Authority)> {
        self.0.iter().copied().zip(self.0.iter().copied().skip(1))
    }

    /// The authority that issued the certificate. A path has at least one.
    pub(crate) fn issuing(&self) -> Option<&'a Authority> {
        self.0.first().copied()
    }
}

fn read_all(files: &[TrustFile], suites: Suites) -> Result<Vec<(String, Certificate)>, SettingsFault> {
    let mut read = Vec::new();
    for file in files {
        let objects = file.objects("CERTIFICATE");
        if objects.is_empty() {
            return Err(trust(&file.name, TrustFault::NotCertificate));
        }
        for der in objects {
            let certificate = read_authority(&der, suites).map_err(|fault| trust(&file.name, fault))?;
            read.push((file.name.clone(), certificate));
        }
    }
    Ok(read)
}

fn read_authority(der: &[u8], suites: Suites) -> Result<Certificate, TrustFault> {
    let certificate = Certificate::parse(der).map_err(|_| TrustFault::NotCertificate)?;
    let extensions = &certificate.extensions;
    // RFC 5280 §6.1.4 (k), (n).
    if !extensions.is_authority || extensions.key_usage.is_some_and(|bits| bits & KEY_CERT_SIGN == 0) {
        return Err(TrustFault::NotAuthority);
    }
    if extensions.has_name_constraints {
        return Err(TrustFault::NameConstraints);
    }
    if extensions.has_unknown_critical {
        return Err(TrustFault::CriticalExtension);
    }
    if !suites.take(&certificate.key) {
        return Err(TrustFault::Key);
    }
    if certificate.is_self_issued() && !certificate.is_signed_with(suites, &certificate.key) {
        return Err(TrustFault::SelfSignature);
    }
    Ok(certificate)
}

fn trust(file: &str, fault: TrustFault) -> SettingsFault {
    SettingsFault::Trust {
        file: file.to_owned(),
        fault,
    }
}
