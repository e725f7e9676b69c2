//! In whose name a person acts (product B5; security rules DG-5, DG-6, DG-7).
//!
//! * `names`: the organisation of the certificate, S17, what tokens say. `anew`: a certificate issued anew. `powers`: powers of
//!   attorney, given, used and ended. `proprietors`: the same for sole proprietors. `refusals`: who may not give or end one, and
//!   what forms are refused. `races`: ending one while it is used.

mod anew;
mod names;
mod powers;
mod proprietors;
mod races;
mod refusals;

use authority::ids::OrganisationId;
use authority::representation::Principal;
use authority::time::Timestamp;
use chrono_tz::Tz;
use testkit::keys::PersonKey;
use testkit::people::{DemoKey, DemoPerson};
use testkit::pki::{CertificateProfile, SigningKey};

use crate::harness::{Answer, Browser, Page, Person, RelyingParty, TestApp};

/// The school that Gulnara is the head of.
const BIN: &str = "990640000015";
const SCHOOL: &str = "КММ «№ 12 мектеп-гимназиясы»";

/// A moment as the form of a power wants it.
fn typed(at: Timestamp) -> String {
    authority::time::LocalTime::of(at, Tz::Asia__Almaty)
        .unwrap()
        .to_string()
}

impl TestApp {
    /// The person with a natural person's key, changed as the test wants.
    fn with_own_key(&self, login: &str, change: impl FnOnce(&mut CertificateProfile)) -> Person {
        let person = DemoPerson {
            key: DemoKey::Individual,
            ..*DemoPerson::find(login).unwrap()
        };
        self.with_certificate(login, person.certificate_profile(self.now()), change)
    }

    /// The person with a further key of the kind that the demo gave them, changed as the test wants.
    fn with_further_key(&self, login: &str, change: impl FnOnce(&mut CertificateProfile)) -> Person {
        let profile = DemoPerson::find(login).unwrap().certificate_profile(self.now());
        self.with_certificate(login, profile, change)
    }

    fn with_certificate(
        &self,
        login: &str,
        mut profile: CertificateProfile,
        change: impl FnOnce(&mut CertificateProfile),
    ) -> Person {
        change(&mut profile);
        let key = SigningKey::generate().unwrap();
        let certificate = self.keys.centre.nca().issue(&profile, &key).unwrap();
        let person = DemoPerson::find(login).unwrap();
        self.person(login).with(PersonKey {
            person,
            certificate,
            key,
        })
    }

    /// From the request to what comes after the device: the person has a bound browser, or gets one.
    async fn arrives(&self, browser: &mut Browser, person: &Person, request: &str) -> Page {
        let choose = browser.open(request).await;
        let sms = self.signs_in_with_eds(browser, &choose, person).await;
        let device = self.types_the_code(browser, &sms).await;
        if device.has("bind") {
            self.binds(browser, &device).await
        } else {
            self.proves(browser, &device).await
        }
    }

    /// On S17: the person presses a way and allows what S13 shows; the answer of the token endpoint.
    async fn acts(&self, browser: &mut Browser, page: &Page, way: &str, client: &RelyingParty) -> Answer {
        let consent = self.chooses(browser, page, way).await;
        let back = self.allows_once(browser, &consent).await;
        client.redeems(&client.code(back.redirect())).await
    }

    /// On S17: the person presses a way; the page that follows.
    async fn chooses(&self, browser: &mut Browser, page: &Page, way: &str) -> Page {
        page.status(200).expect(way);
        let answer = browser.press(page, way).await;
        browser.follow(answer).await
    }

    /// What userinfo says with the token of an answer.
    async fn claims(&self, client: &RelyingParty, tokens: &Answer) -> serde_json::Value {
        let answer = client.userinfo(tokens.text("access_token")).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.json
    }

    /// A signed-in person gives a power of attorney; with these fields in the form instead.
    pub(crate) async fn gives(&self, browser: &mut Browser, agent: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.visits(browser, "/cabinet/powers/give").await;
        let until = typed(self.now().plus(authority::time::days(30)));
        let mut form = page.status(200).form_of("confirm");
        for (name, value) in [
            ("iin", iin(agent)),
            ("from", ""),
            ("until", until.as_str()),
            ("numbers", "yes"),
            ("while_away", "yes"),
        ] {
            form = form.with(name, value);
        }
        for (name, value) in fields {
            form = form.without(name);
            if !value.is_empty() {
                form = form.with(name, value);
            }
        }
        let answer = browser.submit(&form).await;
        match answer.location() {
            Some(to) => self.visits(browser, to).await,
            None => answer,
        }
    }

    /// The school, once somebody has signed in for it.
    async fn school(&self) -> Principal {
        let user = self.user("gulnara").await.id;
        let certificates = storage::certificates::list_for_user(self.db(), user).await.unwrap();
        let known: Option<OrganisationId> = certificates.iter().find_map(|one| one.organisation);
        Principal::Organisation(known.expect("somebody signed in with the school's key"))
    }
}

/// The number of a demo person, or the text itself.
fn iin(agent: &str) -> &str {
    DemoPerson::find(agent).map_or(agent, |person| person.iin)
}
