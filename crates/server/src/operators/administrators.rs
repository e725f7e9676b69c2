//! Administrators with keys of their own: a P-256 key pair each, whose private half only they have.

use authority::administrators::{Administrator, AdministratorName};
use authority::audit::EventKind;
use authority::ids::AdministratorId;
use jose::jwk::JwkError;
use jose::{Algorithm, FileKey, PublicJwk};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};
use storage::{StorageError, administrators};

use super::event;
use crate::chance::chance;
use crate::foundation::Foundation;

/// The file holds no key that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// No public key.
    #[error("must be a public P-256 key: PEM (PUBLIC KEY) or a JWK")]
    Public,
    /// The private key was given where the public one belongs.
    #[error("is a private key; give the public one, and keep this one to yourself")]
    PrivateGiven,
    /// No private key.
    #[error("must be a private P-256 key: PEM (PRIVATE KEY, PKCS#8, not encrypted)")]
    Private,
}

/// Reads a public key: PEM with a SubjectPublicKeyInfo, or a JWK.
///
/// # Errors
/// The text holds none of P-256.
pub fn read_public(text: &str) -> Result<PublicJwk, KeyFileError> {
    if text.contains("PRIVATE KEY-----") {
        return Err(KeyFileError::PrivateGiven);
    }
    let key = if text.trim_start().starts_with('{') {
        PublicJwk::parse(text.trim().as_bytes())
    } else {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).map_err(|_| KeyFileError::Public)?;
        PublicJwk::from_p256_spki(der.as_ref())
    };
    match key {
        Ok(key) if key.algorithm() == Algorithm::Es256 => Ok(key),
        Err(JwkError::Private) => Err(KeyFileError::PrivateGiven),
        Ok(_) | Err(_) => Err(KeyFileError::Public),
    }
}

/// Reads a private key, to sign with.
///
/// # Errors
/// The text holds none of P-256.
pub fn read_private(text: &str) -> Result<FileKey, KeyFileError> {
    let der = PrivatePkcs8KeyDer::from_pem_slice(text.as_bytes()).map_err(|_| KeyFileError::Private)?;
    FileKey::from_pkcs8(Algorithm::Es256, der.secret_pkcs8_der()).map_err(|_| KeyFileError::Private)
}

/// Names an administrator; `false` when the name is taken, or the key was ever somebody's.
///
/// # Errors
/// The database is not available.
pub async fn add(foundation: &Foundation, name: &AdministratorName, key: &PublicJwk) -> Result<bool, StorageError> {
    let now = foundation.clock.now();
    let administrator = &Administrator {
        id: AdministratorId::mint(now, &mut chance()),
        name: name.clone(),
        public_jwk: key.to_json().to_string(),
        thumbprint: key.thumbprint().to_owned(),
        added_at: now,
        removed_at: None,
    };
    let done = foundation.db.tx("add_administrator", |tx| async move {
        if !administrators::insert(&tx, administrator).await? {
            return Ok(false);
        }
        let words = format!("added {name} {}", administrator.thumbprint);
        storage::audit::insert(&tx, &event(EventKind::AdministratorChanged, None, words, now)).await?;
        Ok::<_, StorageError>(true)
    });
    done.await
}

/// Takes an administrator away; `false` when nobody is called so.
///
/// # Errors
/// The database is not available.
pub async fn remove(foundation: &Foundation, name: &AdministratorName) -> Result<bool, StorageError> {
    let now = foundation.clock.now();
    let done = foundation.db.tx("remove_administrator", |tx| async move {
        let Some(administrator) = administrators::find_live(&tx, name).await? else {
            return Ok(false);
        };
        if !administrators::remove(&tx, administrator.id, now).await? {
            return Ok(false);
        }
        let words = format!("removed {name} {}", administrator.thumbprint);
        storage::audit::insert(&tx, &event(EventKind::AdministratorChanged, None, words, now)).await?;
        Ok::<_, StorageError>(true)
    });
    done.await
}
