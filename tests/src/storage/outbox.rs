//! The outbox: kept once, worked on by one, repeated until done.

use authority::ids::OutboxId;
use authority::time::{Timestamp, minutes};
use storage::Db;
use storage::outbox::{self, OutboxMessage, Share, Standing};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, race};

fn message(dedup_key: &str) -> OutboxMessage {
    OutboxMessage {
        id: OutboxId::from_uuid(fresh_uuid()),
        kind: "notify".to_owned(),
        lane: String::new(),
        dedup_key: dedup_key.to_owned(),
        payload: "{}".to_owned(),
        tries: 0,
        created_at: NOW,
    }
}

async fn insert(db: &Db, message: &OutboxMessage, due_at: Timestamp) -> bool {
    db.tx("test", |tx| async move { outbox::insert(&tx, message, due_at).await })
        .await
        .unwrap()
}

async fn claim(db: &Db, now: Timestamp) -> Vec<OutboxMessage> {
    db.tx("claim", |tx| async move {
        outbox::claim(&tx, "notify", now, now.plus(minutes(1)), 10).await
    })
    .await
    .unwrap()
}

both_databases! {
    async fn a_key_has_one_message(db) {
        assert!(insert(db, &message("a"), NOW).await);
        assert!(!insert(db, &message("a"), NOW).await);
        assert!(insert(db, &message("b"), NOW).await);
    }

    async fn a_message_is_claimed_when_due_by_one_worker_of_its_kind(db) {
        let kept = message("a");
        insert(db, &kept, NOW.plus(minutes(1))).await;
        assert!(claim(db, NOW).await.is_empty());
        let other = db.tx("claim", |tx| async move { outbox::claim(&tx, "other", NOW.plus(minutes(2)), NOW, 10).await });
        assert!(other.await.unwrap().is_empty());
        let now = NOW.plus(minutes(1));
        assert_eq!(claim(db, now).await, vec![OutboxMessage { tries: 1, ..kept.clone() }]);
        assert!(claim(db, now).await.is_empty());
        assert_eq!(claim(db, now.plus(minutes(2))).await, vec![OutboxMessage { tries: 2, ..kept }]);
    }

    async fn of_fifty_workers_one_gets_the_message(db) {
        insert(db, &message("a"), NOW).await;
        let claimed = race(db, |instance, _| async move { Ok(claim(&instance, NOW).await) }).await;
        assert_eq!(claimed.into_iter().flatten().count(), 1);
    }

    async fn failed_work_comes_back_and_done_work_does_not(db) {
        let kept = message("a");
        insert(db, &kept, NOW).await;
        claim(db, NOW).await;
        let next = NOW.plus(minutes(5));
        db.tx("failed", |tx| async { let tx = tx; outbox::record_failed(&tx, kept.id, "refused", next).await }).await.unwrap();
        assert!(claim(db, NOW.plus(minutes(4))).await.is_empty());
        assert_eq!(claim(db, next).await.len(), 1);
        db.tx("done", |tx| async { let tx = tx; outbox::record_done(&tx, kept.id, next).await }).await.unwrap();
        assert!(claim(db, next.plus(minutes(5))).await.is_empty());
        let expire = |before| db.tx("expire", move |tx| async move { outbox::expire(&tx, before, 10).await });
        assert_eq!(expire(next).await.unwrap(), 0);
        assert_eq!(expire(next.plus(minutes(1))).await.unwrap(), 1);
    }

    async fn every_lane_gets_its_share_and_busy_ones_get_none(db) {
        for (lane, number) in [("a", 0), ("a", 1), ("a", 2), ("a_", 0), ("b", 0), ("c", 0)] {
            let message = OutboxMessage { lane: lane.to_owned(), ..message(&format!("{lane}{number}")) };
            insert(db, &message, NOW.plus(minutes(number))).await;
        }
        let claim = async |except: &[&str], now, limit| {
            let except: Vec<String> = except.iter().map(ToString::to_string).collect();
            let except = &except;
            let claimed = db.tx("claim", |tx| async move {
                let share = Share { except, of_one_lane: 2, limit };
                outbox::claim_in_lanes(&tx, "notify", now, now.plus(minutes(1)), share).await
            });
            let mut keys: Vec<String> = claimed.await.unwrap().into_iter().map(|message| message.dedup_key).collect();
            keys.sort();
            keys
        };
        let late = NOW.plus(minutes(10));
        assert!(outbox::is_waiting(db, "notify", late).await.unwrap());
        assert_eq!(claim(&["b"], late, 10).await, ["a0", "a1", "a_0", "c0"]);
        assert_eq!(claim(&["a"], late, 10).await, ["b0"], "a busy lane waits, and no other of a similar name");
        assert_eq!(claim(&[], late, 10).await, ["a2"]);
        assert!(!outbox::is_waiting(db, "notify", late).await.unwrap());
        assert!(!outbox::is_waiting(db, "other", late.plus(minutes(2))).await.unwrap());
        assert_eq!(claim(&[], late.plus(minutes(2)), 2).await, ["a0", "a_0"], "the oldest first");
    }

    async fn a_message_says_how_it_stands(db) {
        let (done, failed, open) = (message("done"), message("failed"), message("open"));
        for message in [&done, &failed, &open] {
            insert(db, message, NOW).await;
        }
        db.tx("end", |tx| async {
            let tx = tx;
            outbox::record_failed(&tx, done.id, "first", NOW).await?;
            outbox::record_done(&tx, done.id, NOW).await?;
            outbox::record_given_up(&tx, failed.id, "refused", NOW).await
        })
        .await
        .unwrap();
        for (key, standing) in [
            ("done", Some(Standing::Done)),
            ("failed", Some(Standing::GivenUp)),
            ("open", Some(Standing::Open)),
            ("nobody's", None),
        ] {
            assert_eq!(outbox::find_standing(db, key).await.unwrap(), standing, "{key}");
        }
    }
}
