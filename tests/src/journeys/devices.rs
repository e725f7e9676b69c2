//! Binding and proof: one browser key for an account, and nothing that passes for it.

use authority::time::{minutes, seconds};
use serde_json::json;
use storage::{StorageError, devices};

use super::steps::{error, flow_path};
use crate::harness::{Browser, DeviceKey, Page, Proof, TestApp};
use crate::storage::both_databases;

/// Posts a proof, with a key to be bound or without.
async fn posts(browser: &mut Browser, page: &Page, key: &DeviceKey, proof: &Proof) -> Page {
    let button = if page.has("bind") { "bind" } else { "continue" };
    let form = page
        .form_of(button)
        .with("public_key", &key.public_jwk())
        .with("proof", &key.sign(proof));
    let answer = browser.submit(&form).await;
    browser.follow(answer).await
}

/// The proof page of a person whose browser has the device's cookie.
async fn proof_page(app: &TestApp, browser: &mut Browser, login: &str) -> Page {
    app.advance(minutes(11));
    let page = app.both_stages(browser, login, &app.diary().request(&[])).await;
    page.status(200).expect("continue");
    page
}

both_databases! {
    async fn the_bound_browser_signs_in_again_by_its_key(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        let page = proof_page(&app, &mut browser, "aigerim").await;
        let consent = app.proves(&mut browser, &page).await;
        let back = browser.press(&consent, "allow").await;
        assert!(back.redirect().contains("code="));
        assert!(app.trace("aigerim").await.contains(&"signed_in".to_owned()));
    }

    async fn another_browser_is_told_where_the_account_is_bound(db) {
        let app = TestApp::on(db).await;
        let mut other = app.new_browser("aigerim").await;
        let page = app.both_stages(&mut other, "aigerim", &app.diary().request(&[])).await;
        page.status(403);
        assert_eq!(page.marker(), "bound_elsewhere");
        assert!(page.body.contains("Chrome, Windows"));
        assert!(!other.jar.contains_key("__Host-kiru_session"));
        assert!(app.trace("aigerim").await.contains(&"other_device_refused".to_owned()));
    }

    async fn a_browser_whose_key_survived_its_cookies_is_told_that_its_data_was_cleared(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        browser.jar.clear();
        let choose = browser.open(&app.diary().request(&[])).await;
        let early = browser.get(&format!("{}/device?key=kept", flow_path(&choose))).await;
        assert!(!early.has("error"), "nothing is told before both stages");
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        let page = app.types_the_code(&mut browser, &sms).await;
        assert_eq!((page.marker().as_str(), page.data("purpose").as_str()), ("bound_elsewhere", "look"));
        assert!(browser.keys.contains_key(&page.data("device-id")), "the script looks for the key of the bound device");
        // What the script does when it finds it. Only the words change.
        let told = browser.get(&format!("{}?key=kept", page.asked)).await;
        told.status(403).expect("other");
        assert_eq!(told.marker(), "browser_data_cleared");
        assert!(!told.body.contains("data-device-id") && !told.has("bind"));
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
    }

    async fn the_whole_cookie_jar_in_another_browser_is_not_the_device(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        let mut thief = browser.with_jar_copied();
        let page = proof_page(&app, &mut thief, "aigerim").await;
        // Without the key, with another key, and with the words of a browser that lost its own.
        let forged = posts(&mut thief, &page, &DeviceKey::generate(), &app.proof(&page)).await;
        forged.status(403);
        assert_eq!(forged.marker(), "bound_elsewhere");
        let page = proof_page(&app, &mut thief, "aigerim").await;
        let answer = thief.submit(&page.form_of("continue").with("problem", "no_key")).await;
        answer.status(403);
        assert_eq!(answer.marker(), "browser_data_cleared");
        assert!(!thief.jar.contains_key("__Host-kiru_session"));
        let trace = app.trace("aigerim").await;
        assert!(trace.contains(&"device_proof_refused D_SIGNATURE".to_owned()), "{trace:?}");
        assert!(trace.contains(&"device_proof_refused key_missing".to_owned()), "{trace:?}");
        // The real device works on.
        let page = proof_page(&app, &mut browser, "aigerim").await;
        app.proves(&mut browser, &page).await.expect("allow");
    }

    async fn a_flow_opens_no_page_in_a_browser_without_its_cookie(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let mut other = app.browser();
        let answer = other.get(&format!("{}/device", flow_path(&page))).await;
        answer.status(400);
        assert_eq!(answer.marker(), "other_browser");
    }

    async fn a_running_session_copied_with_its_jar_gives_no_code(db) {
        let app = TestApp::on(db).await;
        let (diary, library, mut browser) = (app.diary(), app.library(), app.browser());
        let device = app.both_stages(&mut browser, "aigerim", &diary.request(&[])).await;
        let consent = app.binds(&mut browser, &device).await;
        browser.submit(&consent.form_of("allow").with("remember", "yes")).await;
        let mut thief = browser.with_jar_copied();
        assert!(thief.jar.contains_key("__Host-kiru_session"));
        // The client that the person agreed to, and one for which the person would be named first (S16).
        for request in [diary.request(&[]), library.request(&[])] {
            let page = thief.open(&request).await;
            page.status(200).expect("continue");
            assert!(page.asked.ends_with("/device"), "{}", page.asked);
            let flow = flow_path(&page);
            let lost = thief.submit(&page.form_of("continue").with("problem", "no_key")).await;
            lost.status(403);
            assert_eq!(lost.marker(), "browser_data_cleared");
            let again = thief.open(&format!("{flow}/device")).await;
            let forged = posts(&mut thief, &again, &DeviceKey::generate(), &app.proof(&again)).await;
            forged.status(403);
            assert_eq!(forged.marker(), "bound_elsewhere");
            // No other door of the flow is open either, whatever is posted there.
            for door in ["sign-in", "device", "consent"] {
                thief.open(&format!("{flow}/{door}")).await.status(200).expect("continue");
                let csrf = again.form_of("cancel").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
                for field in [("choice", "continue"), ("decision", "allow"), ("remember", "yes")] {
                    let answer = thief.post(&format!("{flow}/{door}"), &[("csrf", &csrf), field]).await;
                    assert!(!answer.location().is_some_and(|to| to.contains("code=")), "{door} {field:?}");
                }
            }
        }
        for client in [&diary, &library] {
            let silent = thief.get(&client.request(&[("prompt", "none")])).await;
            assert_eq!(error(client, &silent), "interaction_required");
        }
        let trace = app.trace("aigerim").await;
        for refusal in ["device_proof_refused D_SIGNATURE", "device_proof_refused key_missing"] {
            assert_eq!(trace.iter().filter(|event| *event == refusal).count(), 2, "{trace:?}");
        }
        // All that cost the owner nothing: the same session goes on where the key is, to both clients, without stages.
        let session = browser.jar["__Host-kiru_session"].clone();
        let page = browser.open(&diary.request(&[])).await;
        let back = app.proves(&mut browser, &page).await;
        assert_eq!(diary.redeems(&diary.code(back.redirect())).await.status, 200);
        let page = browser.open(&library.request(&[])).await;
        let named = app.proves(&mut browser, &page).await;
        let consent = browser.press(named.expect("other"), "continue").await;
        let back = browser.press(&consent, "allow").await;
        assert_eq!(library.redeems(&library.code(back.redirect())).await.status, 200);
        assert_eq!(browser.jar["__Host-kiru_session"], session);
        assert_eq!(app.sent_messages().await, 1, "the stages were passed once");
    }

    async fn the_proof_of_one_session_is_none_for_another(db) {
        let app = TestApp::on(db).await;
        let (diary, mut victim) = (app.diary(), app.browser());
        app.first_sign_in(&mut victim, "aigerim", &diary.request(&[])).await;
        // The thief has an account, a device and a session of their own, and proves them honestly.
        let mut thief = app.browser();
        app.advance(minutes(2));
        app.first_sign_in(&mut thief, "nurlan", &diary.request(&[])).await;
        let page = thief.open(&app.library().request(&[])).await;
        let flow = flow_path(&page);
        app.proves(&mut thief, &page).await.expect("other");
        // Then the flow gets the other session's cookie.
        thief.jar.insert("__Host-kiru_session".to_owned(), victim.jar["__Host-kiru_session"].clone());
        let page = thief.open(&format!("{flow}/sign-in")).await;
        assert!(page.asked.ends_with("/device"), "{}", page.asked);
        assert!(!thief.keys.contains_key(&page.data("device-id")));
        let own = thief.keys.values().next().unwrap().clone();
        posts(&mut thief, &page, &own, &app.proof(&page)).await.status(403);
    }

    async fn a_proof_for_going_on_is_taken_once_and_says_all_that_one_at_a_sign_in_says(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        let now = app.now().as_unix_seconds();
        for (member, value) in [
            ("aud", json!("https://evil.example")),
            ("flow", json!("0193aaaaaaaa7bbb8cccddddeeeeffff")),
            ("purpose", json!("register")),
            ("nonce", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            ("iat", json!(now - 3_600)),
        ] {
            let page = browser.open(&diary.request(&[])).await;
            let key = browser.keys[&page.data("device-id")].clone();
            let right = app.proof(&page);
            let mut wrong = app.proof(&page);
            wrong.payload[member] = value;
            posts(&mut browser, &page, &key, &wrong).await.status(403);
            // The nonce went with the first try: the right proof over it comes too late, and is asked for anew.
            let anew = posts(&mut browser, &page, &key, &right).await;
            anew.status(200).expect("continue");
            assert_ne!(anew.data("nonce"), page.data("nonce"), "{member}");
        }
    }

    async fn going_on_is_a_use_of_the_device_and_ends_with_its_binding(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        app.advance(minutes(7));
        let (page, late) = (browser.open(&diary.request(&[])).await, browser.open(&diary.request(&[])).await);
        app.proves(&mut browser, &page).await.expect("other");
        let user = app.user("aigerim").await.id;
        let device = devices::list_live_for_user(app.db(), user).await.unwrap().remove(0);
        assert_eq!(device.last_used_at, app.now());
        // Between page and proof the binding ends: the right key does not help any more.
        let now = app.now();
        let end = app.db().tx("test", |tx| async move { devices::end(&tx, user, device.id, "test", now).await });
        assert!(end.await.unwrap());
        app.proves(&mut browser, &late).await.expect("eds");
    }

    async fn each_wrong_member_of_a_proof_is_refused_by_its_name(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        let now = app.now().as_unix_seconds();
        for (member, value, code) in [
            ("aud", json!("https://evil.example"), "D_AUDIENCE"),
            ("flow", json!("0193aaaaaaaa7bbb8cccddddeeeeffff"), "D_FLOW"),
            ("purpose", json!("register"), "D_PURPOSE"),
            ("nonce", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "D_NONCE"),
            ("iat", json!(now - 3_600), "D_ISSUED_AT"),
        ] {
            let page = proof_page(&app, &mut browser, "aigerim").await;
            let key = browser.keys[&page.data("device-id")].clone();
            let mut proof = app.proof(&page);
            proof.payload[member] = value;
            posts(&mut browser, &page, &key, &proof).await.status(403);
            let trace = app.trace("aigerim").await;
            assert!(trace.contains(&format!("device_proof_refused {code}")), "{trace:?}");
        }
        let page = proof_page(&app, &mut browser, "aigerim").await;
        let key = browser.keys[&page.data("device-id")].clone();
        let mut proof = app.proof(&page);
        proof.header["typ"] = json!("JWT");
        posts(&mut browser, &page, &key, &proof).await.status(403);
        assert!(app.trace("aigerim").await.contains(&"device_proof_refused D_TYPE".to_owned()));
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
    }

    async fn a_nonce_is_answered_once(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        let page = proof_page(&app, &mut browser, "aigerim").await;
        let key = browser.keys[&page.data("device-id")].clone();
        let form = page.form_of("continue").with("proof", &key.sign(&app.proof(&page)));
        let mut twin = browser.clone();
        let answer = browser.submit(&form).await;
        browser.follow(answer).await.expect("allow");
        // The same proof again, also from a browser that has not got the session: no second session.
        let again = twin.submit(&form).await;
        twin.follow(again).await;
        assert!(!twin.jar.contains_key("__Host-kiru_session"));
        let signed_in = app.trace("aigerim").await.iter().filter(|event| *event == "signed_in").count();
        assert_eq!(signed_in, 2, "the binding's and this one");
    }

    async fn an_old_nonce_is_replaced_and_the_page_shown_again(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        app.advance(minutes(6));
        let again = app.binds(&mut browser, &page).await;
        again.status(200).expect("bind");
        assert_ne!(again.data("nonce"), page.data("nonce"));
        app.binds(&mut browser, &again).await.expect("allow");
    }

    async fn a_key_that_is_none_binds_nothing(db) {
        let app = TestApp::on(db).await;
        for key in ["", "{}", "x", r#"{"kty":"oct","k":"AAAA"}"#, r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#] {
            app.advance(minutes(11));
            let mut browser = app.browser();
            let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
            let proof = DeviceKey::generate().sign(&app.proof(&page));
            let answer = browser.submit(&page.form_of("bind").with("public_key", key).with("proof", &proof)).await;
            // Nothing is bound elsewhere that a page could name: the sign-in begins again.
            browser.follow(answer).await.status(200).expect("eds");
            assert!(!browser.jar.contains_key("__Host-kiru_session"));
        }
        assert!(!app.trace("aigerim").await.contains(&"device_bound".to_owned()));
    }

    async fn a_window_that_cannot_remember_is_told_so(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        for problem in ["storage_blocked", "no_web_crypto"] {
            let answer = browser.submit(&page.form_of("bind").with("problem", problem)).await;
            answer.status(403);
            assert_eq!(answer.marker(), "cannot_remember");
        }
        let bare = browser.submit(&page.form_of("bind")).await;
        bare.status(400);
        assert_eq!(bare.marker(), "no_script");
    }

    async fn a_shared_computer_leads_back_without_access(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let page = app.both_stages(&mut browser, "aigerim", &diary.request(&[])).await;
        let back = browser.press(&page, "shared").await;
        assert_eq!(error(&diary, &back), "access_denied");
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        assert!(!browser.jar.keys().any(|name| name.starts_with("__Host-kiru_device_")));
    }

    async fn after_an_operator_ends_the_binding_another_browser_is_bound_and_the_old_session_is_dead(db) {
        let app = TestApp::on(db).await;
        let mut old = app.browser();
        app.first_sign_in(&mut old, "aigerim", &app.diary().request(&[])).await;
        app.advance(minutes(11));
        let mut new = app.browser();
        let told = app.both_stages(&mut new, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(told.marker(), "bound_elsewhere");
        let (user, now) = (app.user("aigerim").await.id, app.now());
        let device = devices::list_live_for_user(db, user).await.unwrap()[0].id;
        let ended = db.tx("test", |tx| async move { devices::end(&tx, user, device, "lost", now).await });
        let ended: Result<bool, StorageError> = ended.await;
        assert!(ended.unwrap());
        let page = new.open(&told.asked).await;
        app.binds(&mut new, &page).await.expect("allow");
        old.open(&app.library().request(&[])).await.expect("eds");
    }

    async fn of_two_first_bindings_at_once_one_wins(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let (mut one, mut two) = (app.browser(), app.browser().at(node.router.clone()));
        let first = app.both_stages(&mut one, "aigerim", &app.diary().request(&[])).await;
        app.advance(seconds(61));
        let second = app.both_stages(&mut two, "aigerim", &app.library().request(&[])).await;
        let (left, right) = tokio::join!(app.binds(&mut one, &first), node.binds(&mut two, &second));
        let won = |page: &Page| page.has("allow");
        assert!(won(&left) != won(&right), "{} {}", left.status, right.status);
        let loser = if won(&left) { &right } else { &left };
        loser.status(409);
        assert_eq!(loser.marker(), "bound_elsewhere");
        let sessions = [&one, &two].iter().filter(|browser| browser.jar.contains_key("__Host-kiru_session")).count();
        assert_eq!(sessions, 1);
        let bound = app.trace("aigerim").await.iter().filter(|event| *event == "device_bound").count();
        assert_eq!(bound, 1);
    }
}
