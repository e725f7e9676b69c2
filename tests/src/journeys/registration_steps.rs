//! The steps of registering a new device, each with a name.

use authority::authentication::CodeDigits;
use authority::policy::{PolicyKey, Scope, SetValue};
use authority::time::{Timestamp, minutes};
use authority::users::Exclusivity;
use messaging::Sender;
use storage::{StorageError, policies, registrations};

use crate::harness::{Browser, DeviceKey, Form, Page, TestApp};

/// The last microsecond before.
pub(crate) fn just_before(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros() - 1)
}

impl TestApp {
    /// The clock moves on to this instant.
    pub(crate) fn goes_to(&self, at: Timestamp) {
        self.advance(at.since(self.now()));
    }

    /// Both stages in a browser that is not the person's device: R1.
    pub(crate) async fn arrives_elsewhere(&self, browser: &mut Browser, login: &str) -> Page {
        let page = self.both_stages(browser, login, &self.diary().request(&[])).await;
        page.status(403).expect("register");
        page
    }

    /// The person has a bound browser, and eleven minutes later sits at another one.
    pub(crate) async fn new_browser(&self, login: &str) -> Browser {
        self.bound_browser(login).await;
        self.advance(minutes(11));
        self.browser()
    }

    /// [`new_browser`](Self::new_browser), at R4.
    pub(crate) async fn at_the_picture(&self, login: &str) -> (Browser, Page) {
        let mut new = self.new_browser(login).await;
        let elsewhere = self.arrives_elsewhere(&mut new, login).await;
        let picture = self.wants_registration(&mut new, &elsewhere).await;
        (new, picture)
    }

    /// [`new_browser`](Self::new_browser), at R5.
    pub(crate) async fn at_the_notice(&self, login: &str) -> (Browser, Page) {
        let (mut new, picture) = self.at_the_picture(login).await;
        let notice = self.reads_the_picture(&mut new, &picture, login).await;
        (new, notice)
    }

    /// From R1 to R4: the person wants this device registered.
    pub(crate) async fn wants_registration(&self, browser: &mut Browser, elsewhere: &Page) -> Page {
        browser.press(elsewhere, "register").await
    }

    /// The digits of the picture that a person is asked for.
    pub(crate) async fn picture_digits(&self, login: &str) -> CodeDigits {
        let user = self.user(login).await.id;
        let open = registrations::find_open(self.db(), user).await.unwrap().unwrap();
        open.picture().unwrap().open(open.id, self.keyring()).unwrap()
    }

    /// From R4 to R5: the person reads the picture.
    pub(crate) async fn reads_the_picture(&self, browser: &mut Browser, page: &Page, login: &str) -> Page {
        let digits = self.picture_digits(login).await;
        let answer = browser
            .submit(&page.form_of("continue").with("code", digits.expose()))
            .await;
        browser.follow(answer).await
    }

    /// What the browser posts when the person agrees on R5; its new key is kept by the browser.
    pub(crate) fn agreement(&self, browser: &mut Browser, page: &Page) -> Form {
        let (device, key) = (page.data("device-id"), DeviceKey::generate());
        let form = page
            .form_of("agree")
            .with("public_key", &key.public_jwk())
            .with("proof", &key.sign(&self.proof(page)));
        browser.keys.insert(device, key);
        form
    }

    /// From R5 to R6.
    pub(crate) async fn agrees(&self, browser: &mut Browser, page: &Page) -> Page {
        let form = self.agreement(browser, page);
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// The whole registration, up to R6.
    pub(crate) async fn registers(&self, browser: &mut Browser, login: &str) -> Page {
        let elsewhere = self.arrives_elsewhere(browser, login).await;
        let picture = self.wants_registration(browser, &elsewhere).await;
        let notice = self.reads_the_picture(browser, &picture, login).await;
        self.agrees(browser, &notice).await
    }

    /// The messages that wait leave, as the job sends them.
    pub(crate) async fn delivers_messages(&self) {
        let sender = Sender::parse("1414").unwrap();
        let now = self.now();
        jobs::deliver_sms(self.db(), self.keyring(), self.outbox.as_ref(), &sender, now)
            .await
            .unwrap();
    }

    /// Sets a rule, as an operator would.
    pub(crate) async fn sets(&self, key: PolicyKey, value: &str) {
        let (now, set) = (
            self.now(),
            &SetValue {
                scope: Scope::Deployment,
                key,
                value: value.to_owned(),
            },
        );
        let done = self
            .db()
            .tx("test", |tx| async move { policies::record(&tx, set, now).await });
        done.await.map_err(|error: StorageError| error).unwrap();
    }

    /// The exclusivity that stands in the person's record, run out or not.
    pub(crate) async fn exclusivity(&self, login: &str) -> Option<Exclusivity> {
        self.user(login).await.exclusive
    }
}
