//! How long responders are waited for (CE-16), on a clock of the runtime that jumps from one timer to the next.

use std::sync::Arc;
use std::time::Duration;

use authority::time::minutes;
use outbound::{Outbound, Settings};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::deep_vector as vector;
use super::*;

/// Who takes connections and never says a word: the system completes them, nobody accepts.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ocsp", listener.local_addr().unwrap());
    (listener, url)
}

/// Asks these responders about the imitation's signer; what came of it, and how long that took.
async fn asks(urls: Vec<String>, crl: Option<&[u8]>) -> (Inquiry<Result<VerifiedEds, EdsRefusal>>, Duration) {
    let outbound = Outbound::new(Settings {
        reach_private_networks: true,
        ..Settings::default()
    });
    let policy = OcspPolicy {
        max_age: minutes(5),
        accept_without_nonce: false,
    };
    let grace = Duration::ZERO;
    let responders = Responders::new(outbound.unwrap(), OcspSettings { urls, policy, grace });
    let trusted = EdsSettings {
        crls: crl.map(|crl| file("crl", crl)).into_iter().collect(),
        ..settings(&[])
    };
    let verifier = Arc::new(EdsVerifier::new(&trusted).unwrap().with_responders(responders));
    let signature = base64(vector!("fake/cms/attached_rsa_auth_ok.der"));
    let examined = verifier.examine(&signature, CHALLENGE, NOW).unwrap();
    let turns = Turns::new(1, Duration::ZERO);
    let moment = Moment {
        now: NOW,
        turns: &turns,
    };
    let nonce = OcspNonce::mint(&mut ChaCha20Rng::seed_from_u64(1));
    let began = Instant::now();
    let inquiry = verifier.inquire(examined, nonce, moment).await;
    (inquiry, began.elapsed())
}

/// To the resolution of the runtime's timers.
fn is_three_seconds(took: Duration) -> bool {
    (Duration::from_secs(3)..=Duration::from_millis(3_002)).contains(&took)
}

#[tokio::test(start_paused = true)]
async fn a_silent_responder_is_waited_for_three_seconds_and_not_a_moment_longer() {
    let (_listener, url) = silent().await;
    let (inquiry, took) = asks(vec![url], Some(vector!("fake/crl/nca_rsa_fresh.crl"))).await;
    assert!(is_three_seconds(took), "{took:?}");
    assert!(inquiry.verdict.is_ok(), "a fresh list decides: {:?}", inquiry.verdict);
    assert_eq!(inquiry.problems.len(), 1, "{:?}", inquiry.problems);
}

#[tokio::test(start_paused = true)]
async fn several_silent_responders_share_the_three_seconds() {
    let (_one, first) = silent().await;
    let (_two, second) = silent().await;
    let (inquiry, took) = asks(vec![first.clone(), second, first], None).await;
    assert!(is_three_seconds(took), "{took:?}");
    let late = inquiry
        .problems
        .iter()
        .any(|problem| matches!(problem, CallProblem::Late));
    assert!(late, "{:?}", inquiry.problems);
    let refusal = inquiry.verdict.expect_err("nobody said anything");
    assert_eq!(refusal.code(), "E_STATUS_UNKNOWN");
}
