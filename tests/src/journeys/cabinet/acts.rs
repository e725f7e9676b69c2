//! What a person may do in the cabinet.

use authority::audit::EventKind;
use authority::time::minutes;
use authority::users::{LockReason, UserState};
use storage::devices;

use crate::harness::{Browser, TestApp};
use crate::storage::both_databases;

impl TestApp {
    /// The id of a person's live device.
    pub(crate) async fn user_device(&self, login: &str) -> String {
        let live = devices::list_live_for_user(self.db(), self.user(login).await.id)
            .await
            .unwrap();
        live[0].id.to_string()
    }
}

/// A person with tokens of the diary from one session, and in the cabinet with another.
async fn two_sessions(app: &TestApp) -> (Browser, String) {
    let (diary, mut browser) = (app.diary(), app.browser());
    let back = app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
    let tokens = diary.redeems(&diary.code(back.redirect())).await;
    browser.jar.remove("__Host-kiru_session");
    // While the access token lasts.
    app.advance(minutes(2));
    let choose = browser.open("/cabinet").await;
    app.signs_in_to_cabinet(&mut browser, "aigerim", &choose)
        .await
        .expect("line-device");
    (browser, tokens.text("access_token").to_owned())
}

both_databases! {
    async fn a_device_gets_another_name(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        app.advance(minutes(6));
        let page = app.visits(&mut browser, "/cabinet/device").await;
        let answer = browser.submit(&page.form_of("rename-1").with("name", "Home laptop")).await;
        assert_eq!(answer.redirect(), "/cabinet/device");
        let page = app.visits(&mut browser, "/cabinet/device").await;
        page.expect("flash");
        assert!(page.body.contains("Home laptop"));
        assert!(page.body.contains("Chrome, Windows"), "browser and system are told all the same");
        assert!(app.trace("aigerim").await.contains(&"device_renamed".to_owned()));
        assert!(!app.visits(&mut browser, "/cabinet/device").await.has("flash"), "it is told once");
    }

    async fn a_form_is_posted_once_with_its_own_token_and_from_our_own_page(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut browser, "/cabinet/device").await;
        let form = page.form_of("rename-1").with("name", "Home laptop");
        browser.submit(&form.clone().without("csrf")).await.status(400);
        browser.submit(&form.clone().with("csrf", &"A".repeat(86))).await.status(400);
        browser.submit(&form.clone().without("ticket")).await.status(400);
        browser.submit(&form.clone().with("ticket", &"A".repeat(43))).await.status(400);
        let fields: Vec<_> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        browser.post_from("https://evil.example", &form.action, &fields).await.status(400);
        assert_eq!(browser.submit(&form).await.redirect(), "/cabinet/device");
        browser.submit(&form).await.status(400);
        let renamed = app.trace("aigerim").await.iter().filter(|event| *event == "device_renamed").count();
        assert_eq!(renamed, 1);
    }

    async fn a_form_of_one_person_is_none_of_another(db) {
        let app = TestApp::on(db).await;
        let mut mine = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut mine, "/cabinet/device").await;
        let mut other = app.in_cabinet("nurlan").await;
        other.submit(&page.form_of("rename-1").with("name", "Nurlan's")).await.status(400);
        // With their own tokens, another's device is none.
        let own = app.visits(&mut other, "/cabinet/device").await;
        let mut form = own.form_of("rename-1").with("name", "Nurlan's");
        form.action = page.form_of("rename-1").action;
        other.submit(&form).await.status(404);
        assert!(!app.trace("aigerim").await.contains(&"device_renamed".to_owned()));
    }

    async fn one_session_is_ended_with_what_was_given_in_it(db) {
        let app = TestApp::on(db).await;
        let (mut browser, token) = two_sessions(&app).await;
        assert_eq!(app.diary().userinfo(&token).await.status, 200);
        let page = app.visits(&mut browser, "/cabinet/sessions").await;
        let ask = app.visits(&mut browser, &page.link_of("end-1")).await;
        assert!(ask.body.contains("The diary"), "{}", ask.body);
        let page = app.presses(&mut browser, &ask, "confirm").await;
        page.expect("flash").expect("only-this-session");
        assert_eq!(app.diary().userinfo(&token).await.status, 401);
        assert!(app.trace("aigerim").await.contains(&"signed_out cabinet".to_owned()));
        app.delivers_messages().await;
        assert!(app.newest_sms().await.contains("/stop"), "{}", app.newest_sms().await);
    }

    async fn another_persons_session_is_none(db) {
        let app = TestApp::on(db).await;
        let mut other = app.in_cabinet("nurlan").await;
        let theirs = app.visits(&mut other, "/cabinet/sessions").await;
        let path = theirs.link_of("end-1");
        let mut mine = app.in_cabinet("aigerim").await;
        app.visits(&mut mine, &path).await.status(404);
        let own = app.visits(&mut mine, "/cabinet/device").await;
        let mut form = own.form_of("rename-1");
        form.action = path;
        mine.submit(&form).await.status(404);
        app.visits(&mut mine, "/cabinet/sessions/nonsense/end").await.status(404);
        assert!(!app.trace("nurlan").await.iter().any(|event| event.starts_with("signed_out")));
    }

    async fn all_other_sessions_are_ended_and_this_one_goes_on(db) {
        let app = TestApp::on(db).await;
        let (mut browser, token) = two_sessions(&app).await;
        let ask = app.visits(&mut browser, "/cabinet/sessions/end-others").await;
        let page = app.presses(&mut browser, &ask, "confirm").await;
        page.expect("flash").expect("only-this-session");
        assert_eq!(app.diary().userinfo(&token).await.status, 401);
        assert!(app.trace("aigerim").await.contains(&"signed_out others".to_owned()));
    }

    async fn signing_out_everywhere_ends_this_session_too(db) {
        let app = TestApp::on(db).await;
        let (mut browser, token) = two_sessions(&app).await;
        let before = app.user("aigerim").await.epoch;
        let ask = app.visits(&mut browser, "/cabinet/sessions/end-all").await;
        let page = browser.press(&ask, "confirm").await;
        page.status(200).expect("signed-out");
        assert_eq!(app.user("aigerim").await.epoch, before + 1);
        assert_eq!(app.diary().userinfo(&token).await.status, 401);
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        assert!(browser.get("/cabinet").await.redirect().starts_with("/flow/"));
    }

    async fn what_is_dangerous_needs_a_sign_in_of_the_last_five_minutes(db) {
        let app = TestApp::on(db).await;
        let (mut browser, token) = two_sessions(&app).await;
        let early = app.visits(&mut browser, "/cabinet/sessions/end-others").await;
        app.advance(minutes(5));
        app.advance(std::time::Duration::from_secs(1));
        let sessions = app.visits(&mut browser, "/cabinet/sessions").await;
        for path in [sessions.link_of("end-1").as_str(), "/cabinet/sessions/end-all", "/cabinet/phone/messages", "/cabinet/suspend"] {
            let page = app.visits(&mut browser, path).await;
            page.expect("stay").expect("continue");
            assert!(!page.has("confirm") && !page.has("suspend"), "{path}");
        }
        // A form from before asks anew.
        let answer = browser.submit(&early.form_of("confirm")).await;
        assert_eq!(answer.redirect(), "/cabinet/sessions/end-others");
        assert_eq!(app.diary().userinfo(&token).await.status, 200, "nothing was ended");
        // Signing in again leads back to the very page.
        let again = app.visits(&mut browser, "/cabinet/sessions/end-others").await;
        app.advance(minutes(2));
        let choose = browser.press(&again, "continue").await;
        let ask = app.signs_in_to_cabinet(&mut browser, "aigerim", &choose).await;
        assert_eq!(ask.asked, "/cabinet/sessions/end-others");
        app.presses(&mut browser, &ask, "confirm").await.expect("flash");
        assert_eq!(app.diary().userinfo(&token).await.status, 401);
    }

    async fn messages_about_sign_ins_come_from_when_they_are_wanted(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        app.delivers_messages().await;
        let sent = app.sent_messages().await;
        let page = app.visits(&mut browser, "/cabinet/phone").await;
        page.expect("messages-now");
        let ask = app.visits(&mut browser, &page.link_of("messages")).await;
        let page = app.presses(&mut browser, &ask, "confirm").await;
        page.expect("flash");
        assert!(app.trace("aigerim").await.contains(&"sign_in_messages_changed on".to_owned()));
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, sent + 1, "the change is told");
        browser.jar.remove("__Host-kiru_session");
        app.comes_to_cabinet(&mut browser, "aigerim").await;
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, sent + 3, "the code, and the message about the sign-in");
        assert!(app.newest_sms().await.contains("Kiru") && app.newest_sms().await.contains("/stop"));
        // And off again, which the phone is told too.
        let ask = app.visits(&mut browser, "/cabinet/phone/messages").await;
        app.presses(&mut browser, &ask, "confirm").await.expect("flash");
        assert!(app.trace("aigerim").await.contains(&"sign_in_messages_changed off".to_owned()));
        app.delivers_messages().await;
        browser.jar.remove("__Host-kiru_session");
        let before = app.sent_messages().await;
        app.comes_to_cabinet(&mut browser, "aigerim").await;
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before + 1, "the code alone");
    }

    async fn a_further_service_is_a_sign_in_too_told_and_listed_once(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let ask = app.visits(&mut browser, "/cabinet/phone/messages").await;
        app.presses(&mut browser, &ask, "confirm").await.expect("flash");
        app.delivers_messages().await;
        let before = app.sent_messages().await;
        for visit in 1..=2 {
            let page = app.comes_back(&mut browser, &app.library().request(&[])).await;
            let page = if page.has("continue") { browser.press(&page, "continue").await } else { page };
            let back = if page.has("allow") { browser.press(&page, "allow").await } else { page };
            assert!(back.redirect().contains("code="), "{visit}: {}", back.redirect());
            app.delivers_messages().await;
            assert_eq!(app.sent_messages().await, before + 1, "{visit}: told once");
        }
        assert!(app.newest_sms().await.contains("The library"), "{}", app.newest_sms().await);
        let reached = app.trace("aigerim").await.iter().filter(|event| *event == "service_reached").count();
        assert_eq!(reached, 1);
        let history = app.visits(&mut browser, "/cabinet/history").await;
        assert!(history.body.contains("The library"), "{}", history.body);
    }

    async fn a_sign_in_is_disputed_and_the_ways_to_stop_are_offered(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut browser, "/cabinet/history").await;
        let path = page.link_of("not-me-2");
        let ask = app.visits(&mut browser, &path).await;
        ask.status(200).expect("confirm");
        let page = app.presses(&mut browser, &ask, "confirm").await;
        page.expect("flash").expect("suspend").expect("end-others");
        let events = app.events("aigerim").await;
        let disputed = events.iter().find(|event| event.kind == EventKind::ActivityDisputed).unwrap();
        let named = path.split('/').nth(3).unwrap();
        assert_eq!(disputed.reason, named);
        assert_eq!(disputed.user_id, Some(app.user("aigerim").await.id));
    }

    async fn an_event_of_another_person_is_none(db) {
        let app = TestApp::on(db).await;
        let mut other = app.in_cabinet("nurlan").await;
        let page = app.visits(&mut other, "/cabinet/history").await;
        let path = page.link_of("not-me-1");
        let mut mine = app.in_cabinet("aigerim").await;
        app.visits(&mut mine, &path).await.status(404);
        app.visits(&mut mine, &format!("{path}d")).await.status(404);
        let own = app.visits(&mut mine, "/cabinet/device").await;
        let mut form = own.form_of("rename-1");
        form.action = path;
        mine.submit(&form).await.status(404);
        for login in ["aigerim", "nurlan"] {
            assert!(!app.trace(login).await.iter().any(|event| event.starts_with("activity_disputed")));
        }
    }

    async fn a_person_suspends_the_account(db) {
        let app = TestApp::on(db).await;
        let (mut browser, token) = two_sessions(&app).await;
        let ask = app.visits(&mut browser, "/cabinet/suspend").await;
        let page = browser.press(&ask, "suspend").await;
        page.status(200);
        let user = app.user("aigerim").await;
        assert!(matches!(user.state, UserState::Locked { reason: LockReason::Own, .. }), "{:?}", user.state);
        assert_eq!(app.diary().userinfo(&token).await.status, 401);
        assert!(app.trace("aigerim").await.contains(&"account_locked cabinet".to_owned()));
        assert!(browser.get("/cabinet").await.redirect().starts_with("/flow/"));
    }
}
