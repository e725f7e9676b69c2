//! Windows inside other applications: nothing is bound there, so that the phone's own browser can be (product A1, ux R7).

use authority::policy::PolicyKey;
use authority::time::minutes;
use storage::{devices, registrations};

use super::steps::flow_path;
use crate::harness::{Browser, Page, TestApp};
use crate::storage::both_databases;

const IN_APP: &str = "Mozilla/5.0 (Linux; Android 13; SM-A525F Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.6099.144 Mobile Safari/537.36 Instagram 314.0.0.20.114 Android";

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 WhatsApp/23.24.79";

fn unescaped(attribute: &str) -> String {
    attribute.replace("&#x2f;", "/").replace("&amp;", "&")
}

/// From here on the browser calls itself a window inside an application.
fn moves_into_an_application(browser: &mut Browser) {
    IN_APP.clone_into(&mut browser.user_agent);
}

fn is_refused(page: &Page) {
    page.status(403).expect("address");
    assert_eq!(page.marker(), "cannot_remember");
    assert!(page.body.contains("inside another application"), "{}", page.body);
}

async fn live_devices(app: &TestApp, login: &str) -> usize {
    let user = app.user(login).await.id;
    devices::list_live_for_user(app.db(), user).await.unwrap().len()
}

fn times(trace: &[String], event: &str) -> usize {
    trace.iter().filter(|known| *known == event).count()
}

both_databases! {
    async fn a_window_inside_an_application_is_told_so_before_anybody_signs(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        moves_into_an_application(&mut browser);
        let page = browser.open(&app.diary().request(&[])).await;
        is_refused(&page);
        assert!(!page.has("eds"), "{}", page.body);
        assert!(page.asked.ends_with("/sign-in"));
        // The way back to the service stays, and Android opens the usual browser by itself.
        page.expect("cancel");
        let intent = "intent://diary.example/#Intent;scheme=https;action=android.intent.action.VIEW;end";
        assert_eq!(unescaped(&page.link_of("open")), intent);
        assert_eq!(page.text_of("address"), "diary.example");
        let mut iphone = app.browser();
        iphone.user_agent = IPHONE.to_owned();
        let page = iphone.open(&app.diary().request(&[])).await;
        is_refused(&page);
        assert!(!page.has("open"), "{}", page.body);
        let page = browser.open(&app.diary().request(&[])).await;
        // The same sign-in goes on in a usual browser's words.
        browser.user_agent = app.browser().user_agent;
        browser.open(&page.asked).await.status(200).expect("eds");
    }

    async fn both_stages_bind_nothing_in_a_window_inside_an_application(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        moves_into_an_application(&mut browser);
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        let page = app.types_the_code(&mut browser, &sms).await;
        is_refused(&page);
        assert!(!page.has("bind"));
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        assert_eq!(live_devices(&app, "aigerim").await, 0);
        let trace = app.trace("aigerim").await;
        assert_eq!(times(&trace, "sign_in_refused in_app_browser"), 1, "{trace:?}");
        // Reading the page again leaves nothing.
        is_refused(&browser.open(&page.asked).await);
        assert_eq!(app.trace("aigerim").await, trace);
        // The phone's own browser is bound as the first.
        app.advance(minutes(11));
        let mut own = app.browser();
        let device = app.both_stages(&mut own, "aigerim", &app.diary().request(&[])).await;
        app.binds(&mut own, &device).await.status(200).expect("allow");
        assert_eq!(live_devices(&app, "aigerim").await, 1);
    }

    async fn a_right_proof_posted_from_a_window_inside_an_application_binds_nothing(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        moves_into_an_application(&mut browser);
        let answer = app.binds(&mut browser, &page).await;
        is_refused(&answer);
        assert!(!browser.jar.keys().any(|name| name.contains("session") || name.contains("device")));
        assert_eq!(live_devices(&app, "aigerim").await, 0);
        let trace = app.trace("aigerim").await;
        assert_eq!(times(&trace, "sign_in_refused in_app_browser"), 1, "{trace:?}");
        assert!(!trace.contains(&"device_bound".to_owned()), "{trace:?}");
    }

    async fn a_bound_device_is_judged_by_its_key_and_not_by_what_it_calls_itself(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser("aigerim").await;
        moves_into_an_application(&mut browser);
        app.advance(minutes(11));
        let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        page.status(200).expect("continue");
        app.proves(&mut browser, &page).await.status(200).expect("allow");
        assert_eq!(times(&app.trace("aigerim").await, "sign_in_refused in_app_browser"), 0);
    }

    async fn no_registration_begins_in_a_window_inside_an_application(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser("aigerim").await;
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        moves_into_an_application(&mut new);
        let answer = app.wants_registration(&mut new, &elsewhere).await;
        is_refused(&answer);
        let user = app.user("aigerim").await.id;
        assert!(registrations::find_open(app.db(), user).await.unwrap().is_none());
        let trace = app.trace("aigerim").await;
        assert_eq!(times(&trace, "sign_in_refused in_app_browser"), 1, "{trace:?}");
        assert!(!trace.contains(&"registration_started".to_owned()), "{trace:?}");
    }

    async fn no_registration_is_committed_in_a_window_inside_an_application(db) {
        let app = TestApp::on(db).await;
        let (mut new, notice) = app.at_the_notice("aigerim").await;
        let before = app.user("aigerim").await;
        let form = app.agreement(&mut new, &notice);
        let usual = new.user_agent.clone();
        moves_into_an_application(&mut new);
        is_refused(&new.submit(&form).await);
        let after = app.user("aigerim").await;
        assert_eq!((after.epoch, after.exclusive.is_none()), (before.epoch, true));
        assert_eq!(live_devices(&app, "aigerim").await, 1);
        assert_eq!(times(&app.trace("aigerim").await, "sign_in_refused in_app_browser"), 1);
        // The nonce was not spent: the usual browser may still agree.
        new.user_agent = usual;
        let answer = new.submit(&form).await;
        new.follow(answer).await.status(200);
        assert_eq!(app.user("aigerim").await.epoch, before.epoch + 1);
    }

    async fn each_flow_of_a_window_inside_an_application_leads_back_to_its_service(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        moves_into_an_application(&mut browser);
        let page = browser.open(&app.diary().request(&[])).await;
        let cancelled = browser.submit(&page.form_of("cancel")).await;
        assert!(cancelled.redirect().contains("error=access_denied"), "{}", cancelled.redirect());
        let after = browser.get(&format!("{}/sign-in", flow_path(&page))).await;
        assert_eq!(after.marker(), "out_of_date");
    }

    async fn a_shared_computer_may_have_a_window_of_an_application_since_nothing_is_bound(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SharedComputers, "on").await;
        let mut kiosk = app.browser();
        moves_into_an_application(&mut kiosk);
        let page = app.both_stages(&mut kiosk, "aigerim", &app.diary().request(&[])).await;
        page.status(200).expect("shared");
        // Binding it is refused all the same.
        is_refused(&app.binds(&mut kiosk.clone(), &page).await);
        assert_eq!(live_devices(&app, "aigerim").await, 0);
        let mut again = app.browser();
        moves_into_an_application(&mut again);
        app.advance(minutes(11));
        let page = app.both_stages(&mut again, "aigerim", &app.diary().request(&[])).await;
        again.press(&page, "shared").await.expect("allow");
        assert_eq!(live_devices(&app, "aigerim").await, 0);
    }
}
