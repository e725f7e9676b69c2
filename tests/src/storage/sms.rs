//! Messages: one for each request id, sent by one sender, to the number of the moment, wiped afterwards (security rules
//! OT-4, OT-5, OT-6).

use authority::ids::SmsId;
use authority::secret::Secret;
use authority::throttle::{Asked, Share};
use authority::time::{Timestamp, minutes};
use authority::users::{Phone, User};
use storage::sms::{self, ClaimedSms, Delivery, NewSms, SealedSms};
use storage::{Db, phones};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh, fresh_uuid, insert_phone, insert_user, keyring, race, rng};

fn sealed(phone: &Phone, request_id: &str) -> SealedSms {
    let text = Secret::new("1414: 123456".to_owned());
    let id = SmsId::from_uuid(fresh_uuid());
    let new = NewSms {
        kind: storage::sms::SmsKind::Code(authority::throttle::Share::Other),
        id,
        request_id,
        phone,
        text: &text,
        created_at: NOW,
        expires_at: NOW.plus(minutes(5)),
    };
    SealedSms::seal(&new, keyring(), &mut rng()).unwrap()
}

async fn insert(db: &Db) -> (User, Phone) {
    let user = insert_user(db).await;
    let phone = insert_phone(db, &user).await;
    let kept = &sealed(&phone, &fresh().to_string());
    assert!(
        db.tx("test", |tx| async move { sms::insert(&tx, kept).await })
            .await
            .unwrap()
    );
    (user, phone)
}

async fn claim(db: &Db, now: Timestamp) -> Vec<ClaimedSms> {
    let claimed = db.tx("claim", |tx| async move {
        sms::claim(&tx, now, now.plus(minutes(1)), 10, keyring()).await
    });
    claimed.await.unwrap()
}

async fn texts(db: &crate::storage::TestDatabase) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let raw = db.raw().await;
    let sql = "SELECT COUNT(*) AS total FROM sms WHERE text_sealed IS NOT NULL";
    let row = raw
        .query_one_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap()
        .unwrap();
    raw.close().await.unwrap();
    row.try_get("", "total").unwrap()
}

both_databases! {
    async fn a_request_id_has_one_message(db) {
        let user = &insert_user(db).await;
        let phone = insert_phone(db, user).await;
        let (first, second) = (&sealed(&phone, "same"), &sealed(&phone, "same"));
        let inserted = db.tx("test", |tx| async move {
            Ok::<_, storage::StorageError>((sms::insert(&tx, first).await?, sms::insert(&tx, second).await?))
        });
        assert_eq!(inserted.await.unwrap(), (true, false));
    }

    async fn a_claimed_message_has_number_and_text_and_is_claimed_by_one(db) {
        let (user, phone) = insert(db).await;
        let claimed = claim(db, NOW).await;
        assert_eq!(claimed.len(), 1);
        let message = &claimed[0];
        assert_eq!((message.user_id, message.number.expose(), message.tries), (user.id, phone.number.expose(), 1));
        assert_eq!(message.text.expose(), "1414: 123456");
        assert!(!format!("{message:?}").contains("123456"));
        assert!(claim(db, NOW.plus(minutes(1))).await.is_empty(), "still claimed");
        assert_eq!(claim(db, NOW.plus(minutes(2))).await[0].tries, 2, "the first sender died");
    }

    async fn of_fifty_senders_one_gets_the_message(db) {
        insert(db).await;
        let claimed = race(db, |instance, _| async move {
            instance.tx("claim", |tx| async move {
                sms::claim(&tx, NOW, NOW.plus(minutes(1)), 10, keyring()).await
            }).await
        }).await;
        assert_eq!(claimed.into_iter().flatten().count(), 1);
    }

    async fn a_sent_message_is_wiped_and_never_claimed_again(db) {
        insert(db).await;
        let id = claim(db, NOW).await[0].id;
        assert_eq!(texts(db).await, 1);
        db.tx("sent", |tx| async move { sms::record_sent(&tx, id, Some("gw-1"), NOW).await }).await.unwrap();
        assert_eq!(texts(db).await, 0);
        assert!(claim(db, NOW.plus(minutes(3))).await.is_empty());
    }

    async fn a_failed_message_is_wiped_and_a_released_one_is_tried_again(db) {
        insert(db).await;
        let id = claim(db, NOW).await[0].id;
        db.tx("release", |tx| async move { sms::release(&tx, id, NOW).await }).await.unwrap();
        assert_eq!(claim(db, NOW.plus(minutes(1))).await.len(), 1);
        db.tx("failed", |tx| async move { sms::record_failed(&tx, id, NOW).await }).await.unwrap();
        assert_eq!(texts(db).await, 0);
        assert!(claim(db, NOW.plus(minutes(4))).await.is_empty());
    }

    async fn a_message_whose_time_is_over_is_not_sent_and_wiped(db) {
        insert(db).await;
        assert!(claim(db, NOW.plus(minutes(5))).await.is_empty());
        let wipe = |now| db.tx("wipe", move |tx| async move { sms::wipe_expired(&tx, now).await });
        assert_eq!(wipe(NOW.plus(minutes(4))).await.unwrap(), 0);
        assert_eq!(wipe(NOW.plus(minutes(5))).await.unwrap(), 1);
        assert_eq!(texts(db).await, 0);
    }

    async fn nothing_goes_to_a_phone_that_was_ended(db) {
        let (user, _) = insert(db).await;
        db.tx("end", |tx| async move { phones::end(&tx, user.id, NOW).await }).await.unwrap();
        assert!(claim(db, NOW).await.is_empty());
        insert_phone(db, &user).await;
        assert!(claim(db, NOW.plus(minutes(2))).await.is_empty(), "nor to the number that took its place");
    }

    async fn messages_are_counted_by_number_also_after_they_were_wiped(db) {
        let (_, phone) = insert(db).await;
        insert(db).await;
        let id = claim(db, NOW).await[0].id;
        db.tx("sent", |tx| async move { sms::record_sent(&tx, id, None, NOW).await }).await.unwrap();
        let digest = phones::digest(keyring(), &phone.number);
        let asked = sms::list_asked(db, &digest, NOW.minus(minutes(1))).await.unwrap();
        assert_eq!(asked, vec![Asked { at: NOW, share: Share::Other, failed: false }]);
        assert!(sms::list_asked(db, &digest, NOW.plus(minutes(1))).await.unwrap().is_empty());
        let expire = |before| db.tx("expire", move |tx| async move { sms::expire(&tx, before, 10).await });
        assert_eq!(expire(NOW).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(minutes(1))).await.unwrap(), 2);
    }

    async fn a_message_that_failed_is_listed_as_such(db) {
        let (_, phone) = insert(db).await;
        let id = claim(db, NOW).await[0].id;
        db.tx("failed", |tx| async move { sms::record_failed(&tx, id, NOW).await }).await.unwrap();
        let digest = phones::digest(keyring(), &phone.number);
        assert_eq!(sms::list_asked(db, &digest, NOW).await.unwrap(), vec![Asked { at: NOW, share: Share::Other, failed: true }]);
    }

    async fn a_text_moved_to_another_message_does_not_open(db) {
        insert(db).await;
        insert(db).await;
        db.tamper(&["UPDATE sms SET text_sealed = (SELECT text_sealed FROM sms ORDER BY id LIMIT 1)"]).await;
        let claimed = db.tx("claim", |tx| async move { sms::claim(&tx, NOW, NOW.plus(minutes(1)), 10, keyring()).await });
        assert!(claimed.await.is_err());
    }

    async fn the_request_that_kept_a_message_may_claim_it_before_the_job_does(db) {
        let user = &insert_user(db).await;
        let phone = insert_phone(db, user).await;
        let kept = &sealed(&phone, "mine");
        let id = kept.id();
        assert!(!sms::is_waiting(db, NOW).await.unwrap());
        db.tx("test", |tx| async move { sms::insert(&tx, kept).await }).await.unwrap();
        assert!(sms::is_waiting(db, NOW).await.unwrap());
        let claim_one = |now: Timestamp| {
            db.tx("claim", move |tx| async move { sms::claim_one(&tx, id, now, now.plus(minutes(1)), keyring()).await })
        };
        assert_eq!(claim_one(NOW).await.unwrap().unwrap().request_id, "mine");
        assert!(!sms::is_waiting(db, NOW).await.unwrap());
        assert!(claim_one(NOW).await.unwrap().is_none());
        assert!(claim(db, NOW).await.is_empty());
        db.tx("end", |tx| async move { phones::end(&tx, user.id, NOW).await }).await.unwrap();
        assert!(claim_one(NOW.plus(minutes(2))).await.unwrap().is_none(), "its phone was ended");
        assert!(claim_one(NOW.plus(minutes(5))).await.unwrap().is_none(), "its time is over");
    }

    async fn of_fifty_who_claim_the_same_message_one_gets_it(db) {
        let user = insert_user(db).await;
        let phone = insert_phone(db, &user).await;
        let kept = &sealed(&phone, "mine");
        db.tx("test", |tx| async move { sms::insert(&tx, kept).await }).await.unwrap();
        let id = kept.id();
        let claimed = race(db, |instance, _| async move {
            instance.tx("claim", |tx| async move { sms::claim_one(&tx, id, NOW, NOW.plus(minutes(1)), keyring()).await }).await
        });
        assert_eq!(claimed.await.into_iter().flatten().count(), 1);
    }

    async fn what_became_of_a_message_is_told_by_its_request_id(db) {
        let user = insert_user(db).await;
        let phone = insert_phone(db, &user).await;
        for (request_id, expected) in [("a", Delivery::Waiting), ("b", Delivery::Sent), ("c", Delivery::Failed)] {
            let kept = &sealed(&phone, request_id);
            let recorded = db.tx("test", |tx| async move {
                sms::insert(&tx, kept).await?;
                match expected {
                    Delivery::Waiting => Ok(()),
                    Delivery::Sent => sms::record_sent(&tx, kept.id(), None, NOW).await,
                    Delivery::Failed => sms::record_failed(&tx, kept.id(), NOW).await,
                }
            });
            recorded.await.unwrap();
            assert_eq!(sms::find_delivery(db, request_id).await.unwrap(), Some(expected));
        }
        assert_eq!(sms::find_delivery(db, "d").await.unwrap(), None);
    }
}
