//! SMS codes: newest only, tries counted before comparing and bounded across nodes, taken once (security rules OT-1, OT-2).

use authority::authentication::{CodeDigits, SignInAttempt, SmsCode, SmsCodeError};
use authority::ids::{CodeId, PhoneId};
use authority::throttle::{Share, TRIES_PER_CODE};
use authority::time::minutes;
use authority::users::User;
use storage::sms_codes;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_attempt, insert_user, keyring, race, rng};

fn code(user: &User, attempt: &SignInAttempt, digits: &CodeDigits) -> SmsCode {
    let phone_id = PhoneId::from_uuid(fresh_uuid());
    SmsCode {
        id: CodeId::from_uuid(fresh_uuid()),
        user_id: user.id,
        attempt_id: attempt.id,
        phone_id,
        digest: digits.digest(keyring(), attempt.id, phone_id),
        tries: 0,
        issued_at: NOW,
        expires_at: NOW.plus(minutes(5)),
    }
}

async fn insert(db: &storage::Db, code: &SmsCode) -> bool {
    db.tx(
        "test",
        |tx| async move { sms_codes::insert(&tx, code, Share::Other).await },
    )
    .await
    .unwrap()
}

both_databases! {
    async fn the_right_digits_match_and_the_code_is_taken_once(db) {
        let (user, attempt, digits) = (insert_user(db).await, insert_attempt(db).await, CodeDigits::mint(&mut rng()));
        assert!(insert(db, &code(&user, &attempt, &digits)).await);
        let tried = db.tx("test", |tx| async move { sms_codes::count_try(&tx, user.id, attempt.id).await }).await.unwrap().unwrap();
        assert_eq!(tried.tries, 1);
        let matched = tried.compare(&digits, attempt.id, keyring(), NOW).unwrap();
        let take = || db.tx("test", |tx| async { let tx = tx; sms_codes::take(&tx, tried.id, NOW).await });
        assert_eq!(matched.code_id(), tried.id);
        assert!(take().await.unwrap());
        assert!(!take().await.unwrap());
        assert!(sms_codes::find_live(db, user.id, attempt.id).await.unwrap().is_none());
    }

    async fn of_fifty_concurrent_tries_five_are_compared(db) {
        let (user, attempt, digits) = (insert_user(db).await, insert_attempt(db).await, CodeDigits::mint(&mut rng()));
        insert(db, &code(&user, &attempt, &digits)).await;
        let tries = race(db, |instance, _| async move {
            instance.tx("try", |tx| async move { sms_codes::count_try(&tx, user.id, attempt.id).await }).await
        }).await;
        let compared = tries.iter().flatten().filter(|code| {
            !matches!(code.compare(&digits, attempt.id, keyring(), NOW), Err(SmsCodeError::TooManyTries))
        });
        assert_eq!(i64::try_from(compared.count()).unwrap(), TRIES_PER_CODE);
    }

    async fn of_fifty_who_know_the_code_one_takes_it(db) {
        let (user, attempt, digits) = (insert_user(db).await, insert_attempt(db).await, CodeDigits::mint(&mut rng()));
        let kept = code(&user, &attempt, &digits);
        insert(db, &kept).await;
        let id = kept.id;
        let taken = race(db, |instance, _| async move {
            instance.tx("take", |tx| async move { sms_codes::take(&tx, id, NOW).await }).await
        }).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
    }

    async fn a_new_code_ends_the_one_before(db) {
        let (user, attempt) = (insert_user(db).await, insert_attempt(db).await);
        let first = code(&user, &attempt, &CodeDigits::mint(&mut rng()));
        let second = code(&user, &attempt, &CodeDigits::mint(&mut rng()));
        assert!(insert(db, &first).await);
        assert!(insert(db, &second).await);
        let live = sms_codes::find_live(db, user.id, attempt.id).await.unwrap().unwrap();
        assert_eq!((live.id, live.tries), (second.id, 0));
        let stale = db.tx("test", |tx| async { let tx = tx; sms_codes::take(&tx, first.id, NOW).await }).await;
        assert!(!stale.unwrap());
    }

    async fn a_code_of_another_share_and_attempt_ends_none(db) {
        let (user, attempt, other) = (insert_user(db).await, insert_attempt(db).await, insert_attempt(db).await);
        let owners = &code(&user, &attempt, &CodeDigits::mint(&mut rng()));
        let strangers = &code(&user, &other, &CodeDigits::mint(&mut rng()));
        let kept = db.tx("test", |tx| async move {
            Ok::<_, storage::StorageError>((
                sms_codes::insert(&tx, owners, Share::Bound).await?,
                sms_codes::insert(&tx, strangers, Share::Other).await?,
            ))
        });
        assert_eq!(kept.await.unwrap(), (true, true));
        assert_eq!(sms_codes::find_live(db, user.id, attempt.id).await.unwrap().unwrap().id, owners.id);
        assert_eq!(sms_codes::find_live(db, user.id, other.id).await.unwrap().unwrap().id, strangers.id);
    }

    async fn a_user_without_a_code_has_nothing_to_try(db) {
        let (user, attempt) = (insert_user(db).await, insert_attempt(db).await);
        let tried = db.tx("test", |tx| async move {
            sms_codes::end_for_user(&tx, user.id, NOW).await?;
            sms_codes::count_try(&tx, user.id, attempt.id).await
        });
        assert!(tried.await.unwrap().is_none());
    }

    async fn a_try_in_another_attempt_counts_nothing(db) {
        let (user, mine, other) = (insert_user(db).await, insert_attempt(db).await, insert_attempt(db).await);
        insert(db, &code(&user, &mine, &CodeDigits::mint(&mut rng()))).await;
        let tried = db.tx("test", |tx| async move { sms_codes::count_try(&tx, user.id, other.id).await }).await;
        assert!(tried.unwrap().is_none());
        assert_eq!(sms_codes::find_live(db, user.id, mine.id).await.unwrap().unwrap().tries, 0);
    }
}
