//! The centre: a root and an issuing authority.

use authority::identifiers::Checksum;
use authority::time::{Timestamp, days};
use federation::eds::{EdsSettings, TrustFile};

use super::certificate::{Issuer, name};
use super::{Attribute, CertificateProfile, CrlProfile, PkiError, SigningKey};

pub(super) const ROOT_NAME: &str = "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) DEMO";
pub(super) const NCA_NAME: &str = "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) DEMO";

/// The distinguished name of an authority, DER.
pub(super) fn authority_name(common_name: &str) -> Vec<u8> {
    name(&[Attribute::CommonName(common_name.to_owned()), Attribute::Country])
}

/// A certification authority with its key.
#[derive(Debug)]
pub struct Authority {
    pub(crate) certificate: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) key: SigningKey,
}

/// A root and the issuing authority below it.
#[derive(Debug)]
pub struct TestCentre {
    pub(crate) root: Authority,
    pub(crate) nca: Authority,
}

impl Authority {
    /// A root authority.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn root(profile: &CertificateProfile) -> Result<Self, PkiError> {
        let key = SigningKey::generate()?;
        let name = name(&profile.subject);
        let certificate = profile.issue(&key, &Issuer { name: &name, key: &key })?;
        Ok(Self { certificate, name, key })
    }

    /// An authority below this one.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn below(&self, profile: &CertificateProfile) -> Result<Self, PkiError> {
        let key = SigningKey::generate()?;
        let certificate = self.issue(profile, &key)?;
        Ok(Self {
            certificate,
            name: name(&profile.subject),
            key,
        })
    }

    /// A certificate over this key.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn issue(&self, profile: &CertificateProfile, key: &SigningKey) -> Result<Vec<u8>, PkiError> {
        profile.issue(key, &self.as_issuer())
    }

    /// A revocation list.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn crl(&self, profile: &CrlProfile) -> Result<Vec<u8>, PkiError> {
        profile.issue(&self.as_issuer())
    }

    /// Its own certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn as_issuer(&self) -> Issuer<'_> {
        Issuer {
            name: &self.name,
            key: &self.key,
        }
    }
}

impl TestCentre {
    /// Makes two authorities that are valid from two years before `now` until twenty years after it.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn generate(now: Timestamp) -> Result<Self, PkiError> {
        let (from, until) = (
            now.minus(days(730)).whole_seconds(),
            now.plus(days(7300)).whole_seconds(),
        );
        let root = Authority::root(&CertificateProfile::authority(ROOT_NAME, from, until))?;
        let profile = CertificateProfile {
            authority: Some(Some(0)),
            ..CertificateProfile::authority(NCA_NAME, from, until)
        };
        let nca = root.below(&profile)?;
        Ok(Self { root, nca })
    }

    /// The root.
    pub const fn root(&self) -> &Authority {
        &self.root
    }

    /// The issuing authority.
    pub const fn nca(&self) -> &Authority {
        &self.nca
    }

    /// Settings of a verifier that trusts this centre and uses this list of the issuing authority.
    pub fn eds_settings(&self, crl: Vec<u8>) -> EdsSettings {
        let file = |name: &str, bytes: Vec<u8>| TrustFile {
            name: name.to_owned(),
            bytes,
        };
        EdsSettings {
            anchors: vec![file("root", self.root.certificate.clone())],
            intermediates: vec![file("nca", self.nca.certificate.clone())],
            crls: vec![file("nca.crl", crl)],
            ..EdsSettings::default()
        }
    }
}
