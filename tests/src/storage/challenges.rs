//! Challenges: one open for each purpose, the first try consumes (security rules CE-1, DB-2).

use authority::authentication::{Challenge, ChallengePurpose, SignInAttempt};
use authority::ids::ChallengeId;
use authority::time::minutes;
use storage::challenges;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh, fresh_digest, fresh_uuid, insert_attempt, race};

fn challenge(attempt: &SignInAttempt, purpose: ChallengePurpose) -> Challenge {
    Challenge {
        id: ChallengeId::from_uuid(fresh_uuid()),
        purpose,
        attempt_id: attempt.id,
        browser_digest: fresh_digest(),
        text: format!("challenge {}", fresh()),
        issued_at: NOW,
        expires_at: NOW.plus(minutes(5)),
    }
}

async fn insert(db: &storage::Db, challenge: &Challenge) -> bool {
    db.tx("test", |tx| async move { challenges::insert(&tx, challenge).await })
        .await
        .unwrap()
}

both_databases! {
    async fn a_challenge_is_taken_once(db) {
        let attempt = insert_attempt(db).await;
        let kept = challenge(&attempt, ChallengePurpose::EdsSignIn);
        assert!(insert(db, &kept).await);
        let take = || db.tx("test", |tx| async move {
            challenges::take(&tx, attempt.id, ChallengePurpose::EdsSignIn, NOW).await
        });
        let taken = take().await.unwrap().unwrap();
        assert_eq!((taken.id, &taken.text, taken.expires_at), (kept.id, &kept.text, kept.expires_at));
        assert!(taken.check(ChallengePurpose::EdsSignIn, attempt.id, &kept.browser_digest, NOW).is_ok());
        assert!(take().await.unwrap().is_none());
    }

    async fn of_fifty_answers_one_takes_the_challenge(db) {
        let attempt = insert_attempt(db).await;
        insert(db, &challenge(&attempt, ChallengePurpose::DeviceProof)).await;
        let taken = race(db, |instance, _| async move {
            instance.tx("answer", |tx| async move {
                challenges::take(&tx, attempt.id, ChallengePurpose::DeviceProof, NOW).await
            }).await
        }).await;
        assert_eq!(taken.into_iter().flatten().count(), 1);
    }

    async fn another_purpose_or_attempt_takes_nothing(db) {
        let (attempt, other) = (insert_attempt(db).await, insert_attempt(db).await);
        insert(db, &challenge(&attempt, ChallengePurpose::EdsSignIn)).await;
        for (id, purpose) in [
            (attempt.id, ChallengePurpose::DeviceProof),
            (attempt.id, ChallengePurpose::DeviceBinding),
            (other.id, ChallengePurpose::EdsSignIn),
        ] {
            let taken = db.tx("test", move |tx| async move { challenges::take(&tx, id, purpose, NOW).await }).await;
            assert!(taken.unwrap().is_none());
        }
        assert!(challenges::find_open(db, attempt.id, ChallengePurpose::EdsSignIn).await.unwrap().is_some());
    }

    async fn a_new_challenge_consumes_the_open_one(db) {
        let attempt = insert_attempt(db).await;
        insert(db, &challenge(&attempt, ChallengePurpose::EdsSignIn)).await;
        let newer = challenge(&attempt, ChallengePurpose::EdsSignIn);
        assert!(insert(db, &newer).await);
        let open = challenges::find_open(db, attempt.id, ChallengePurpose::EdsSignIn).await.unwrap().unwrap();
        assert_eq!(open.id, newer.id);
    }
}
