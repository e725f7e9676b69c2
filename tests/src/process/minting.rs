//! People who sign in by the sandbox way, and codes that nobody has redeemed yet.

use super::node::Node;
use crate::harness::{Browser, Page};

/// The logins of the people that a deployment knows.
pub(super) const PEOPLE: [&str; 3] = ["asel", "bolat", "dana"];

/// From the sign-in page to the code page: the person types their login.
pub(super) async fn names_oneself(browser: &mut Browser, page: &Page, login: &str) -> Page {
    let answer = browser.submit(&page.form_of("continue").with("person", login)).await;
    browser.follow(answer).await
}

/// Signs a person in at the diary and allows everything: the browser with its session and device, and the first code.
pub(super) async fn signed_in(node: &Node, login: &str) -> (Browser, String) {
    let (diary, mut browser) = (node.diary(), node.browser());
    let page = browser.open(&diary.request(&[])).await;
    let page = names_oneself(&mut browser, &page, login).await;
    let page = browser.press(&page, "continue").await;
    let page = browser.press(&page, "bind").await;
    let back = browser.press(&page, "allow").await;
    let code = diary.code(back.redirect());
    (browser, code)
}

/// So many codes, of three people in their browsers, by single sign-on.
pub(super) async fn codes(node: &Node, count: usize) -> Vec<String> {
    let (diary, mut codes) = (node.diary(), Vec::new());
    for login in PEOPLE {
        let (mut browser, first) = signed_in(node, login).await;
        codes.push(first);
        for _ in 1..count / PEOPLE.len() {
            let back = browser.get(&diary.request(&[("prompt", "none")])).await;
            codes.push(diary.code(back.redirect()));
        }
    }
    codes
}
