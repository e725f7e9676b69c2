//! `kill -9` under load: what a client was told is true afterwards.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};
use tokio::task::JoinSet;

use super::deployment::Deployment;
use super::minting::codes;
use super::node::{Node, signal};
use super::wait_for;
use super::wire::{CUT, NEVER_SENT};
use crate::harness::RelyingParty;
use crate::storage::{TestDatabase, both_databases};

/// Codes in hand when the load begins.
const CODES: usize = 48;
/// Clients that redeem at the same time.
const CLIENTS: usize = 8;
/// The node is killed as soon as so many redemptions are acknowledged.
const KILLED_AFTER: usize = 16;

/// What clients know when the node is gone.
#[derive(Default)]
struct Known {
    /// Not presented to anyone.
    waiting: VecDeque<String>,
    /// Codes whose tokens arrived, with the access token.
    acknowledged: Vec<(String, String)>,
    /// Codes that were presented without an answer.
    unanswered: Vec<String>,
}

/// Redeems until the node is gone; whoever counts the last acknowledgement kills it, while the others are in the middle.
async fn redeem_until_killed(node: &Node, codes: Vec<String>) -> Known {
    let known = Arc::new(Mutex::new(Known {
        waiting: codes.into(),
        ..Known::default()
    }));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(client(node.diary(), node.pid(), Arc::clone(&known)));
    }
    clients.join_all().await;
    Arc::into_inner(known).unwrap().into_inner().unwrap()
}

async fn client(diary: RelyingParty, pid: u32, known: Arc<Mutex<Known>>) {
    loop {
        let Some(code) = known.lock().unwrap().waiting.pop_front() else {
            return;
        };
        let answer = diary.redeems(&code).await;
        let mut known = known.lock().unwrap();
        match answer.status.as_u16() {
            200 => {
                known.acknowledged.push((code, answer.text("access_token").to_owned()));
                if known.acknowledged.len() == KILLED_AFTER {
                    signal(pid, "KILL");
                }
            }
            CUT => return known.unanswered.push(code),
            NEVER_SENT => return known.waiting.push_back(code),
            _ => panic!("{}", answer.summary()),
        }
    }
}

both_databases! {
    async fn kill_9_under_load_loses_no_acknowledged_redemption(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        let codes = codes(&node, CODES).await;
        let known = redeem_until_killed(&node, codes.clone()).await;
        node.dies().await;
        assert!(known.acknowledged.len() >= KILLED_AFTER);
        assert!(!known.waiting.is_empty(), "the node was killed too late to prove anything");

        let node = deployment.start().await;
        let diary = node.diary();
        for (_, token) in &known.acknowledged {
            assert_eq!(diary.userinfo(token).await.status, 200, "the token that was handed out works");
        }
        for code in &known.waiting {
            let answer = diary.redeems(code).await;
            assert_eq!(answer.status, 200, "a code that nobody presented is as good as before: {}", answer.json);
        }
        for code in &known.unanswered {
            // Either it was redeemed before the end, or it was not: never half.
            let summary = diary.redeems(code).await.summary();
            assert!(["200", "400 invalid_grant"].contains(&summary.as_str()), "{summary}");
        }
        for code in &codes {
            assert_eq!(diary.redeems(code).await.summary(), "400 invalid_grant", "once is once");
        }
        for (_, token) in &known.acknowledged {
            assert_eq!(diary.userinfo(token).await.status, 401, "a replayed code takes its tokens along");
        }
        // What was pending when the node died is sealed by the next one, as soon as the dead one's lease is over.
        wait_for("the log to be sealed", async || audit_is_sealed(db).await).await;
        node.stops().await;
        deployment.verify_audit();

        // Each redemption left its event in its own transaction, the unanswered ones included.
        let redeemed = count(db, "SELECT COUNT(*) AS n FROM authorization_codes WHERE redeemed_at IS NOT NULL").await;
        let recorded = count(db, "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'tokens_issued'").await;
        assert_eq!((redeemed, recorded), (codes.len(), codes.len()));
    }
}

async fn audit_is_sealed(db: &TestDatabase) -> Option<()> {
    storage::audit::find_oldest_pending(db)
        .await
        .unwrap()
        .is_none()
        .then_some(())
}

async fn count(db: &TestDatabase, sql: &str) -> usize {
    let raw = db.raw().await;
    let backend = if db.url.starts_with("sqlite:") {
        DbBackend::Sqlite
    } else {
        DbBackend::Postgres
    };
    let row = raw
        .query_one_raw(Statement::from_string(backend, sql))
        .await
        .unwrap()
        .unwrap();
    raw.close().await.unwrap();
    row.try_get::<i64>("", "n").unwrap().try_into().unwrap()
}
