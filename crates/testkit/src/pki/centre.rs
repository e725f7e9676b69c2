//! The centre: a root and an issuing authority.

use authority::time::{Timestamp, days};
use federation::eds::{EdsSettings, TrustFile};

use super::certificate::{Issuer, name};
use super::{Attribute, CertificateProfile, CrlProfile, PkiError, SigningKey, Suite};

/// How names of authorities tell the suite, and how their files are called.
pub(super) const fn label(suite: Suite) -> (&'static str, &'static str) {
    match suite {
        Suite::Rsa => ("RSA", ""),
        Suite::Gost512 => ("GOST", "-gost"),
        Suite::Gost256 => ("GOST-256", "-gost256"),
        Suite::Gost2004 => ("GOST-2004", "-gost2004"),
    }
}

/// The common names of root and issuing authority.
pub(super) fn common_names(suite: Suite) -> [String; 2] {
    let (label, _) = label(suite);
    ["НЕГІЗГІ", "ҰЛТТЫҚ"].map(|kind| format!("{kind} КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ({label}) DEMO"))
}

/// The distinguished name of an authority, DER.
pub(super) fn authority_name(common_name: &str) -> Vec<u8> {
    name(&[Attribute::CommonName(common_name.to_owned()), Attribute::Country])
}

fn common_name(profile: &CertificateProfile) -> String {
    let name = profile.subject.iter().find_map(|attribute| match attribute {
        Attribute::CommonName(name) => Some(name.clone()),
        Attribute::Surname(_)
        | Attribute::SerialNumber(_)
        | Attribute::Country
        | Attribute::Organization(_)
        | Attribute::OrganizationalUnit(_)
        | Attribute::GivenName(_)
        | Attribute::UserId(_) => None,
    });
    name.unwrap_or_default()
}

/// A certification authority with its key.
#[derive(Debug)]
pub struct Authority {
    pub(crate) certificate: Vec<u8>,
    pub(crate) common_name: String,
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
    /// A root authority with a new RSA key.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn root(profile: &CertificateProfile) -> Result<Self, PkiError> {
        Self::root_with(profile, SigningKey::generate()?)
    }

    /// A root authority with this key.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn root_with(profile: &CertificateProfile, key: SigningKey) -> Result<Self, PkiError> {
        let name = name(&profile.subject);
        let certificate = profile.issue(&key, &Issuer { name: &name, key: &key })?;
        Ok(Self {
            certificate,
            common_name: common_name(profile),
            name,
            key,
        })
    }

    /// An authority below this one, with a new key of the same suite.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn below(&self, profile: &CertificateProfile) -> Result<Self, PkiError> {
        let key = SigningKey::of(self.key.suite())?;
        let certificate = self.issue(profile, &key)?;
        Ok(Self {
            certificate,
            common_name: common_name(profile),
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

    /// Its key, to sign what this module has no words for.
    pub const fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Its common name.
    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    /// Its name, DER.
    pub fn name(&self) -> &[u8] {
        &self.name
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
    /// Makes two authorities of RSA keys that are valid from two years before `now` until twenty years after it.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn generate(now: Timestamp) -> Result<Self, PkiError> {
        Self::of(Suite::Rsa, now)
    }

    /// The same of keys of this suite.
    ///
    /// # Errors
    /// The crypto library fails.
    pub fn of(suite: Suite, now: Timestamp) -> Result<Self, PkiError> {
        let (from, until) = (
            now.minus(days(730)).whole_seconds(),
            now.plus(days(7300)).whole_seconds(),
        );
        let [root_name, nca_name] = common_names(suite);
        let profile = CertificateProfile::authority(&root_name, from, until);
        let root = Authority::root_with(&profile, SigningKey::of(suite)?)?;
        let profile = CertificateProfile {
            authority: Some(Some(0)),
            ..CertificateProfile::authority(&nca_name, from, until)
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

    /// Which suite the keys of its authorities are of.
    pub const fn suite(&self) -> Suite {
        self.nca.key.suite()
    }

    /// Settings of a verifier that trusts this centre and uses this list of the issuing authority.
    pub fn eds_settings(&self, crl: Vec<u8>) -> EdsSettings {
        let file = |name: &str, bytes: Vec<u8>| TrustFile {
            name: name.to_owned(),
            bytes,
        };
        let (_, ending) = label(self.suite());
        EdsSettings {
            anchors: vec![file(&format!("root{ending}"), self.root.certificate.clone())],
            intermediates: vec![file(&format!("nca{ending}"), self.nca.certificate.clone())],
            crls: vec![file(&format!("nca{ending}.crl"), crl)],
            ..EdsSettings::default()
        }
    }
}
