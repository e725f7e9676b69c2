//! The cabinet: who gets in, what it shows, and what it does.
//!
//! * `door`: sign-in, proof, tickets, limits (product A7; security rules DB-4, SE-4, SE-5). `acts`: everything that a person
//!   may do there, with its refusals (SE-3, SE-13, DB-14). `history`: choosing and saving sign-ins (AD-11). `pages`: what
//!   the pages say. `places`: about where it was.

mod acts;
mod door;
mod history;
mod pages;
mod places;

use authority::time::minutes;

use crate::harness::{Browser, Page, TestApp};

/// Every page of the cabinet that needs no id.
const PAGES: [&str; 12] = [
    "/cabinet",
    "/cabinet/device",
    "/cabinet/keys",
    "/cabinet/phone",
    "/cabinet/phone/messages",
    "/cabinet/sessions",
    "/cabinet/sessions/end-others",
    "/cabinet/sessions/end-all",
    "/cabinet/history",
    "/cabinet/powers",
    "/cabinet/powers/give",
    "/cabinet/suspend",
];

/// Every form of it.
const FORMS: [&str; 13] = [
    "/cabinet/device/0193aaaaaaaa7bbb8cccddddeeeeffff/name",
    "/cabinet/keys/0193aaaaaaaa7bbb8cccddddeeeeffff/stop",
    "/cabinet/keys/0193aaaaaaaa7bbb8cccddddeeeeffff/accept",
    "/cabinet/phone/messages",
    "/cabinet/sessions/0193aaaaaaaa7bbb8cccddddeeeeffff/end",
    "/cabinet/sessions/end-others",
    "/cabinet/sessions/end-all",
    "/cabinet/history/csv",
    "/cabinet/history/0193aaaaaaaa7bbb8cccddddeeeeffff/dispute",
    "/cabinet/powers/give",
    "/cabinet/powers/0193aaaaaaaa7bbb8cccddddeeeeffff/end",
    "/cabinet/suspend",
    "/cabinet/proof",
];

impl TestApp {
    /// Opens a page of the cabinet, as a browser with its key does: proof, ticket, page.
    pub(crate) async fn visits(&self, browser: &mut Browser, path: &str) -> Page {
        let page = browser.open(path).await;
        self.proves_for_cabinet(browser, page).await
    }

    /// Presses a button in the cabinet and lets the device prove itself for the page that follows.
    pub(crate) async fn presses(&self, browser: &mut Browser, page: &Page, button: &str) -> Page {
        let page = browser.press(page, button).await;
        self.proves_for_cabinet(browser, page).await
    }

    pub(crate) async fn proves_for_cabinet(&self, browser: &mut Browser, page: Page) -> Page {
        if page.body.contains("data-purpose=\"cabinet\"") {
            self.proves(browser, &page).await
        } else {
            page
        }
    }

    /// From S1 of a sign-in to the cabinet to the page that it leads to.
    pub(crate) async fn signs_in_to_cabinet(&self, browser: &mut Browser, login: &str, choose: &Page) -> Page {
        choose.status(200).expect("eds");
        let sms = self.signs_in_with_eds(browser, choose, &self.person(login)).await;
        let device = self.types_the_code(browser, &sms).await;
        let page = if device.has("bind") {
            self.binds(browser, &device).await
        } else {
            self.proves(browser, &device).await
        };
        self.proves_for_cabinet(browser, page).await
    }

    /// A person in their cabinet, signed in just now on their bound device.
    pub(crate) async fn in_cabinet(&self, login: &str) -> Browser {
        let mut browser = self.bound_browser(login).await;
        self.comes_to_cabinet(&mut browser, login).await;
        browser
    }

    /// Signs in to the cabinet in a browser that has the device.
    pub(crate) async fn comes_to_cabinet(&self, browser: &mut Browser, login: &str) {
        self.advance(minutes(11));
        let choose = browser.open("/cabinet").await;
        let home = self.signs_in_to_cabinet(browser, login, &choose).await;
        home.status(200).expect("line-device");
    }
}
