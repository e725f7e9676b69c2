//! Decisions that hang on the wall clock fall by the database's clock, whatever the node's own shows (security rules DB-8,
//! DB-13, DU-8).

use std::sync::Arc;

use authority::time::{Clock as _, hours, seconds};
use authority::users::Exclusivity;
use kiru::clock::NodeClock;
use kiru::operators::devices::{Unbinding, unbind};

use super::{make_exclusive, office, reason};
use crate::harness::TestApp;
use crate::storage::both_databases;
use crate::storage::fixtures::insert_standing;

/// A node whose clock is an hour ahead.
fn fast() -> Arc<NodeClock> {
    let clock = NodeClock::start();
    let now = clock.now();
    let _ = clock.correct(now.plus(hours(1)), now, now);
    Arc::new(clock)
}

both_databases! {
    async fn a_node_with_a_wrong_clock_decides_by_the_databases(db) {
        let app = TestApp::on(db).await;
        let mut provider = app.state.provider.clone();
        provider.clock = fast();
        let asked = db.now().await.unwrap();
        let decided = db.tx("test", |tx| {
            let provider = provider.clone();
            async move { provider.decision_now(&tx).await }
        });
        let decided = decided.await.unwrap();
        assert!(decided >= asked && decided.since(asked) < seconds(60), "{decided} {asked}");
        assert!(provider.now().since(asked) > seconds(3_000));
    }

    async fn a_test_drives_both_clocks_with_one(db) {
        let app = TestApp::on(db).await;
        app.advance(hours(1_000));
        assert_eq!(app.state.provider.decision_now(db).await.unwrap(), app.now());
    }

    async fn a_fast_node_does_not_end_the_48_hours_early(db) {
        let (office, _) = office(db);
        let mut node = office;
        node.foundation.clock = fast();
        let standing = insert_standing(db, false).await;
        let until = db.now().await.unwrap().plus(seconds(1_800));
        make_exclusive(db, standing.user.id, Exclusivity { device_id: standing.device.id, until }).await;
        assert!(node.clock.now() > until, "by its own clock it would be over");
        assert_eq!(unbind(&node, standing.user.id, &reason()).await.unwrap(), Unbinding::Exclusive(until));
    }
}
