//! `/authorize` with somebody signed in: prompt, max_age, hints, assurance, consent (OIDC Core §3.1.2.1, §3.1.2.3–6,
//! §5.5.1; RFC 9470).

use authority::time::{minutes, seconds};
use serde_json::json;

use super::arrange::{another_code, error_of, signed_in, signed_in_as, through_the_sandbox};
use crate::harness::{TestApp, payload};
use crate::storage::both_databases;

both_databases! {
    async fn prompt_none_gives_a_code_without_a_page_for_the_same_authentication(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        app.advance(seconds(5));
        let code = another_code(&app, &mut person.browser).await;
        let again = app.diary().redeems(&code).await;
        let (first, second) = (person.claims(), payload(again.text("id_token")));
        assert_eq!(second["sub"], first["sub"]);
        assert_eq!(second["auth_time"], first["auth_time"]);
        assert_eq!(second["sid"], first["sid"]);
        assert!(second["iat"].as_i64() > first["iat"].as_i64());
    }

    async fn an_answered_prompt_none_is_no_activity_of_the_person(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        app.advance(minutes(40));
        another_code(&app, &mut person.browser).await;
        app.advance(minutes(21));
        let late = person.browser.get(&app.diary().request(&[("prompt", "none")])).await;
        assert_eq!(error_of(&app.diary(), &late, Some("a state")), "login_required");
    }

    async fn the_consent_page_leads_to_the_policy_and_terms_that_the_client_registered(db) {
        let app = TestApp::on(db).await;
        let mut clients = crate::harness::clients();
        clients[0]["policy_uri"] = "https://diary.example/policy".into();
        clients[0]["tos_uri"] = "https://diary.example/terms".into();
        app.register(&clients).await;
        let consent = through_the_sandbox(&mut app.browser(), "aigerim", &app.diary().request(&[])).await;
        consent.expect("policy").expect("terms");
        assert!(consent.body.contains("href=\"https://diary.example/policy\""));
        let other = through_the_sandbox(&mut app.browser(), "aigerim", &app.library().request(&[])).await;
        assert!(!other.has("policy") && !other.has("terms"));
    }

    async fn a_success_response_has_code_state_and_iss_and_nothing_else(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let mut diary = app.diary();
        diary.redirect_uri = "https://diary.example/cb?dummy1=lorem&dummy2=ipsum".to_owned();
        let back = person.browser.get(&diary.request(&[("prompt", "none"), ("state", "")])).await;
        let location = url::Url::parse(back.status(303).redirect()).unwrap();
        let names: Vec<_> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["dummy1", "dummy2", "code", "iss"]);
        assert_eq!(diary.code(back.redirect()).len(), 43);
        assert_eq!(back.header("referrer-policy"), "no-referrer");
    }

    async fn a_code_can_travel_by_form_post(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let page = person.browser.get(&app.diary().request(&[("prompt", "none"), ("response_mode", "form_post")])).await;
        let form = page.status(200).form_of("continue");
        let code = form.fields.iter().find(|(name, _)| name == "code").map(|(_, value)| value.clone()).unwrap();
        assert_eq!(app.diary().redeems(&code).await.status, 200);
    }

    async fn prompt_login_asks_again_and_the_new_authentication_is_later(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        app.advance(minutes(2));
        let request = app.diary().request(&[("prompt", "login")]);
        let back = through_the_sandbox(&mut person.browser, "aigerim", &request).await;
        let tokens = app.diary().redeems(&app.diary().code(back.redirect())).await;
        let (first, second) = (person.claims(), payload(tokens.text("id_token")));
        assert!(second["auth_time"].as_i64() > first["auth_time"].as_i64());
        assert_eq!(second["sub"], first["sub"]);
    }

    async fn max_age_counts_from_the_authentication(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        app.advance(seconds(2));
        let diary = app.diary();
        let old = person.browser.get(&diary.request(&[("max_age", "1"), ("prompt", "none")])).await;
        assert_eq!(error_of(&diary, &old, Some("a state")), "login_required");
        person.browser.open(&diary.request(&[("max_age", "1")])).await.status(200).expect("eds");
        let young = person.browser.get(&diary.request(&[("max_age", "10000"), ("prompt", "none")])).await;
        let tokens = diary.redeems(&diary.code(young.redirect())).await;
        assert_eq!(payload(tokens.text("id_token"))["auth_time"], person.claims()["auth_time"]);
        let zero = person.browser.get(&diary.request(&[("max_age", "0"), ("prompt", "none")])).await;
        assert_eq!(error_of(&diary, &zero, Some("a state")), "login_required");
    }

    async fn a_hint_of_the_same_person_changes_nothing_and_one_of_another_asks_for_that_person(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let other = signed_in_as(&app, "nurlan", &[]).await;
        let diary = app.diary();
        app.advance(minutes(15)); // a hint may have expired
        let own = person.browser.get(&diary.request(&[("prompt", "none"), ("id_token_hint", person.tokens.text("id_token"))])).await;
        diary.code(own.redirect());
        let foreign = person.browser.get(&diary.request(&[("prompt", "none"), ("id_token_hint", other.id_token())])).await;
        assert_eq!(error_of(&diary, &foreign, Some("a state")), "login_required");
        person.browser.open(&diary.request(&[("id_token_hint", other.id_token())])).await.status(200).expect("eds");
        // A hint issued to another client is none.
        let library = app.library();
        let page = person.browser.get(&library.request(&[("id_token_hint", person.tokens.text("id_token"))])).await;
        assert_eq!(error_of(&library, &page, Some("a state")), "invalid_request");
    }

    async fn a_subject_in_the_claims_parameter_is_the_person_expected(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let diary = app.diary();
        let wanting = |subject: &str| json!({"id_token": {"sub": {"value": subject}}}).to_string();
        let own = wanting(person.claims()["sub"].as_str().unwrap());
        let page = person.browser.get(&diary.request(&[("prompt", "none"), ("claims", &own)])).await;
        diary.code(page.redirect());
        let page = person.browser.get(&diary.request(&[("prompt", "none"), ("claims", &wanting("somebody"))])).await;
        assert_eq!(error_of(&diary, &page, Some("a state")), "login_required");
    }

    async fn the_assurance_asked_for_is_told_when_it_is_reached(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let diary = app.diary();
        for (asked, told) in [
            ("urn:kiru:acr:full", "urn:kiru:acr:full"),
            ("1 2", "urn:kiru:acr:full-bound"),
            ("urn:kiru:acr:full-bound urn:kiru:acr:reduced", "urn:kiru:acr:full-bound"),
        ] {
            let page = person.browser.get(&diary.request(&[("prompt", "none"), ("acr_values", asked)])).await;
            let tokens = diary.redeems(&diary.code(page.redirect())).await;
            assert_eq!(payload(tokens.text("id_token"))["acr"], told, "{asked}");
        }
    }

    async fn an_essential_assurance_that_cannot_be_reached_is_an_error(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let claims = r#"{"id_token":{"acr":{"essential":true,"values":["urn:example:gold"]}}}"#;
        let choose = browser.open(&diary.request(&[("claims", claims)])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        let back = app.binds(&mut browser, &device).await;
        assert_eq!(error_of(&diary, &back, Some("a state")), "unmet_authentication_requirements");
    }

    async fn consent_is_remembered_per_client_and_asked_for_what_grew(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let (diary, library) = (app.diary(), app.library());
        let page = person.browser.get(&library.request(&[("prompt", "none")])).await;
        assert_eq!(error_of(&library, &page, Some("a state")), "consent_required");
        let grown = [("prompt", "none"), ("scope", "openid profile organisation device email")];
        let page = person.browser.get(&diary.request(&grown)).await;
        assert_eq!(error_of(&diary, &page, Some("a state")), "consent_required");
        let by_name = r#"{"userinfo":{"email":null}}"#;
        let page = person.browser.get(&diary.request(&[("prompt", "none"), ("claims", by_name)])).await;
        assert_eq!(error_of(&diary, &page, Some("a state")), "consent_required");
        let less = person.browser.get(&diary.request(&[("prompt", "none"), ("scope", "device openid")])).await;
        diary.code(less.redirect());
    }

    async fn a_second_client_is_opened_without_stages(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let library = app.library();
        let page = person.browser.open(&library.request(&[])).await;
        let consent = person.browser.press(page.expect("continue"), "continue").await;
        let back = person.browser.press(consent.expect("allow"), "allow").await;
        let tokens = library.redeems(&library.code(back.redirect())).await;
        let claims = payload(tokens.text("id_token"));
        assert_eq!(claims["sub"], person.claims()["sub"]);
        assert_eq!(claims["sid"], person.claims()["sid"]);
        assert_eq!(claims["aud"], "library");
    }

    async fn denying_tells_the_client(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let library = app.library();
        let page = person.browser.open(&library.request(&[])).await;
        let consent = person.browser.press(&page, "continue").await;
        let back = person.browser.press(&consent, "deny").await;
        assert_eq!(error_of(&library, &back, Some("a state")), "access_denied");
    }

    async fn prompt_consent_and_select_account_always_show_their_page(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let page = person.browser.open(&app.diary().request(&[("prompt", "select_account")])).await;
        page.status(200).expect("other");
        let page = person.browser.open(&app.diary().request(&[("prompt", "consent")])).await;
        let consent = person.browser.press(page.expect("continue"), "continue").await;
        consent.expect("allow").expect("deny");
    }

    async fn a_session_ends_when_nothing_is_done_and_single_sign_on_keeps_it(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        for _ in 0..4 {
            app.advance(minutes(50));
            // The person presses "Sign in" at the diary; the answer needs no page.
            let back = person.browser.get(&app.diary().request(&[])).await;
            app.diary().code(back.redirect());
        }
        app.advance(minutes(60));
        let page = person.browser.get(&app.diary().request(&[("prompt", "none")])).await;
        assert_eq!(error_of(&app.diary(), &page, Some("a state")), "login_required");
    }

    async fn two_session_cookies_mean_nobody_is_signed_in(db) {
        let app = TestApp::on(db).await;
        let person = signed_in(&app).await;
        let diary = app.diary();
        let session = &person.browser.jar["__Host-kiru_session"];
        let cookie = format!("__Host-kiru_session={session}; __Host-kiru_session={session}");
        let request = diary.request_to("GET", &diary.request(&[("prompt", "none")])).header("cookie", cookie);
        let answer = diary.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert!(answer.headers["location"].to_str().unwrap().contains("error=login_required"));
    }
}
