//! The sandbox way: a script-less browser drives every flow by the fixed ids (architecture §9).

use super::steps::error;
use crate::harness::{Browser, DeviceKey, Page, TestApp};
use crate::storage::both_databases;

/// From S1 of the demo over its link to the person page.
async fn person_page(browser: &mut Browser, request: &str) -> Page {
    let choose = browser.open(request).await;
    choose.expect("sandbox");
    let link = format!("{}?way=sandbox", choose.asked);
    browser.open(&link).await
}

both_databases! {
    async fn plain_forms_stand_for_both_stages_and_binding(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let person = person_page(&mut browser, &diary.request(&[("scope", "openid profile email phone address")])).await;
        person.status(200).expect("person").expect("continue").expect("cancel");
        let answer = browser.submit(&person.form_of("continue").with("person", "alice")).await;
        let confirm = browser.follow(answer).await;
        confirm.status(200).expect("code").expect("cancel");
        let filled_in = confirm.form_of("continue").fields;
        let shown = confirm.text_of("sandbox-code");
        assert!(filled_in.iter().any(|(name, value)| name == "code" && *value == shown), "{filled_in:?}");
        let device = browser.press(&confirm, "continue").await;
        device.status(200).expect("bind").expect("cancel");
        let consent = browser.press(&device, "bind").await;
        consent.status(200).expect("allow").expect("deny").expect("cancel");
        assert!(consent.body.contains("alice@people.example"));
        let back = browser.press(&consent, "allow").await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let id_token = crate::harness::payload(tokens.text("id_token"));
        assert_eq!(id_token["acr"], "urn:kiru:acr:full-bound");
        assert_eq!(app.sent_messages().await, 0, "nothing is sent");
    }

    async fn every_fresh_browser_of_a_test_suite_gets_in(db) {
        let app = TestApp::on(db).await;
        for _ in 0..3 {
            let mut browser = app.browser();
            let person = person_page(&mut browser, &app.diary().request(&[])).await;
            let answer = browser.submit(&person.form_of("continue").with("person", "alice")).await;
            let confirm = browser.follow(answer).await;
            let device = browser.press(&confirm, "continue").await;
            browser.press(&device, "bind").await.expect("allow");
        }
    }

    async fn an_unknown_login_and_a_wrong_code_open_nothing(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let person = person_page(&mut browser, &app.diary().request(&[])).await;
        for login in ["nobody", "ALICE", "950425400014", "<b>"] {
            let answer = browser.submit(&person.form_of("continue").with("person", login)).await;
            answer.status(422).expect("person");
            assert!(!answer.body.contains("<b>\""));
        }
        let answer = browser.submit(&person.form_of("continue").with("person", "alice")).await;
        let confirm = browser.follow(answer).await;
        app.types(&mut browser, &confirm, "000000").await.expect("code");
        app.types(&mut browser, &confirm, "x").await.status(422);
    }

    async fn the_button_of_the_sandbox_binds_nothing_after_a_real_first_stage(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let device = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let answer = browser.submit(&device.form_of("bind").without("proof").without("public_key")).await;
        answer.status(400);
        assert_eq!(answer.marker(), "no_script");
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
    }

    async fn a_key_posted_on_the_sandbox_way_is_not_bound(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let person = person_page(&mut browser, &app.diary().request(&[])).await;
        let answer = browser.submit(&person.form_of("continue").with("person", "aigerim")).await;
        let confirm = browser.follow(answer).await;
        let device = browser.press(&confirm, "continue").await;
        let key = DeviceKey::generate();
        let form = device.form_of("bind").with("public_key", &key.public_jwk()).with("proof", "a.b.c");
        let answer = browser.submit(&form).await;
        browser.follow(answer).await.status(200).expect("eds");
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        let trace = app.trace("aigerim").await;
        assert!(trace.contains(&"device_proof_refused D_KEY".to_owned()), "{trace:?}");
        assert!(!trace.contains(&"device_bound".to_owned()), "{trace:?}");
    }

    async fn a_session_without_a_key_goes_on_by_its_cookie(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let person = person_page(&mut browser, &diary.request(&[])).await;
        let answer = browser.submit(&person.form_of("continue").with("person", "alice")).await;
        let confirm = browser.follow(answer).await;
        let device = browser.press(&confirm, "continue").await;
        let consent = browser.press(&device, "bind").await;
        browser.submit(&consent.form_of("allow").with("remember", "yes")).await;
        for request in [diary.request(&[]), diary.request(&[("prompt", "none")])] {
            let back = browser.get(&request).await;
            assert_eq!(diary.redeems(&diary.code(back.redirect())).await.status, 200);
        }
    }

    async fn a_cookie_device_of_the_sandbox_is_none_on_the_ordinary_way(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let person = person_page(&mut browser, &app.diary().request(&[])).await;
        let answer = browser.submit(&person.form_of("continue").with("person", "aigerim")).await;
        let confirm = browser.follow(answer).await;
        let device = browser.press(&confirm, "continue").await;
        browser.press(&device, "bind").await.expect("allow");
        let ordinary = app.both_stages(&mut browser, "aigerim", &app.library().request(&[("prompt", "login")])).await;
        ordinary.status(200).expect("bind");
        app.binds(&mut browser, &ordinary).await.expect("allow");
    }

    async fn each_page_leads_back(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let person = person_page(&mut browser, &diary.request(&[])).await;
        let back = browser.press(&person, "cancel").await;
        assert_eq!(error(&diary, &back), "access_denied");
    }
}
