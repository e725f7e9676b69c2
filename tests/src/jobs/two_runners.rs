//! Two nodes and one job: while a round of one is under way, the other does none, however long it takes (the
//! lease of `jobs/src/under_lease.rs`). The clock of both is the tests' own; a round is under way while somebody outside has
//! been asked and is silent.

use std::sync::Arc;
use std::time::Duration;

use authority::time::{Timestamp, seconds};
use jobs::{Job, Left, Rounds};
use storage::Db;
use storage::leases::{Lease, is_held};
use testkit::responder::OcspMode;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::{JoinHandle, yield_now};

use crate::harness::{TestApp, Town};
use crate::storage::both_databases;

const LEASE: Duration = seconds(10);
const INSTANT: Duration = Duration::from_micros(1);

/// Where lists are said to be: who is asked never answers.
struct Silent {
    listener: TcpListener,
}

impl Silent {
    async fn up() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sections = format!(
            "[eds]\ncrl_urls = [\"http://{}/list\"]\n",
            listener.local_addr().unwrap()
        );
        (Self { listener }, sections)
    }

    /// Somebody asks; the connection stays open as long as what is returned.
    async fn is_asked(&self) -> TcpStream {
        self.listener.accept().await.unwrap().0
    }
}

fn under_way(mut rounds: Rounds) -> JoinHandle<()> {
    tokio::spawn(async move {
        rounds.next().await.unwrap();
    })
}

/// Waits until the first lease of the job holds beyond this instant.
async fn holds_beyond(db: &Db, name: &'static str, at: Timestamp) {
    let lease = Lease {
        name,
        holder: String::new(),
        fence: 1,
    };
    while !is_held(db, &lease, at).await.unwrap() {
        yield_now().await;
    }
}

both_databases! {
    async fn while_one_node_fetches_lists_another_fetches_none(db) {
        let (silent, sections) = Silent::up().await;
        let app = TestApp::configured(db, &sections).await;
        let node = app.another_node(db.another().await).await;
        let first = under_way(Rounds::of(app.jobs.clone(), Job::CrlRefresh));
        let _asked = silent.is_asked().await;
        let mut second = Rounds::of(node.jobs.clone(), Job::CrlRefresh);
        assert_eq!(second.next().await.unwrap(), Left::All, "the other is at it");
        // It dies on the way: the lease ends to the instant, and the other takes over.
        first.abort();
        assert!(first.await.is_err());
        app.advance(LEASE - INSTANT);
        assert_eq!(second.next().await.unwrap(), Left::All, "the last instant of the lease");
        app.advance(INSTANT);
        let second = under_way(second);
        silent.is_asked().await;
        second.abort();
    }

    async fn a_round_that_takes_longer_than_a_lease_keeps_it(db) {
        let (silent, sections) = Silent::up().await;
        let app = TestApp::configured(db, &sections).await;
        let node = app.another_node(db.another().await).await;
        let rounds = Rounds::of(app.jobs.clone(), Job::CrlRefresh);
        let first = under_way(rounds.looking_after(Duration::from_millis(1)));
        let _asked = silent.is_asked().await;
        let began = app.now();
        let mut second = Rounds::of(node.jobs.clone(), Job::CrlRefresh);
        for past in 1..=3_u32 {
            app.advance(seconds(6));
            holds_beyond(db, "crl_refresh", app.now().plus(seconds(9))).await;
            assert_eq!(second.next().await.unwrap(), Left::All, "{past}");
        }
        assert!(app.now().since(began) > LEASE, "the lease that the round began with is over");
        first.abort();
    }

    async fn while_one_node_asks_about_certificates_in_use_another_asks_nobody(db) {
        let town = Town::on(db, "").await;
        let node = town.app.another_node(db.another().await).await;
        let mut browser = town.app.browser();
        town.app.first_sign_in(&mut browser, "aigerim", &town.app.diary().request(&[])).await;
        let before = town.centre.counts().0;
        town.centre.answers(OcspMode::Slow(seconds(60)));
        let first = under_way(Rounds::of(town.app.jobs.clone(), Job::EndRevoked));
        while town.centre.counts().0 == before {
            yield_now().await;
        }
        let mut second = Rounds::of(node.jobs.clone(), Job::EndRevoked);
        assert_eq!(second.next().await.unwrap(), Left::All, "the other is at it");
        assert_eq!(town.centre.counts().0, before + 1, "one question, of the first");
        first.abort();
        assert!(first.await.is_err());
        town.centre.answers(OcspMode::Honest);
        town.advance(LEASE);
        assert_eq!(second.next().await.unwrap(), Left::Nothing, "the first is gone, and so is its lease");
        assert_eq!(town.centre.counts().0, before + 2);
    }

    async fn of_two_nodes_that_begin_at_one_moment_one_does_the_round(db) {
        let (silent, sections) = Silent::up().await;
        let app = TestApp::configured(db, &sections).await;
        let node = app.another_node(db.another().await).await;
        // Nobody listens there any more: each round is over at once.
        drop(silent);
        for job in [Job::CrlRefresh, Job::EndRevoked] {
            for _ in 0..10 {
                app.advance(seconds(61));
                let barrier = Arc::new(Barrier::new(2));
                let tasks = [&app.jobs, &node.jobs].map(|jobs| {
                    let (mut rounds, barrier) = (Rounds::of(jobs.clone(), job), Arc::clone(&barrier));
                    tokio::spawn(async move {
                        barrier.wait().await;
                        rounds.next().await.unwrap()
                    })
                });
                let mut left = Vec::new();
                for task in tasks {
                    left.push(task.await.unwrap());
                }
                left.sort_by_key(|left| *left == Left::All);
                assert_eq!(left, [Left::Nothing, Left::All], "{job:?}");
            }
        }
    }
}
