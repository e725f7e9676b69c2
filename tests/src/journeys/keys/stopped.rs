//! A key that is not accepted any more: everything that rests on it ends, clients are told, and it opens nothing.

use authority::certificates::StopReason;
use authority::time::minutes;
use testkit::pki::CertificateProfile;

use crate::harness::TestApp;
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";
const REASONS: [StopReason; 3] = StopReason::ALL;

both_databases! {
    async fn what_rests_on_a_stopped_key_ends_at_once_offline_or_not(db) {
        let app = TestApp::on(db).await;
        for (reason, scope) in [
            (StopReason::Revoked, "openid"),
            (StopReason::Stopped, "openid offline_access"),
        ] {
            let (diary, mut browser) = (app.diary(), app.browser());
            let login = if reason == StopReason::Revoked { LOGIN } else { "nurlan" };
            let request = diary.request(&[("scope", scope), ("prompt", "consent")]);
            let back = app.first_sign_in(&mut browser, login, &request).await;
            let tokens = diary.redeems(&diary.code(back.redirect())).await;
            let access = tokens.text("access_token").to_owned();
            assert_eq!(diary.userinfo(&access).await.status, 200);
            assert!(app.stops(login, reason).await);
            assert_eq!(diary.userinfo(&access).await.status, 401, "{reason:?}");
            if let Some(refresh) = tokens.json["refresh_token"].as_str() {
                assert_eq!(diary.refreshes(refresh).await.summary(), "400 invalid_grant");
            }
            let choose = browser.open(&diary.request(&[])).await;
            choose.status(200).expect("eds");
            let event = format!("certificate_stopped {}", reason.as_str());
            assert!(app.trace(login).await.contains(&event));
            assert!(!app.stops(login, reason).await, "it is stopped once");
            assert_eq!(app.trace(login).await.iter().filter(|one| **one == event).count(), 1);
        }
    }

    async fn clients_are_told_once_that_a_session_of_the_key_ended(db) {
        let app = TestApp::on(db).await;
        let endpoint = app.told_of_ends().await;
        let mut browser = app.browser();
        app.first_sign_in(&mut browser, LOGIN, &app.diary().request(&[])).await;
        app.stops(LOGIN, StopReason::Revoked).await;
        assert_eq!(app.jobs.logout.round().await.unwrap().len(), 1);
        assert_eq!(endpoint.tokens().len(), 1);
        let hint = browser.jar.contains_key("__Host-kiru_session");
        assert!(hint, "the browser does not know yet");
        browser.get("/logout").await;
        assert_eq!(app.jobs.logout.round().await.unwrap().len(), 0);
    }

    async fn a_stopped_key_proves_no_first_stage_and_says_why(db) {
        let app = TestApp::on(db).await;
        for (reason, words) in [
            (StopReason::Stopped, "You stopped accepting this key here"),
            (StopReason::Shared, "it seems to be used by several people"),
            (StopReason::Revoked, "This certificate was revoked"),
        ] {
            let login = ["aigerim", "nurlan", "gulnara"][REASONS.iter().position(|one| *one == reason).unwrap()];
            app.bound_browser(login).await;
            let sent = app.sent_messages().await;
            app.stops(login, reason).await;
            let mut browser = app.browser();
            let page = app.signs_with(&mut browser, &app.person(login)).await;
            page.status(422).expect("eds-form");
            assert!(page.body.contains(words), "{reason:?}: {}", page.body);
            assert_eq!(app.sent_messages().await, sent, "no code is sent");
        }
    }

    async fn a_sign_in_that_was_under_way_with_the_key_becomes_no_session(db) {
        let app = TestApp::on(db).await;
        let mut bound = app.bound_browser(LOGIN).await;
        let device = app.both_stages(&mut bound, LOGIN, &app.diary().request(&[])).await;
        let mut early = app.browser();
        let code = app.signs_with(&mut early, &app.person(LOGIN)).await;
        app.stops(LOGIN, StopReason::Stopped).await;
        let page = app.proves(&mut bound, &device).await;
        page.status(200).expect("eds");
        assert!(!bound.jar.contains_key("__Host-kiru_session"));
        let page = app.types(&mut early, &code, "000000").await;
        page.status(200).expect("eds");
        let trace = app.trace(LOGIN).await;
        assert_eq!(trace.iter().filter(|one| one.starts_with("signed_in")).count(), 1, "{trace:?}");
    }

    async fn another_key_of_the_person_goes_on(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser(LOGIN).await;
        app.stops(LOGIN, StopReason::Stopped).await;
        let sms = app.signs_with(&mut browser, &app.renewed(LOGIN)).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        let consent = app.proves(&mut browser, &device).await;
        consent.expect("allow");
        assert_eq!(app.certificates(LOGIN).await.len(), 2, "one person, two keys");
    }

    async fn another_certificate_of_a_stopped_key_opens_nothing_either(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser(LOGIN).await;
        app.advance(minutes(2));
        let with_serial = |serial: u8| app.with_another_key(LOGIN, 1, move |profile| CertificateProfile {
            serial: Some(vec![serial; 8]),
            ..profile
        });
        app.signs_with(&mut browser, &with_serial(1)).await.expect("code");
        app.stops(LOGIN, StopReason::Stopped).await;
        app.signs_with(&mut browser, &with_serial(2)).await.status(422);
        assert_eq!(app.certificates(LOGIN).await.len(), 2, "what is refused is not recorded");
    }

    async fn only_what_its_person_stopped_is_accepted_again_and_what_ended_stays_ended(db) {
        let app = TestApp::on(db).await;
        for reason in REASONS {
            let login = ["aigerim", "nurlan", "gulnara"][REASONS.iter().position(|one| *one == reason).unwrap()];
            let (diary, mut browser) = (app.diary(), app.browser());
            let back = app.first_sign_in(&mut browser, login, &diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")])).await;
            let tokens = diary.redeems(&diary.code(back.redirect())).await;
            app.stops(login, reason).await;
            let again = app.accepts_again(login).await;
            assert_eq!(again, reason == StopReason::Stopped, "{reason:?}");
            assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
            assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "400 invalid_grant");
            browser.jar.remove("__Host-kiru_session");
            let page = app.signs_with(&mut browser, &app.person(login)).await;
            assert_eq!(page.has("code"), again);
        }
    }

    async fn a_renewed_certificate_is_the_same_person_and_told_of(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser(LOGIN).await;
        let user = app.user(LOGIN).await.id;
        app.delivers_messages().await;
        let before = app.sent_messages().await;
        app.signs_with(&mut browser, &app.renewed(LOGIN)).await.expect("code");
        assert_eq!(app.user(LOGIN).await.id, user);
        assert!(app.certificates(LOGIN).await.iter().all(|one| one.user_id == user));
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before + 2, "the code and the notice");
        let kept = app.outbox.newest_first().await;
        assert!(kept.iter().any(|one| one.text.contains("a new EDS key was used") && one.text.contains("/stop")));
        app.signs_with(&mut browser, &app.renewed(LOGIN)).await;
        app.delivers_messages().await;
        let told = app.outbox.newest_first().await;
        assert_eq!(told.iter().filter(|one| one.text.contains("a new EDS key")).count(), 1, "once for each key");
    }
}
