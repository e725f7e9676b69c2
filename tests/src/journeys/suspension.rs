//! Suspending an account, by its person or by the code of a message, and returning to it (ux R8, X5; security rules DB-12,
//! DB-15, AC-5).

use authority::audit::EventKind;
use authority::policy::PolicyKey;
use authority::stop_codes::STOP_CODE_TTL;
use authority::time::{hours, minutes};
use authority::users::{LockReason, UserState};
use testkit::people::DemoPerson;

use super::steps::flow_path;
use crate::harness::{Browser, Page, TestApp};
use crate::storage::both_databases;

impl TestApp {
    /// A person who registered a new device, and the stop code of the message about it.
    async fn told(&self, login: &str) -> (Browser, String) {
        self.bound_browser(login).await;
        self.advance(minutes(11));
        let mut new = self.browser();
        self.registers(&mut new, login).await.status(200);
        self.delivers_messages().await;
        let text = self.newest_sms().await;
        let (_, code) = text.rsplit_once(|c: char| c.is_alphabetic()).unwrap();
        (new, code.trim().to_owned())
    }
}

async fn stops(browser: &mut Browser, code: &str) -> Page {
    let page = browser.get("/stop").await;
    page.status(200).expect("stop");
    browser.submit(&page.form_of("stop").with("code", code)).await
}

/// What the page says first, to whoever posted.
fn alert(page: &Page) -> &str {
    let (_, rest) = page.body.split_once("role=\"alert\"").unwrap();
    rest.split_once("</div>").unwrap().0
}

both_databases! {
    async fn a_stop_code_suspends_the_account_and_does_nothing_else(db) {
        let app = TestApp::on(db).await;
        let (mut new, code) = app.told("aigerim").await;
        let before = app.user("aigerim").await;
        // A stranger's window: whoever holds the phone may stop, without signing in.
        let mut anybody = app.browser();
        let page = stops(&mut anybody, &code).await;
        page.status(200);
        let after = app.user("aigerim").await;
        assert_eq!(after.state, UserState::Locked { reason: LockReason::Own, at: app.now() });
        assert_eq!(after.epoch, before.epoch + 1);
        assert_eq!(after.exclusive, before.exclusive, "nothing else changed");
        assert!(!page.body.contains("Aigerim") && !page.body.contains("Айгерім"), "{}", page.body);
        assert!(anybody.jar.keys().all(|name| !name.contains("session")));
        assert!(app.trace("aigerim").await.contains(&"account_locked stop_code".to_owned()));
        // The session on the new device is over, and its person reads why after both stages.
        new.open(&app.diary().request(&[("prompt", "none")])).await;
        app.advance(minutes(11));
        let page = app.both_stages(&mut new, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(page.marker(), "locked_own");
        assert!(!page.has("return"), "the rest is not over");
        app.delivers_messages().await;
    }

    /// Security rule AC-14: a thief with the operator's ear, or the operator's mistake, is noticed by who had the number.
    async fn of_a_changed_phone_the_old_and_the_new_one_are_told_and_either_stops_the_account(db) {
        let app = TestApp::on(db).await;
        let person = *DemoPerson::find("aigerim").unwrap();
        let (old, new) = (person.phone.unwrap(), "+77012345678");
        app.know(&[DemoPerson { phone: Some(new), ..person }]).await;
        app.delivers_messages().await;
        let kept = app.outbox.newest_first().await;
        let mut told: Vec<&str> = kept.iter().map(|kept| kept.to.expose()).collect();
        told.sort_unstable();
        assert_eq!(told, [new, old]);
        let codes: Vec<&str> = kept.iter().map(|kept| kept.text.rsplit_once(|c: char| c.is_alphabetic()).unwrap().1.trim()).collect();
        assert_ne!(codes[0], codes[1]);
        // The same file again changes no phone and tells nobody.
        app.know(&[DemoPerson { phone: Some(new), ..person }]).await;
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, 2);
        for code in codes {
            app.puts("aigerim", UserState::Active).await;
            stops(&mut app.browser(), code).await.status(200);
            assert_eq!(app.user("aigerim").await.state, UserState::Locked { reason: LockReason::Own, at: app.now() });
        }
    }

    async fn a_stop_code_works_once_and_for_three_days(db) {
        let app = TestApp::on(db).await;
        let (_, code) = app.told("aigerim").await;
        let mut anybody = app.browser();
        app.advance(STOP_CODE_TTL);
        let late = stops(&mut anybody, &code).await;
        late.status(422);
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
        assert!(app.trace("aigerim").await.contains(&"stop_code_refused expired".to_owned()));
    }

    async fn a_used_code_stops_nothing_more(db) {
        let app = TestApp::on(db).await;
        let (_, code) = app.told("aigerim").await;
        let node = app.another_node(db.another().await).await;
        let (mut one, mut two) = (app.browser(), app.browser().at(node.router.clone()));
        let (left, right) = tokio::join!(stops(&mut one, &code), stops(&mut two, &code));
        let mut statuses = [left.status.as_u16(), right.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422]);
        let locked = app.trace("aigerim").await.iter().filter(|event| event.starts_with("account_locked")).count();
        assert_eq!(locked, 1);
    }

    async fn wrong_codes_are_told_alike_counted_and_close_the_page_for_their_network(db) {
        let app = TestApp::on(db).await;
        let (_, code) = app.told("aigerim").await;
        let mut guesser = app.browser();
        for malformed in ["", "1234", "1234 5678 9012 345x"] {
            stops(&mut guesser, malformed).await.status(422);
        }
        for n in 0..10 {
            stops(&mut guesser, &format!("{n:016}")).await.status(422);
        }
        let closed = stops(&mut guesser, &code).await;
        closed.status(429);
        assert_eq!(app.user("aigerim").await.state, UserState::Active, "not even the right one is compared");
        // Another network is not closed, and this one only for an hour.
        let mut owner = app.browser().from_network("198.51.100.7");
        stops(&mut owner, &code).await.status(200);
    }

    async fn when_strangers_have_used_up_all_tries_only_networks_without_a_wrong_code_are_compared(db) {
        let app = TestApp::on(db).await;
        let (_, code) = app.told("aigerim").await;
        let wrong = format!("{:016}", 7);
        let mut one_wrong = app.browser().from_network("203.0.113.7");
        stops(&mut one_wrong, &wrong).await.status(422);
        // Strangers elsewhere: one try is left to everybody, then none.
        db.tamper(&["UPDATE throttles SET count = 9999 WHERE kind = 'stop_all'"]).await;
        let mut last = one_wrong.clone();
        let refused = stops(&mut last, &wrong).await;
        refused.status(422);
        let mut closed = Vec::new();
        for typed in [&wrong, &code, &code] {
            let answer = stops(&mut one_wrong, typed).await;
            answer.status(429);
            closed.push(alert(&answer).to_owned());
        }
        assert!(closed.iter().all(|words| *words == closed[0]), "the right code is told what a wrong one is: {closed:?}");
        assert_eq!(app.user("aigerim").await.state, UserState::Active, "nothing was compared");

        // A network without a wrong code has one, and is told what everybody is told of it.
        let mut clean = app.browser().from_network("198.51.100.8");
        let told = stops(&mut clean, &wrong).await;
        told.status(422);
        assert_eq!(told.text_of("code-error"), refused.text_of("code-error"));
        stops(&mut clean, &code).await.status(429);
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
        let mut owner = app.browser().from_network("198.51.100.7");
        stops(&mut owner, &code).await.status(200);
        assert_eq!(app.user("aigerim").await.state, UserState::Locked { reason: LockReason::Own, at: app.now() });
    }

    async fn strangers_tries_are_forgotten_after_an_hour(db) {
        let app = TestApp::on(db).await;
        let (_, code) = app.told("aigerim").await;
        let mut guesser = app.browser();
        stops(&mut guesser, &format!("{:016}", 7)).await.status(422);
        db.tamper(&["UPDATE throttles SET count = 10000 WHERE kind = 'stop_all'"]).await;
        stops(&mut guesser, &code).await.status(429);
        app.advance(hours(1));
        stops(&mut guesser, &code).await.status(200);
    }

    async fn looking_at_the_page_changes_nothing(db) {
        let app = TestApp::on(db).await;
        let (_, code) = app.told("aigerim").await;
        let mut anybody = app.browser();
        anybody.get(&format!("/stop?code={}", code.replace(' ', "+"))).await.status(200);
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
        // Nor does a form of another site.
        anybody.post_from("https://evil.example", "/stop", &[("code", &code)]).await.status(400);
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
    }

    async fn the_person_suspends_from_the_page_about_another_device_and_returns_after_the_rest(db) {
        let app = TestApp::on(db).await;
        let mut old = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut other = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut other, "aigerim").await;
        let ask = other.open(&format!("{}/suspend", flow_path(&elsewhere))).await;
        ask.status(200).expect("suspend").expect("stay");
        assert_eq!(app.user("aigerim").await.state, UserState::Active, "asking changes nothing");
        other.press(&ask, "suspend").await.status(200);
        let since = app.now();
        assert_eq!(app.user("aigerim").await.state, UserState::Locked { reason: LockReason::Own, at: since });
        app.delivers_messages().await;

        app.advance(hours(24).saturating_sub(minutes(1)));
        let early = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(early.marker(), "locked_own");
        let csrf = early.form_of("cancel").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        let path = format!("{}/return", flow_path(&early));
        old.post(&path, &[("csrf", &csrf)]).await;
        assert!(app.user("aigerim").await.state.admit().is_err(), "a minute too early");
        app.advance(minutes(1));
        let page = old.open(&format!("{}/device", flow_path(&early))).await;
        let back = old.press(&page, "return").await;
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
        // The bound device goes on at once.
        app.proves(&mut old, &back).await.expect("allow");
        let trace = app.trace("aigerim").await;
        assert!(trace.contains(&"account_unlocked returned".to_owned()), "{trace:?}");
    }

    async fn nobody_returns_from_another_lock(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SuspensionRest, "PT0S").await;
        let mut old = app.bound_browser("aigerim").await;
        let state = UserState::Locked { reason: LockReason::Administrator, at: app.now() };
        app.puts("aigerim", state).await;
        app.advance(minutes(11));
        let page = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(page.marker(), "locked_administrator");
        let csrf = page.form_of("cancel").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        for segment in ["return", "suspend"] {
            old.post(&format!("{}/{segment}", flow_path(&page)), &[("csrf", &csrf)]).await;
            assert_eq!(app.user("aigerim").await.state, state, "{segment}");
        }
        assert!(!app.events("aigerim").await.iter().any(|event| event.kind == EventKind::AccountUnlocked));
    }

    async fn suspending_and_returning_need_both_stages(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.new_browser("aigerim").await;
        let choose = browser.open(&app.diary().request(&[])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        let csrf = sms.form_of("cancel").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        let answer = browser.post(&format!("{}/suspend", flow_path(&sms)), &[("csrf", &csrf)]).await;
        assert!(answer.redirect().ends_with("/confirm"));
        assert_eq!(app.user("aigerim").await.state, UserState::Active);
    }
}
