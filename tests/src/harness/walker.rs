//! One person with one browser, walking through whatever pages come, and how long each of them took: what the figures are
//! measured with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use messaging::Outbox;
use testkit::cms::{CmsRecipe, armour};
use testkit::pki::SigningKey;
use tokio::time::Instant;

use super::browser::Browser;
use super::device_key::{DeviceKey, Proof};
use super::page::{Form, Page};

/// More requests than any sign-in has.
const MOST_REQUESTS: usize = 30;
/// Nanoseconds that people's and browsers' keys took for signing.
static SIGNING: AtomicU64 = AtomicU64::new(0);

/// Somebody.
pub struct Walker {
    /// Their browser.
    pub browser: Browser,
    /// The phone, E.164.
    pub phone: String,
    /// The key.
    pub key: Arc<SigningKey>,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Where messages arrive.
    pub outbox: Arc<Outbox>,
    /// The requests of the last walk.
    pub hops: Vec<Hop>,
}

/// One request of a walk.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The last segment of its path: `authorize`, `sign-in`, `device`.
    pub page: String,
    /// Whether a form was posted there.
    pub posted: bool,
    /// From the request to its whole answer, what the browser signs not included.
    pub took: Duration,
}

/// How many nanoseconds the keys of all people and browsers took so far: no work of the server.
pub fn spent_on_signing() -> u64 {
    SIGNING.load(Ordering::Relaxed)
}

impl Walker {
    /// Opens an authorization request and does what the pages ask; the address that leads back to the client.
    pub async fn walk(&mut self, request: &str, now: Timestamp) -> String {
        self.hops.clear();
        let mut page = self.get(request).await;
        for _ in 0..MOST_REQUESTS {
            page = match page.location().map(|to| (to.to_owned(), self.browser.own_path(to))) {
                Some((_, Some(own))) => self.get(&own).await,
                Some((away, None)) => return away,
                None => {
                    let form = self.filled_in(&page, now).await;
                    self.submit(&form).await
                }
            };
        }
        panic!("no end at {}: {}", page.asked, page.body)
    }

    /// What the server took for the last walk.
    pub fn took(&self) -> Duration {
        self.hops.iter().map(|hop| hop.took).sum()
    }

    async fn get(&mut self, address: &str) -> Page {
        let begun = Instant::now();
        let page = self.browser.get(address).await;
        self.note(&page, false, begun.elapsed());
        page
    }

    async fn submit(&mut self, form: &Form) -> Page {
        let begun = Instant::now();
        let page = self.browser.submit(form).await;
        self.note(&page, true, begun.elapsed());
        page
    }

    fn note(&mut self, page: &Page, posted: bool, took: Duration) {
        let page = last_segment(page).to_owned();
        self.hops.push(Hop { page, posted, took });
    }

    async fn filled_in(&mut self, page: &Page, now: Timestamp) -> Form {
        match last_segment(page) {
            "sign-in" if page.has("continue") => page.form_of("continue"),
            "sign-in" => page.form_of("eds"),
            "eds" => page.form("eds-form").with("signature", &self.signature(page, now)),
            "confirm" => {
                let form = page.form_of("continue").with("code", &self.newest_code().await);
                if page.body.contains("data-purpose=\"confirm\"") {
                    form.with("proof", &self.proof(page, now))
                } else {
                    form
                }
            }
            "device" if page.has("bind") => {
                let key = signing(DeviceKey::generate);
                self.browser.keys.insert(page.data("device-id"), key.clone());
                let form = page.form_of("bind").with("public_key", &key.public_jwk());
                form.with("proof", &self.proof(page, now))
            }
            "device" => page.form_of("continue").with("proof", &self.proof(page, now)),
            "name" => page.form_of("myself"),
            "consent" => page.form_of("allow"),
            _ => panic!("what is {} ({})? {}", page.asked, page.status, page.body),
        }
    }

    fn signature(&self, page: &Page, now: Timestamp) -> String {
        signing(|| {
            let challenge = STANDARD.decode(page.data("challenge")).unwrap();
            let recipe = CmsRecipe::honest(&self.key, &self.certificate, &challenge, now);
            armour(&recipe.sign().unwrap())
        })
    }

    /// By the key of the device that the page names; of a person's browser it is the only one.
    fn proof(&self, page: &Page, now: Timestamp) -> String {
        let key = &self.browser.keys[&page.data("device-id")];
        signing(|| key.sign(&Proof::for_page(page, now.as_unix_seconds())))
    }

    async fn newest_code(&self) -> String {
        let messages = self.outbox.newest_first().await;
        let own = messages.iter().find(|kept| kept.to.expose() == self.phone);
        own.expect("a message came").text.chars().take(6).collect()
    }
}

fn last_segment(page: &Page) -> &str {
    let path = page.asked.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Does what is not the server's work.
fn signing<T>(work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    let took = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(0);
    SIGNING.fetch_add(took, Ordering::Relaxed);
    done
}
