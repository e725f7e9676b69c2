//! Common beginnings of the cases of this folder.

use axum::body::Body;
use serde_json::Value;

use crate::harness::{Answer, Browser, Page, RelyingParty, TestApp, payload};

/// A browser in which a person has signed in to the diary, with the tokens of that sign-in.
pub(crate) struct SignedIn {
    pub(crate) browser: Browser,
    pub(crate) tokens: Answer,
}

impl SignedIn {
    pub(crate) fn access_token(&self) -> &str {
        self.tokens.text("access_token")
    }

    pub(crate) fn refresh_token(&self) -> &str {
        self.tokens.text("refresh_token")
    }

    pub(crate) fn id_token(&self) -> &str {
        self.tokens.text("id_token")
    }

    pub(crate) fn claims(&self) -> Value {
        payload(self.id_token())
    }
}

/// Both stages and the binding on the sandbox's way: its device has no key to prove, so later requests need no page.
/// Gives back what follows: consent, or the way back.
pub(crate) async fn through_the_sandbox(browser: &mut Browser, login: &str, request: &str) -> Page {
    let choose = browser.open(request).await;
    let person = browser.open(&format!("{}?way=sandbox", choose.asked)).await;
    let answer = browser.submit(&person.form_of("continue").with("person", login)).await;
    let confirm = browser.follow(answer).await;
    let device = browser.press(&confirm, "continue").await;
    if device.has("bind") {
        browser.press(&device, "bind").await
    } else {
        device
    }
}

/// A person signs in at the diary and allows what this request asks for, once and for all.
pub(crate) async fn signed_in_as(app: &TestApp, login: &str, extra: &[(&str, &str)]) -> SignedIn {
    let mut browser = app.browser();
    let consent = through_the_sandbox(&mut browser, login, &app.diary().request(extra)).await;
    let back = browser.press(&consent, "allow").await;
    let tokens = app.diary().redeems(&app.diary().code(back.redirect())).await;
    assert_eq!(tokens.status, 200, "{}", tokens.json);
    SignedIn { browser, tokens }
}

/// Aigerim signs in at the diary.
pub(crate) async fn signed_in(app: &TestApp) -> SignedIn {
    signed_in_as(app, "aigerim", &[]).await
}

/// A code for the diary, by single sign-on: no page is shown.
pub(crate) async fn another_code(app: &TestApp, browser: &mut Browser) -> String {
    let back = browser.get(&app.diary().request(&[("prompt", "none")])).await;
    app.diary().code(back.redirect())
}

/// The error of a redirect, after checking what goes with every error (RFC 6749 §4.1.2.1, RFC 9207 §2).
pub(crate) fn error_of(client: &RelyingParty, page: &Page, state: Option<&str>) -> String {
    page.status(303);
    let location = page.redirect();
    let member = |name| client.response(location, name);
    assert_eq!(member("state").as_deref(), state, "{location}");
    assert_eq!(member("iss").as_deref(), Some(crate::harness::ISSUER), "{location}");
    assert_eq!(member("code"), None, "{location}");
    let description = member("error_description").unwrap();
    assert!(
        description
            .bytes()
            .all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
        "{description}"
    );
    let names = url::Url::parse(location)
        .unwrap()
        .query_pairs()
        .map(|(name, _)| name.into_owned())
        .collect::<Vec<_>>();
    let known = ["error", "error_description", "state", "iss"];
    assert!(names.iter().all(|name| known.contains(&name.as_str())), "{location}");
    member("error").unwrap_or_else(|| panic!("no error in {location}"))
}

/// A page of ours that names the parameter at fault and leads nowhere.
pub(crate) fn is_error_page(page: &Page, parameter: &str) {
    page.status(400).expect("error-reference");
    assert_eq!(page.location(), None);
    assert_eq!(page.text_of("error"), parameter, "{}", page.asked);
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-frame-options"), "DENY");
    assert!(
        page.header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
}

/// A request with a form, outside any browser.
pub(crate) fn form(client: &RelyingParty, path: &str, body: &str) -> http::Request<Body> {
    let request = client
        .request_to("POST", path)
        .header("content-type", "application/x-www-form-urlencoded");
    request.body(Body::from(body.to_owned())).unwrap()
}
