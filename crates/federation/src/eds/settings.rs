//! What the verifier is configured with. There are no defaults for trust: what is not named is not trusted.

use std::path::Path;
use std::time::Duration;
use std::{fmt, fs, io};

use authority::identifiers::Checksum;
use const_oid::ObjectIdentifier;

use super::path::TrustFault;
use super::roles::Roles;
use super::suite::Suites;

/// A file of trust material: one DER object, or PEM with one or more.
#[derive(Clone)]
pub struct TrustFile {
    /// How messages name it, usually its path.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl TrustFile {
    /// Reads the file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(Self {
            name: path.display().to_string(),
            bytes: fs::read(path)?,
        })
    }

    /// The DER objects in it: all PEM blocks with this label, or the whole content. Empty when a block is malformed.
    pub(crate) fn objects(&self, label: &str) -> Vec<Vec<u8>> {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if text.contains("-----BEGIN ") => super::armour::pem_blocks(text, label).unwrap_or_default(),
            Ok(_) | Err(_) => vec![self.bytes.clone()],
        }
    }
}

impl fmt::Debug for TrustFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustFile({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// Settings of [`super::EdsVerifier`].
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Debug)]
pub struct EdsSettings {
    /// Certificates of authorities in which paths may end. Test or production, never both.
    pub anchors: Vec<TrustFile>,
    /// Certificates of authorities between anchors and people: signatures usually carry only the person's own.
    pub intermediates: Vec<TrustFile>,
    /// Revocation lists. An issuer without a fresh one has no acceptable certificates.
    pub crls: Vec<TrustFile>,
    /// The oldest acceptable `thisUpdate` of a list that judges people's certificates, even when its `nextUpdate` is still
    /// ahead; `None` leaves it to the list, as it is with the lists of authorities above the issuing one.
    pub crl_max_age: Option<Duration>,
    /// Whether the check digits of IIN and BIN are judged: the centre's own test people have wrong ones.
    pub checksum: Checksum,
    /// Which extended key usages name which role; the national centre's table unless it is another centre's.
    pub roles: Roles,
    /// One of these certificate policies has to hold along the path (RFC 5280 §6.1); any when there are none.
    pub policies: Vec<ObjectIdentifier>,
    /// Whether GOST 34.310-2004 with GOST 34.311-95 (`gost2004`) is accepted, in signatures, certificates, lists and answers
    /// alike. Obsolete.
    pub legacy_gost: bool,
    /// Whether GOST 34.310-2015 with 256 bit (`gost2015-256`) is accepted. Its identifiers are known from software only, no
    /// certificate with it was ever seen: for measurements and tests, no configuration sets it.
    pub gost2015_256: bool,
    /// Whether XML signatures are accepted beside CMS (CE-17).
    pub xml: bool,
    /// Whether a signature must name its certificate in a signing-certificate attribute (RFC 5035, CE-4); signed XML names
    /// none.
    pub names_certificate: bool,
}

impl Default for EdsSettings {
    /// Nobody is trusted, every rule is on.
    fn default() -> Self {
        Self {
            anchors: Vec::new(),
            intermediates: Vec::new(),
            crls: Vec::new(),
            crl_max_age: None,
            checksum: Checksum::Required,
            roles: Roles::default(),
            policies: Vec::new(),
            legacy_gost: false,
            gost2015_256: false,
            xml: false,
            names_certificate: false,
        }
    }
}

impl EdsSettings {
    /// The accepted algorithms.
    pub(crate) const fn suites(&self) -> Suites {
        Suites {
            legacy_gost: self.legacy_gost,
            gost2015_256: self.gost2015_256,
        }
    }
}

/// Why the verifier cannot start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// No anchor is configured: nobody could sign in.
    #[error("no trust anchor is configured")]
    NoAnchors,
    /// Authorities of a test contour stand beside those that certify real people.
    #[error("authorities of the test contour and of production are configured together")]
    MixedContours,
    /// A certificate of an authority cannot be used.
    #[error("{file}: not usable as a certification authority")]
    Trust {
        /// The file's name.
        file: String,
        /// Why.
        #[source]
        fault: TrustFault,
    },
}
