//! One sign-in opens a second client (product C1), within what the second client asks.

use authority::time::{hours, minutes};

use super::steps::{error, flow_path};
use crate::harness::{DeviceKey, TestApp};
use crate::storage::both_databases;

both_databases! {
    async fn a_second_client_is_reached_without_stages(db) {
        let app = TestApp::on(db).await;
        let (library, mut browser) = (app.library(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let page = app.comes_back(&mut browser, &library.request(&[])).await;
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
        let page = app.comes_back(&mut browser, &library.request(&[])).await;
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
        let back = app.comes_back(&mut browser, &diary.request(&[])).await;
        assert!(back.redirect().contains("code="));
        // More than that is asked, and only the new part is marked.
        let wider = diary.request(&[("scope", "openid profile organisation device email")]);
        let more = app.comes_back(&mut browser, &wider).await;
        let more = browser.press(&more, "continue").await;
        more.status(200).expect("allow");
    }

    async fn without_remember_the_question_comes_again(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        let page = app.comes_back(&mut browser, &diary.request(&[])).await;
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

    async fn a_copied_jar_with_a_live_session_opens_nothing(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let device = app.both_stages(&mut browser, "aigerim", &diary.request(&[])).await;
        let consent = app.binds(&mut browser, &device).await;
        browser.press(&consent, "allow").await;
        // Everything was agreed to; only the key is missing.
        let mut thief = browser.with_jar_copied();
        let page = thief.open(&diary.request(&[])).await;
        page.status(200).expect("continue");
        assert!(!page.body.contains("Серікова"), "nobody is named before the proof");
        let forged = DeviceKey::generate().sign(&app.proof(&page));
        let answer = thief.submit(&page.form_of("continue").with("proof", &forged)).await;
        answer.status(403);
        assert_eq!(answer.marker(), "bound_elsewhere");
        for segment in ["sign-in", "device", "consent"] {
            let page = thief.open(&format!("{}/{segment}", flow_path(&page))).await;
            page.status(200);
            assert_eq!(page.data("purpose"), "sign_in", "{segment}");
        }
        let page = thief.open(&diary.request(&[])).await;
        let answer = thief.submit(&page.form_of("continue").with("problem", "no_key")).await;
        answer.status(403);
        let silent = thief.open(&diary.request(&[("prompt", "none")])).await;
        assert_eq!(error(&diary, &silent), "interaction_required");
        let trace = app.trace("aigerim").await;
        assert!(trace.contains(&"device_proof_refused D_SIGNATURE".to_owned()), "{trace:?}");
        // The owner is not disturbed.
        let back = app.comes_back(&mut browser, &diary.request(&[])).await;
        assert!(back.redirect().contains("code="));
    }

    async fn a_proof_for_the_session_is_good_once_and_in_its_flow_only(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        let (one, two) = (browser.open(&diary.request(&[])).await, browser.open(&diary.request(&[])).await);
        let key = browser.keys[&one.data("device-id")].clone();
        let of_one = key.sign(&app.proof(&one));
        let crossed = browser.submit(&two.form_of("continue").with("proof", &of_one)).await;
        crossed.status(403);
        let form = one.form_of("continue").with("proof", &of_one);
        let first = browser.submit(&form).await;
        browser.follow(first).await.status(200).expect("other");
        // Posted again it changes nothing: the flow has gone on.
        let again = browser.submit(&form).await;
        browser.follow(again).await.status(200).expect("other");
    }

    async fn the_script_is_needed_for_going_on_too(db) {
        let app = TestApp::on(db).await;
        let (library, mut browser) = (app.library(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let page = browser.open(&library.request(&[])).await;
        let answer = browser.submit(&page.form_of("continue")).await;
        answer.status(400);
        assert_eq!(answer.marker(), "no_script");
        app.advance(minutes(6));
        let late = app.proves(&mut browser, &page).await;
        late.status(200);
        assert_ne!(late.data("nonce"), page.data("nonce"), "an old nonce is replaced");
        app.proves(&mut browser, &late).await.expect("other");
    }
}
