//! Loading, making and rotating keys. A new key is published before it signs, and a retired one stays published until
//! what it signed has ended (security rule JT-14); storage drops it then.

use std::sync::Arc;
use std::time::Duration;

use authority::clients::SigningAlgorithm;
use authority::ids::SigningKeyId;
use authority::secret::{Keyring, Secret};
use authority::time::Timestamp;
use jose::{Algorithm, FileKey, PublicJwk, Signer};
use rand_core::CryptoRng;
use storage::Db;
use storage::signing_keys::{self, KeyState, SealedKey, StoredKey};

use super::{KeySet, SigningKeys, SigningKeysError};

/// The keys as storage has them now.
///
/// # Errors
/// The database is not available, a key cannot be read, or an algorithm has no active key.
pub async fn load(db: &Db, keyring: &Keyring) -> Result<KeySet, SigningKeysError> {
    let stored = signing_keys::list(db, keyring).await?;
    let unreadable = |key: &StoredKey| SigningKeysError::Unreadable { kid: key.kid.clone() };
    let mut active: Vec<Arc<dyn Signer>> = Vec::new();
    let mut published = Vec::new();
    for key in &stored {
        let public = PublicJwk::parse(key.public_jwk.as_bytes()).map_err(|_| unreadable(key))?;
        if public.thumbprint() != key.kid {
            return Err(unreadable(key));
        }
        if let KeyState::Active { .. } = key.state {
            let pair =
                FileKey::from_pkcs8(algorithm(key.algorithm), key.pkcs8.expose()).map_err(|_| unreadable(key))?;
            active.push(Arc::new(pair));
        }
        published.push(public);
    }
    KeySet::new(&active, published)
}

impl SigningKeys {
    /// Takes over what storage has now; called every few seconds, so that a rotation anywhere acts on all nodes.
    ///
    /// # Errors
    /// As [`load`]; the state in force stays then.
    pub async fn reload(&self, db: &Db, keyring: &Keyring) -> Result<(), SigningKeysError> {
        let fresh = load(db, keyring).await?;
        if fresh.document() != self.current().document() || fresh.signs_otherwise(&self.current()) {
            tracing::info!(keys = ?fresh, "the signing keys have changed");
            self.replace(fresh);
        }
        Ok(())
    }
}

impl KeySet {
    fn signs_otherwise(&self, other: &Self) -> bool {
        SigningAlgorithm::ALL
            .into_iter()
            .any(|kind| self.signer(kind).kid() != other.signer(kind).kid())
    }
}

/// Makes an active key for each algorithm that has none: at the first start. Another node may be faster; then its key
/// counts.
///
/// # Errors
/// The database is not available, or a key cannot be made.
pub async fn mint_missing(
    db: &Db,
    keyring: &Keyring,
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<(), SigningKeysError> {
    let stored = signing_keys::list(db, keyring).await?;
    let is_active = |key: &StoredKey| matches!(key.state, KeyState::Active { .. });
    for kind in SigningAlgorithm::ALL {
        if !stored.iter().any(|key| key.algorithm == kind && is_active(key)) {
            let key = make(kind, KeyState::Active { at: now }, now, rng)?;
            insert(db, &SealedKey::seal(&key, keyring, rng)?).await?;
        }
    }
    Ok(())
}

/// Makes the next key of an algorithm and publishes it; it signs nothing before [`activate_due`]. Gives back its `kid`.
///
/// # Errors
/// The database is not available, or the key cannot be made.
pub async fn publish_next(
    db: &Db,
    keyring: &Keyring,
    kind: SigningAlgorithm,
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<String, SigningKeysError> {
    let key = make(kind, KeyState::Published, now, rng)?;
    insert(db, &SealedKey::seal(&key, keyring, rng)?).await?;
    Ok(key.kid)
}

/// Activates every key that has been published for `notice`, and retires its predecessor. Gives back the `kid`s.
///
/// # Errors
/// The database is not available.
pub async fn activate_due(
    db: &Db,
    keyring: &Keyring,
    notice: Duration,
    now: Timestamp,
) -> Result<Vec<String>, SigningKeysError> {
    let mut activated = Vec::new();
    // Oldest first: of several that are due the newest ends up active.
    let mut stored = signing_keys::list(db, keyring).await?;
    stored.sort_by_key(|key| key.published_at);
    for key in stored {
        if key.state == KeyState::Published && now >= key.published_at.plus(notice) {
            let id = key.id;
            if db
                .tx("activate_signing_key", |tx| async move {
                    signing_keys::activate(&tx, id, now).await
                })
                .await?
            {
                activated.push(key.kid);
            }
        }
    }
    Ok(activated)
}

fn make(
    kind: SigningAlgorithm,
    state: KeyState,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<StoredKey, SigningKeysError> {
    let pair = FileKey::generate(algorithm(kind))?;
    Ok(StoredKey {
        id: SigningKeyId::mint(now, rng),
        kid: pair.kid().to_owned(),
        algorithm: kind,
        public_jwk: pair.public_jwk().to_json().to_string(),
        pkcs8: Secret::new(pair.to_pkcs8()?.to_vec()),
        state,
        published_at: now,
    })
}

async fn insert(db: &Db, key: &SealedKey) -> Result<bool, SigningKeysError> {
    db.tx("insert_signing_key", |tx| async move {
        Ok(signing_keys::insert(&tx, key).await?)
    })
    .await
}

const fn algorithm(kind: SigningAlgorithm) -> Algorithm {
    match kind {
        SigningAlgorithm::Rs256 => Algorithm::Rs256,
        SigningAlgorithm::Es256 => Algorithm::Es256,
    }
}
