//! What a key of each kind costs in a whole sign-in, and what else takes the time. One client at a time; the kinds in turns,
//! so that other work on the machine disturbs them alike.
//!
//! `check_alone` is the product's own verification of the person's signature: CMS, path, revocation list, identity; one
//! thread, no database. `post` is the request that carries the signature: the check and what is recorded of it, evidence
//! included. What is left of a sign-in is pages and redirects.

use std::sync::Arc;
use std::time::Duration;

use authority::time::hours;
use kiru_tests::accounts::invented;
use kiru_tests::harness::{RelyingParty, TestApp, Walker};
use serde_json::{Map, Value, json};
use testkit::cms::{CmsRecipe, armour};
use testkit::people::DemoPerson;
use testkit::pki::{SigningKey, Suite};
use tokio::time::Instant;

use super::latency::Latencies;
use super::measure::rounded;

/// Between two sign-ins of one person, on the test clock: nobody gets more than ten messages a day (OT-4).
const BETWEEN_SIGN_INS: Duration = hours(3);
/// Numbers of people whom no other figure uses.
const FIRST: u32 = 30_000;
/// As long as a challenge of the product.
const TEXT: &[u8] = &[b'a'; 400];

/// Somebody with a key of one kind.
struct Kind {
    name: &'static str,
    walker: Walker,
    check_us: f64,
    whole: Latencies,
    post: Latencies,
    code: Latencies,
    device: Latencies,
    tokens: Latencies,
}

/// Whole sign-ins with each kind of key, for about so long.
pub(crate) async fn compare(app: &TestApp, length: Duration) -> Value {
    let diary = app.diary();
    let mut kinds = Vec::new();
    for (number, (name, suite)) in (FIRST..).zip([("rsa-2048", Suite::Rsa), ("gost2015-512", Suite::Gost512)]) {
        kinds.push(Kind::with(app, (number, name, suite), length / 8).await);
    }
    for kind in &mut kinds {
        kind.sign_in(app, &diary).await;
        kind.forget();
    }
    let begun = Instant::now();
    while begun.elapsed() < length {
        app.advance(BETWEEN_SIGN_INS);
        for kind in &mut kinds {
            kind.sign_in(app, &diary).await;
        }
    }
    let each: Map<String, Value> = kinds
        .iter()
        .map(|kind| (kind.name.to_owned(), kind.to_json()))
        .collect();
    each.into()
}

impl Kind {
    async fn with(app: &TestApp, (number, name, suite): (u32, &'static str, Suite), length: Duration) -> Self {
        let person = DemoPerson {
            suite,
            ..invented(number)
        };
        let key = SigningKey::of(suite).unwrap();
        let centre = app.keys.centre_of(suite);
        let certificate = centre
            .nca()
            .issue(&person.certificate_profile(app.now()), &key)
            .unwrap();
        let phone = person.phone.unwrap_or_default().to_owned();
        app.know(&[person]).await;
        Self {
            check_us: check_alone(app, (&key, &certificate), length),
            walker: Walker {
                browser: app.browser(),
                phone,
                key: Arc::new(key),
                certificate,
                outbox: Arc::clone(&app.outbox),
                hops: Vec::new(),
            },
            name,
            whole: Latencies::default(),
            post: Latencies::default(),
            code: Latencies::default(),
            device: Latencies::default(),
            tokens: Latencies::default(),
        }
    }

    fn forget(&mut self) {
        for of in [
            &mut self.whole,
            &mut self.post,
            &mut self.code,
            &mut self.device,
            &mut self.tokens,
        ] {
            *of = Latencies::default();
        }
    }

    async fn sign_in(&mut self, app: &TestApp, client: &RelyingParty) {
        let walker = &mut self.walker;
        walker
            .browser
            .jar
            .retain(|name, _| name.starts_with("__Host-kiru_device_"));
        let back = walker.walk(&client.request(&[]), app.now()).await;
        let (code, begun) = (client.code(&back), Instant::now());
        assert_eq!(client.redeems(&code).await.status, 200);
        let tokens = begun.elapsed();
        let of = |page: &str| -> Duration {
            let hops = walker.hops.iter().filter(|hop| hop.page == page);
            hops.filter(|hop| hop.posted || page == "device")
                .map(|hop| hop.took)
                .sum()
        };
        self.whole.add(walker.took() + tokens);
        self.post.add(of("signature"));
        self.code.add(of("confirm"));
        self.device.add(of("device"));
        self.tokens.add(tokens);
    }

    fn to_json(&self) -> Value {
        let whole = self.whole.median();
        let share = |of: &Latencies| rounded(of.median() / whole);
        json!({
            "check_alone_microseconds": rounded(self.check_us),
            "whole_sign_in": self.whole.to_json(),
            "per_second_one_client": rounded(1_000.0 / whole),
            "share_of_check_alone": rounded(self.check_us / 1_000.0 / whole),
            "share_of_signature_post": share(&self.post),
            "share_of_code_post": share(&self.code),
            "share_of_device_page_and_post": share(&self.device),
            "share_of_token_call": share(&self.tokens),
        })
    }
}

/// Microseconds of one verification.
fn check_alone(app: &TestApp, (key, certificate): (&SigningKey, &[u8]), length: Duration) -> f64 {
    let signature = armour(&CmsRecipe::honest(key, certificate, TEXT, app.now()).sign().unwrap());
    let (begun, mut done) = (Instant::now(), 0);
    while begun.elapsed() < length {
        app.state.eds.verify(&signature, TEXT, app.now()).unwrap();
        done += 1;
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(done)
}
