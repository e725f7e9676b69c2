//! Many people and clients at the same time.

use std::sync::Arc;
use std::time::Duration;

use authority::time::hours;
use kiru_tests::accounts::invented;
use kiru_tests::harness::{RelyingParty, TestApp, Walker};
use serde_json::Value;
use testkit::people::DemoPerson;
use testkit::pki::SigningKey;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::device_proof;
use super::measure::{Measured, Running};

/// Between two sign-ins of a person, on the test clock: nobody gets more than ten messages a day (OT-4).
const BETWEEN_SIGN_INS: Duration = hours(3);
/// Codes that each person fetches before they are redeemed.
const CODES_AT_ONCE: usize = 8;

/// People, each with key, browser and device, and the deployment they use.
pub(crate) struct Crowd {
    app: TestApp,
    walkers: Vec<Walker>,
    token: String,
}

/// Seals the audit log twice a second, as the node's job does.
pub(crate) fn sealer(app: &TestApp) -> JoinHandle<()> {
    let (provider, clock) = (app.state.provider.clone(), app.clock.clone());
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(500));
        loop {
            ticks.tick().await;
            let now = authority::time::Clock::now(&clock);
            jobs::seal_audit(&provider.db, &provider.keyring, now).await.unwrap();
        }
    })
}

impl Crowd {
    /// Makes so many people, whom the deployment knows and whose devices are bound.
    pub(crate) async fn gather(app: TestApp, size: u32) -> Self {
        let people: Vec<DemoPerson> = (0..size).map(invented).collect();
        app.know(&people).await;
        let keys: Vec<SigningKey> = std::thread::scope(|scope| {
            let threads: Vec<_> = people
                .iter()
                .map(|_| scope.spawn(|| SigningKey::generate().unwrap()))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let walkers = people.into_iter().zip(keys).map(|(person, key)| Walker {
            certificate: app
                .keys
                .centre
                .nca()
                .issue(&person.certificate_profile(app.now()), &key)
                .unwrap(),
            browser: app.browser(),
            outbox: Arc::clone(&app.outbox),
            phone: person.phone.unwrap_or_default().to_owned(),
            key: Arc::new(key),
            hops: Vec::new(),
        });
        let mut crowd = Self {
            walkers: walkers.collect(),
            app,
            token: String::new(),
        };
        crowd.sign_in().await;
        crowd
    }

    /// All people sign in at the diary: EDS, message, device, and the tokens for the code.
    async fn sign_in(&mut self) {
        let (now, diary) = (self.app.now(), self.app.diary());
        let mut walks = JoinSet::new();
        for mut walker in self.walkers.drain(..) {
            let diary = diary.clone();
            walks.spawn(async move {
                let back = walker.walk(&diary.request(&[]), now).await;
                assert_eq!(diary.redeems(&diary.code(&back)).await.status, 200);
                walker
            });
        }
        self.walkers = walks.join_all().await;
    }

    /// Whole sign-ins on bound devices, from the client's request to its tokens.
    pub(crate) async fn sign_in_for(&mut self, length: Duration) -> Measured {
        let mut measured = Measured::default();
        while measured.wall() < length {
            self.app.advance(BETWEEN_SIGN_INS);
            for walker in &mut self.walkers {
                walker
                    .browser
                    .jar
                    .retain(|name, _| name.starts_with("__Host-kiru_device_"));
            }
            let running = Running::begin();
            self.sign_in().await;
            measured.add(running.end(self.walkers.len()));
        }
        measured
    }

    /// Codes by single sign-on, and their redemption.
    pub(crate) async fn exchange_for(&mut self, client: &str, length: Duration) -> (Measured, Measured) {
        let (mut minted, mut redeemed) = (Measured::default(), Measured::default());
        let client = self.app.relying_party(client);
        // Whoever has not consented to this client yet does it now.
        for walker in &mut self.walkers {
            walker.walk(&client.request(&[]), self.app.now()).await;
        }
        while redeemed.wall() < length {
            let running = Running::begin();
            let codes = self.codes(&client).await;
            minted.add(running.end(codes.iter().map(Vec::len).sum()));
            let running = Running::begin();
            let mut clients = JoinSet::new();
            for codes in codes {
                clients.spawn(redeem(client.clone(), codes));
            }
            let tokens = clients.join_all().await;
            redeemed.add(running.end(tokens.iter().map(Vec::len).sum()));
            self.token = tokens.into_iter().flatten().next().unwrap_or_default();
        }
        (minted, redeemed)
    }

    /// By single sign-on, device proof included: nobody types anything.
    async fn codes(&mut self, client: &RelyingParty) -> Vec<Vec<String>> {
        let now = self.app.now();
        let mut walks = JoinSet::new();
        for mut walker in self.walkers.drain(..) {
            let client = client.clone();
            walks.spawn(async move {
                let mut codes = Vec::new();
                for _ in 0..CODES_AT_ONCE {
                    codes.push(client.code(&walker.walk(&client.request(&[]), now).await));
                }
                (walker, codes)
            });
        }
        let (walkers, codes) = walks.join_all().await.into_iter().unzip();
        self.walkers = walkers;
        codes
    }

    /// What the proof of the device costs one of them, while the others wait.
    pub(crate) async fn prove_devices_for(&mut self, check: f64, length: Duration) -> Value {
        device_proof::beside_journeys(&self.app, &mut self.walkers[0], check, length).await
    }

    /// `/userinfo` with one live token.
    pub(crate) async fn userinfo_for(&self, length: Duration) -> Measured {
        let (client, token) = (self.app.library(), self.token.clone());
        let ask = move || {
            let (client, token) = (client.clone(), token.clone());
            async move { assert_eq!(client.userinfo(&token).await.status, 200) }
        };
        self.repeat(length, ask).await
    }

    /// The discovery document.
    pub(crate) async fn discovery_for(&self, length: Duration) -> Measured {
        let client = self.app.diary();
        let ask = move || {
            let client = client.clone();
            async move { assert_eq!(client.get("/.well-known/openid-configuration").await.status, 200) }
        };
        self.repeat(length, ask).await
    }

    async fn repeat<F>(&self, length: Duration, ask: impl Fn() -> F + Clone + Send + 'static) -> Measured
    where
        F: Future<Output = ()> + Send,
    {
        let (running, end) = (Running::begin(), Instant::now() + length);
        let mut tasks = JoinSet::new();
        for _ in 0..self.walkers.len() {
            let ask = ask.clone();
            tasks.spawn(async move {
                let mut done = 0;
                while Instant::now() < end {
                    ask().await;
                    done += 1;
                }
                done
            });
        }
        running.end(tasks.join_all().await.iter().sum())
    }
}

async fn redeem(client: RelyingParty, codes: Vec<String>) -> Vec<String> {
    let mut tokens = Vec::new();
    for code in codes {
        let answer = client.redeems(&code).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        tokens.push(answer.text("access_token").to_owned());
    }
    tokens
}
