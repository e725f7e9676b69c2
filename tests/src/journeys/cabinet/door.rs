//! Who gets into the cabinet.

use authority::time::{minutes, seconds};
use authority::users::{LockReason, UserState};

use super::{FORMS, PAGES};
use crate::harness::{Browser, DeviceKey, Page, TestApp};
use crate::storage::both_databases;

/// Whether a page says anything about Aigerim.
fn tells(page: &Page) -> bool {
    ["Айгерім", "•••", "Chrome", "line-device", "name=\"ticket\""]
        .iter()
        .any(|word| page.body.contains(word))
}

/// The cookie that the next page is opened with, right after the proof.
async fn earns_a_ticket(app: &TestApp, browser: &mut Browser, path: &str) -> String {
    let page = browser.open(path).await;
    let key = browser.keys[&page.data("device-id")].clone();
    let form = page.form_of("continue").with("proof", &key.sign(&app.proof(&page)));
    let answer = browser.submit(&form).await;
    assert_eq!(answer.redirect(), path);
    browser.jar["__Host-kiru_ticket"].clone()
}

both_databases! {
    async fn a_person_signs_in_with_both_stages_and_the_device_and_sees_home(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let choose = browser.open("/cabinet").await;
        assert!(choose.asked.starts_with("/flow/"), "{}", choose.asked);
        let home = app.signs_in_to_cabinet(&mut browser, "aigerim", &choose).await;
        assert_eq!(home.asked, "/cabinet");
        for line in ["line-device", "line-phone", "line-keys", "line-last"] {
            home.expect(line);
        }
        assert!(home.body.contains("All is in order") && home.body.contains("Chrome, Windows"), "{}", home.body);
        assert!(!browser.jar.contains_key("__Host-kiru_ticket"), "the ticket is used up");
    }

    async fn the_first_sign_in_of_all_may_be_to_the_cabinet(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open("/cabinet/history").await;
        let page = app.signs_in_to_cabinet(&mut browser, "aigerim", &choose).await;
        assert_eq!(page.asked, "/cabinet/history", "the way leads back to the page that was asked for");
        page.status(200).expect("not-me-1");
    }

    async fn without_a_session_no_page_says_anything_and_no_form_does(db) {
        let app = TestApp::on(db).await;
        app.in_cabinet("aigerim").await;
        let mut stranger = app.browser();
        for path in PAGES {
            let page = stranger.get(path).await;
            assert!(page.redirect().starts_with("/flow/"), "{path}");
        }
        for path in FORMS {
            let page = stranger.post(path, &[("ticket", "x"), ("csrf", "x")]).await;
            assert!(page.status.as_u16() == 400 || page.redirect().starts_with("/flow/"), "{path}: {}", page.status);
        }
        assert!(!app.trace("aigerim").await.contains(&"account_locked cabinet".to_owned()));
    }

    async fn the_whole_jar_copied_opens_no_page_and_posts_no_form(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        let mut thief = owner.with_jar_copied();
        let session = app.visits(&mut owner, "/cabinet/sessions").await;
        assert!(tells(&session));
        let one = session.body.split("/cabinet/sessions/").find_map(|rest| rest.split_once("/end\"")).unwrap().0.to_owned();
        let end_one = format!("/cabinet/sessions/{one}/end");
        let mut csrf = String::new();
        for path in PAGES.into_iter().chain([end_one.as_str()]) {
            let page = thief.open(path).await;
            page.status(200);
            assert_eq!(page.data("purpose"), "cabinet", "{path}");
            assert!(!tells(&page), "{path}: {}", page.body);
            // Without the key, and with another key.
            let form = page.form_of("continue");
            csrf = form.fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
            let lost = thief.submit(&form.clone().with("problem", "no_key")).await;
            lost.status(403);
            assert_eq!(lost.marker(), "not_the_device");
            let forged = thief.submit(&form.with("proof", &DeviceKey::generate().sign(&app.proof(&page)))).await;
            forged.status(403);
            assert_eq!(forged.marker(), "not_the_device");
            assert!(!tells(&lost) && !tells(&forged), "{path}");
            assert!(!thief.jar.contains_key("__Host-kiru_ticket"));
        }
        // The form token is no secret from whoever has the session cookie; the ticket is what is missing.
        let name = format!("/cabinet/device/{}/name", app.user_device("aigerim").await);
        for path in FORMS.into_iter().chain([end_one.as_str(), name.as_str()]) {
            let page = thief.post(path, &[("csrf", &csrf), ("name", "Mine"), ("ticket", &csrf[..43])]).await;
            page.status(400);
            assert!(!tells(&page), "{path}");
        }
        let trace = app.trace("aigerim").await;
        for refusal in ["device_proof_refused D_SIGNATURE", "device_proof_refused key_missing"] {
            assert_eq!(trace.iter().filter(|event| *event == refusal).count(), PAGES.len() + 1, "{trace:?}");
        }
        // All that cost the owner nothing.
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
        app.visits(&mut owner, "/cabinet").await.status(200).expect("line-device");
    }

    async fn a_ticket_opens_one_page_once(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        let ticket = earns_a_ticket(&app, &mut owner, "/cabinet/phone").await;
        let mut thief = owner.with_jar_copied();
        owner.get("/cabinet/phone").await.status(200).expect("number");
        assert_eq!(thief.get("/cabinet/phone").await.data("purpose"), "cabinet");
        owner.jar.insert("__Host-kiru_ticket".to_owned(), ticket);
        assert_eq!(owner.get("/cabinet").await.data("purpose"), "cabinet");
    }

    async fn of_two_uses_of_a_ticket_at_once_one_opens_the_page(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        earns_a_ticket(&app, &mut owner, "/cabinet/phone").await;
        let mut other = owner.with_jar_copied();
        let (one, two) = tokio::join!(owner.get("/cabinet/phone"), other.get("/cabinet/phone"));
        assert!(one.has("number") != two.has("number"));
    }

    async fn a_ticket_is_over_after_half_a_minute(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        earns_a_ticket(&app, &mut owner, "/cabinet/phone").await;
        app.advance(seconds(30));
        assert_eq!(owner.get("/cabinet/phone").await.data("purpose"), "cabinet");
    }

    async fn a_ticket_of_one_session_is_none_for_another(db) {
        let app = TestApp::on(db).await;
        let mut mine = app.in_cabinet("aigerim").await;
        let mut other = app.in_cabinet("nurlan").await;
        app.comes_to_cabinet(&mut mine, "aigerim").await;
        let ticket = earns_a_ticket(&app, &mut mine, "/cabinet/phone").await;
        app.visits(&mut other, "/cabinet").await;
        other.jar.insert("__Host-kiru_ticket".to_owned(), ticket);
        let page = other.get("/cabinet/phone").await;
        assert!(page.body.contains("data-purpose=\"cabinet\"") || page.location().is_some(), "{}", page.body);
        mine.get("/cabinet/phone").await.expect("number");
    }

    async fn a_nonce_is_answered_once_and_only_for_the_cabinet(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        let page = owner.open("/cabinet/phone").await;
        let key = owner.keys[&page.data("device-id")].clone();
        let form = page.form_of("continue").with("proof", &key.sign(&app.proof(&page)));
        assert_eq!(owner.submit(&form).await.redirect(), "/cabinet/phone");
        owner.jar.remove("__Host-kiru_ticket");
        assert_eq!(owner.submit(&form).await.redirect(), "/cabinet", "the nonce was spent");
        assert!(!owner.jar.contains_key("__Host-kiru_ticket"));
        for (member, value) in [("purpose", "sign_in"), ("aud", "https://evil.example"), ("flow", "0193aaaaaaaa7bbb8cccddddeeeeffff"), ("nonce", "x")] {
            let page = owner.open("/cabinet/phone").await;
            let mut proof = app.proof(&page);
            proof.payload[member] = value.into();
            let answer = owner.submit(&page.form_of("continue").with("proof", &key.sign(&proof))).await;
            answer.status(403);
            assert_eq!(answer.marker(), "not_the_device", "{member}");
        }
        let page = owner.open("/cabinet/phone").await;
        let form = page.form_of("continue").with("proof", &key.sign(&app.proof(&page)));
        app.advance(minutes(5));
        assert_eq!(owner.submit(&form).await.redirect(), "/cabinet", "the nonce is over");
    }

    async fn a_browser_that_runs_no_script_is_told_why(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        let page = owner.open("/cabinet").await;
        assert!(page.body.contains("<noscript>"));
        let answer = owner.submit(&page.form_of("continue")).await;
        answer.status(400);
        assert_eq!(answer.marker(), "no_script");
    }

    async fn the_cabinet_closes_after_ten_minutes_of_nothing(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        app.advance(minutes(9));
        app.visits(&mut owner, "/cabinet").await.expect("line-device");
        app.advance(minutes(10));
        let page = owner.open("/cabinet/phone").await;
        assert!(page.asked.starts_with("/flow/"), "{}", page.asked);
        // The session itself goes on for the services, and signing in again leads to the page.
        let page = app.signs_in_to_cabinet(&mut owner, "aigerim", &page).await;
        assert_eq!(page.asked, "/cabinet/phone");
    }

    async fn a_locked_account_has_no_cabinet(db) {
        let app = TestApp::on(db).await;
        let mut owner = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut owner, "/cabinet/device").await;
        app.puts("aigerim", UserState::Locked { reason: LockReason::Administrator, at: app.now() }).await;
        assert!(owner.get("/cabinet").await.redirect().starts_with("/flow/"));
        let answer = owner.submit(&page.form_of("rename-1").with("name", "Mine")).await;
        assert!(answer.redirect().starts_with("/flow/"));
        let choose = owner.open("/cabinet").await;
        app.advance(minutes(2));
        let sms = app.signs_in_with_eds(&mut owner, &choose, &app.person("aigerim")).await;
        let locked = app.types_the_code(&mut owner, &sms).await;
        locked.status(403);
        assert_eq!(locked.marker(), "locked_administrator");
    }

    async fn while_another_device_alone_may_act_the_cabinet_is_closed_here(db) {
        let app = TestApp::on(db).await;
        let mut old = app.in_cabinet("aigerim").await;
        app.advance(minutes(5));
        app.visits(&mut old, "/cabinet").await.expect("line-device");
        app.advance(minutes(6));
        let mut new = app.browser();
        app.registers(&mut new, "aigerim").await.status(200);
        assert!(old.get("/cabinet").await.redirect().starts_with("/flow/"));
        let home = app.visits(&mut new, "/cabinet").await;
        home.status(200).expect("only-this");
        let device = app.visits(&mut new, "/cabinet/device").await;
        assert!(device.body.contains("Only this device until"), "{}", device.body);
    }

    async fn no_client_is_called_cabinet(db) {
        let app = TestApp::on(db).await;
        let asked = app.diary().request(&[("client_id", "cabinet"), ("redirect_uri", "https://id.example.kz/cabinet")]);
        let page = app.browser().get(&asked).await;
        page.status(400);
        assert_eq!(page.marker(), "client_id");
    }

    async fn going_back_from_the_sign_in_does_not_ask_again(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open("/cabinet").await;
        let away = browser.submit(&choose.form_of("cancel")).await;
        assert_eq!(away.redirect(), "/help");
    }

    async fn a_sandbox_device_has_nothing_to_prove(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open("/cabinet").await;
        let person = browser.open(&format!("{}?way=sandbox", choose.asked)).await;
        let answer = browser.submit(&person.form_of("continue").with("person", "alice")).await;
        let confirm = browser.follow(answer).await;
        let device = browser.press(&confirm, "continue").await;
        let home = browser.press(&device, "bind").await;
        assert_eq!(home.asked, "/cabinet");
        home.status(200).expect("line-device");
        assert!(home.body.contains("TEST"));
    }
}
