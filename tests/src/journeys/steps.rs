//! The steps of a sign-in, each with a name.

use authority::audit::Event;
use authority::users::{IdentifierKind, User, UserState};
use storage::{StorageError, audit, identifiers, users};
use testkit::people::DemoPerson;

use crate::harness::{Browser, DeviceKey, Page, Person, Proof, RelyingParty, TestApp};

impl TestApp {
    /// From S1 to the SMS page: the person signs the challenge.
    pub(crate) async fn signs_in_with_eds(&self, browser: &mut Browser, choose: &Page, person: &Person) -> Page {
        let page = browser.press(choose, "eds").await;
        let form = page
            .form("eds-form")
            .with("signature", &person.signs(&page.data_challenge()));
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// From the SMS page to the device page: the person types what the message says.
    pub(crate) async fn types_the_code(&self, browser: &mut Browser, page: &Page) -> Page {
        self.types(browser, page, &self.newest_code().await).await
    }

    /// The person types these digits; the browser's keys sign beside them where the page asks for it.
    pub(crate) async fn types(&self, browser: &mut Browser, page: &Page, digits: &str) -> Page {
        let mut form = page.form_of("continue").with("code", digits);
        if page.body.contains("data-purpose=\"confirm\"") {
            let ids = page.data("device-id");
            let keys = ids.split(' ').filter_map(|id| browser.keys.get(id));
            let proofs: Vec<String> = keys.map(|key| key.sign(&self.proof(page))).collect();
            form = form.with("proof", &proofs.join(" "));
        }
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// The person types these digits in a browser that runs no script.
    pub(crate) async fn types_without_script(&self, browser: &mut Browser, page: &Page, digits: &str) -> Page {
        let answer = browser.submit(&page.form_of("continue").with("code", digits)).await;
        browser.follow(answer).await
    }

    /// On S12: the browser makes a key and binds it.
    pub(crate) async fn binds(&self, browser: &mut Browser, page: &Page) -> Page {
        let (device, key) = (page.data("device-id"), DeviceKey::generate());
        let proof = key.sign(&self.proof(page));
        let form = page
            .form_of("bind")
            .with("public_key", &key.public_jwk())
            .with("proof", &proof);
        browser.keys.insert(device, key);
        let answer = browser.submit(&form).await;
        browser.follow(answer).await
    }

    /// On the proof page: the browser signs with the key it has.
    pub(crate) async fn proves(&self, browser: &mut Browser, page: &Page) -> Page {
        let key = browser.keys[&page.data("device-id")].clone();
        let answer = browser
            .submit(&page.form_of("continue").with("proof", &key.sign(&self.proof(page))))
            .await;
        browser.follow(answer).await
    }

    /// Opens an address with a live session: the device proves itself, and the flow goes on.
    pub(crate) async fn comes_back(&self, browser: &mut Browser, address: &str) -> Page {
        let page = browser.open(address).await;
        assert_eq!(page.data("purpose"), "sign_in");
        self.proves(browser, &page).await
    }

    /// The right proof for a device page, now.
    pub(crate) fn proof(&self, page: &Page) -> Proof {
        Proof::for_page(page, self.now().as_unix_seconds())
    }

    /// Both stages at this client, up to the device page.
    pub(crate) async fn both_stages(&self, browser: &mut Browser, login: &str, request: &str) -> Page {
        let choose = browser.open(request).await;
        let sms = self.signs_in_with_eds(browser, &choose, &self.person(login)).await;
        self.types_the_code(browser, &sms).await
    }

    /// The whole first sign-in of a person, up to the redirect back.
    pub(crate) async fn first_sign_in(&self, browser: &mut Browser, login: &str, request: &str) -> Page {
        let device = self.both_stages(browser, login, request).await;
        let page = self.binds(browser, &device).await;
        let consent = self.for_oneself(browser, page).await;
        self.allows_once(browser, &consent).await
    }

    /// Past S17, where it stands in the way: the person acts for themself.
    pub(crate) async fn for_oneself(&self, browser: &mut Browser, page: Page) -> Page {
        if !page.has("myself") {
            return page;
        }
        let answer = browser.press(&page, "myself").await;
        browser.follow(answer).await
    }

    /// On S13: the person allows, and wants to be asked again.
    pub(crate) async fn allows_once(&self, browser: &mut Browser, consent: &Page) -> Page {
        browser.submit(&consent.form_of("allow").without("remember")).await
    }

    /// A person with a bound device, signed out again: the browser keeps the device, nothing else.
    pub(crate) async fn bound_browser(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let back = self
            .first_sign_in(&mut browser, login, &self.diary().request(&[]))
            .await;
        assert!(back.redirect().contains("code="), "{}", back.redirect());
        browser.jar.retain(|name, _| name.starts_with("__Host-kiru_device_"));
        browser
    }

    /// The record of a demo person.
    pub(crate) async fn user(&self, login: &str) -> User {
        self.user_with_number(DemoPerson::find(login).unwrap().iin)
            .await
            .unwrap()
    }

    /// The record of whoever has this number.
    pub(crate) async fn user_with_number(&self, iin: &str) -> Option<User> {
        let kind = IdentifierKind::Iin;
        let digest = identifiers::digest(self.keyring(), kind, kind.authority(), iin);
        users::find_by_identifier(self.db(), kind, kind.authority(), &digest)
            .await
            .unwrap()
    }

    /// Puts the person into this state, as an operator would.
    pub(crate) async fn puts(&self, login: &str, state: UserState) {
        let (user, now) = (self.user(login).await.id, self.now());
        let done = self.db().tx(
            "test",
            |tx| async move { users::record_state(&tx, user, state, now).await },
        );
        done.await.map_err(|error: StorageError| error).unwrap();
    }

    /// The audit events about a person, latest first.
    pub(crate) async fn events(&self, login: &str) -> Vec<Event> {
        audit::list_for_user(self.db(), self.user(login).await.id, 100)
            .await
            .unwrap()
    }

    /// The words of those events, with their reasons: `device_proof_refused D_NONCE`.
    pub(crate) async fn trace(&self, login: &str) -> Vec<String> {
        let events = self.events(login).await;
        events
            .iter()
            .map(|event| format!("{} {}", event.kind.as_str(), event.reason).trim().to_owned())
            .collect()
    }
}

/// The flow's own path below `/flow`, from any of its pages.
pub(crate) fn flow_path(page: &Page) -> String {
    let action = page.form_of("cancel").action;
    action.strip_suffix("/cancel").unwrap().to_owned()
}

/// The error that a redirect tells this client.
pub(crate) fn error(client: &RelyingParty, page: &Page) -> String {
    client
        .response(page.redirect(), "error")
        .unwrap_or_else(|| panic!("no error in {}", page.redirect()))
}

impl Page {
    /// The challenge that the EDS page asks to be signed, decoded.
    pub(crate) fn data_challenge(&self) -> String {
        use base64::Engine;
        let encoded = self.data("challenge");
        let bytes = base64::engine::general_purpose::STANDARD.decode(&encoded).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The marker of an error page.
    pub(crate) fn marker(&self) -> String {
        self.text_of("error")
    }
}
