//! Signing keys: sealed at rest, one active for each algorithm, retired ones stay published (security rule JT-14).

use authority::clients::SigningAlgorithm;
use authority::ids::SigningKeyId;
use authority::secret::{Kek, Keyring, Secret};
use authority::time::{Timestamp, days};
use storage::Db;
use storage::signing_keys::{self, KeyState, SealedKey, StoredKey};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh, fresh_uuid, keyring, race, rng};

fn key(algorithm: SigningAlgorithm, state: KeyState, published_at: Timestamp) -> StoredKey {
    StoredKey {
        id: SigningKeyId::from_uuid(fresh_uuid()),
        kid: format!("kid-{}", fresh()),
        algorithm,
        public_jwk: r#"{"kty":"EC"}"#.to_owned(),
        pkcs8: Secret::new(b"private".to_vec()),
        state,
        published_at,
    }
}

async fn insert(db: &Db, key: &StoredKey) -> bool {
    let sealed = &SealedKey::seal(key, keyring(), &mut rng()).unwrap();
    db.tx("test", |tx| async move { signing_keys::insert(&tx, sealed).await })
        .await
        .unwrap()
}

async fn states(db: &Db) -> Vec<(SigningKeyId, KeyState)> {
    signing_keys::list(db, keyring())
        .await
        .unwrap()
        .iter()
        .map(|key| (key.id, key.state))
        .collect()
}

both_databases! {
    async fn a_key_comes_back_open_and_newest_first(db) {
        let old = key(SigningAlgorithm::Es256, KeyState::Active { at: NOW }, NOW.minus(days(1)));
        let new = key(SigningAlgorithm::Rs256, KeyState::Published, NOW);
        assert!(insert(db, &old).await && insert(db, &new).await);
        let list = signing_keys::list(db, keyring()).await.unwrap();
        assert_eq!(list.iter().map(|key| key.id).collect::<Vec<_>>(), vec![new.id, old.id]);
        assert_eq!(list[1].pkcs8.expose(), b"private");
        assert_eq!((&list[1].kid, &list[1].public_jwk, list[1].algorithm), (&old.kid, &old.public_jwk, old.algorithm));
    }

    async fn another_key_encryption_key_opens_nothing(db) {
        insert(db, &key(SigningAlgorithm::Es256, KeyState::Published, NOW)).await;
        let other = Keyring::derive(&Kek::mint(&mut rng())).unwrap();
        assert!(signing_keys::list(db, &other).await.is_err());
    }

    async fn activating_retires_the_one_that_was(db) {
        let first = key(SigningAlgorithm::Es256, KeyState::Active { at: NOW }, NOW);
        let other = key(SigningAlgorithm::Rs256, KeyState::Active { at: NOW }, NOW.plus(days(1)));
        let second = key(SigningAlgorithm::Es256, KeyState::Published, NOW.plus(days(2)));
        for key in [&first, &other, &second] {
            assert!(insert(db, key).await);
        }
        let at = NOW.plus(days(3));
        let activate = |id| db.tx("rotate", move |tx| async move { signing_keys::activate(&tx, id, at).await });
        assert!(activate(second.id).await.unwrap());
        let expected = vec![(second.id, KeyState::Active { at }), (other.id, other.state), (first.id, KeyState::Retired { at })];
        assert_eq!(states(db).await, expected);
        assert!(!activate(second.id).await.unwrap(), "it is active already");
        assert!(!activate(first.id).await.unwrap(), "a retired key never comes back");
        assert_eq!(states(db).await, expected);
    }

    async fn of_fifty_first_starts_one_makes_the_active_key(db) {
        let inserted = race(db, |instance, _| {
            let key = key(SigningAlgorithm::Es256, KeyState::Active { at: NOW }, NOW);
            async move { Ok(insert(&instance, &key).await) }
        }).await;
        assert_eq!(inserted.into_iter().filter(|inserted| *inserted).count(), 1);
        assert_eq!(states(db).await.len(), 1);
    }

    async fn a_retired_key_leaves_after_its_last_token_and_an_active_one_never(db) {
        let key = key(SigningAlgorithm::Es256, KeyState::Active { at: NOW }, NOW);
        insert(db, &key).await;
        let expire = |before| db.tx("expire", move |tx| async move { signing_keys::expire(&tx, before).await });
        assert_eq!(expire(NOW.plus(days(365))).await.unwrap(), 0);
        let retire = || db.tx("retire", |tx| async { let tx = tx; signing_keys::retire(&tx, key.id, NOW).await });
        assert!(retire().await.unwrap());
        assert!(!retire().await.unwrap());
        assert_eq!(expire(NOW).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(days(1))).await.unwrap(), 1);
    }

    async fn an_impossible_key_is_an_error(db) {
        insert(db, &key(SigningAlgorithm::Es256, KeyState::Published, NOW)).await;
        for change in ["state = 'active'", "state = 'published', algorithm = 'HS256'", "algorithm = 'ES256', kid = 'other'"] {
            db.tamper(&[&format!("UPDATE signing_keys SET {change}")]).await;
            assert!(signing_keys::list(db, keyring()).await.is_err(), "{change}");
        }
    }
}
