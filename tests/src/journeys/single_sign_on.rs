//! One sign-in opens a second client (product C1), within what the second client asks.

use authority::time::{hours, minutes};

use super::steps::error;
use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn a_second_client_is_reached_without_stages(db) {
        let app = TestApp::on(db).await;
        let (library, mut browser) = (app.library(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let page = browser.open(&library.request(&[])).await;
        page.status(200).expect("continue").expect("other");
        assert!(page.body.contains("Серікова"), "{}", page.body);
        assert!(page.body.contains("•••••• ••0010"));
        let consent = browser.press(&page, "continue").await;
        let back = browser.press(&consent, "allow").await;
        let tokens = library.redeems(&library.code(back.redirect())).await;
        let id_token = crate::harness::payload(tokens.text("id_token"));
        assert_eq!(id_token["sub"], app.user("aigerim").await.subject.as_str());
        assert_eq!(app.sent_messages().await, 1);
    }

    async fn another_person_may_sign_in_instead(db) {
        let app = TestApp::on(db).await;
        let (library, mut browser) = (app.library(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let page = browser.open(&library.request(&[])).await;
        let choose = browser.press(&page, "other").await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("nurlan")).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        let consent = app.binds(&mut browser, &device).await;
        let back = browser.press(&consent, "allow").await;
        let tokens = library.redeems(&library.code(back.redirect())).await;
        let id_token = crate::harness::payload(tokens.text("id_token"));
        assert_eq!(id_token["sub"], app.user("nurlan").await.subject.as_str());
        // Both devices are remembered in this browser.
        assert_eq!(browser.jar.keys().filter(|name| name.starts_with("__Host-kiru_device_")).count(), 2);
    }

    async fn what_was_agreed_to_is_not_asked_again(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let device = app.both_stages(&mut browser, "aigerim", &diary.request(&[])).await;
        let consent = app.binds(&mut browser, &device).await;
        let form = consent.form_of("allow").with("remember", "yes");
        browser.submit(&form).await;
        assert!(browser.open(&diary.request(&[])).await.redirect().contains("code="));
        // More than that is asked, and only the new part is marked.
        let more = browser.open(&diary.request(&[("scope", "openid profile organisation device email")])).await;
        let more = browser.press(&more, "continue").await;
        more.status(200).expect("allow");
    }

    async fn without_remember_the_question_comes_again(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        let page = browser.open(&diary.request(&[])).await;
        let consent = browser.press(&page, "continue").await;
        consent.expect("allow");
        app.allows_once(&mut browser, &consent).await;
    }

    async fn a_client_that_insists_gets_a_new_sign_in_and_the_old_session_dies(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        app.first_sign_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let old = browser.jar["__Host-kiru_session"].clone();
        app.advance(minutes(2));
        let device = app.both_stages(&mut browser, "aigerim", &app.library().request(&[("prompt", "login")])).await;
        app.proves(&mut browser, &device).await.expect("allow");
        assert_ne!(browser.jar["__Host-kiru_session"], old);
        let mut stale = browser.clone();
        stale.jar.insert("__Host-kiru_session".to_owned(), old);
        stale.open(&app.diary().request(&[])).await.expect("eds");
    }

    async fn a_session_ends_when_nothing_was_done_for_an_hour(db) {
        let app = TestApp::on(db).await;
        let (library, mut browser) = (app.library(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        app.advance(hours(1));
        browser.open(&library.request(&[])).await.expect("eds");
        let silent = browser.open(&library.request(&[("prompt", "none")])).await;
        assert_eq!(error(&library, &silent), "login_required");
    }
}
