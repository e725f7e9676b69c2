//! The first stage: what an honest signature opens, and everything that does not.

use authority::throttle::SIGNATURES_PER_FLOW;
use authority::time::minutes;
use testkit::cms::{CmsRecipe, armour};
use web::{WebSettings, WebState};

use super::steps::{error, flow_path};
use crate::harness::{Browser, Page, TestApp};
use crate::storage::both_databases;

/// S2 of a fresh flow at the diary.
pub(super) async fn eds_page(app: &TestApp, browser: &mut Browser) -> Page {
    let choose = browser.open(&app.diary().request(&[])).await;
    browser.press(&choose, "eds").await
}

/// Posts a signature and follows.
pub(super) async fn answers(browser: &mut Browser, page: &Page, signature: &str) -> Page {
    let answer = browser
        .submit(&page.form("eds-form").with("signature", signature))
        .await;
    browser.follow(answer).await
}

both_databases! {
    async fn an_honest_signature_opens_the_second_stage(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        assert!(page.data_challenge().starts_with("id.example.kz\n"), "{}", page.data_challenge());
        assert!(page.data_challenge().contains("\nservice=The diary\n"));
        let sms = answers(&mut browser, &page, &app.person("aigerim").signs(&page.data_challenge())).await;
        sms.status(200).expect("code").expect("cancel");
        assert!(sms.body.contains("00 11"), "the masked number");
        assert!(!sms.body.contains("+77990000011"), "never the whole number");
        assert_eq!(app.sent_messages().await, 1);
        let mut trace = app.trace("aigerim").await;
        trace.sort();
        assert_eq!(trace, ["certificate_recorded", "first_stage_passed", "person_applied added", "sms_sent"]);
    }

    async fn a_signature_over_another_challenge_is_refused_and_leaves_a_trace(db) {
        let app = TestApp::on(db).await;
        let (mut browser, mut other) = (app.browser(), app.browser());
        let page = eds_page(&app, &mut browser).await;
        let stolen = eds_page(&app, &mut other).await.data_challenge();
        let answer = answers(&mut browser, &page, &app.person("aigerim").signs(&stolen)).await;
        answer.status(422).expect("eds-form");
        assert_ne!(answer.data_challenge(), page.data_challenge(), "the first try consumed it");
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn the_first_try_consumes_the_challenge(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let right = app.person("aigerim").signs(&page.data_challenge());
        answers(&mut browser, &page, "bm90IGEgc2lnbmF0dXJl").await.status(422);
        answers(&mut browser, &page, &right).await.status(422);
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn a_challenge_that_is_too_old_is_refused(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let right = app.person("aigerim").signs(&page.data_challenge());
        app.advance(minutes(5));
        answers(&mut browser, &page, &right).await.status(422).expect("eds-form");
    }

    async fn who_signs_too_late_is_told_so_and_not_counted(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let late = app.person("aigerim").signs(&page.data_challenge());
        app.advance(minutes(5));
        let mut again = answers(&mut browser, &page, &late).await;
        again.status(422).expect("eds-form");
        assert!(again.body.contains("the text to be signed is out of date") && again.body.contains("A new text is here"));
        assert!(!again.body.contains("could not be confirmed"), "{}", again.body);
        assert_ne!(again.data_challenge(), page.data_challenge(), "a new one is there");
        // As many wrong ones as a flow is given before it ends: the late one was none of them.
        for _ in 1..SIGNATURES_PER_FLOW {
            again = answers(&mut browser, &again, "bm90IGEgc2lnbmF0dXJl").await;
            again.status(422).expect("eds-form");
        }
        let page = again;
        answers(&mut browser, &page, &app.person("aigerim").signs(&page.data_challenge())).await.expect("code");
    }

    async fn a_signature_of_another_browser_opens_nothing_there(db) {
        let app = TestApp::on(db).await;
        let (mut browser, mut thief) = (app.browser(), app.browser());
        let page = eds_page(&app, &mut browser).await;
        let right = app.person("aigerim").signs(&page.data_challenge());
        let answer = thief.submit(&page.form("eds-form").with("signature", &right)).await;
        answer.status(400);
        assert_eq!(answer.marker(), "other_browser");
        answers(&mut browser, &page, &right).await.expect("code");
    }

    async fn a_replayed_signature_opens_no_second_flow(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let signature = app.person("aigerim").signs(&page.data_challenge());
        answers(&mut browser, &page, &signature).await.expect("code");
        let again = eds_page(&app, &mut browser).await;
        answers(&mut browser, &again, &signature).await.status(422);
        assert_eq!(app.sent_messages().await, 1);
    }

    async fn a_second_click_goes_on_instead_of_failing(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let signature = app.person("aigerim").signs(&page.data_challenge());
        answers(&mut browser, &page, &signature).await.expect("code");
        answers(&mut browser, &page, &signature).await.status(200).expect("code");
        assert_eq!(app.sent_messages().await, 1, "one message for one sign-in");
    }

    async fn an_expired_and_a_revoked_key_are_told_apart(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let expired = answers(&mut browser, &page, &app.person("irina").signs(&page.data_challenge())).await;
        expired.status(422);
        assert!(expired.body.contains("The key has expired"), "{}", expired.body);
        let revoked = answers(&mut browser, &expired, &app.person("yerlan").signs(&expired.data_challenge())).await;
        revoked.status(422);
        assert!(revoked.body.contains("This certificate was revoked"), "{}", revoked.body);
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn a_certificate_with_another_key_is_not_verified(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let (victim, thief) = (app.person("aigerim"), app.person("nurlan"));
        let challenge = page.data_challenge();
        let recipe = CmsRecipe::honest(&thief.key().key, &victim.key().certificate, challenge.as_bytes(), app.now());
        let answer = answers(&mut browser, &page, &armour(&recipe.sign().unwrap())).await;
        answer.status(422).expect("eds-form");
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn when_all_turns_of_the_verifier_are_taken_the_person_is_asked_to_come_back(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let signature = app.person("aigerim").signs(&page.data_challenge());
        let WebState { provider, eds, sms, settings, .. } = app.state.clone();
        let without_turns =
            WebSettings { verifications: 0, verification_wait: std::time::Duration::ZERO, ..(*settings).clone() };
        let busy = web::router(WebState::new(provider, eds, sms, without_turns));
        let answer = browser.at(busy).submit(&page.form("eds-form").with("signature", &signature)).await;
        answer.status(503);
        assert!(!answer.header("retry-after").is_empty());
        assert_eq!(app.sent_messages().await, 0);
        // The way stays open, with a new challenge.
        eds_page(&app, &mut browser).await.expect("eds-form");
    }

    async fn a_form_without_a_script_is_told_so(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let answer = browser.submit(&page.form("eds-form")).await;
        answer.status(400);
        assert_eq!(answer.marker(), "no_script");
        answers(&mut browser, &page, &app.person("aigerim").signs(&page.data_challenge())).await.expect("code");
    }

    async fn another_person_than_expected_is_asked_for_the_right_key(db) {
        let app = TestApp::on(db).await;
        let subject = app.user("nurlan").await.subject;
        let claims = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, subject.as_str());
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[("claims", &claims)])).await;
        let page = browser.press(&choose, "eds").await;
        let other = answers(&mut browser, &page, &app.person("aigerim").signs(&page.data_challenge())).await;
        other.status(422).expect("eds-form");
        answers(&mut browser, &other, &app.person("nurlan").signs(&other.data_challenge())).await.expect("code");
    }

    async fn an_unknown_and_a_locked_person_see_the_same_until_both_stages_are_proven(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let unknown = eds_page(&app, &mut browser).await;
        let locked = eds_page(&app, &mut app.browser()).await;
        // Nothing on the way to the first stage depends on who will sign.
        let shape = |page: &Page| page.body.lines().count();
        assert_eq!(shape(&unknown), shape(&locked));
    }

    async fn a_form_of_another_site_or_flow_is_refused(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let other = eds_page(&app, &mut browser).await;
        let signature = app.person("aigerim").signs(&page.data_challenge());
        let form = page.form("eds-form").with("signature", &signature);
        for form in [form.clone().without("csrf"), form.clone().with("csrf", &csrf(&other)), form.clone().with("csrf", "x")] {
            let answer = browser.submit(&form).await;
            answer.status(400);
            assert_eq!(answer.marker(), "out_of_date");
        }
        answers(&mut browser, &page, &signature).await.expect("code");
    }

    async fn the_way_back_tells_the_client(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let page = eds_page(&app, &mut browser).await;
        let back = browser.press(&page, "cancel").await;
        assert_eq!(error(&diary, &back), "access_denied");
        assert_eq!(diary.response(back.redirect(), "state").as_deref(), Some("a state"));
        // The flow is over: nothing of it answers any more.
        let late = browser.get(&format!("{}/eds", flow_path(&page))).await;
        late.status(400);
        assert_eq!(late.marker(), "out_of_date");
    }
}

fn csrf(page: &Page) -> String {
    let fields = page.form("eds-form").fields;
    fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1
}
