//! The loops of two nodes: what is written is sealed by one of them, and both stop when asked.

use std::sync::Arc;
use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::secret::{Kek, Keyring};
use jobs::{Jobs, LogoutDelivery, run};
use messaging::{Outbox, Sender};
use outbound::Outbound;
use storage::Db;
use storage::audit::{self, Verdict};
use testkit::clock::TestClock;
use tokio::sync::watch;

use crate::harness::TestApp;
use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, rng};

fn node(app: &TestApp, db: Db, keyring: &Arc<Keyring>, name: &str) -> Jobs {
    let clock = Arc::new(TestClock::at(NOW));
    let mut provider = app.state.provider.clone();
    provider.db = db.clone();
    Jobs {
        db,
        logout: LogoutDelivery::new(provider, Outbound::closed()),
        lists: app.jobs.lists.clone(),
        keyring: Arc::clone(keyring),
        gateway: Arc::new(Outbox::in_memory(clock.clone())),
        clock,
        sender: Sender::parse("1414").unwrap(),
        node: name.to_owned(),
    }
}

both_databases! {
    /// Of five events; one that meets a busy machine says nothing about the sealer.
    async fn most_events_are_sealed_within_a_second_of_their_commit(db) {
        let app = TestApp::on(db).await;
        let keyring = Arc::new(Keyring::derive(&Kek::mint(&mut rng())).unwrap());
        let (stop, stopped) = watch::channel(false);
        let sealer = tokio::spawn(run(node(&app, Db::clone(db), &keyring, "only"), stopped));
        let mut waits = Vec::new();
        for _ in 0..5 {
            let event = &Event::new(EventId::mint(NOW, &mut rng()), NOW, EventKind::SignedIn, Actor::User);
            db.tx("event", |tx| async move { audit::insert(&tx, event).await }).await.unwrap();
            let committed = tokio::time::Instant::now();
            while audit::find_oldest_pending(db).await.unwrap().is_some() {
                tokio::task::yield_now().await;
            }
            waits.push(committed.elapsed());
        }
        stop.send(true).unwrap();
        sealer.await.unwrap();
        waits.sort();
        assert!(waits[2] <= Duration::from_secs(1), "{waits:?}");
    }

    async fn one_of_two_nodes_seals_and_both_stop(db) {
        let app = TestApp::on(db).await;
        let keyring = Arc::new(Keyring::derive(&Kek::mint(&mut rng())).unwrap());
        let other = db.another().await;
        let (stop, stopped) = watch::channel(false);
        let first = tokio::spawn(run(node(&app, Db::clone(db), &keyring, "first"), stopped.clone()));
        let second = tokio::spawn(run(node(&app, other.clone(), &keyring, "second"), stopped));
        let event = &Event::new(EventId::mint(NOW, &mut rng()), NOW, EventKind::SignedIn, Actor::User);
        db.tx("event", |tx| async move { audit::insert(&tx, event).await }).await.unwrap();
        let sealed = async {
            while audit::find_oldest_pending(db).await.unwrap().is_some() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), sealed).await.expect("sealed in time");
        stop.send(true).unwrap();
        first.await.unwrap();
        second.await.unwrap();
        assert!(matches!(audit::verify(db, &keyring).await.unwrap(), Verdict::Intact { .. }));
        other.close().await.unwrap();
    }

    async fn stopping_does_not_wait_for_a_server_of_lists_that_does_not_answer(db) {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/complete.crl", silent.local_addr().unwrap());
        let app = TestApp::configured(db, &format!("[eds]\ncrl_urls = [\"{url}\"]\n")).await;
        let keyring = Arc::new(Keyring::derive(&Kek::mint(&mut rng())).unwrap());
        let (stop, stopped) = watch::channel(false);
        let node = tokio::spawn(run(node(&app, Db::clone(db), &keyring, "only"), stopped));
        let _asked = silent.accept().await.unwrap();
        stop.send(true).unwrap();
        // A download may take thirty seconds.
        tokio::time::timeout(Duration::from_secs(20), node).await.expect("stopped in time").unwrap();
    }
}
