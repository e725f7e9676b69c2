//! A signature on the phone as the second stage (product B2, seed 001): by policy, after a key from a file, with another
//! certificate and another key of the same person.

use std::sync::Arc;

use authority::policy::PolicyKey;
use authority::time::{days, minutes};
use serde_json::json;
use storage::Db;
use testkit::people::DemoPerson;
use testkit::phone::{AppAnswer, Asked, Habit};
use testkit::pki::{SigningKey, Suite};

use super::egov_steps::{again, told};
use super::steps::flow_path;
use crate::harness::{Browser, Page, TestApp, payload};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

/// A further certificate of a person.
struct Another {
    key: Arc<SigningKey>,
    certificate: Vec<u8>,
}

impl Another {
    /// With a key of its own, as the app on the person's phone has.
    fn of(app: &TestApp, login: &str) -> Self {
        Self::with_key(app, login, Arc::new(SigningKey::of(Suite::Gost512).unwrap()))
    }

    fn with_key(app: &TestApp, login: &str, key: Arc<SigningKey>) -> Self {
        let profile = DemoPerson::find(login)
            .unwrap()
            .certificate_profile(app.now())
            .for_suite(key.suite());
        let certificate = app.keys.centre_of(key.suite()).nca().issue(&profile, &key).unwrap();
        Self { key, certificate }
    }

    async fn signs(&self, app: &TestApp, asked: &Asked) -> AppAnswer {
        let body = asked
            .body((&self.key, &self.certificate), Habit::Signs, app.now())
            .unwrap();
        asked.put(&body, &app.phone()).await.unwrap()
    }
}

/// A deployment where the phone may confirm.
async fn confirming(db: &Db) -> TestApp {
    let app = TestApp::with_egov(db).await;
    app.sets(PolicyKey::ConfirmOnPhone, "on").await;
    app
}

/// S6 after a key from a file.
async fn first_stage(app: &TestApp, browser: &mut Browser) -> Page {
    let choose = browser.open(&app.diary().request(&[])).await;
    app.signs_in_with_eds(browser, &choose, &app.person(LOGIN)).await
}

/// The page after the app's answer was taken up.
async fn goes_on(browser: &mut Browser, page: &Page) -> Page {
    let signed = again(browser, page).await;
    browser.press(&signed, "continue").await
}

both_databases! {
    async fn another_certificate_of_the_same_person_confirms_and_the_tokens_say_how(db) {
        let app = confirming(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let sms = first_stage(&app, &mut browser).await;
        let page = browser.press(&sms, "egov").await;
        assert!(page.body.contains("Confirm with another key on your phone"), "{}", page.body);
        let asked = app.scans(&page).await;
        assert_eq!(asked.documents["documentsToSign"][0]["nameEn"], "Confirm the sign-in to id.example.kz");
        assert_eq!(Another::of(&app, LOGIN).signs(&app, &asked).await.status, 200);
        let device = goes_on(&mut browser, &page).await;
        let consent = app.binds(&mut browser, &device).await;
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let id_token = payload(tokens.text("id_token"));
        assert_eq!(id_token["acr"], "urn:kiru:acr:full-bound");
        assert_eq!(id_token["amr"], json!(["swk", "pop", "mfa"]), "no message was used");
        let trace = app.trace(LOGIN).await;
        assert_eq!(trace.iter().filter(|event| *event == "second_stage_passed").count(), 1, "{trace:?}");
        assert!(trace.contains(&"certificate_recorded another".to_owned()), "{trace:?}");
    }

    async fn without_the_policy_only_the_code_confirms(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser).await;
        assert!(!sms.has("egov"));
        let form = crate::harness::Form { action: format!("{}/egov", flow_path(&sms)), ..sms.form_of("continue") };
        let answer = browser.submit(&form).await;
        browser.follow(answer).await.expect("code").expect("resend-form");
        app.types_the_code(&mut browser, &sms).await.expect("bind");
    }

    async fn a_policy_that_ends_meanwhile_confirms_nothing(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser).await;
        let page = browser.press(&sms, "egov").await;
        let asked = app.scans(&page).await;
        Another::of(&app, LOGIN).signs(&app, &asked).await;
        let signed = again(&mut browser, &page).await;
        app.sets(PolicyKey::ConfirmOnPhone, "off").await;
        browser.press(&signed, "continue").await.expect("code").expect("resend-form");
        assert!(!app.trace(LOGIN).await.contains(&"second_stage_passed".to_owned()));
    }

    async fn the_same_certificate_and_another_over_the_same_key_are_refused_and_not_counted(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser).await;
        let mut page = browser.press(&sms, "egov").await;
        for _ in 0..6 {
            let asked = app.scans(&page).await;
            assert_eq!(app.signs_on_phone(LOGIN, &asked).await.status, 200, "what it is worth here the app is not told");
            let refused = goes_on(&mut browser, &page).await;
            assert!(refused.body.contains("This is the key you signed in with"), "{}", refused.body);
            page = browser.press(&refused, "new").await;
        }
        // A certificate issued anew over the same key.
        let person = app.person(LOGIN);
        let profile = DemoPerson::find(LOGIN).unwrap().certificate_profile(app.now().minus(days(1)));
        let profile = testkit::pki::CertificateProfile { serial: Some(vec![0x42; 19]), ..profile };
        let certificate = app.keys.centre.nca().issue(&profile, &person.key().key).unwrap();
        let asked = app.scans(&page).await;
        let body = asked.body((&person.key().key, &certificate), Habit::Signs, app.now()).unwrap();
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 200);
        let refused = goes_on(&mut browser, &page).await;
        assert!(refused.body.contains("This is the key you signed in with"), "{}", refused.body);
        assert_eq!(app.trace(LOGIN).await.iter().filter(|event| *event == "second_stage_refused P_SAME_KEY").count(), 7);
        // The code still confirms.
        app.types_the_code(&mut browser, &sms).await.expect("bind");
    }

    async fn another_persons_signature_is_counted_like_a_wrong_code_and_closes_this_way_only(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser).await;
        let stranger = Another::of(&app, "nurlan");
        let mut page = browser.press(&sms, "egov").await;
        for n in 1..=5 {
            let asked = app.scans(&page).await;
            assert_eq!(stranger.signs(&app, &asked).await.status, 200);
            let refused = goes_on(&mut browser, &page).await;
            if n == 5 {
                refused.status(429);
                break;
            }
            assert!(refused.body.contains("This key belongs to another person"), "{}", refused.body);
            page = browser.press(&refused, "new").await;
        }
        let refused = app.trace(LOGIN).await.iter().filter(|event| *event == "second_stage_refused P_UNEXPECTED").count();
        assert_eq!(refused, 5);
        assert!(app.trace("nurlan").await.iter().all(|event| !event.contains("stage")), "nothing is said of the stranger");
        // Not even the right key helps now; the code does.
        let page = browser.press(&sms, "egov").await;
        let asked = app.scans(&page).await;
        Another::of(&app, LOGIN).signs(&app, &asked).await;
        goes_on(&mut browser, &page).await.status(429);
        app.types_the_code(&mut browser, &sms).await.expect("bind");
    }

    async fn a_signature_that_does_not_verify_names_whose_second_stage_it_was(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser).await;
        let page = browser.press(&sms, "egov").await;
        let asked = app.scans(&page).await;
        assert_eq!(app.acts_on_phone(LOGIN, &asked, Habit::SignsOther).await.status, 403);
        assert_eq!(told(&mut browser, &page).await, "refused");
        let trace = app.trace(LOGIN).await;
        assert!(trace.iter().any(|event| event.starts_with("second_stage_refused E_CONTENT")), "{trace:?}");
    }

    async fn after_a_signature_on_the_phone_the_phone_does_not_confirm_itself(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        app.signs_on_phone(LOGIN, &asked).await;
        let sms = goes_on(&mut browser, &page).await;
        sms.expect("code");
        assert!(!sms.has("egov"));
    }

    async fn a_signature_for_the_first_stage_is_none_for_the_second(db) {
        let app = confirming(db).await;
        let (mut browser, mut thief) = (app.browser(), app.browser());
        let sms = first_stage(&app, &mut browser).await;
        let page = browser.press(&sms, "egov").await;
        // Somebody has the person sign in elsewhere and passes the answer on.
        let elsewhere = app.phone_page(&mut thief).await;
        let relayed = app.scans(&elsewhere).await;
        let another = Another::of(&app, LOGIN);
        let body = relayed.body((&another.key, &another.certificate), Habit::Signs, app.now()).unwrap();
        let asked = app.scans(&page).await;
        assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 403);
    }

    async fn one_confirmation_collected_twice_at_once_proves_one_stage(db) {
        let app = confirming(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let sms = first_stage(&app, &mut one).await;
        let page = one.press(&sms, "egov").await;
        let asked = app.scans(&page).await;
        Another::of(&app, LOGIN).signs(&app, &asked).await;
        let signed = again(&mut one, &page).await;
        let form = signed.form_of("continue");
        let mut two = one.at(node.router.clone());
        tokio::join!(one.submit(&form), two.submit(&form));
        let trace = app.trace(LOGIN).await;
        assert_eq!(trace.iter().filter(|event| *event == "second_stage_passed").count(), 1, "{trace:?}");
        assert_eq!(trace.iter().filter(|event| event.starts_with("certificate_recorded another")).count(), 1);
        one.open(&format!("{}/device", flow_path(&sms))).await.expect("bind");
    }

    async fn a_code_and_a_signature_at_once_are_one_second_stage(db) {
        let app = confirming(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let sms = first_stage(&app, &mut one).await;
        let code = app.newest_code().await;
        let page = one.press(&sms, "egov").await;
        let asked = app.scans(&page).await;
        Another::of(&app, LOGIN).signs(&app, &asked).await;
        let signed = again(&mut one, &page).await;
        let mut two = one.at(node.router.clone());
        tokio::join!(one.press(&signed, "continue"), node.types(&mut two, &sms, &code));
        let passed = app.trace(LOGIN).await.iter().filter(|event| *event == "second_stage_passed").count();
        assert_eq!(passed, 1);
    }

    async fn a_confirmation_waits_no_longer_than_the_attempt(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser).await;
        app.advance(minutes(14));
        let page = browser.press(&sms, "egov").await;
        let asked = app.scans(&page).await;
        app.advance(minutes(1));
        assert_eq!(Another::of(&app, LOGIN).signs(&app, &asked).await.status, 403);
    }
}
