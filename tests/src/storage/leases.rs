//! Leases: one holder at a time, an old fence does nothing.

use authority::time::{Timestamp, seconds};
use storage::Db;
use storage::leases::{self, Lease};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, race};

async fn claim(db: &Db, holder: &str, now: Timestamp) -> Option<Lease> {
    let claimed = db.tx("claim", |tx| async move {
        leases::claim(&tx, "seal", holder, now, now.plus(seconds(10))).await
    });
    claimed.await.unwrap()
}

async fn renew(db: &Db, lease: &Lease, now: Timestamp) -> bool {
    db.tx("renew", |tx| async move {
        leases::renew(&tx, lease, now, now.plus(seconds(10))).await
    })
    .await
    .unwrap()
}

both_databases! {
    async fn a_job_has_one_holder_until_the_lease_ends(db) {
        let first = claim(db, "a", NOW).await.unwrap();
        assert!(claim(db, "b", NOW.plus(seconds(9))).await.is_none());
        assert!(leases::is_held(db, &first, NOW.plus(seconds(9))).await.unwrap());
        let second = claim(db, "b", NOW.plus(seconds(10))).await.unwrap();
        assert_eq!(second.fence, first.fence + 1);
        assert!(!leases::is_held(db, &first, NOW.plus(seconds(10))).await.unwrap());
        assert!(!renew(db, &first, NOW.plus(seconds(11))).await, "an old fence renews nothing");
    }

    async fn a_renewed_lease_lasts_longer_and_an_ended_one_is_not_renewed(db) {
        let lease = claim(db, "a", NOW).await.unwrap();
        assert!(renew(db, &lease, NOW.plus(seconds(9))).await);
        assert!(claim(db, "b", NOW.plus(seconds(18))).await.is_none());
        assert!(!renew(db, &lease, NOW.plus(seconds(19))).await);
    }

    async fn a_released_job_is_free_at_once(db) {
        let lease = &claim(db, "a", NOW).await.unwrap();
        db.tx("release", |tx| async move { leases::release(&tx, lease, NOW.plus(seconds(1))).await }).await.unwrap();
        let next = &claim(db, "b", NOW.plus(seconds(1))).await.unwrap();
        db.tx("release", |tx| async move { leases::release(&tx, lease, NOW.plus(seconds(2))).await }).await.unwrap();
        assert!(leases::is_held(db, next, NOW.plus(seconds(2))).await.unwrap(), "the old holder releases nothing");
    }

    async fn of_fifty_nodes_one_gets_the_job(db) {
        let claimed = race(db, |instance, number| async move { Ok(claim(&instance, &number.to_string(), NOW).await) }).await;
        assert_eq!(claimed.into_iter().flatten().count(), 1);
    }
}
