//! Facts: encrypted for their row, replaced by their source only.

use authority::time::hours;
use authority::users::{FactName, FactSource, UserFact};
use storage::user_facts::{self, SealedFact};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, insert_user, keyring, rng};

fn fact(value: &str, source: FactSource) -> UserFact {
    UserFact {
        name: FactName::Name,
        value: value.to_owned(),
        source,
    }
}

fn seal(user: authority::ids::UserId, fact: &UserFact) -> SealedFact {
    SealedFact::seal(user, fact, keyring(), &mut rng()).unwrap()
}

both_databases! {
    async fn a_source_replaces_only_what_it_said_itself(db) {
        let user = insert_user(db).await.id;
        let facts = &[
            seal(user, &fact("АЙГҮЛ", FactSource::Certificate)),
            seal(user, &fact("Aigul", FactSource::PeopleFile)),
        ];
        db.tx("test", |tx| async move { user_facts::record(&tx, facts, NOW).await }).await.unwrap();
        let newer = &[seal(user, &fact("Әйгүл", FactSource::Certificate))];
        db.tx("test", |tx| async move { user_facts::record(&tx, newer, NOW.plus(hours(1))).await }).await.unwrap();
        let expected = vec![fact("Әйгүл", FactSource::Certificate), fact("Aigul", FactSource::PeopleFile)];
        assert_eq!(user_facts::list(db, user, keyring()).await.unwrap(), expected);
    }

    async fn a_source_forgets_only_its_own_facts(db) {
        let user = insert_user(db).await.id;
        let facts = &[
            seal(user, &fact("Aigul", FactSource::Certificate)),
            seal(user, &fact("Aigul", FactSource::PeopleFile)),
        ];
        db.tx("test", |tx| async move {
            user_facts::record(&tx, facts, NOW).await?;
            user_facts::forget(&tx, user, FactSource::PeopleFile, &[FactName::Name, FactName::Email]).await
        }).await.unwrap();
        let expected = vec![fact("Aigul", FactSource::Certificate)];
        assert_eq!(user_facts::list(db, user, keyring()).await.unwrap(), expected);
    }

    async fn a_fact_moved_to_another_user_does_not_open(db) {
        let (owner, other) = (insert_user(db).await.id, insert_user(db).await.id);
        let facts = &[seal(owner, &fact("Aigul", FactSource::Certificate))];
        db.tx("test", |tx| async move { user_facts::record(&tx, facts, NOW).await }).await.unwrap();
        assert!(user_facts::list(db, other, keyring()).await.unwrap().is_empty());
        db.tamper(&["UPDATE user_facts SET user_id = (SELECT id FROM users WHERE id <> user_facts.user_id)"]).await;
        let error = user_facts::list(db, other, keyring()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("impossible value in user_facts.value_sealed of row {other}"));
    }

    async fn nothing_readable_is_at_rest(db) {
        use sea_orm::{ConnectionTrait, Statement};
        let user = insert_user(db).await.id;
        let facts = &[seal(user, &fact("Aigul", FactSource::Certificate))];
        db.tx("test", |tx| async move { user_facts::record(&tx, facts, NOW).await }).await.unwrap();
        let raw = db.raw().await;
        let sql = Statement::from_string(raw.get_database_backend(), "SELECT value_sealed FROM user_facts");
        let sealed: Vec<u8> = raw.query_one_raw(sql).await.unwrap().unwrap().try_get("", "value_sealed").unwrap();
        assert!(!sealed.windows(5).any(|window| window == b"Aigul"));
        raw.close().await.unwrap();
    }
}
