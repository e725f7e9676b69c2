//! Throttles: counted once for each hit, shared by nodes, reset by success only (security rules OT-2, OT-3, AC-2).

use authority::throttle::{Cap, Closed, FAILURES_PER_HOUR, FIRST_CLOSING, TRIES_PER_CODE};
use authority::time::{hours, minutes};
use storage::throttles::{self, Capped, Counter};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_digest, race};

fn counter() -> Counter {
    Counter {
        kind: "test",
        key: fresh_digest(),
        bucket: 7,
    }
}

both_databases! {
    async fn fifty_hits_count_fifty(db) {
        let counter = counter();
        let mut counts = race(db, |instance, _| async move {
            instance.tx("hit", |tx| async move { throttles::hit(&tx, &counter, NOW.plus(hours(1))).await }).await
        }).await;
        counts.sort_unstable();
        assert_eq!(counts, (1..=50).collect::<Vec<_>>());
        assert_eq!(throttles::find(db, &counter).await.unwrap(), 50);
    }

    async fn kinds_keys_and_buckets_are_counted_apart(db) {
        let counter = counter();
        db.tx("hit", |tx| async move { throttles::hit(&tx, &counter, NOW).await }).await.unwrap();
        for other in [
            Counter { kind: "other", ..counter },
            Counter { key: fresh_digest(), ..counter },
            Counter { bucket: 8, ..counter },
        ] {
            assert_eq!(throttles::find(db, &other).await.unwrap(), 0);
        }
    }

    async fn five_failures_close_the_step_for_a_quarter_of_an_hour(db) {
        let key = fresh_digest();
        let fail = || db.tx("fail", |tx| async move { throttles::record_failure(&tx, &key, NOW).await });
        for number in 1..TRIES_PER_CODE {
            let failures = fail().await.unwrap();
            assert_eq!((failures.consecutive, failures.last_hour, failures.closed_until), (number, number, None));
        }
        let until = NOW.plus(FIRST_CLOSING);
        assert_eq!(fail().await.unwrap().closed_until, Some(until));
        let failures = throttles::find_failures(db, &key, NOW).await.unwrap();
        assert_eq!(failures.admit(NOW), Err(Closed::Until(until)));
        assert_eq!(failures.admit(until), Ok(()));
    }

    async fn failures_of_the_last_hour_are_forgotten_after_it_and_the_streak_is_not(db) {
        let key = fresh_digest();
        let fail = |at| db.tx("fail", move |tx| async move { throttles::record_failure(&tx, &key, at).await });
        for _ in 0..FAILURES_PER_HOUR {
            fail(NOW).await.unwrap();
        }
        let later = throttles::find_failures(db, &key, NOW.plus(minutes(61))).await.unwrap();
        assert_eq!((later.last_hour, later.consecutive), (0, FAILURES_PER_HOUR));
    }

    async fn success_forgets_everything(db) {
        let (key, other) = (fresh_digest(), fresh_digest());
        let forgotten = db.tx("test", |tx| async move {
            for _ in 0..6 {
                throttles::record_failure(&tx, &key, NOW).await?;
                throttles::record_failure(&tx, &other, NOW).await?;
            }
            throttles::record_success(&tx, &key).await?;
            throttles::find_failures(&tx, &key, NOW).await
        });
        let failures = forgotten.await.unwrap();
        assert_eq!((failures.consecutive, failures.last_hour, failures.closed_until), (0, 0, None));
        assert_eq!(throttles::find_failures(db, &other, NOW).await.unwrap().consecutive, 6);
    }

    async fn fifty_concurrent_failures_are_all_counted(db) {
        let key = fresh_digest();
        race(db, |instance, _| async move {
            instance.tx("fail", |tx| async move { throttles::record_failure(&tx, &key, NOW).await }).await
        }).await;
        assert_eq!(throttles::find_failures(db, &key, NOW).await.unwrap().consecutive, 50);
    }

    async fn a_cap_lets_so_many_through_in_each_window_and_counts_no_more(db) {
        let capped = Capped { kind: "test", key: fresh_digest(), cap: Cap::new(3, minutes(10)) };
        let take = |at| db.tx("take", move |tx| async move { throttles::take(&tx, &capped, at).await });
        for number in 1..=3 {
            assert_eq!(take(NOW).await.unwrap(), Some(number));
        }
        assert!(throttles::is_full(db, &capped, NOW).await.unwrap());
        assert_eq!(take(NOW).await.unwrap(), None);
        assert_eq!(throttles::find(db, &capped.counter(NOW)).await.unwrap(), 3);
        let end = capped.cap.ends_at(NOW);
        assert_eq!(take(authority::time::Timestamp::from_micros(end.as_micros() - 1)).await.unwrap(), None);
        assert_eq!(take(end).await.unwrap(), Some(1));
        let none = Capped { cap: Cap::new(0, minutes(10)), ..capped };
        assert_eq!(db.tx("take", |tx| async move { throttles::take(&tx, &none, NOW).await }).await.unwrap(), None);
    }

    async fn of_fifty_at_once_a_cap_lets_its_number_through(db) {
        let capped = Capped { kind: "test", key: fresh_digest(), cap: Cap::new(7, hours(1)) };
        let taken = race(db, |instance, _| async move {
            instance.tx("take", |tx| async move { throttles::take(&tx, &capped, NOW).await }).await
        }).await;
        let mut counts: Vec<i64> = taken.into_iter().flatten().collect();
        counts.sort_unstable();
        assert_eq!(counts, (1..=7).collect::<Vec<_>>());
    }

    async fn counters_expire_in_batches(db) {
        let expired = db.tx("test", |tx| async move {
            for number in 0..5 {
                let counter = Counter { bucket: number, ..counter() };
                throttles::hit(&tx, &counter, NOW.plus(minutes(u64::try_from(number).unwrap()))).await?;
            }
            let first = throttles::expire(&tx, NOW.plus(minutes(3)), 2).await?;
            let second = throttles::expire(&tx, NOW.plus(minutes(3)), 2).await?;
            Ok::<_, storage::StorageError>((first, second))
        });
        assert_eq!(expired.await.unwrap(), (2, 1));
    }
}
