//! Attempts: every state comes back, changes are compare-and-set, what ended does not move again.

use authority::authentication::{EndReason, FirstFactor, FirstStage, SecondFactor, SecondStage, SignInAttempt};
use authority::certificates::KeyStorage;
use authority::ids::{CertificateId, PhoneId, SessionId};
use authority::time::minutes;
use storage::{Write, attempts};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_attempt, insert_user, race};

async fn reread(db: &storage::Db, attempt: &SignInAttempt) -> SignInAttempt {
    attempts::find_for_interaction(db, attempt.interaction_id, attempt.id)
        .await
        .unwrap()
        .unwrap()
}

async fn record(db: &storage::Db, attempt: &SignInAttempt) -> Write {
    db.tx("test", |tx| async move { attempts::record(&tx, attempt).await })
        .await
        .unwrap()
}

fn first(user: &authority::users::User) -> FirstStage {
    let certificate_id = CertificateId::from_uuid(fresh_uuid());
    FirstStage {
        user_id: user.id,
        factor: FirstFactor::Eds {
            certificate_id,
            key_storage: KeyStorage::File,
        },
        at: NOW,
    }
}

both_databases! {
    async fn an_attempt_walks_through_all_states(db) {
        let user = insert_user(db).await;
        let attempt = insert_attempt(db).await;
        let passed = reread(db, &attempt).await.pass_first(first(&user)).unwrap();
        assert_eq!(record(db, &passed).await, Write::Done);
        let found = reread(db, &attempt).await;
        assert_eq!((&found.state, found.version), (&passed.state, 1));

        let factor = SecondFactor::Sms { phone_id: PhoneId::from_uuid(fresh_uuid()) };
        let both = found.pass_second(SecondStage { factor, at: NOW.plus(minutes(1)) }).unwrap();
        assert_eq!(record(db, &both).await, Write::Done);
        let found = reread(db, &attempt).await;
        assert_eq!(found.state, both.state);

        let done = found.succeed(SessionId::from_uuid(fresh_uuid()), NOW.plus(minutes(2))).unwrap();
        assert_eq!(record(db, &done).await, Write::Done);
        let found = attempts::find_latest(db, attempt.interaction_id).await.unwrap().unwrap();
        assert_eq!((found.state.clone(), found.version), (done.state, 3));
        assert_eq!(record(db, &found).await, Write::Lost, "what succeeded does not move again");
    }

    async fn sandbox_stages_and_every_end_come_back(db) {
        let user = insert_user(db).await;
        for reason in EndReason::ALL {
            let attempt = insert_attempt(db).await;
            let stage = FirstStage { user_id: user.id, factor: FirstFactor::Sandbox, at: NOW };
            let passed = attempt.clone().pass_first(stage).unwrap();
            assert_eq!(record(db, &passed).await, Write::Done);
            let both = reread(db, &attempt).await.pass_second(SecondStage { factor: SecondFactor::Sandbox, at: NOW }).unwrap();
            assert_eq!(record(db, &both).await, Write::Done);
            let found = reread(db, &attempt).await;
            assert_eq!(found.state, both.state);
            let ended = found.end(reason, NOW.plus(minutes(1))).unwrap();
            assert_eq!(record(db, &ended).await, Write::Done);
            assert_eq!(reread(db, &attempt).await.state, ended.state);
        }
    }

    async fn of_fifty_changes_from_one_version_one_is_recorded(db) {
        let user = insert_user(db).await;
        let attempt = insert_attempt(db).await;
        let written = race(db, |instance, _| {
            let passed = attempt.clone().pass_first(first(&user)).unwrap();
            async move {
                let passed = &passed;
                instance.tx("pass", |tx| async move { attempts::record(&tx, passed).await }).await
            }
        }).await;
        assert_eq!(written.into_iter().filter(|written| *written == Write::Done).count(), 1);
    }

    async fn an_attempt_belongs_to_its_interaction(db) {
        let (one, other) = (insert_attempt(db).await, insert_attempt(db).await);
        assert!(attempts::find_for_interaction(db, other.interaction_id, one.id).await.unwrap().is_none());
    }

    async fn a_stage_without_its_facts_is_impossible(db) {
        let user = insert_user(db).await;
        let attempt = insert_attempt(db).await;
        let passed = attempt.clone().pass_first(first(&user)).unwrap();
        assert_eq!(record(db, &passed).await, Write::Done);
        for change in [
            "first_at = NULL",
            "first_at = 1, certificate_id = NULL",
            "state = 'second_stage_passed'",
            "state = 'started', ended_at = 1",
            "state = 'ended', end_reason = 'tired'",
            "state = 'succeeded', session_id = NULL",
            "state = 'asleep'",
            "state = 'started', ended_at = NULL, version = 9000000000",
        ] {
            db.tamper(&[&format!("UPDATE attempts SET {change}")]).await;
            assert!(attempts::find_latest(db, attempt.interaction_id).await.is_err(), "{change}");
        }
    }
}
