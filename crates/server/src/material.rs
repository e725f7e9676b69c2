//! What the configuration names and does not contain: keys, certificates, revocation lists. Read once, before anything
//! listens; broken or empty material stops the start (OP-4).

use std::path::PathBuf;

use authority::identifiers::Checksum;
use authority::secret::{Keyring, KeyringError};
use federation::eds::{EdsSettings, EdsVerifier, SettingsFault, TrustFile};

use crate::config::{Config, Eds};
use crate::kek::{self, KekRefusal};
use crate::listener::{Tls, TlsError};

/// Everything that was read.
pub struct Material {
    /// The keys derived from the KEK.
    pub keyring: Keyring,
    /// Who signatures are believed from; nothing when a sandbox names no anchor.
    pub eds: Option<EdsVerifier>,
    /// The public address's certificate, when it speaks TLS itself.
    pub tls: Option<Tls>,
}

/// What stops the start. Displayed as `key: reason`.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// No usable key encryption key.
    #[error(transparent)]
    Kek(#[from] KekRefusal),
    /// The keys cannot be derived.
    #[error("secrets: the keys cannot be derived")]
    Keyring(#[from] KeyringError),
    /// A file cannot be read.
    #[error("{key}: {} cannot be read", file.display())]
    Unreadable {
        /// The key that names it.
        key: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An anchor or intermediate is no certification authority.
    #[error("eds.anchors")]
    Eds(#[from] SettingsFault),
    /// Certificate or key of the public address.
    #[error("listen.tls_certificate")]
    Tls(#[from] TlsError),
}

impl Material {
    /// Reads everything.
    ///
    /// # Errors
    /// The first thing that is broken, empty or lies open.
    pub fn read(config: &Config) -> Result<Self, MaterialError> {
        let keyring = Keyring::derive(&kek::read(config.secrets().kek())?)?;
        let eds = config.eds();
        let eds = if eds.anchors().is_empty() {
            None
        } else {
            Some(EdsVerifier::new(&eds_settings(eds)?)?)
        };
        for problem in eds.iter().flat_map(EdsVerifier::crl_problems) {
            tracing::warn!(file = problem.file, problem = %problem.fault, "a revocation list cannot be used; its issuer's keys are refused");
        }
        let tls = config.listen().tls().map(Tls::load).transpose()?;
        Ok(Self { keyring, eds, tls })
    }
}

fn eds_settings(eds: &Eds) -> Result<EdsSettings, MaterialError> {
    Ok(EdsSettings {
        anchors: files("eds.anchors", eds.anchors())?,
        intermediates: files("eds.intermediates", eds.intermediates())?,
        crls: crl_files(eds)?,
        crl_max_age: Some(eds.crl_max_age()),
        checksum: checksum(eds),
    })
}

/// Whether check digits are judged.
pub fn checksum(eds: &Eds) -> Checksum {
    if eds.iin_checksum() {
        Checksum::Required
    } else {
        Checksum::Ignored
    }
}

/// The revocation lists as they are on disk now.
///
/// # Errors
/// A file cannot be read.
pub fn crl_files(eds: &Eds) -> Result<Vec<TrustFile>, MaterialError> {
    files("eds.crls", eds.crls())
}

fn files(key: &'static str, paths: &[PathBuf]) -> Result<Vec<TrustFile>, MaterialError> {
    let read = |file: &PathBuf| {
        TrustFile::read(file).map_err(|source| MaterialError::Unreadable {
            key,
            file: file.clone(),
            source,
        })
    };
    paths.iter().map(read).collect()
}
