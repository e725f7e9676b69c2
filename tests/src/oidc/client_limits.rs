//! How often a client may fail to authenticate at `POST /token` (RFC 6749 §2.3.1, security rules AC-2, RL-7).

use authority::throttle::{CLIENT_FAILURES, UNKNOWN_CLIENTS};
use authority::time::Timestamp;

use crate::harness::{Answer, RelyingParty, TestApp};
use crate::storage::both_databases;

const REFRESH: [(&str, &str); 2] = [("grant_type", "refresh_token"), ("refresh_token", "x")];

fn with_secret(client: &RelyingParty, secret: &str) -> RelyingParty {
    let mut client = client.clone();
    secret.clone_into(&mut client.secret);
    client
}

/// Fails to authenticate as often as the limit allows.
async fn fails(client: &RelyingParty) {
    for _ in 0..CLIENT_FAILURES.most() {
        let answer = with_secret(client, "a wrong one").token(&REFRESH).await;
        assert_eq!(answer.summary(), "401 invalid_client");
    }
}

fn is_limited(answer: &Answer) {
    assert_eq!(answer.summary(), "429 temporarily_unavailable");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=301).contains(&wait), "{wait}");
    assert_eq!(answer.headers["cache-control"], "no-store");
}

both_databases! {
    async fn a_client_that_failed_too_often_is_not_looked_at_until_the_window_ends(db) {
        let app = TestApp::on(db).await;
        let diary = app.diary();
        fails(&diary).await;
        is_limited(&with_secret(&diary, "a wrong one").token(&REFRESH).await);
        is_limited(&diary.token(&REFRESH).await);
        let end = CLIENT_FAILURES.ends_at(app.now());
        app.advance(end.since(app.now()).saturating_sub(std::time::Duration::from_micros(1)));
        is_limited(&diary.token(&REFRESH).await);
        app.advance(std::time::Duration::from_micros(1));
        assert_eq!(diary.token(&REFRESH).await.summary(), "400 invalid_grant");
    }

    async fn the_rightful_client_elsewhere_and_other_clients_here_are_not_shut_out(db) {
        let app = TestApp::on(db).await;
        let diary = app.diary();
        fails(&diary.from_network("2001:db8:1:2::7")).await;
        is_limited(&diary.from_network("2001:db8:1:2:ffff::1").token(&REFRESH).await);
        assert_eq!(diary.from_network("2001:db8:1:3::7").token(&REFRESH).await.summary(), "400 invalid_grant");
        let library = app.library().from_network("2001:db8:1:2::7");
        assert_eq!(library.token(&REFRESH).await.summary(), "400 invalid_grant");
    }

    async fn all_nodes_count_together(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let (here, there) = (app.diary(), node.diary());
        for number in 0..CLIENT_FAILURES.most() {
            let client = if number % 2 == 0 { &here } else { &there };
            assert_eq!(with_secret(client, "a wrong one").token(&REFRESH).await.summary(), "401 invalid_client");
        }
        is_limited(&here.token(&REFRESH).await);
        is_limited(&there.token(&REFRESH).await);
    }

    async fn the_wrong_method_counts_like_a_wrong_secret_and_what_names_no_client_counts_for_none(db) {
        let app = TestApp::on(db).await;
        let diary = app.diary();
        for _ in 0..CLIENT_FAILURES.most() * 2 {
            assert_eq!(diary.token_with(&REFRESH, Some("Basic !")).await.summary(), "401 invalid_client");
        }
        let posted = [("client_id", "diary"), ("client_secret", &diary.secret), REFRESH[0], REFRESH[1]];
        for _ in 0..CLIENT_FAILURES.most() {
            assert_eq!(diary.token_with(&posted, None).await.summary(), "401 invalid_client");
        }
        is_limited(&diary.token_with(&posted, None).await);
        is_limited(&diary.token(&REFRESH).await);
    }

    async fn names_that_do_not_exist_are_written_down_only_so_often(db) {
        let app = TestApp::on(db).await;
        let ask = |number: i64| {
            let nobody = app.relying_party(&format!("nobody-{number}"));
            async move { nobody.token(&REFRESH).await }
        };
        for number in 0..UNKNOWN_CLIENTS.most() {
            assert_eq!(ask(number).await.summary(), "401 invalid_client");
        }
        is_limited(&ask(1_000).await);
        assert_eq!(app.diary().token(&REFRESH).await.summary(), "400 invalid_grant", "clients that exist go on");
        let end: Timestamp = UNKNOWN_CLIENTS.ends_at(app.now());
        app.advance(end.since(app.now()));
        assert_eq!(ask(2_000).await.summary(), "401 invalid_client");
    }
}
