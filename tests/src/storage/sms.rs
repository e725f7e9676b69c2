//! Messages: one for each request id, sent by one sender, to the number of the moment, wiped afterwards (security rules
//! OT-4, OT-5, OT-6).

use authority::ids::SmsId;
use authority::secret::Secret;
use authority::throttle::{Asked, Share};
use authority::time::{Timestamp, minutes};
use authority::users::{Phone, User};
use storage::sms::{self, Claimed, ClaimedSms, Delivery, NewSms, SealedSms, SmsKind};
use storage::{Db, StorageError, phones};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh, fresh_uuid, insert_phone, insert_user, keyring, race, rng};

fn sealed(phone: &Phone, request_id: &str) -> SealedSms {
    sealed_as(SmsKind::Code(Share::Other), phone, request_id)
}

fn sealed_as(kind: SmsKind, phone: &Phone, request_id: &str) -> SealedSms {
    let text = Secret::new("1414: 123456".to_owned());
    let id = SmsId::from_uuid(fresh_uuid());
    let new = NewSms {
        kind,
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
    insert_sealed(db, &sealed(&phone, &fresh().to_string())).await;
    (user, phone)
}

async fn insert_sealed(db: &Db, kept: &SealedSms) {
    let inserted = db.tx("test", |tx| async move { sms::insert(&tx, kept).await });
    assert!(inserted.await.unwrap());
}

async fn claim(db: &Db, now: Timestamp) -> Vec<ClaimedSms> {
    claim_up_to(db, now, 10).await.unwrap().ready
}

async fn claim_up_to(db: &Db, now: Timestamp, limit: u32) -> Result<Claimed, StorageError> {
    db.tx("claim", |tx| async move {
        sms::claim(&tx, now, minutes(1), limit, keyring()).await
    })
    .await
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
            Ok::<_, StorageError>((sms::insert(&tx, first).await?, sms::insert(&tx, second).await?))
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
        let claimed = race(db, |instance, _| async move { claim_up_to(&instance, NOW, 10).await }).await;
        assert_eq!(claimed.iter().map(|claimed| claimed.ready.len()).sum::<usize>(), 1);
        assert_eq!(claimed.iter().map(|claimed| claimed.count).sum::<usize>(), 1);
    }

    async fn each_try_that_sent_nothing_holds_a_message_for_as_long_again(db) {
        insert(db).await;
        let mut tried_at = NOW;
        for tries in 1..=2 {
            assert_eq!(claim(db, tried_at).await[0].tries, tries);
            let held = tried_at.plus(minutes(u64::try_from(tries).unwrap()));
            assert!(claim(db, held).await.is_empty(), "try {tries}");
            tried_at = held.plus(std::time::Duration::from_micros(1));
        }
        assert_eq!(claim(db, tried_at).await[0].tries, 3);
    }

    async fn messages_that_cannot_leave_keep_none_waiting(db) {
        let (gone, _) = insert(db).await;
        insert(db).await;
        db.tx("end", |tx| async move { phones::end(&tx, gone.id, NOW).await }).await.unwrap();
        let first = claim_up_to(db, NOW, 1).await.unwrap();
        assert_eq!((first.ready.len(), first.count), (0, 1), "the code of an ended phone");
        assert_eq!(claim_up_to(db, NOW, 1).await.unwrap().ready.len(), 1);
        assert_eq!(claim_up_to(db, NOW, 1).await.unwrap().count, 0);
        // The one that waited longer comes first, whichever was tried before.
        let (_, phone) = insert(db).await;
        let later = NOW.plus(minutes(2));
        let next = claim_up_to(db, later, 1).await.unwrap();
        assert_eq!(next.ready[0].number.expose(), phone.number.expose(), "it was never tried");
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

    async fn a_notice_goes_to_the_phone_it_was_written_for_though_another_took_its_place(db) {
        let user = insert_user(db).await;
        let old = insert_phone(db, &user).await;
        insert_sealed(db, &sealed_as(SmsKind::Notice, &old, "old")).await;
        db.tx("end", |tx| async move { phones::end(&tx, user.id, NOW).await }).await.unwrap();
        insert_phone(db, &user).await;
        let claimed = claim(db, NOW).await;
        assert_eq!(claimed.len(), 1);
        assert_eq!(claimed[0].number.expose(), old.number.expose());
    }

    async fn no_code_goes_to_a_phone_that_was_ended(db) {
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
        let claimed = claim_up_to(db, NOW, 10).await.unwrap();
        assert_eq!((claimed.ready.len(), claimed.count), (1, 2), "the altered one keeps the other from nobody");
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
