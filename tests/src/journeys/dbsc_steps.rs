//! What a browser with Device Bound Session Credentials does by itself, each step with a name.

use serde_json::{Value, json};

use crate::harness::{Browser, DeviceKey, Page, Proof, TestApp};

pub(super) const SESSION: &str = "__Host-kiru_session";
pub(super) const REGISTRATION: &str = "/dbsc/registration";
pub(super) const REFRESH: &str = "/dbsc/refresh";

impl TestApp {
    /// The first sign-in up to the answer with the cookies, redirects not followed.
    pub(super) async fn answer_that_signs_in(&self, browser: &mut Browser, login: &str, request: &str) -> Page {
        let page = self.both_stages(browser, login, request).await;
        let (device, key) = (page.data("device-id"), DeviceKey::generate());
        let form = page
            .form_of("bind")
            .with("public_key", &key.public_jwk())
            .with("proof", &key.sign(&self.proof(&page)));
        browser.keys.insert(device, key);
        browser.submit(&form).await
    }

    /// A signed-in browser whose session has a bound key, with that key.
    pub(super) async fn bound_session(&self, login: &str) -> (Browser, SessionKey) {
        let mut browser = self.browser();
        let offered = self
            .answer_that_signs_in(&mut browser, login, &self.diary().request(&[]))
            .await;
        let key = SessionKey::registered(&mut browser, &offered).await;
        (browser, key)
    }
}

/// A key that a browser bound to its session, in software.
#[derive(Clone)]
pub(super) struct SessionKey {
    pub(super) key: DeviceKey,
    pub(super) session: String,
}

impl SessionKey {
    /// Takes up the offer of an answer.
    pub(super) async fn registered(browser: &mut Browser, offered: &Page) -> Self {
        let key = DeviceKey::generate();
        let proof = registration(&key, &offer(offered));
        let answer = register(browser, &key.sign(&proof)).await;
        answer.status(200);
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let session = body["session_identifier"].as_str().unwrap().to_owned();
        Self { key, session }
    }

    /// Comes without a token: 403 with a challenge.
    pub(super) async fn asks(&self, browser: &mut Browser) -> String {
        let answer = self.comes(browser).await;
        answer.status(403);
        self.challenge(&answer)
    }

    /// Comes without a token, whatever it is told.
    pub(super) async fn comes(&self, browser: &mut Browser) -> Page {
        let named = self.quoted();
        browser
            .post_headers(REFRESH, &[("sec-secure-session-id", &named)])
            .await
    }

    /// Comes with this token.
    pub(super) async fn sends(&self, browser: &mut Browser, token: &str) -> Page {
        let token = format!("\"{token}\"");
        let headers = [
            ("sec-secure-session-id", &*self.quoted()),
            ("secure-session-response", &*token),
        ];
        browser.post_headers(REFRESH, &headers).await
    }

    /// The whole refresh.
    pub(super) async fn refreshes(&self, browser: &mut Browser) -> Page {
        let challenge = self.asks(browser).await;
        self.sends(browser, &self.key.sign(&answer_to(&challenge))).await
    }

    /// The challenge that an answer brings for this session.
    pub(super) fn challenge(&self, answer: &Page) -> String {
        let header = answer.header("secure-session-challenge");
        let (challenge, session) = header
            .strip_prefix('"')
            .and_then(|text| text.split_once("\";id="))
            .unwrap();
        assert_eq!(session, self.quoted());
        challenge.to_owned()
    }

    fn quoted(&self) -> String {
        format!("\"{}\"", self.session)
    }
}

/// The challenge of the offer that an answer makes.
pub(super) fn offer(answer: &Page) -> String {
    let header = answer.header("secure-session-registration");
    let challenge = header.strip_prefix("(ES256);path=\"/dbsc/registration\";challenge=\"");
    challenge
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or_else(|| panic!("no offer: {header}"))
        .to_owned()
}

/// The right token of a registration.
pub(super) fn registration(key: &DeviceKey, challenge: &str) -> Proof {
    let jwk: Value = serde_json::from_str(&key.public_jwk()).unwrap();
    Proof {
        header: json!({"typ": "dbsc+jwt", "alg": "ES256", "jwk": jwk}),
        payload: json!({"jti": challenge}),
    }
}

/// The right token of a refresh.
pub(super) fn answer_to(challenge: &str) -> Proof {
    Proof {
        header: json!({"typ": "dbsc+jwt", "alg": "ES256"}),
        payload: json!({"jti": challenge}),
    }
}

pub(super) async fn register(browser: &mut Browser, token: &str) -> Page {
    browser
        .post_headers(REGISTRATION, &[("secure-session-response", &format!("\"{token}\""))])
        .await
}

/// The word of a refusal.
pub(super) fn refusal(answer: &Page) -> String {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert!(!answer.headers.contains_key("set-cookie"), "a refusal sets no cookie");
    format!("{} {}", answer.status.as_u16(), body["error"].as_str().unwrap())
}
