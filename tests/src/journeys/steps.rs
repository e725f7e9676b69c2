//! The steps of a sign-in, each with a name.

use crate::harness::{Browser, DeviceKey, Page, Person, Proof, TestApp};

impl TestApp {
    /// From S1 to the SMS page: the person signs the challenge.
    pub(crate) async fn signs_in_with_eds(&self, browser: &mut Browser, choose: &Page, person: &Person) -> Page {
        let page = browser.press(choose, "eds").await;
        let form = page.form("eds-form").with("signature", &person.signs(&page.data_challenge()));
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// From the SMS page to the device page: the person types what the message says.
    pub(crate) async fn types_the_code(&self, browser: &mut Browser, page: &Page) -> Page {
        let form = page.form_of("continue").with("code", &self.newest_code().await);
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// On S12: the browser makes a key and binds it.
    pub(crate) async fn binds(&self, browser: &mut Browser, page: &Page) -> Page {
        let (device, key) = (page.data("device-id"), DeviceKey::generate());
        let proof = key.sign(&Proof::for_page(page, self.now().as_unix_seconds()));
        let form = page.form_of("bind").with("public_key", &key.public_jwk()).with("proof", &proof);
        browser.keys.insert(device, key);
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// On the proof page: the browser signs with the key it has.
    pub(crate) async fn proves(&self, browser: &mut Browser, page: &Page) -> Page {
        let key = browser.keys[&page.data("device-id")].clone();
        let proof = key.sign(&Proof::for_page(page, self.now().as_unix_seconds()));
        let form = page.form_of("continue").with("proof", &proof);
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// The whole first sign-in of a person at the diary, up to the redirect back.
    pub(crate) async fn first_sign_in(&self, browser: &mut Browser, login: &str, request: &str) -> Page {
        let choose = browser.open(request).await;
        let sms = self.signs_in_with_eds(browser, &choose, &self.person(login)).await;
        let device = self.types_the_code(browser, &sms).await;
        let consent = self.binds(browser, &device).await;
        browser.press(&consent, "allow").await
    }
}

impl Page {
    /// The challenge that the EDS page asks to be signed, decoded.
    pub(crate) fn data_challenge(&self) -> String {
        use base64::Engine;
        let encoded = self.data("challenge");
        let bytes = base64::engine::general_purpose::STANDARD.decode(&encoded).unwrap();
        String::from_utf8(bytes).unwrap()
    }
}
