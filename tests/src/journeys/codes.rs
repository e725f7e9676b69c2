//! The second stage: codes, tries, messages, and who is told what.

use authority::time::{minutes, seconds};
use authority::users::{LockReason, UserState};

use super::steps::flow_path;
use crate::harness::{Browser, DeviceKey, Page, TestApp};
use crate::storage::both_databases;

/// S6 of a fresh flow.
async fn sms_page(app: &TestApp, browser: &mut Browser, login: &str) -> Page {
    let choose = browser.open(&app.diary().request(&[])).await;
    app.signs_in_with_eds(browser, &choose, &app.person(login)).await
}

/// Six digits that are not the code.
async fn wrong(app: &TestApp) -> String {
    let code: u32 = app.newest_code().await.parse().unwrap();
    format!("{:06}", (code + 1) % 1_000_000)
}

both_databases! {
    async fn the_right_code_opens_the_device_page_once(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "aigerim").await;
        let code = app.newest_code().await;
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        app.types(&mut browser, &page, &spaced).await.status(200).expect("bind");
        // The back button and a second click lead on.
        app.types(&mut browser, &page, &code).await.status(200).expect("bind");
        let back = browser.open(&format!("{}/confirm", flow_path(&page))).await;
        back.status(200).expect("bind");
    }

    async fn five_wrong_codes_close_the_step_for_a_while_and_no_longer(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "aigerim").await;
        let (right, wrong) = (app.newest_code().await, wrong(&app).await);
        for left in (1..=4).rev() {
            let answer = app.types(&mut browser, &page, &wrong).await;
            answer.status(422).expect("code");
            assert!(answer.body.contains(&format!("Attempts left: {left}")), "{}", answer.body);
        }
        let closed = app.types(&mut browser, &page, &wrong).await;
        closed.status(429);
        assert!(!closed.has("code"));
        // Neither the right code nor a new message nor a new flow opens it early.
        app.types(&mut browser, &page, &right).await.status(429);
        app.advance(minutes(14));
        let again = sms_page(&app, &mut browser, "aigerim").await;
        again.status(429);
        assert_eq!(app.sent_messages().await, 1, "no message while the step is closed");
        app.advance(minutes(1));
        let open = sms_page(&app, &mut browser, "aigerim").await;
        open.status(200).expect("code");
        app.types_the_code(&mut browser, &open).await.expect("bind");
    }

    async fn failures_in_another_browser_do_not_close_the_way_of_the_bound_one(db) {
        let app = TestApp::on(db).await;
        let mut bound = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut thief = app.browser();
        let page = sms_page(&app, &mut thief, "aigerim").await;
        let wrong = wrong(&app).await;
        for _ in 0..5 {
            app.types(&mut thief, &page, &wrong).await;
        }
        app.advance(seconds(60));
        let page = sms_page(&app, &mut bound, "aigerim").await;
        page.status(200).expect("code");
        let device = app.types_the_code(&mut bound, &page).await;
        app.proves(&mut bound, &device).await.expect("allow");
    }

    async fn a_copied_cookie_without_the_key_counts_as_a_stranger(db) {
        let app = TestApp::on(db).await;
        let mut bound = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut thief = bound.with_jar_copied();
        let page = sms_page(&app, &mut thief, "aigerim").await;
        assert_eq!(page.data("purpose"), "confirm");
        let wrong = wrong(&app).await;
        // Without proof, with another key's, and with words that are none.
        let forged = DeviceKey::generate().sign(&app.proof(&page));
        for proof in ["", &forged, "x y z", "x", ""] {
            let form = page.form_of("continue").with("code", &wrong).with("proof", proof);
            thief.submit(&form).await;
        }
        app.types(&mut thief, &page, &wrong).await.status(429);
        // The stranger's bucket is closed; the owner's, on the bound device, is untouched.
        app.advance(seconds(60));
        let page = sms_page(&app, &mut bound, "aigerim").await;
        page.status(200).expect("code");
        let again = app.types(&mut bound, &page, &wrong).await;
        assert!(again.status(422).body.contains("Attempts left: 4"), "{}", again.body);
        let device = app.types_the_code(&mut bound, &again).await;
        app.proves(&mut bound, &device).await.expect("allow");
    }

    async fn without_its_script_the_bound_browser_counts_as_a_stranger(db) {
        let app = TestApp::on(db).await;
        let mut bound = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut stranger = app.browser();
        let page = sms_page(&app, &mut stranger, "aigerim").await;
        let wrong = wrong(&app).await;
        for _ in 0..5 {
            app.types(&mut stranger, &page, &wrong).await;
        }
        app.advance(seconds(60));
        let page = sms_page(&app, &mut bound, "aigerim").await;
        let right = app.newest_code().await;
        app.types_without_script(&mut bound, &page, &right).await.status(429);
        app.types(&mut bound, &page, &right).await.status(200).expect("continue");
    }

    async fn a_proof_beside_a_code_is_good_once_and_for_nothing_else(db) {
        let app = TestApp::on(db).await;
        let mut bound = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let page = sms_page(&app, &mut bound, "aigerim").await;
        let wrong = wrong(&app).await;
        let key = bound.keys[&page.data("device-id")].clone();
        let proof = key.sign(&app.proof(&page));
        let post = |digits: &str| page.form_of("continue").with("code", digits).with("proof", &proof);
        // The owner's own failure, and then the same proof again: those are a stranger's.
        for left in [4, 4, 3] {
            let answer = bound.submit(&post(&wrong)).await;
            assert!(answer.body.contains(&format!("Attempts left: {left}")), "{left}: {}", answer.body);
        }
        // It is no proof for the device page.
        let page = bound.open(&format!("{}/confirm", flow_path(&page))).await;
        let confirm = key.sign(&app.proof(&page));
        let device = app.types_the_code(&mut bound, &page).await;
        device.status(200).expect("continue");
        bound.submit(&device.form_of("continue").with("proof", &confirm)).await.status(403);
    }

    async fn a_browser_without_a_device_is_asked_for_no_proof_and_the_page_tells_of_no_binding(db) {
        let app = TestApp::on(db).await;
        let mut bound = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let page = sms_page(&app, &mut app.browser(), "aigerim").await;
        assert!(!page.body.contains("data-nonce"), "{}", page.body);
        // Whoever signs in here is asked for the keys of this browser, bound to them or not.
        let page = sms_page(&app, &mut bound, "nurlan").await;
        assert_eq!(page.data("device-id"), *bound.keys.keys().next().unwrap());
        app.types_the_code(&mut bound, &page).await.expect("bind");
    }

    async fn what_is_no_code_costs_no_try(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "aigerim").await;
        for text in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            app.types(&mut browser, &page, text).await.status(422).expect("code");
        }
        app.types_the_code(&mut browser, &page).await.expect("bind");
    }

    async fn an_expired_code_asks_for_a_new_one(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "aigerim").await;
        let old = app.newest_code().await;
        app.advance(minutes(5));
        let late = app.types(&mut browser, &page, &old).await;
        late.status(422).expect("resend");
        assert!(late.body.contains("out of date"), "{}", late.body);
        let fresh = browser.press(&late, "resend").await;
        fresh.status(200).expect("code");
        assert_eq!(app.sent_messages().await, 2);
        app.types(&mut browser, &fresh, &old).await.status(422);
        app.types_the_code(&mut browser, &fresh).await.expect("bind");
    }

    async fn a_second_sign_in_within_a_minute_says_when_a_code_can_be_had_and_nothing_else(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        sms_page(&app, &mut browser, "aigerim").await;
        app.advance(seconds(20));
        let page = sms_page(&app, &mut browser, "aigerim").await;
        page.expect("code").expect("resend");
        assert!(page.body.contains("No new code was sent yet"), "{}", page.body);
        assert!(!page.body.contains("We sent a code") && !page.body.contains("out of date"), "{}", page.body);
        app.advance(seconds(40));
        let fresh = browser.press(&page, "resend").await;
        app.types_the_code(&mut browser, &fresh).await.expect("bind");
    }

    async fn messages_keep_their_distance(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "aigerim").await;
        let path = format!("{}/confirm/resend", flow_path(&page));
        let csrf = page.form_of("continue").fields[0].clone();
        let resend = [(csrf.0.as_str(), csrf.1.as_str())];
        browser.post(&path, &resend).await.status(429).expect("code");
        for _ in 0..2 {
            app.advance(seconds(60));
            let sent = browser.post(&path, &resend).await;
            browser.follow(sent).await.status(200);
        }
        app.advance(seconds(60));
        browser.post(&path, &resend).await.status(429);
        assert_eq!(app.sent_messages().await, 3, "the first and two more in ten minutes");
        // Only the newest counts, and it still does.
        app.types_the_code(&mut browser, &page).await.expect("bind");
    }

    async fn a_code_of_one_flow_confirms_no_other(db) {
        let app = TestApp::on(db).await;
        let (mut browser, mut other) = (app.browser(), app.browser());
        let first = sms_page(&app, &mut browser, "aigerim").await;
        let code = app.newest_code().await;
        app.advance(seconds(61));
        let second = sms_page(&app, &mut other, "aigerim").await;
        app.types(&mut browser, &first, &code).await.status(422);
        app.types_the_code(&mut other, &second).await.expect("bind");
    }

    async fn a_person_without_a_phone_is_told_what_to_do(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "saule").await;
        page.status(200).expect("cancel");
        assert!(!page.has("code"));
        assert!(page.body.contains("help@example.kz"));
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn a_lock_is_told_only_after_both_stages(db) {
        let app = TestApp::on(db).await;
        for (reason, marker) in [
            (LockReason::Inactive, "locked_inactive"),
            (LockReason::LeftSchool, "locked_left_school"),
            (LockReason::Own, "locked_own"),
            (LockReason::Administrator, "locked_administrator"),
            (LockReason::Incident, "locked_administrator"),
        ] {
            app.advance(minutes(11));
            app.puts("aigerim", UserState::Locked { reason, at: app.now() }).await;
            let mut browser = app.browser();
            let page = sms_page(&app, &mut browser, "aigerim").await;
            page.status(200).expect("code");
            let told = app.types_the_code(&mut browser, &page).await;
            told.status(403);
            assert!(told.marker().starts_with("locked_"), "{} for {marker}", told.marker());
            assert!(!browser.jar.contains_key("__Host-kiru_session"));
            assert!(app.trace("aigerim").await.contains(&"sign_in_refused locked".to_owned()));
        }
    }

    async fn a_lock_set_during_the_sign_in_is_honoured_at_its_commit(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = sms_page(&app, &mut browser, "aigerim").await;
        let device = app.types_the_code(&mut browser, &page).await;
        app.puts("aigerim", UserState::Locked { reason: LockReason::Incident, at: app.now() }).await;
        app.binds(&mut browser, &device).await.status(403);
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
    }
}
