//! One person with one browser, walking through whatever pages come.

use std::sync::Arc;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kiru_tests::harness::{Browser, DeviceKey, Page, Proof};
use messaging::Outbox;
use testkit::cms::{CmsRecipe, armour};
use testkit::people::DemoPerson;
use testkit::pki::SigningKey;

use super::measure::not_ours;

/// More pages than any sign-in has.
const MOST_PAGES: usize = 12;

/// Somebody.
pub(crate) struct Walker {
    pub(crate) browser: Browser,
    pub(crate) person: DemoPerson,
    pub(crate) key: SigningKey,
    pub(crate) certificate: Vec<u8>,
    pub(crate) outbox: Arc<Outbox>,
}

impl Walker {
    /// Opens an authorization request and does what the pages ask; the address that leads back to the client.
    pub(crate) async fn walk(&mut self, request: &str, now: Timestamp) -> String {
        let mut page = self.browser.open(request).await;
        for _ in 0..MOST_PAGES {
            if let Some(location) = page.location() {
                return location.to_owned();
            }
            page = self.step(&page, now).await;
        }
        panic!("no end at {}: {}", page.asked, page.body)
    }

    async fn step(&mut self, page: &Page, now: Timestamp) -> Page {
        let path = page.asked.split('?').next().unwrap_or_default();
        let form = match path.rsplit('/').next().unwrap_or_default() {
            "sign-in" if page.has("continue") => page.form_of("continue"),
            "sign-in" => page.form_of("eds"),
            "eds" => page.form("eds-form").with("signature", &self.signature(page, now)),
            "confirm" => page.form_of("continue").with("code", &self.newest_code().await),
            "device" if page.has("bind") => {
                let key = not_ours(DeviceKey::generate);
                self.browser.keys.insert(page.data("device-id"), key.clone());
                let form = page.form_of("bind").with("public_key", &key.public_jwk());
                form.with("proof", &proof(&key, page, now))
            }
            "device" => {
                let key = self.browser.keys[&page.data("device-id")].clone();
                page.form_of("continue").with("proof", &proof(&key, page, now))
            }
            "consent" => page.form_of("allow"),
            _ => panic!("what is {} ({})? {}", page.asked, page.status, page.body),
        };
        let answer = self.browser.submit(&form).await;
        self.browser.follow(answer).await
    }

    fn signature(&self, page: &Page, now: Timestamp) -> String {
        not_ours(|| {
            let challenge = STANDARD.decode(page.data("challenge")).unwrap();
            armour(
                &CmsRecipe::honest(&self.key, &self.certificate, &challenge, now)
                    .sign()
                    .unwrap(),
            )
        })
    }

    async fn newest_code(&self) -> String {
        let messages = self.outbox.newest_first().await;
        let own = messages.iter().find(|kept| Some(kept.to.expose()) == self.person.phone);
        own.expect("a message came").text.chars().take(6).collect()
    }
}

fn proof(key: &DeviceKey, page: &Page, now: Timestamp) -> String {
    not_ours(|| key.sign(&Proof::for_page(page, now.as_unix_seconds())))
}
