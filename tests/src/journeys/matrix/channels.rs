//! One cell: the way in is tried, and what it says is put into few words.

use authority::time::seconds;
use serde_json::Value;

use super::Channel;
use super::scene::{LOGIN, Scene, posts, token_of};
use crate::harness::Page;
use crate::journeys::dbsc_steps::{SESSION, answer_to};
use crate::journeys::steps::{error, flow_path};

/// What shows which page it is.
const PAGES: [(&str, &str); 9] = [
    ("stopped", "stopped"),
    ("signed-out", "signed out"),
    ("new-picture", "picture"),
    ("agree", "notice"),
    ("rename", "registered"),
    ("line-device", "cabinet"),
    ("allow", "signed in"),
    ("bind", "first device"),
    ("eds", "sign in"),
];

/// A page in words: its status and the marker of a refusal, or what it is.
fn said(page: &Page) -> String {
    let status = page.status.as_u16();
    if page.has("error") {
        return format!("{status} {}", page.marker());
    }
    if page.body.contains("data-purpose=\"sign_in\"") {
        return format!("{status} prove the device");
    }
    let known = PAGES.iter().find(|(id, _)| page.has(id));
    known.map_or_else(
        || format!("{status} {} {:?}", page.asked, page.location()),
        |(_, name)| format!("{status} {name}"),
    )
}

/// The words behind the status.
fn kind(page: &Page) -> String {
    let said = said(page);
    said.split_once(' ').map_or(said.clone(), |(_, kind)| kind.to_owned())
}

impl Scene<'_> {
    /// Tries this way.
    pub(super) async fn drives(&mut self, channel: Channel) -> String {
        match channel {
            Channel::AccessToken => {
                let answer = self.app.diary().userinfo(&self.access).await;
                match answer
                    .headers
                    .get("www-authenticate")
                    .and_then(|value| value.to_str().ok())
                {
                    Some(told) if told.contains("invalid_token") => "401 invalid_token".to_owned(),
                    Some(_) | None => answer.summary(),
                }
            }
            Channel::Refresh => self.refreshes().await,
            Channel::BoundCookie => self.renews_its_cookie().await,
            Channel::Silent => {
                let library = self.app.library();
                let page = self.browser.open(&library.request(&[("prompt", "none")])).await;
                error(&library, &page)
            }
            Channel::SingleSignOn => self.arrives().await,
            Channel::Cabinet => {
                let mut page = self.browser.open("/cabinet").await;
                if page.body.contains("data-purpose=\"cabinet\"") {
                    page = self.app.proves(&mut self.browser, &page).await;
                }
                kind(&page)
            }
            Channel::Return => {
                let page = posts(&mut self.flow, &self.device, "return").await;
                said(&page)
            }
            Channel::Logout => self.signs_out().await,
            Channel::StopCode => {
                let mut anybody = self.app.browser();
                let page = anybody.get("/stop").await;
                let form = page.form_of("stop").with("code", &self.stop_digits().await);
                kind(&anybody.submit(&form).await)
            }
            Channel::SignIn => self.signs_in().await,
            Channel::SharedComputer => {
                let path = format!("{}/device", flow_path(&self.device));
                let fields = [("csrf", &*token_of(&self.device)), ("shared", "yes")];
                let answer = self.flow.post(&path, &fields).await;
                said(&self.flow.follow(answer).await)
            }
            Channel::RegistrationStart => self.starts().await,
            Channel::RegistrationCommit => {
                self.waits_for_consent().await;
                let answer = self.flow.submit(&self.agreement).await;
                said(&self.flow.follow(answer).await)
            }
        }
    }

    async fn refreshes(&mut self) -> String {
        let answer = self.app.diary().refreshes(&self.refresh).await;
        if answer.status == 200 {
            answer.text("refresh_token").clone_into(&mut self.refresh);
        }
        answer.summary()
    }

    /// What the browser that holds the session does by itself; nobody else gets its cookie.
    async fn renews_its_cookie(&mut self) -> String {
        let mut browser = self.browser.clone();
        let asked = self.bound_key.comes(&mut browser).await;
        let answer = match asked.status.as_u16() {
            403 => {
                let challenge = self.bound_key.challenge(&asked);
                let token = self.bound_key.key.sign(&answer_to(&challenge));
                self.bound_key.sends(&mut browser, &token).await
            }
            _ => asked,
        };
        if self.browser.jar.contains_key(SESSION) {
            self.browser = browser;
        }
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let status = answer.status.as_u16();
        body["error"]
            .as_str()
            .map_or(status.to_string(), |error| format!("{status} {error}"))
    }

    async fn arrives(&mut self) -> String {
        let page = self.browser.open(&self.app.library().request(&[])).await;
        if !page.body.contains("data-purpose=\"sign_in\"") {
            return kind(&page);
        }
        let page = self.app.proves(&mut self.browser, &page).await;
        if page.has("other") {
            "continue as".to_owned()
        } else {
            said(&page)
        }
    }

    async fn signs_out(&mut self) -> String {
        // The cookie of the session goes with it; the record comes back for the next cell.
        let mut browser = self.browser.clone();
        let page = browser.open("/logout").await;
        if !page.has("confirm") {
            return kind(&page);
        }
        let page = browser.press(&page, "confirm").await;
        format!("asked, then {}", kind(&page))
    }

    async fn signs_in(&mut self) -> String {
        let page = &self.device.clone();
        if page.has("bind") {
            return said(&self.app.binds(&mut self.flow, page).await);
        }
        if page.body.contains("data-purpose=\"sign_in\"") {
            return said(&self.app.proves(&mut self.flow, page).await);
        }
        // The page has no form for it; somebody posts all the same.
        let path = self.device.form_of("cancel").action.replace("/cancel", "/device");
        let fields = [("csrf", token_of(page)), ("proof", "x".to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = self.flow.post(&path, &fields).await;
        said(&self.flow.follow(answer).await)
    }

    async fn starts(&mut self) -> String {
        // The latest registration of an attempt is the one that began last.
        self.app.advance(seconds(1));
        let page = posts(&mut self.flow, &self.device, "registration").await;
        let said = said(&page);
        if page.has("new-picture") {
            // The new one has taken the place of the one that waited; it goes as far.
            let notice = self.app.reads_the_picture(&mut self.flow, &page, LOGIN).await;
            self.agreement = self.app.agreement(&mut self.flow, &notice);
        }
        said
    }
}
