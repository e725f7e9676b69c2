//! Rounds that take longer than their lease: it is renewed meanwhile, and work whose lease was lost ends.

use std::cell::Cell;
use std::future::{pending, ready};

use authority::time::{Clock as _, seconds};
use jobs::UnderLease;
use storage::Db;
use storage::leases;
use testkit::clock::TestClock;
use tokio::sync::mpsc;

use crate::storage::both_databases;
use crate::storage::fixtures::NOW;

const JOB: &str = "crl_refresh";

/// The lease in the hand of this node.
async fn held(db: &Db, job: &'static str) -> UnderLease {
    let mut lease = UnderLease::new(job, "first".to_owned());
    assert!(lease.is_ours(db, NOW).await.unwrap());
    lease
}

async fn is_of_other(db: &Db, job: &'static str, clock: &TestClock) -> bool {
    let mut other = UnderLease::new(job, "other".to_owned());
    other.is_ours(db, clock.now()).await.unwrap()
}

both_databases! {
    async fn a_lease_is_renewed_while_a_round_lasts_and_other_nodes_wait(db) {
        let (clock, mut lease) = (TestClock::at(NOW), held(db, JOB).await);
        let (beats, mut heard) = mpsc::unbounded_channel();
        let beat = || {
            clock.advance(seconds(3));
            beats.send(()).unwrap();
            ready(())
        };
        // A minute, of a lease of ten seconds.
        let work = async {
            for _ in 0..20 {
                heard.recv().await.unwrap();
                assert!(!is_of_other(db, JOB, &clock).await);
            }
            "done"
        };
        assert_eq!(lease.during((db, &clock), beat, work).await, Some("done"));
        assert!(lease.is_ours(db, clock.now()).await.unwrap());
        lease.release(db, clock.now()).await.unwrap();
        assert!(is_of_other(db, JOB, &clock).await);
    }

    async fn work_whose_lease_was_lost_ends_where_it_stands(db) {
        for (is_taken, job) in [(false, "free"), (true, "taken")] {
            let (clock, mut lease) = (TestClock::at(NOW), held(db, job).await);
            let steps = Cell::new(0);
            // The node was away for longer than its lease; another one may have taken the job.
            let beat = || async {
                clock.advance(seconds(10));
                if is_taken {
                    assert!(is_of_other(db, job, &clock).await);
                }
            };
            let work = async {
                steps.set(1);
                pending::<()>().await;
                steps.set(2);
            };
            assert_eq!(lease.during((db, &clock), beat, work).await, None);
            assert_eq!(steps.get(), 1);
            assert_eq!(lease.is_ours(db, clock.now()).await.unwrap(), !is_taken, "it is claimed anew when it is free");
            lease.release(db, clock.now()).await.unwrap();
        }
    }

    /// One writer at a time: whoever renewed instead of working would wait for the work for ever.
    async fn renewing_waits_for_a_transaction_of_the_work_and_not_the_other_way_round(db) {
        let (clock, mut lease) = (TestClock::at(NOW), held(db, JOB).await);
        let (beats, heard) = mpsc::unbounded_channel();
        let heard = tokio::sync::Mutex::new(heard);
        let beat = || {
            beats.send(()).unwrap();
            ready(())
        };
        let (heard, other) = (&heard, "other_job");
        let work = db.tx("work", |tx| async move {
            let claimed = leases::claim(&tx, other, "first", NOW, NOW.plus(seconds(10))).await?;
            heard.lock().await.recv().await.unwrap();
            Ok::<_, storage::StorageError>(claimed.is_some())
        });
        assert!(lease.during((db, &clock), beat, work).await.unwrap().unwrap());
    }
}
