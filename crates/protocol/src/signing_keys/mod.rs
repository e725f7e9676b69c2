//! The keys that sign tokens: one active key for each algorithm, and everything that is published (OIDC Core §10.1.1).
//! Kept parsed, and the key set kept as bytes; replaced as a whole when storage has others (`store`).

mod store;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use authority::clients::SigningAlgorithm;
use axum::body::Bytes;
use jose::{Algorithm, Jwks, PublicJwk, Signer};

pub use store::{activate_due, load, mint_missing, publish_next};

/// The signing keys in force; cloning shares them.
#[derive(Clone)]
pub struct SigningKeys(Arc<RwLock<Arc<KeySet>>>);

/// One state of the keys.
pub struct KeySet {
    rs256: Arc<dyn Signer>,
    es256: Arc<dyn Signer>,
    published: Jwks,
    document: Bytes,
}

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeysError {
    /// No key is active for an algorithm that we announce.
    #[error("no key is active for {}", .0.name())]
    NoneActive(Algorithm),
    /// A key is listed twice.
    #[error("the published keys are not distinct")]
    Repeated(#[from] jose::jwks::RepeatedKey),
    /// A stored key cannot be read.
    #[error("the stored key {kid} cannot be read")]
    Unreadable {
        /// Its name.
        kid: String,
    },
    /// A key could not be made.
    #[error("no key could be made")]
    Generate(#[from] jose::signer::FileKeyError),
    /// The database.
    #[error("the keys could not be loaded")]
    Storage(#[from] storage::StorageError),
}

impl KeySet {
    /// Puts a set together: the active keys, and all public keys in the order in which they are published.
    ///
    /// # Errors
    /// An algorithm has no active key, or a key is published twice.
    pub fn new(active: &[Arc<dyn Signer>], published: Vec<PublicJwk>) -> Result<Self, SigningKeysError> {
        let of = |algorithm: Algorithm| {
            let found = active.iter().find(|signer| signer.algorithm() == algorithm);
            found.cloned().ok_or(SigningKeysError::NoneActive(algorithm))
        };
        let published = Jwks::new(published)?;
        Ok(Self {
            rs256: of(Algorithm::Rs256)?,
            es256: of(Algorithm::Es256)?,
            document: published.to_bytes().into(),
            published,
        })
    }

    /// The key that signs for a client with this algorithm.
    pub fn signer(&self, algorithm: SigningAlgorithm) -> &dyn Signer {
        match algorithm {
            SigningAlgorithm::Rs256 => self.rs256.as_ref(),
            SigningAlgorithm::Es256 => self.es256.as_ref(),
        }
    }

    /// The published key of that name.
    pub fn find(&self, kid: &str) -> Option<&PublicJwk> {
        self.published.find(kid)
    }

    /// The key set document (RFC 7517 §5).
    pub fn document(&self) -> Bytes {
        self.document.clone()
    }
}

impl SigningKeys {
    /// Takes a first state.
    pub fn new(set: KeySet) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(set))))
    }

    /// The state in force. It stays the same for the caller, whatever is replaced meanwhile.
    pub fn current(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the state.
    pub fn replace(&self, set: KeySet) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.published.keys().iter().map(PublicJwk::thumbprint).collect();
        f.debug_struct("KeySet")
            .field("published", &names)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.current().fmt(f)
    }
}
