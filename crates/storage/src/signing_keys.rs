//! Our signing keys: private halves encrypted for their row, one active for each algorithm (a partial unique index sees
//! to that). Published before use, kept published until what they signed has ended (security rule JT-14).
//!
//! Retention: a retired key is deleted by [`expire`] after its last token.

use std::fmt;

use authority::clients::SigningAlgorithm;
use authority::ids::SigningKeyId;
use authority::secret::{Keyring, Purpose, Secret};
use authority::time::Timestamp;
use rand_core::CryptoRng;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::row::Place;
use crate::sql::{self, at};
use crate::{Connection, Inconsistent, StorageError, Tx};

/// The lifecycle of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// In the JWKS, signs nothing yet.
    Published,
    /// Signs.
    Active {
        /// Since when.
        at: Timestamp,
    },
    /// Signs no more, still in the JWKS.
    Retired {
        /// Since when.
        at: Timestamp,
    },
}

/// A key, its private half open.
#[derive(Clone)]
pub struct StoredKey {
    /// Our identifier.
    pub id: SigningKeyId,
    /// Its name in the JWKS.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// The public half, JWK JSON.
    pub public_jwk: String,
    /// The private half, PKCS#8 DER.
    pub pkcs8: Secret<Vec<u8>>,
    /// Its lifecycle.
    pub state: KeyState,
    /// When it came into the JWKS.
    pub published_at: Timestamp,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "StoredKey({}, {}, {:?})",
            self.kid,
            self.algorithm.as_str(),
            self.state
        )
    }
}

/// A key as it may be stored.
#[derive(Clone, Debug)]
pub struct SealedKey {
    id: SigningKeyId,
    kid: String,
    algorithm: SigningAlgorithm,
    public_jwk: String,
    private_sealed: Vec<u8>,
    state: KeyState,
    published_at: Timestamp,
}

impl SealedKey {
    /// Encrypts the private half for its row.
    ///
    /// # Errors
    /// The cryptographic library refuses.
    pub fn seal(key: &StoredKey, keyring: &Keyring, rng: &mut dyn CryptoRng) -> Result<Self, StorageError> {
        let context = context(key.id, &key.kid);
        Ok(Self {
            id: key.id,
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            public_jwk: key.public_jwk.clone(),
            private_sealed: keyring.seal(Purpose::SigningKey, context.as_bytes(), key.pkcs8.expose(), rng)?,
            state: key.state,
            published_at: key.published_at,
        })
    }
}

/// All keys that belong into the JWKS, newest first.
///
/// # Errors
/// The database is not available, or a row is impossible or was altered.
pub async fn list(conn: &Connection, keyring: &Keyring) -> Result<Vec<StoredKey>, StorageError> {
    let rows: Vec<Row> = sql::list(
        conn,
        "SELECT * FROM signing_keys ORDER BY published_at DESC, id DESC",
        [],
    )
    .await?;
    rows.into_iter()
        .map(|row| open(row, keyring).map_err(Into::into))
        .collect()
}

/// Keeps a key; `false` when its `kid` is taken, or when it is active and another node was faster with one for the same
/// algorithm: use that one.
///
/// # Errors
/// The database is not available.
pub async fn insert(tx: &Tx, key: &SealedKey) -> Result<bool, StorageError> {
    let (state, activated_at, retired_at) = state_columns(key.state);
    let cells = [
        ("id", key.id.as_uuid().into()),
        ("kid", key.kid.clone().into()),
        ("algorithm", key.algorithm.as_str().into()),
        ("public_jwk", key.public_jwk.clone().into()),
        ("private_sealed", key.private_sealed.clone().into()),
        ("state", state.into()),
        ("published_at", at(key.published_at)),
        ("activated_at", sql::maybe_at(activated_at)),
        ("retired_at", sql::maybe_at(retired_at)),
    ];
    sql::insert_new(tx, "signing_keys", cells).await
}

/// Makes a published key the active one of its algorithm and retires the one that was; `false` when the key is not
/// there or not waiting, and then nothing is changed.
///
/// # Errors
/// The database is not available, or another node activated another key at the same time.
pub async fn activate(tx: &Tx, id: SigningKeyId, now: Timestamp) -> Result<bool, StorageError> {
    let retire = "UPDATE signing_keys SET state = 'retired', retired_at = $2 WHERE state = 'active' AND algorithm = \
                  (SELECT algorithm FROM signing_keys WHERE id = $1 AND state = 'published')";
    sql::execute(tx, retire, [id.as_uuid().into(), at(now)]).await?;
    let activate = "UPDATE signing_keys SET state = 'active', activated_at = $2 WHERE id = $1 AND state = 'published'";
    Ok(sql::execute(tx, activate, [id.as_uuid().into(), at(now)]).await? == 1)
}

/// Takes a key out of use at once, active or not, as an emergency demands; `false` when it was retired before.
///
/// # Errors
/// The database is not available.
pub async fn retire(tx: &Tx, id: SigningKeyId, now: Timestamp) -> Result<bool, StorageError> {
    let sql = "UPDATE signing_keys SET state = 'retired', retired_at = $2 WHERE id = $1 AND state <> 'retired'";
    Ok(sql::execute(tx, sql, [id.as_uuid().into(), at(now)]).await? == 1)
}

/// Deletes keys retired before `before`, which takes them out of the JWKS.
///
/// # Errors
/// The database is not available.
pub async fn expire(tx: &Tx, before: Timestamp) -> Result<u64, StorageError> {
    sql::execute(
        tx,
        "DELETE FROM signing_keys WHERE state = 'retired' AND retired_at < $1",
        [at(before)],
    )
    .await
}

const fn state_columns(state: KeyState) -> (&'static str, Option<Timestamp>, Option<Timestamp>) {
    match state {
        KeyState::Published => ("published", None, None),
        KeyState::Active { at } => ("active", Some(at), None),
        KeyState::Retired { at } => ("retired", None, Some(at)),
    }
}

fn open(row: Row, keyring: &Keyring) -> Result<StoredKey, Inconsistent> {
    let place = Place {
        table: "signing_keys",
        id: &row.id,
    };
    let id = SigningKeyId::from_uuid(row.id);
    let state = match (row.state.as_str(), row.activated_at, row.retired_at) {
        ("published", None, None) => KeyState::Published,
        ("active", Some(at), None) => KeyState::Active {
            at: Timestamp::from_micros(at),
        },
        ("retired", _, Some(at)) => KeyState::Retired {
            at: Timestamp::from_micros(at),
        },
        _ => return Err(place.bad("state")),
    };
    let pkcs8 = keyring
        .open(
            Purpose::SigningKey,
            context(id, &row.kid).as_bytes(),
            &row.private_sealed,
        )
        .ok();
    Ok(StoredKey {
        id,
        algorithm: place.word("algorithm", SigningAlgorithm::from_word(&row.algorithm))?,
        pkcs8: Secret::new(place.word("private_sealed", pkcs8)?.to_vec()),
        state,
        published_at: Timestamp::from_micros(row.published_at),
        kid: row.kid,
        public_jwk: row.public_jwk,
    })
}

fn context(id: SigningKeyId, kid: &str) -> String {
    format!("signing_keys/{id}/{kid}")
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kid: String,
    algorithm: String,
    public_jwk: String,
    private_sealed: Vec<u8>,
    state: String,
    published_at: i64,
    activated_at: Option<i64>,
    retired_at: Option<i64>,
}
