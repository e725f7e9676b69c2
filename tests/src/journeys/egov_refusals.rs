//! S3: everything an app, a stranger or the clock may do wrong, and the same step at the same moment on two nodes. Nobody is
//! signed in by any of it, and the page says what happened.

use authority::time::minutes;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::{Value, json};
use testkit::phone::{AppRequest, Carrier, Habit, scan};

use super::egov_steps::{again, status, told};
use super::steps::flow_path;
use crate::harness::TestApp;
use crate::storage::{TestDatabase, both_databases};

both_databases! {
    async fn who_declines_on_the_phone_is_told_so_and_may_sign_no_more(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        let answer = app.acts_on_phone("aigerim", &asked, Habit::Declines).await;
        assert_eq!((answer.status, answer.message()), (200, "success"));
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 403);
        assert_eq!(app.acts_on_phone("aigerim", &asked, Habit::Declines).await.status, 403);
        let declined = again(&mut browser, &page).await;
        assert!(declined.body.contains("You declined on the phone") && !declined.has("continue"));
        // Asking again is one press away.
        let page = browser.press(&declined, "new").await;
        assert_eq!(told(&mut browser, &page).await, "waiting");
    }

    async fn a_signature_over_something_else_is_refused_and_leaves_a_trace(db) {
        let app = TestApp::with_egov(db).await;
        let (mut browser, mut other) = (app.browser(), app.browser());
        let page = app.phone_page(&mut browser).await;
        let (asked, stolen) = (app.scans(&page).await, app.phone_page(&mut other).await);
        let foreign = app.put_body("aigerim", &app.scans(&stolen).await, Habit::Signs);
        let answer = asked.put(&foreign, &app.phone()).await.unwrap();
        assert_eq!((answer.status, answer.message()), (403, "The signature could not be confirmed"));
        let refused = again(&mut browser, &page).await;
        assert!(refused.body.contains("The signature could not be confirmed") && refused.has("new"), "{}", refused.body);
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 403, "one answer and no other");
        let again_wrong = browser.press(&refused, "new").await;
        let asked = app.scans(&again_wrong).await;
        assert_eq!(app.acts_on_phone("aigerim", &asked, Habit::SignsOther).await.status, 403);
        let reasons = refusals(db).await;
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons.iter().all(|reason| reason.starts_with("E_CONTENT")), "{reasons:?}");
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn an_expired_and_a_revoked_key_are_told_apart_in_the_app_and_on_the_page(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        for (login, in_app, on_page) in [
            ("irina", "The certificate is out of date or not valid yet", "The key has expired"),
            ("yerlan", "The certificate was revoked", "This certificate was revoked"),
        ] {
            let page = app.phone_page(&mut browser).await;
            let asked = app.scans(&page).await;
            let answer = app.signs_on_phone(login, &asked).await;
            assert_eq!((answer.status, answer.message()), (403, in_app));
            let refused = again(&mut browser, &page).await;
            assert!(refused.body.contains(on_page), "{}", refused.body);
            assert!(refused.body.contains("<title>Error: "), "{}", refused.body);
        }
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn a_certificate_with_another_key_is_not_verified(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        let (victim, thief) = (app.person("aigerim"), app.person("nurlan"));
        let body = asked.body((&thief.key().key, &victim.key().certificate), Habit::Signs, app.now()).unwrap();
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 403);
        assert_eq!(told(&mut browser, &page).await, "refused");
    }

    async fn without_the_token_nothing_is_told_and_nothing_is_taken(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let other = scan(&app.phone_page(&mut app.browser()).await.code(), "en", &app.phone()).await.unwrap();
        let other = other.about["document"]["auth_token"].as_str().unwrap().to_owned();
        let link = page.code().split('/').next_back().unwrap().to_owned();
        for token in ["", "x", &other, &link] {
            let scanned = scan(&page.code(), "en", &app.phone()).await.unwrap();
            assert_eq!(status(scanned.with_token(token).fetch(&app.phone()).await), 403, "{token}");
        }
        assert_eq!(told(&mut browser, &page).await, "waiting", "a wrong token scans nothing");
        let asked = app.scans(&page).await;
        let body = app.put_body("aigerim", &asked, Habit::Signs);
        let address = format!("{}/document", page.code().strip_prefix("mobileSign:").unwrap());
        for bearer in [None, Some(other)] {
            let request = AppRequest { method: "PUT", address: address.clone(), bearer, language: "en", body: Some(body.to_string()) };
            assert_eq!(app.phone().send(request).await.unwrap().status, 403);
        }
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 200, "the right one still may");
    }

    async fn an_address_that_nobody_was_shown_does_not_exist(db) {
        let app = TestApp::with_egov(db).await;
        for link in ["x".repeat(43), "x".to_owned(), "x".repeat(5000)] {
            assert_eq!(status(scan(&format!("mobileSign:https://id.example.kz/egov/{link}"), "kk", &app.phone()).await), 404);
        }
    }

    async fn what_is_no_answer_is_refused_and_uses_nothing_up(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        let right = app.put_body("aigerim", &asked, Habit::Signs);
        let mut twice = right.clone();
        let one = twice["documentsToSign"][0].clone();
        twice["documentsToSign"] = json!([one, one]);
        let mut detached = right.clone();
        detached["signMethod"] = "CMS_SIGN_ONLY".into();
        for body in [Value::Null, json!({}), json!({"status": "canceled"}), twice, detached] {
            let answer = asked.put(&body, &app.phone()).await.unwrap();
            assert_eq!((answer.status, answer.message()), (403, "The answer of the app was not understood. Try again"), "{body}");
        }
        let large = json!({ "a": "x".repeat(70_000) });
        assert_eq!(asked.put(&large, &app.phone()).await.unwrap().status, 413);
        assert_eq!(told(&mut browser, &page).await, "scanned");
        assert_eq!(asked.put(&right, &app.phone()).await.unwrap().status, 200);
    }

    async fn a_new_code_ends_the_old_one(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let old = app.phone_page(&mut browser).await;
        let asked = app.scans(&old).await;
        let new = browser.press(&old, "new").await;
        assert_ne!(new.code(), old.code());
        assert_eq!(status(scan(&old.code(), "kk", &app.phone()).await), 410);
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 403);
        assert_eq!(app.acts_on_phone("aigerim", &asked, Habit::Declines).await.status, 403);
        assert_eq!(told(&mut browser, &new).await, "waiting");
    }

    async fn a_replayed_answer_opens_no_second_flow(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        let body = app.put_body("aigerim", &asked, Habit::Signs);
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 200);
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 403, "not even the same once more");
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
        let other = app.phone_page(&mut browser).await;
        let asked = app.scans(&other).await;
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 403);
        assert_eq!(app.sent_messages().await, 1);
    }

    async fn another_person_than_expected_is_asked_for_the_right_key(db) {
        let app = TestApp::with_egov(db).await;
        let subject = app.user("nurlan").await.subject;
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, subject.as_str());
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[("claims", &claims)])).await;
        let page = browser.press(&choose, "egov").await;
        let asked = app.scans(&page).await;
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 200, "whose account it is the app is not told");
        let signed = again(&mut browser, &page).await;
        let refused = browser.press(&signed, "continue").await;
        assert!(refused.body.contains("This key belongs to another person"), "{}", refused.body);
        let page = browser.press(&refused, "new").await;
        let asked = app.scans(&page).await;
        app.signs_on_phone("nurlan", &asked).await;
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
    }

    async fn a_stage_that_was_proven_on_the_computer_meanwhile_is_proven_once(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let page = browser.press(&choose, "egov").await;
        let asked = app.scans(&page).await;
        app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await.expect("code");
        // The phone's signature is right and comes too late to matter.
        assert_eq!(app.signs_on_phone("nurlan", &asked).await.status, 200);
        again(&mut browser, &page).await.expect("code");
        let form = choose.form_of("egov");
        let late = crate::harness::Form { action: format!("{}/egov/continue", flow_path(&page)), ..form };
        let answer = browser.submit(&late).await;
        browser.follow(answer).await.expect("code");
        assert_eq!(app.sent_messages().await, 1);
        assert!(app.trace("nurlan").await.iter().all(|event| event != "first_stage_passed"));
    }

    async fn two_answers_at_once_on_two_nodes_are_one(db) {
        let app = TestApp::with_egov(db).await;
        let node = app.another_node(db.another().await).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        let (one, two) = (app.put_body("aigerim", &asked, Habit::Signs), app.put_body("nurlan", &asked, Habit::Signs));
        let (here, there) = (app.phone(), node.phone());
        let (left, right) = tokio::join!(asked.put(&one, &here), asked.put(&two, &there));
        let mut statuses = [left.unwrap().status, right.unwrap().status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
        assert_eq!(told(&mut browser, &page).await, "signed");
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
        assert_eq!(app.sent_messages().await, 1);
    }

    async fn an_answer_and_a_new_code_at_once_leave_one_of_them(db) {
        let app = TestApp::with_egov(db).await;
        let node = app.another_node(db.another().await).await;
        for _ in 0..4 {
            let mut browser = app.browser();
            let page = app.phone_page(&mut browser).await;
            let asked = app.scans(&page).await;
            let body = app.put_body("aigerim", &asked, Habit::Signs);
            let phone = node.phone();
            let (answer, next) = tokio::join!(asked.put(&body, &phone), browser.press(&page, "new"));
            // Either the answer came first and its browser let it go, or it came too late: never both.
            let answer = answer.unwrap();
            assert!([200, 403].contains(&answer.status), "{}", answer.status);
            let stands = told(&mut browser, &next).await;
            assert_eq!(stands, "waiting", "{}", answer.status);
        }
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn codes_in_one_flow_are_counted(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let mut page = app.phone_page(&mut browser).await;
        for _ in 1..20 {
            page = browser.press(&page, "new").await;
            page.status(200);
        }
        let closed = browser.press(&page, "new").await;
        closed.status(429).expect("other-way");
        assert!(closed.body.contains("Too many codes in this sign-in") && !closed.has("new"));
        // The other ways stay open.
        let choose = browser.open(&format!("{}/sign-in", flow_path(&page))).await;
        browser.press(&choose, "eds").await.expect("eds-form");
    }

    async fn a_network_whose_answers_were_refused_too_often_is_not_read(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        for _ in 0..5 {
            let mut page = app.phone_page(&mut browser).await;
            for n in 0..20 {
                let asked = app.scans(&page).await;
                let mut body = asked.documents.clone();
                body["documentsToSign"][0]["document"]["file"]["data"] = "bm90IGEgc2lnbmF0dXJl".into();
                assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 403);
                if n < 19 {
                    let refused = again(&mut browser, &page).await;
                    page = browser.press(&refused, "new").await;
                }
            }
        }
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 429);
        assert_eq!(told(&mut browser, &page).await, "scanned", "nothing was used up");
        app.advance(minutes(4));
        let answer = app.signs_on_phone("aigerim", &asked).await;
        assert!([200, 429].contains(&answer.status), "the window may end meanwhile: {}", answer.status);
    }
}

/// The reasons of refused first stages, of nobody in particular, from the phone's network.
async fn refusals(db: &TestDatabase) -> Vec<String> {
    let raw = db.raw().await;
    let sql =
        "SELECT reason, address, client_id FROM audit_events WHERE kind = 'first_stage_refused' AND user_id IS NULL";
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let rows = raw.query_all_raw(statement).await.unwrap();
    let text = |row: &QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    let reasons = rows.iter().map(|row| {
        assert_eq!(
            (text(row, "address"), text(row, "client_id")),
            ("203.0.113.7".to_owned(), "diary".to_owned())
        );
        text(row, "reason")
    });
    let reasons = reasons.collect();
    raw.close().await.unwrap();
    reasons
}
