//! Transactions: all or nothing, run again after a lost race, read-only outside of them.

use std::sync::atomic::{AtomicU32, Ordering};

use authority::error::Class;
use authority::ids::UserId;
#[cfg(kiru_test_postgres)]
use authority::locale::Locale;
use authority::users::Subject;
use sea_orm::ConnectionTrait;
use storage::{StorageError, users};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_user, race, rng, user};

enum Refusal {
    Ours,
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

both_databases! {
    async fn an_error_takes_everything_back(db) {
        let user = &user();
        let refused = db.tx("test", |tx| async move {
            users::insert(&tx, user, NOW).await?;
            Err::<(), _>(Refusal::Ours)
        });
        match refused.await {
            Err(Refusal::Ours) => {}
            Err(Refusal::Storage(error)) => panic!("{error}"),
            Ok(()) => panic!("committed"),
        }
        assert!(users::find(db, user.id).await.unwrap().is_none());
    }

    async fn a_body_that_ignores_a_failed_statement_commits_nothing(db) {
        let (one, other) = (&user(), &user());
        let result = db.tx("test", |tx| async move {
            users::insert(&tx, one, NOW).await?;
            let session = crate::storage::fixtures::session(other, None);
            // The user of the session does not exist: the foreign key refuses.
            drop(storage::sessions::insert(&tx, &session).await);
            Ok::<_, StorageError>(())
        });
        let error = result.await.unwrap_err();
        assert!(matches!(error, StorageError::Ignored("test")), "{error:?}");
        assert_eq!(error.class(), Class::Bug);
        assert!(users::find(db, one.id).await.unwrap().is_none());
    }

    async fn a_key_that_exists_is_no_success(db) {
        let user = &insert_user(db).await;
        let again = db.tx("test", |tx| async move { users::insert(&tx, user, NOW).await }).await;
        assert_eq!(again.unwrap_err().class(), Class::Bug);
    }

    async fn all_concurrent_writers_get_through(db) {
        let user = insert_user(db).await;
        race(db, |instance, _| async move {
            instance.tx("raise", |tx| async move {
                let locked = users::lock(&tx, user.id).await?.unwrap();
                users::raise_epoch(&tx, locked.id).await
            }).await
        }).await;
        assert_eq!(users::find(db, user.id).await.unwrap().unwrap().epoch, user.epoch + 50);
    }

    async fn what_the_lock_returned_is_still_true_at_commit(db) {
        let user = insert_user(db).await;
        let seen = race(db, |instance, _| async move {
            instance.tx("raise", |tx| async move {
                let epoch = users::lock(&tx, user.id).await?.unwrap().epoch;
                users::raise_epoch(&tx, user.id).await?;
                Ok::<_, StorageError>(epoch)
            }).await
        }).await;
        let distinct: std::collections::HashSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), 50, "two transactions saw the same epoch");
    }

    async fn database_time_is_near_the_clock(db) {
        let now = db.now().await.unwrap();
        let inside = db.tx("test", |tx| async move { tx.now().await }).await.unwrap();
        let year_2026 = 1_767_225_600_000_000;
        assert!(now.as_micros() > year_2026 && inside >= now, "{now} {inside}");
    }
}

#[tokio::test]
async fn a_file_that_another_process_holds_for_a_moment_is_waited_for() {
    let db = crate::storage::TestDatabase::sqlite().await;
    let raw = db.raw().await;
    raw.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let runs = &AtomicU32::new(0);
    let user = &user();
    let writing = db.tx("test", |tx| async move {
        runs.fetch_add(1, Ordering::Relaxed);
        users::insert(&tx, user, NOW).await
    });
    let releasing = async {
        tokio::task::yield_now().await;
        raw.execute_unprepared("COMMIT").await.unwrap();
    };
    let (written, ()) = tokio::join!(writing, releasing);
    written.unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    raw.close().await.unwrap();
    db.remove().await;
}

#[cfg(kiru_test_postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deadlock_is_run_again_postgres() {
    let db = &crate::storage::TestDatabase::postgres().await;
    let (one, other) = (insert_user(db).await.id, insert_user(db).await.id);
    let meeting = &tokio::sync::Barrier::new(2);
    let cross = |first: UserId, second: UserId| {
        let runs = std::sync::Arc::new(AtomicU32::new(0));
        async move {
            let done = db.tx("cross", |tx| {
                let runs = std::sync::Arc::clone(&runs);
                async move {
                    users::lock(&tx, first).await?;
                    if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                        meeting.wait().await;
                    }
                    users::lock(&tx, second).await?;
                    users::record_locale(&tx, second, Locale::Kk).await
                }
            });
            done.await.map(|()| runs.load(Ordering::Relaxed))
        }
    };
    let (left, right) = tokio::join!(cross(one, other), cross(other, one));
    assert_eq!(left.unwrap() + right.unwrap(), 3, "one of the two ran twice");
}

#[tokio::test]
async fn a_database_that_is_away_is_transient() {
    let away = storage::Db::connect("sqlite:/nonexistent/folder/kiru.db", storage::PoolSettings::default()).await;
    assert_eq!(away.unwrap_err().class(), Class::Transient);
    let unused_port = "postgres://kiru@127.0.0.1:1/kiru";
    let away = storage::Db::connect(unused_port, storage::PoolSettings::default()).await;
    assert_eq!(away.unwrap_err().class(), Class::Transient);
}

#[tokio::test]
async fn a_subject_that_was_given_out_is_never_given_again() {
    let db = crate::storage::TestDatabase::sqlite().await;
    let first = insert_user(&db).await;
    let twin = &authority::users::User {
        id: UserId::from_uuid(fresh_uuid()),
        ..first.clone()
    };
    let inserted = db
        .tx("test", |tx| async move { users::insert(&tx, twin, NOW).await })
        .await;
    assert_eq!(inserted.unwrap_err().class(), Class::Bug);
    assert!(
        users::find_by_subject(&db, &Subject::mint(&mut rng()))
            .await
            .unwrap()
            .is_none()
    );
    db.remove().await;
}
