//! Whether a chain of worst-case inputs holds a node (security rule RL-4): what clients get of discovery and of `/token` while
//! nobody attacks, and while signatures that cost as much as one can come at full pace, each refused and followed by the next.
//! The kinds take turns, so that other work on the machine disturbs them alike; attackers sign on the same cores, which a real
//! one would not.
//!
//! `deep_envelopes` are as long and as deep as is read and reach no signature check. `expired_gost_keys` answer the challenge
//! rightly, with certificates of the configured authority that ended: both GOST signatures are checked before that is seen.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use authority::time::{Timestamp, days};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kiru_tests::accounts::invented;
use kiru_tests::harness::{Browser, Page, RelyingParty, TestApp, Walker};
use serde_json::{Map, Value, json};
use testkit::cms::{CmsRecipe, armour};
use testkit::pki::{SigningKey, Suite};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::latency::Latencies;
use super::measure::rounded;

/// Numbers of people whom no other figure uses.
const FIRST: u32 = 40_000;
/// Clients that fetch the discovery document, and as many that refresh tokens.
const CLIENTS: u32 = 4;
/// Who attacks at the same time: twice as many as signatures are looked at.
const ATTACKERS: usize = 16;
/// How often each kind has its turn.
const TURNS: u32 = 4;

/// What attackers post.
#[derive(Clone)]
enum Signature {
    Deep(Arc<str>),
    Expired(Arc<(SigningKey, Vec<u8>)>),
}

/// One row of the report.
#[derive(Default)]
struct Row {
    posted: Option<Signature>,
    took: Duration,
    discovery: Latencies,
    tokens: Latencies,
    answers: BTreeMap<u16, usize>,
}

/// With and without a stream of worst cases, for about so long.
pub(crate) async fn compare(app: &TestApp, length: Duration) -> Value {
    let mut refreshing = Vec::new();
    for number in FIRST..FIRST + CLIENTS {
        refreshing.push(refresh_token(app, number).await);
    }
    let mut rows = [
        ("without", None),
        ("deep_envelopes", Some(Signature::deep())),
        ("expired_gost_keys", Some(Signature::expired(app))),
    ]
    .map(|(name, posted)| {
        let row = Row {
            posted,
            ..Row::default()
        };
        (name, row)
    });
    for _ in 0..TURNS {
        for (_, row) in &mut rows {
            row.measure(app, &mut refreshing, length / TURNS).await;
        }
    }
    let each: Map<String, Value> = rows
        .iter()
        .map(|(name, row)| ((*name).to_owned(), row.to_json()))
        .collect();
    each.into()
}

/// A refresh token of somebody who signed in with a bound device.
async fn refresh_token(app: &TestApp, number: u32) -> String {
    let (person, key) = (invented(number), SigningKey::generate().unwrap());
    let profile = person.certificate_profile(app.now());
    app.know(&[person]).await;
    let mut walker = Walker {
        certificate: app.keys.centre.nca().issue(&profile, &key).unwrap(),
        browser: app.browser(),
        phone: person.phone.unwrap_or_default().to_owned(),
        key: Arc::new(key),
        outbox: Arc::clone(&app.outbox),
        hops: Vec::new(),
    };
    let diary = app.diary();
    let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let back = walker.walk(&request, app.now()).await;
    let tokens = diary.redeems(&diary.code(&back)).await;
    tokens.text("refresh_token").to_owned()
}

impl Signature {
    fn deep() -> Self {
        let (levels, most) = (31, 44 * 1024);
        let inside = [5, 0].repeat((most - 4 * levels) / 2);
        let envelope = [[0x30, 0x80].repeat(levels), inside, vec![0; 2 * levels]].concat();
        Self::Deep(STANDARD.encode(envelope).into())
    }

    fn expired(app: &TestApp) -> Self {
        let key = SigningKey::of(Suite::Gost512).unwrap();
        let mut profile = invented(FIRST).certificate_profile(app.now()).for_suite(Suite::Gost512);
        (profile.not_before, profile.not_after) = (app.now().minus(days(90)), app.now().minus(days(1)));
        let certificate = app.keys.gost_centre.nca().issue(&profile, &key).unwrap();
        Self::Expired(Arc::new((key, certificate)))
    }

    fn for_page(&self, page: &Page, now: Timestamp) -> String {
        match self {
            Self::Deep(envelope) => envelope.as_ref().to_owned(),
            Self::Expired(pair) => {
                let challenge = STANDARD.decode(page.data("challenge")).unwrap();
                let recipe = CmsRecipe::honest(&pair.0, &pair.1, &challenge, now);
                armour(&recipe.sign().unwrap())
            }
        }
    }
}

impl Row {
    async fn measure(&mut self, app: &TestApp, refreshing: &mut Vec<String>, length: Duration) {
        let (diary, mut attackers) = (app.diary(), Vec::new());
        let request = diary.request(&[]);
        for signature in self.posted.iter().cycle().take(ATTACKERS).cloned() {
            attackers.push((on_s2(app.browser(), &request).await, signature));
        }
        let begun = Instant::now();
        let end = begun + length;
        let attacks: JoinSet<BTreeMap<u16, usize>> = attackers
            .into_iter()
            .map(|(ready, signature)| attack((app.browser(), request.clone()), ready, (signature, app.now()), end))
            .collect();
        let mut fetches = JoinSet::new();
        for _ in 0..CLIENTS {
            fetches.spawn(fetch(diary.clone(), end));
        }
        let refreshes: JoinSet<(String, Latencies)> = refreshing
            .drain(..)
            .map(|token| refresh(diary.clone(), token, end))
            .collect();
        for (token, latencies) in refreshes.join_all().await {
            refreshing.push(token);
            self.tokens.join(latencies);
        }
        for latencies in fetches.join_all().await {
            self.discovery.join(latencies);
        }
        self.took += begun.elapsed();
        for (status, count) in attacks.join_all().await.into_iter().flatten() {
            *self.answers.entry(status).or_default() += count;
        }
    }

    fn to_json(&self) -> Value {
        let seconds = self.took.as_secs_f64();
        let served = |of: &Latencies| {
            json!({
                "per_second": rounded(of.count() as f64 / seconds),
                "p50_ms": rounded(of.median()),
                "p99_ms": rounded(of.quantile(0.99)),
                "measured": of.count(),
            })
        };
        let posted: usize = self.answers.values().sum();
        let answers: Map<String, Value> = self
            .answers
            .iter()
            .map(|(status, count)| (status.to_string(), (*count).into()))
            .collect();
        json!({
            "discovery": served(&self.discovery),
            "refreshes": served(&self.tokens),
            "signatures_per_second": rounded(posted as f64 / seconds),
            "signatures_by_status": answers,
        })
    }
}

async fn fetch(client: RelyingParty, end: Instant) -> Latencies {
    let mut latencies = Latencies::default();
    while Instant::now() < end {
        let begun = Instant::now();
        assert_eq!(client.get("/.well-known/openid-configuration").await.status, 200);
        latencies.add(begun.elapsed());
    }
    latencies
}

async fn refresh(client: RelyingParty, mut token: String, end: Instant) -> (String, Latencies) {
    let mut latencies = Latencies::default();
    while Instant::now() < end {
        let begun = Instant::now();
        let answer = client.refreshes(&token).await;
        latencies.add(begun.elapsed());
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.text("refresh_token").clone_into(&mut token);
    }
    (token, latencies)
}

/// Somebody in a network that nobody attacked from, with a flow on S2.
async fn on_s2(mut browser: Browser, request: &str) -> (Browser, Page) {
    static NETWORKS: AtomicU32 = AtomicU32::new(0);
    let [_, high, low, _] = (NETWORKS.fetch_add(1, Ordering::Relaxed) << 8).to_be_bytes();
    browser.address = Ipv4Addr::new(10, high, low, 7).into();
    let choose = browser.open(request).await;
    let page = browser.press(&choose, "eds").await;
    (browser, page)
}

/// One attacker: in each network a flow, and in it signature after signature until it is ended. How many answers had which
/// status.
async fn attack(
    (fresh, request): (Browser, String),
    (mut browser, mut page): (Browser, Page),
    (signature, now): (Signature, Timestamp),
    end: Instant,
) -> BTreeMap<u16, usize> {
    let mut answers = BTreeMap::new();
    while Instant::now() < end {
        if !page.has("eds-form") {
            (browser, page) = on_s2(fresh.clone(), &request).await;
        }
        let signed = signature.for_page(&page, now);
        page = browser.submit(&page.form("eds-form").with("signature", &signed)).await;
        *answers.entry(page.status.as_u16()).or_default() += 1;
    }
    answers
}
