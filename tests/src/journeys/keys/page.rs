//! K3: what it shows, and stopping and accepting a key there.

use authority::audit::EventKind;
use authority::certificates::StopReason;
use authority::time::{days, minutes};
use testkit::pki::{CertificateProfile, ExtendedUsage, KeyUsage};

use super::ending_in;
use crate::harness::{Browser, Page, Person, TestApp};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

/// A sign-in key as they were issued before 2024, on a token.
fn sign_in_key(profile: CertificateProfile) -> CertificateProfile {
    CertificateProfile {
        key_usage: vec![KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment],
        extended_usage: vec![ExtendedUsage::ClientAuth, ExtendedUsage::Individual],
        stored_in_file: false,
        ..ending_in(20)(profile)
    }
}

/// The whole way to the cabinet with this key, on the bound device.
async fn comes_with(app: &TestApp, browser: &mut Browser, person: &Person) -> Page {
    browser.jar.remove("__Host-kiru_session");
    app.advance(minutes(11));
    let choose = browser.open("/cabinet/keys").await;
    let sms = app.signs_in_with_eds(browser, &choose, person).await;
    let device = app.types_the_code(browser, &sms).await;
    let page = app.proves(browser, &device).await;
    app.proves_for_cabinet(browser, page).await
}

both_databases! {
    async fn every_key_is_shown_with_what_it_is_and_until_when(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser(LOGIN).await;
        let page = comes_with(&app, &mut browser, &app.with_another_key(LOGIN, 0, sign_in_key)).await;
        page.status(200).expect("count");
        for words in [
            "used here: 2.",
            "Key for sign-in (AUTH)",
            "On an identity card or token",
            "Days left: 20",
            "RSA",
            "Серікова Айгерім Болатқызы",
            "You signed in with it",
            "Renew at pki.gov.kz",
            "Key for signing",
            "In a file, issued for 1 year",
            "Days left: 365",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
        assert!(!page.body.contains("870514400010"), "no number is shown");
        assert!(page.has("stop-1") && page.has("stop-2") && !page.has("accept-1"));
    }

    async fn the_last_key_of_a_person_is_stopped_with_a_warning_and_signs_out(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet(LOGIN).await;
        let page = app.visits(&mut browser, "/cabinet/keys").await;
        let ask = app.visits(&mut browser, &page.link_of("stop-1")).await;
        assert!(ask.body.contains("No other valid key of yours is known here"), "{}", ask.body);
        let done = browser.press(&ask, "confirm").await;
        done.status(200).expect("signed-out");
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        assert!(app.trace(LOGIN).await.contains(&"certificate_stopped stopped".to_owned()));
        let mut early = app.browser();
        app.signs_with(&mut early, &app.person(LOGIN)).await.status(422);
        app.delivers_messages().await;
        assert!(app.newest_sms().await.contains("no longer accepted here"), "{}", app.newest_sms().await);
    }

    async fn with_another_key_a_stopped_one_is_accepted_again(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser(LOGIN).await;
        let page = comes_with(&app, &mut browser, &app.renewed(LOGIN)).await;
        // The first row is the key of this sign-in.
        let ask = app.visits(&mut browser, &page.link_of("stop-2")).await;
        assert!(!ask.body.contains("No other valid key"), "{}", ask.body);
        let page = app.presses(&mut browser, &ask, "confirm").await;
        page.expect("flash").expect("accept-2");
        assert!(page.body.contains("Not accepted: you stopped it"));
        app.signs_with(&mut app.browser(), &app.person(LOGIN)).await.status(422);
        let ask = app.visits(&mut browser, &page.link_of("accept-2")).await;
        let page = app.presses(&mut browser, &ask, "confirm").await;
        page.expect("flash").expect("stop-2");
        app.advance(minutes(11));
        app.signs_with(&mut app.browser(), &app.person(LOGIN)).await.expect("code");
        let event = app.events(LOGIN).await.into_iter().find(|event| event.kind == EventKind::CertificateAccepted);
        assert!(event.is_some_and(|event| event.session_id.is_some() && event.address.is_some()));
    }

    async fn what_the_centre_revoked_or_seems_shared_is_not_accepted_again_by_its_person(db) {
        let app = TestApp::on(db).await;
        for (n, login, reason) in [(0, LOGIN, StopReason::Revoked), (1, "nurlan", StopReason::Shared)] {
            let mut browser = app.bound_browser(login).await;
            app.stops(login, reason).await;
            let page = comes_with(&app, &mut browser, &app.with_another_key(login, n, |profile| profile)).await;
            assert!(!page.body.contains("/accept"), "{}", page.body);
            let stopped = app.certificates(login).await.into_iter().find(|one| one.stop.is_some()).unwrap().id;
            let path = format!("/cabinet/keys/{stopped}/accept");
            app.visits(&mut browser, &path).await.status(404);
            let mut form = app.visits(&mut browser, "/cabinet/device").await.form_of("rename-1");
            form.action = path;
            browser.submit(&form).await.status(404);
            assert!(app.certificates(login).await.iter().any(|one| one.stop.is_some()));
        }
    }

    async fn a_stop_needs_a_sign_in_of_the_last_five_minutes(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet(LOGIN).await;
        let page = app.visits(&mut browser, "/cabinet/keys").await;
        let (path, ask) = (page.link_of("stop-1"), app.visits(&mut browser, &page.link_of("stop-1")).await);
        app.advance(minutes(5));
        let at_the_edge = app.visits(&mut browser, &path).await;
        at_the_edge.expect("confirm");
        app.advance(minutes(1));
        let late = app.visits(&mut browser, &path).await;
        assert!(late.body.contains("You are changing which keys are accepted"), "{}", late.body);
        // The form that was open meanwhile stops nothing.
        assert_eq!(browser.submit(&ask.form_of("confirm")).await.redirect(), path);
        assert!(app.certificates(LOGIN).await[0].stop.is_none());
    }

    async fn anothers_key_is_none(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("nurlan").await;
        let theirs = app.certificates("nurlan").await[0].id;
        let mut browser = app.in_cabinet(LOGIN).await;
        for act in ["stop", "accept"] {
            let path = format!("/cabinet/keys/{theirs}/{act}");
            app.visits(&mut browser, &path).await.status(404);
            let mut form = app.visits(&mut browser, "/cabinet/device").await.form_of("rename-1");
            form.action = path;
            browser.submit(&form).await.status(404);
        }
        assert!(app.certificates("nurlan").await[0].stop.is_none());
        app.visits(&mut browser, "/cabinet/keys/nonsense/stop").await.status(404);
    }

    async fn a_key_that_ended_is_shown_as_such_and_home_advises_a_new_one(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.bound_browser(LOGIN).await;
        let page = comes_with(&app, &mut browser, &app.with_another_key(LOGIN, 0, ending_in(1))).await;
        assert!(page.body.contains("Days left: 1"), "{}", page.body);
        let home = app.visits(&mut browser, "/cabinet").await;
        assert!(!home.body.contains("Renew your EDS key"), "the other one lasts a year");
        app.advance(days(2));
        let page = comes_with(&app, &mut browser, &app.person(LOGIN)).await;
        assert!(page.body.contains("Expired") && page.body.contains("Get a new key at pki.gov.kz"), "{}", page.body);
        // Without the one that lasts, home advises.
        let ask = app.visits(&mut browser, "/cabinet/keys").await;
        app.visits(&mut browser, &ask.link_of("stop-1")).await.expect("confirm");
    }

    async fn home_advises_a_new_key_in_the_last_thirty_days(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let person = app.with_another_key("daniyar", 2, ending_in(32));
        let sms = app.signs_with(&mut browser, &person).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        app.binds(&mut browser, &device).await;
        comes_with(&app, &mut browser, &person).await.status(200).expect("key-1");
        for (days_later, advised) in [(0, false), (1, false), (1, true)] {
            app.advance(days(days_later));
            comes_with(&app, &mut browser, &person).await;
            let home = app.visits(&mut browser, "/cabinet").await;
            assert_eq!(home.body.contains("Renew your EDS key"), advised, "{}", home.body);
        }
    }
}
