//! Reading and checking the configured authorities, once, at start (RFC 5280 §6.1.4): what is damaged, no authority or not
//! below an anchor stops it.

use std::sync::Arc;

use rustls_pki_types::{CertificateDer, TrustAnchor};

use super::super::certificate::Certificate;
use super::super::extensions::KEY_CERT_SIGN;
use super::super::profile::{self, Contour};
use super::super::settings::{EdsSettings, SettingsFault, TrustFile};
use super::super::suite::Suites;
use super::super::{limits, oid};
use super::rows::{self, KnownSignatures};
use super::{Authority, TrustStore};

/// Why a configured certificate cannot be an authority here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustFault {
    /// Not an X.509 v3 certificate in strict DER or PEM.
    #[error("it is not a certificate")]
    NotCertificate,
    /// basicConstraints without cA, keyUsage without keyCertSign, or extended key usages that are for something else.
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
    /// It is deeper below an authority than that one's path length allows, or the path would be longer than seven.
    #[error("it is deeper than an authority above it allows")]
    PathLength,
}

/// A certificate with the file that it is from.
type Waiting = (String, Certificate);

impl TrustStore {
    /// Checks every authority once: what is damaged, no authority or not below an anchor stops the start.
    pub(crate) fn new(settings: &EdsSettings) -> Result<Self, SettingsFault> {
        let suites = settings.suites();
        let mut known = KnownSignatures::default();
        let mut store = Self {
            suites,
            rows: Vec::new(),
            contour: None,
            policies: settings
                .policies
                .iter()
                .map(|policy| policy.as_bytes().to_vec())
                .collect(),
            authorities: Vec::new(),
        };
        for (file, certificate) in read_all(&settings.anchors, suites)? {
            let anchor = anchor(&certificate).ok_or_else(|| trust(&file, TrustFault::NotCertificate))?;
            store.authorities.push(Arc::new(Authority {
                certificate,
                above: None,
                anchor: Some(anchor),
            }));
        }
        if store.authorities.is_empty() {
            return Err(SettingsFault::NoAnchors);
        }
        let mut waiting = read_all(&settings.intermediates, suites)?;
        // The files come in any order: those below what is placed already are placed next, until nothing moves.
        loop {
            let before = waiting.len();
            waiting = store.place(waiting, &mut known)?;
            match waiting.first() {
                None => break,
                Some((file, _)) if waiting.len() == before => return Err(trust(file, TrustFault::NotAnchored)),
                Some(_) => {}
            }
        }
        store.rows = rows::rows(suites, &Arc::new(known));
        store.contour = contour(&store.authorities)?;
        Ok(store)
    }

    /// Places the certificates whose issuer is placed, and returns the others.
    fn place(&mut self, waiting: Vec<Waiting>, known: &mut KnownSignatures) -> Result<Vec<Waiting>, SettingsFault> {
        let mut left = Vec::new();
        for (file, certificate) in waiting {
            let above = self.authorities.iter().position(|authority| {
                authority.may_have_issued(&certificate.issuer, certificate.extensions.authority_key_id.as_deref())
                    && certificate.is_signed_with(self.suites, authority.key())
            });
            match above {
                Some(position) => {
                    if let (Some(above), Some(suite)) = (self.authorities.get(position), certificate.suite(self.suites))
                    {
                        known.insert(suite, &above.key().bits, certificate.signed(), certificate.signature());
                    }
                    let authority = Arc::new(Authority {
                        certificate,
                        above: Some(position),
                        anchor: None,
                    });
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
    fn check_depth(&self, lowest: &Arc<Authority>) -> Result<(), TrustFault> {
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

fn read_all(files: &[TrustFile], suites: Suites) -> Result<Vec<Waiting>, SettingsFault> {
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
    // What an authority's own extended key usages leave out, certificates below it are not for.
    let usages = &extensions.extended_key_usage;
    let signs_in =
        |usage: &Vec<u8>| [oid::EMAIL_PROTECTION, oid::CLIENT_AUTH, oid::ANY_USAGE].contains(&usage.as_slice());
    if !usages.is_empty() && !usages.iter().any(signs_in) {
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

/// The contour of the authorities that are known by their certificates; test and production never stand together.
fn contour(authorities: &[Arc<Authority>]) -> Result<Option<Contour>, SettingsFault> {
    let known = || {
        authorities
            .iter()
            .filter_map(|one| profile::contour_of(&one.certificate.der))
    };
    let first = known().next();
    if known().any(|contour| Some(contour) != first) {
        return Err(SettingsFault::MixedContours);
    }
    Ok(first)
}

/// Name and key as webpki takes them.
fn anchor(certificate: &Certificate) -> Option<TrustAnchor<'static>> {
    let der = CertificateDer::from(certificate.der.as_slice());
    webpki::anchor_from_trusted_cert(&der)
        .ok()
        .map(|anchor| anchor.to_owned())
}

fn trust(file: &str, fault: TrustFault) -> SettingsFault {
    SettingsFault::Trust {
        file: file.to_owned(),
        fault,
    }
}
