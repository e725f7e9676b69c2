//! Sessions to which the browser bound a key of its own (Device Bound Session Credentials): a copied cookie dies within
//! minutes and gets no successor (product A7; security rules DB-1, DB-2, SE-1).

use authority::policy::PolicyKey;
use authority::sessions::{BOUND_COOKIE_AGE, BOUND_COOKIE_LIFE};
use authority::time::{minutes, seconds};
use authority::users::{LockReason, UserState};
use serde_json::{Value, json};

use super::dbsc_steps::{
    REFRESH, REGISTRATION, SESSION, SessionKey, answer_to, offer, refusal, register, registration,
};
use super::steps::error;
use crate::harness::{DeviceKey, ISSUER, Proof, TestApp};
use crate::storage::both_databases;

type Break = fn(&mut Proof);

both_databases! {
    async fn a_browser_that_offers_it_binds_a_key_and_keeps_the_cookie_for_minutes(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let offered = app.answer_that_signs_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let first = browser.jar[SESSION].clone();
        let key = DeviceKey::generate();
        let answer = register(&mut browser, &key.sign(&registration(&key, &offer(&offered)))).await;
        answer.status(200);
        assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("application/json", "no-store"));
        let cookie = answer.header("set-cookie");
        let age = format!("; Max-Age={}", BOUND_COOKIE_AGE.as_secs());
        assert_eq!(cookie, format!("{SESSION}={first}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"));
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&body["refresh_url"], &body["scope"]["origin"]), (&json!(REFRESH), &json!(ISSUER)));
        assert_eq!(body["scope"]["include_site"], false);
        let credential = json!({"type": "cookie", "name": SESSION, "attributes": "Path=/; Secure; HttpOnly; SameSite=Lax"});
        assert_eq!(body["credentials"], json!([credential]));
        // The pages of the sign-in go on with the cookie that they have.
        browser.follow(offered).await.status(200).expect("allow");
        assert!(app.trace("aigerim").await.contains(&"session_key_bound".to_owned()));
    }

    async fn the_cookie_dies_after_its_life_and_the_key_brings_the_next_one(db) {
        let app = TestApp::on(db).await;
        let (library, (mut browser, key)) = (app.library(), app.bound_session("aigerim").await);
        app.advance(BOUND_COOKIE_LIFE - seconds(1));
        browser.open(&library.request(&[])).await.expect("continue");
        app.advance(seconds(1));
        browser.open(&library.request(&[])).await.expect("eds");
        let silent = browser.open(&library.request(&[("prompt", "none")])).await;
        assert_eq!(error(&library, &silent), "login_required");
        let old = browser.jar[SESSION].clone();
        let answer = key.refreshes(&mut browser).await;
        answer.status(200);
        assert!(answer.header("set-cookie").ends_with("; SameSite=Lax; Max-Age=270"));
        assert_ne!(browser.jar[SESSION], old);
        let page = app.comes_back(&mut browser, &library.request(&[])).await;
        page.status(200).expect("continue");
        assert!(page.body.contains("Серікова"), "{}", page.body);
    }

    async fn a_copied_cookie_dies_at_the_next_refresh_and_cannot_refresh_itself(db) {
        let app = TestApp::on(db).await;
        let (library, (mut browser, key)) = (app.library(), app.bound_session("aigerim").await);
        key.refreshes(&mut browser).await.status(200);
        let mut thief = browser.with_jar_copied();
        thief.open(&library.request(&[])).await.expect("continue");
        key.refreshes(&mut browser).await.status(200);
        thief.open(&library.request(&[])).await.expect("eds");
        // The copied cookie and the session's name get a challenge, and no more.
        let challenge = key.asks(&mut thief).await;
        let forged = DeviceKey::generate().sign(&answer_to(&challenge));
        assert_eq!(refusal(&key.sends(&mut thief, &forged).await), "400 B_SIGNATURE");
        let own = DeviceKey::generate();
        let taken = register(&mut thief, &own.sign(&registration(&own, &challenge))).await;
        assert_eq!(refusal(&taken), "400 B_CHALLENGE");
        // The owner is not disturbed.
        app.comes_back(&mut browser, &library.request(&[])).await.expect("continue");
        key.refreshes(&mut browser).await.status(200);
    }

    async fn a_proof_is_good_once(db) {
        let app = TestApp::on(db).await;
        let (mut browser, key) = app.bound_session("aigerim").await;
        let challenge = key.asks(&mut browser).await;
        let token = key.key.sign(&answer_to(&challenge));
        key.sends(&mut browser, &token).await.status(200);
        let cookie = browser.jar[SESSION].clone();
        let again = key.sends(&mut browser, &token).await;
        assert_eq!(refusal(&again), "403 challenge");
        assert_ne!(key.challenge(&again), challenge);
        assert_eq!(browser.jar[SESSION], cookie);
    }

    async fn a_challenge_is_open_for_five_minutes(db) {
        let app = TestApp::on(db).await;
        let (mut browser, key) = app.bound_session("aigerim").await;
        let challenge = key.asks(&mut browser).await;
        app.advance(minutes(5));
        let late = key.sends(&mut browser, &key.key.sign(&answer_to(&challenge))).await;
        assert_eq!(refusal(&late), "403 challenge");
        let fresh = key.challenge(&late);
        key.sends(&mut browser, &key.key.sign(&answer_to(&fresh))).await.status(200);
    }

    async fn each_wrong_token_of_a_refresh_is_refused_by_its_name(db) {
        let app = TestApp::on(db).await;
        let (mut browser, key) = app.bound_session("aigerim").await;
        let (mut other_browser, other) = app.bound_session("nurlan").await;
        let (foreign, before) = (other.asks(&mut other_browser).await, browser.jar.clone());
        let breaks: [(Break, &str); 7] = [
            (|proof| proof.header["typ"] = "kiru-device-proof+jwt".into(), "400 B_TYPE"),
            (|proof| { proof.header.as_object_mut().unwrap().remove("typ"); }, "400 B_TYPE"),
            (|proof| proof.header["alg"] = "RS256".into(), "400 B_ALG"),
            (|proof| proof.header["alg"] = "none".into(), "400 B_ALG"),
            (|proof| proof.payload["aud"] = "https://evil.example/dbsc/refresh".into(), "400 B_AUDIENCE"),
            (|proof| { proof.payload.as_object_mut().unwrap().remove("jti"); }, "403 challenge"),
            (|proof| proof.payload["jti"] = "AAAA".into(), "403 challenge"),
        ];
        for (number, (broken, expected)) in breaks.into_iter().enumerate() {
            let mut proof = answer_to(&key.asks(&mut browser).await);
            broken(&mut proof);
            let answer = key.sends(&mut browser, &key.key.sign(&proof)).await;
            assert_eq!(refusal(&answer), expected, "{number}");
        }
        // Another session's challenge, another session's key, and something that is no token.
        let crossed = key.sends(&mut browser, &key.key.sign(&answer_to(&foreign))).await;
        assert_eq!(refusal(&crossed), "403 challenge");
        let challenge = key.asks(&mut browser).await;
        let crossed = key.sends(&mut browser, &other.key.sign(&answer_to(&challenge))).await;
        assert_eq!(refusal(&crossed), "400 B_SIGNATURE");
        assert_eq!(refusal(&key.sends(&mut browser, "x").await), "400 B_FORMAT");
        assert_eq!(browser.jar, before);
        key.refreshes(&mut browser).await.status(200);
    }

    async fn no_session_is_refreshed_without_its_name_or_with_an_unknown_one(db) {
        let app = TestApp::on(db).await;
        let (mut browser, mut key) = app.bound_session("aigerim").await;
        assert_eq!(refusal(&browser.post_headers(REFRESH, &[]).await), "400 no_session");
        assert_eq!(refusal(&browser.post_headers(REFRESH, &[("sec-secure-session-id", "\"x\"")]).await), "400 no_session");
        key.session = app.user("aigerim").await.id.to_string();
        assert_eq!(refusal(&key.sends(&mut browser, "x").await), "410 session_over");
    }

    async fn each_wrong_registration_is_refused_and_binds_nothing(db) {
        let app = TestApp::on(db).await;
        let (mut browser, mut stranger) = (app.browser(), app.browser());
        let (other_offer, offered) = (
            offer(&app.answer_that_signs_in(&mut stranger, "nurlan", &app.diary().request(&[])).await),
            offer(&app.answer_that_signs_in(&mut browser, "aigerim", &app.diary().request(&[])).await),
        );
        let (key, other) = (DeviceKey::generate(), DeviceKey::generate());
        assert_eq!(refusal(&browser.post_headers(REGISTRATION, &[]).await), "400 B_FORMAT");
        assert_eq!(refusal(&register(&mut browser, "x").await), "400 B_FORMAT");
        let breaks: [(Break, &str); 5] = [
            (|proof| proof.header["typ"] = "JWT".into(), "400 B_TYPE"),
            (|proof| proof.header["alg"] = "RS256".into(), "400 B_ALG"),
            (|proof| { proof.header.as_object_mut().unwrap().remove("jwk"); }, "400 B_KEY"),
            (|proof| proof.header["jwk"]["d"] = "AA".into(), "400 B_KEY"),
            (|proof| proof.payload["aud"] = ISSUER.into(), "400 B_AUDIENCE"),
        ];
        for (number, (broken, expected)) in breaks.into_iter().enumerate() {
            let mut proof = registration(&key, &offered);
            broken(&mut proof);
            assert_eq!(refusal(&register(&mut browser, &key.sign(&proof)).await), expected, "{number}");
        }
        let signed_by_another = other.sign(&registration(&key, &offered));
        assert_eq!(refusal(&register(&mut browser, &signed_by_another).await), "400 B_SIGNATURE");
        let crossed = key.sign(&registration(&key, &other_offer));
        assert_eq!(refusal(&register(&mut browser, &crossed).await), "400 B_CHALLENGE");
        let right = key.sign(&registration(&key, &offered));
        let cookie = browser.jar.remove(SESSION).unwrap();
        assert_eq!(refusal(&register(&mut browser, &right).await), "400 no_session");
        browser.jar.insert(SESSION.to_owned(), cookie);
        app.advance(minutes(5));
        assert_eq!(refusal(&register(&mut browser, &right).await), "400 B_CHALLENGE");
        // Nothing was bound, so nothing changed.
        app.comes_back(&mut browser, &app.library().request(&[])).await.expect("continue");
    }

    async fn a_session_takes_one_key_though_the_challenge_stands(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let offered = offer(&app.answer_that_signs_in(&mut one, "aigerim", &app.diary().request(&[])).await);
        let mut two = one.at(node.router.clone());
        let (left, right) = (DeviceKey::generate(), DeviceKey::generate());
        let tokens = (left.sign(&registration(&left, &offered)), right.sign(&registration(&right, &offered)));
        let (a, b) = tokio::join!(register(&mut one, &tokens.0), register(&mut two, &tokens.1));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400]);
        let third = DeviceKey::generate();
        let late = register(&mut one, &third.sign(&registration(&third, &offered))).await;
        assert_eq!(refusal(&late), "400 no_session");
        let bound = app.trace("aigerim").await.iter().filter(|event| *event == "session_key_bound").count();
        assert_eq!(bound, 1);
    }

    async fn of_two_refreshes_at_once_on_two_nodes_one_gets_the_cookie(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let (mut one, key) = app.bound_session("aigerim").await;
        let mut two = one.at(node.router.clone());
        let token = key.key.sign(&answer_to(&key.asks(&mut one).await));
        let (a, b) = tokio::join!(key.sends(&mut one, &token), key.sends(&mut two, &token));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403]);
        let (mut winner, mut loser) = if a.status == 200 { (one, two) } else { (two, one) };
        let library = app.library();
        app.comes_back(&mut winner, &library.request(&[])).await.expect("continue");
        loser.open(&library.request(&[])).await.expect("eds");
        // Its browser has the key and simply comes again.
        key.refreshes(&mut loser).await.status(200);
        app.comes_back(&mut loser, &library.request(&[])).await.expect("continue");
    }

    async fn what_ends_a_session_ends_its_refreshes(db) {
        let app = TestApp::on(db).await;
        let (mut browser, key) = app.bound_session("aigerim").await;
        let token = key.key.sign(&answer_to(&key.asks(&mut browser).await));
        let question = browser.open("/logout").await;
        // A form outlives the cookie it was shown with.
        key.refreshes(&mut browser).await.status(200);
        browser.press(&question, "confirm").await.expect("signed-out");
        assert_eq!(refusal(&key.sends(&mut browser, &token).await), "410 session_over");

        let (mut browser, key) = app.bound_session("nurlan").await;
        let token = key.key.sign(&answer_to(&key.asks(&mut browser).await));
        app.puts("nurlan", UserState::Locked { reason: LockReason::Own, at: app.now() }).await;
        assert_eq!(refusal(&key.sends(&mut browser, &token).await), "410 session_over");
    }

    async fn idle_and_absolute_ends_hold_however_often_the_cookie_is_refreshed(db) {
        let app = TestApp::on(db).await;
        let (mut browser, key) = app.bound_session("aigerim").await;
        for _ in 0..14 {
            app.advance(minutes(4));
            key.refreshes(&mut browser).await.status(200);
        }
        app.advance(minutes(4));
        assert_eq!(refusal(&key.sends(&mut browser, "x").await), "410 session_over");
        browser.open(&app.library().request(&[])).await.expect("eds");
    }

    async fn what_was_issued_in_the_session_does_not_hang_on_its_cookie(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let offered = app.answer_that_signs_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        SessionKey::registered(&mut browser, &offered).await;
        let consent = browser.follow(offered).await;
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        app.advance(BOUND_COOKIE_LIFE + minutes(1));
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 200);
    }

    async fn a_new_device_and_a_new_sign_in_are_offered_a_key_of_their_own(db) {
        let app = TestApp::on(db).await;
        let (mut old, old_key) = app.bound_session("aigerim").await;
        app.advance(minutes(2));
        let mut new = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        let picture = app.wants_registration(&mut new, &elsewhere).await;
        let notice = app.reads_the_picture(&mut new, &picture, "aigerim").await;
        let form = app.agreement(&mut new, &notice);
        let agreed = new.submit(&form).await;
        let new_key = SessionKey::registered(&mut new, &agreed).await;
        assert_eq!(refusal(&old_key.sends(&mut old, "x").await), "410 session_over");
        new_key.refreshes(&mut new).await.status(200);
        // A newer sign-in in the same browser takes the session's place, key and all.
        app.advance(minutes(2));
        let device = app.both_stages(&mut new, "aigerim", &app.library().request(&[("prompt", "login")])).await;
        let key = new.keys[&device.data("device-id")].clone();
        let answer = new.submit(&device.form_of("continue").with("proof", &key.sign(&app.proof(&device)))).await;
        let newest = SessionKey::registered(&mut new, &answer).await;
        assert_eq!(refusal(&new_key.sends(&mut new, "x").await), "410 session_over");
        newest.refreshes(&mut new).await.status(200);
    }

    async fn nothing_changes_for_other_browsers(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let answer = app.answer_that_signs_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
        assert!(cookies.iter().any(|cookie| cookie.starts_with(SESSION) && !cookie.contains("Max-Age")), "{cookies:?}");
        app.advance(minutes(50));
        app.comes_back(&mut browser, &app.library().request(&[])).await.expect("continue");
    }

    async fn switched_off_it_is_neither_offered_nor_there(db) {
        let app = TestApp::configured(db, "[sessions]\ndevice_bound = false\n").await;
        let mut browser = app.browser();
        let answer = app.answer_that_signs_in(&mut browser, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(answer.header("secure-session-registration"), "");
        for path in [REGISTRATION, REFRESH] {
            let key = DeviceKey::generate();
            let token = key.sign(&registration(&key, "x"));
            let headers = [("secure-session-response", &*token), ("sec-secure-session-id", "\"x\"")];
            browser.post_headers(path, &headers).await.status(404);
        }
        app.comes_back(&mut browser, &app.library().request(&[])).await.expect("continue");
    }

    async fn without_a_device_that_signs_nothing_is_offered(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SharedComputers, "on").await;
        let mut lab = app.browser();
        let device = app.both_stages(&mut lab, "aigerim", &app.diary().request(&[])).await;
        let signed_in = lab.submit(&device.form_of("shared")).await;
        assert!(lab.jar.contains_key(SESSION));
        assert_eq!(signed_in.header("secure-session-registration"), "");
        // The device of the sandbox has no key.
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let person = browser.open(&format!("{}?way=sandbox", choose.asked)).await;
        let answer = browser.submit(&person.form_of("continue").with("person", "alice")).await;
        let confirm = browser.follow(answer).await;
        let device = browser.press(&confirm, "continue").await;
        let signed_in = browser.submit(&device.form_of("bind")).await;
        assert!(browser.jar.contains_key(SESSION));
        assert_eq!(signed_in.header("secure-session-registration"), "");
    }
}
