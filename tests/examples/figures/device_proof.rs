//! What the device proof costs: the check alone, and its part of sign-ins and of single sign-on. One client at a time.
//!
//! * `check_alone`: the product's own check as a sign-in makes it: the kept key parsed, the ES256 signature and every
//!   member. One thread, no database.
//! * `single_sign_on`: the same journey, in turns, by a session whose device proves itself and by one of the sandbox, whose
//!   device has no key and is not asked. Their difference is all that the proof adds: a page with its nonce, a post, the
//!   transaction that takes the nonce and judges, and the check.
//! * `whole_sign_in`: EDS, SMS, device, code and tokens. `device_page` asks for the proof; `device_post` checks it, but
//!   also writes the session and issues the code, as a sign-in without a proof would have to: so its share is the upper
//!   bound of the proof's. Beside the SMS code the browser proves its key too: each sign-in makes the check twice.

use std::time::Duration;

use authority::ids::InteractionId;
use authority::time::{Timestamp, hours};
use jose::PublicJwk;
use kiru_tests::harness::{Browser, DeviceKey, ISSUER, Proof, RelyingParty, TestApp, Walker};
use pages::screens::ProofPurpose;
use serde_json::{Value, json};
use tokio::time::Instant;
use web::device_proof::{self, Expected, TYPE};

use super::latency::Latencies;
use super::measure::rounded;

/// Between two sign-ins of one person, on the test clock: nobody gets more than ten messages a day (OT-4).
const BETWEEN_SIGN_INS: Duration = hours(3);
/// Single sign-ons of each kind in one round.
const A_ROUND: usize = 4;

/// Microseconds of the check alone.
pub(crate) fn check_alone(length: Duration) -> f64 {
    let (key, flow, now) = (DeviceKey::generate(), "0193aaaaaaaa7bbb8cccddddeeeeffff", 1_795_262_400);
    let proof = key.sign(&Proof {
        header: json!({"typ": TYPE, "alg": "ES256"}),
        payload: json!({"aud": ISSUER, "flow": flow, "purpose": "sign_in", "nonce": "n".repeat(43), "iat": now}),
    });
    let expected = Expected {
        audience: ISSUER,
        flow: flow.parse::<InteractionId>().unwrap(),
        purpose: ProofPurpose::SignIn,
        nonce: &"n".repeat(43),
        now: Timestamp::from_unix_seconds(now),
    };
    let kept = key.public_jwk();
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < length {
        let key = PublicJwk::parse(kept.as_bytes()).unwrap();
        device_proof::verify(&proof, &key, &expected).unwrap();
        done += 1;
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(done)
}

/// What the walks took.
#[derive(Default)]
struct Seen {
    whole: Latencies,
    page: Latencies,
    post: Latencies,
    with: Latencies,
    without: Latencies,
}

/// The part of the proof in sign-ins and single sign-on, by a person whose device is bound.
pub(crate) async fn beside_journeys(app: &TestApp, walker: &mut Walker, check: f64, length: Duration) -> Value {
    let (diary, mut seen) = (app.diary(), Seen::default());
    let begun = Instant::now();
    while begun.elapsed() < length {
        app.advance(BETWEEN_SIGN_INS);
        walker
            .browser
            .jar
            .retain(|name, _| name.starts_with("__Host-kiru_device_"));
        let now = app.now();
        let whole = walk(walker, &diary, now).await;
        seen.whole.add(whole);
        seen.page.add(hop(walker, false));
        seen.post.add(hop(walker, true));
        let mut sandbox = sandbox_session(app, &diary).await;
        for _ in 0..A_ROUND {
            seen.with.add(walk(walker, &diary, now).await);
            seen.without.add(by_cookie(&mut sandbox, &diary).await);
        }
    }
    seen.to_json(check)
}

impl Seen {
    fn to_json(&self, check: f64) -> Value {
        let (whole, added) = (self.whole.median(), self.with.median() - self.without.median());
        json!({
            "single_sign_on": {
                "with_proof": self.with.to_json(),
                "without_proof": self.without.to_json(),
                "proof_ms": rounded(added),
                "share_of_proof": rounded(added / self.with.median()),
                "share_of_check_alone": rounded(check / 1_000.0 / self.with.median()),
            },
            "whole_sign_in": {
                "all": self.whole.to_json(),
                "device_page": self.page.to_json(),
                "device_post": self.post.to_json(),
                "share_of_page": rounded(self.page.median() / whole),
                "share_of_post_at_most": rounded(self.post.median() / whole),
                "share_of_both_checks_alone": rounded(2.0 * check / 1_000.0 / whole),
            },
        })
    }
}

/// From the authorization request to the tokens: what the server took.
async fn walk(walker: &mut Walker, client: &RelyingParty, now: Timestamp) -> Duration {
    let back = walker.walk(&client.request(&[]), now).await;
    walker.took() + redeem(client, &back).await
}

async fn by_cookie(browser: &mut Browser, client: &RelyingParty) -> Duration {
    let begun = Instant::now();
    let page = browser.get(&client.request(&[])).await;
    begun.elapsed() + redeem(client, page.redirect()).await
}

async fn redeem(client: &RelyingParty, back: &str) -> Duration {
    let (code, begun) = (client.code(back), Instant::now());
    assert_eq!(client.redeems(&code).await.status, 200);
    begun.elapsed()
}

fn hop(walker: &Walker, posted: bool) -> Duration {
    let mut hops = walker.hops.iter();
    let found = hops.find(|hop| hop.page == "device" && hop.posted == posted);
    found.expect("a device page").took
}

/// A session that the sandbox signed in: bound by a cookie, with no key to ask for. The consent is remembered.
async fn sandbox_session(app: &TestApp, client: &RelyingParty) -> Browser {
    let mut browser = app.browser();
    let choose = browser.open(&client.request(&[])).await;
    let person = browser.open(&format!("{}?way=sandbox", choose.asked)).await;
    let answer = browser
        .submit(&person.form_of("continue").with("person", "alice"))
        .await;
    let confirm = browser.follow(answer).await;
    let device = browser.press(&confirm, "continue").await;
    let mut page = browser.press(&device, "bind").await;
    if page.has("allow") {
        page = browser.submit(&page.form_of("allow").with("remember", "yes")).await;
    }
    page.redirect();
    browser
}
