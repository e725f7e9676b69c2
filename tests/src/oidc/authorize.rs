//! `GET|POST /authorize` with nobody signed in (RFC 6749 §4.1.1, §4.1.2.1; OIDC Core §3.1.2; RFC 7636; RFC 9207).

use super::arrange::{error_of, is_error_page};
use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn a_valid_request_leads_to_the_first_page_of_a_flow(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = browser.get(&app.diary().request(&[])).await;
        page.status(303);
        let path = page.redirect();
        assert!(path.starts_with("/flow/") && path.ends_with("/sign-in"), "{path}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("access-control-allow-origin"), "");
        let cookies: Vec<_> = browser.jar.keys().filter(|name| name.starts_with("__Host-kiru_flow_")).collect();
        assert_eq!(cookies.len(), 1);
    }

    async fn until_client_and_redirect_uri_are_trusted_every_failure_is_a_page(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let good = diary.request(&[]);
        for (extra, parameter) in [
            (("client_id", ""), "client_id"),
            (("client_id", "nobody"), "client_id"),
            (("client_id", "\u{0}"), "client_id"),
            (("redirect_uri", ""), "redirect_uri"),
            (("redirect_uri", "https://diary.example/cb/extra"), "redirect_uri"),
            (("redirect_uri", "https://diary.example/cb/"), "redirect_uri"),
            (("redirect_uri", "https://diary.example/CB"), "redirect_uri"),
            (("redirect_uri", "https://diary.example/cb?foo=bar"), "redirect_uri"),
            (("redirect_uri", "https://diary.example/cb?dummy2=ipsum&dummy1=lorem"), "redirect_uri"),
            (("redirect_uri", "https://library.example/cb"), "redirect_uri"),
            (("redirect_uri", "http://diary.example/cb"), "redirect_uri"),
            (("redirect_uri", "https://diary.example/cb#f"), "redirect_uri"),
            (("redirect_uri", "https://diary.example@evil.example/cb"), "redirect_uri"),
            (("redirect_uri", "javascript:alert(1)"), "redirect_uri"),
        ] {
            for more in [("x", ""), ("prompt", "none"), ("response_mode", "form_post"), ("response_type", "token")] {
                is_error_page(&browser.get(&diary.request(&[extra, more])).await, parameter);
            }
        }
        is_error_page(&browser.get("/authorize").await, "client_id");
        is_error_page(&browser.get(&format!("{good}&client_id=diary")).await, "client_id");
        is_error_page(&browser.get(&format!("{good}&redirect_uri=https://evil.example")).await, "redirect_uri");
        is_error_page(&browser.get(&format!("{good}&x=%zz")).await, "request");
        is_error_page(&browser.get(&format!("{good}&x=%ff")).await, "request");
        let many = browser.get(&format!("{good}{}", "&x=1".repeat(64))).await;
        assert!(many.status(400).location().is_none());
    }

    async fn what_a_page_shows_of_the_request_is_escaped(db) {
        let app = TestApp::on(db).await;
        let page = app.browser().get(&app.diary().request(&[("redirect_uri", "https://x/<script>alert(1)</script>")])).await;
        is_error_page(&page, "redirect_uri");
        assert!(!page.body.contains("<script>alert"), "{}", page.body);
    }

    async fn afterwards_every_failure_is_a_redirect_with_its_own_error(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let (long, scope, large) = ("n".repeat(1025), "a".repeat(1025), format!("{{\"x\":\"{}\"}}", "x".repeat(7_000)));
        let _ = &large;
        for (extra, error) in [
            (("response_type", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", "code id_token"), "unsupported_response_type"),
            (("response_mode", "fragment"), "invalid_request"),
            (("response_mode", "query.jwt"), "invalid_request"),
            (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
            (("request_uri", "https://diary.example/r#x"), "request_uri_not_supported"),
            (("registration", "{}"), "registration_not_supported"),
            (("scope", ""), "invalid_scope"),
            (("scope", "profile"), "invalid_scope"),
            (("scope", scope.as_str()), "invalid_request"),
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge", "short"), "invalid_request"),
            (("code_challenge_method", ""), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("nonce", long.as_str()), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("max_age", "-1"), "invalid_request"),
            (("max_age", "soon"), "invalid_request"),
            (("claims", "{"), "invalid_request"),
            (("claims", "[]"), "invalid_request"),
            (("claims", r#"{"userinfo":{"name":null,"name":null}}"#), "invalid_request"),
            (("id_token_hint", "nonsense"), "invalid_request"),
            (("id_token_hint", "eyJhbGciOiJub25lIn0.e30."), "invalid_request"),
            (("prompt", "none"), "login_required"),
        ] {
            let page = browser.get(&diary.request(&[extra])).await;
            assert_eq!(error_of(&diary, &page, Some("a state")), error, "{extra:?}");
        }
        assert!(browser.jar.is_empty(), "no flow was started");
    }

    async fn a_repeated_parameter_is_refused(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        for name in ["scope", "nonce", "prompt", "response_type", "code_challenge", "max_age", "claims"] {
            let page = browser.get(&format!("{}&{name}=1&{name}=2", diary.request(&[(name, "")]))).await;
            assert_eq!(error_of(&diary, &page, Some("a state")), "invalid_request", "{name}");
        }
        let page = browser.get(&format!("{}&response_mode=query&response_mode=query", diary.request(&[]))).await;
        assert_eq!(error_of(&diary, &page, Some("a state")), "invalid_request");
        let page = browser.get(&format!("{}&state=b", diary.request(&[]))).await;
        assert_eq!(error_of(&diary, &page, None), "invalid_request");
    }

    async fn state_comes_back_byte_for_byte_or_not_at_all(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let long = "aZ0-._~!$'()*+,;=:@/?%&\"<>\\ #[]{}|^`Қ".repeat(3);
        for state in [long.as_str(), &"x".repeat(128), "=", "a&error=b"] {
            let page = browser.get(&diary.request(&[("prompt", "none"), ("state", state)])).await;
            assert_eq!(error_of(&diary, &page, Some(state)), "login_required");
        }
        let page = browser.get(&diary.request(&[("prompt", "none"), ("state", "")])).await;
        assert_eq!(error_of(&diary, &page, None), "login_required");
        let page = browser.get(&diary.request(&[("state", &"x".repeat(4097))])).await;
        assert_eq!(error_of(&diary, &page, None), "invalid_request");
    }

    async fn the_query_of_the_registered_redirect_uri_stays(db) {
        let app = TestApp::on(db).await;
        let mut diary = app.diary();
        diary.redirect_uri = "https://diary.example/cb?dummy1=lorem&dummy2=ipsum".to_owned();
        let page = app.browser().get(&diary.request(&[("prompt", "none")])).await;
        assert!(page.redirect().starts_with("https://diary.example/cb?dummy1=lorem&dummy2=ipsum&error=login_required&"));
    }

    async fn what_must_not_matter_does_not(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        for extra in [
            ("extra", "foobar"),
            ("display", "popup"),
            ("display", "page"),
            ("ui_locales", "se"),
            ("claims_locales", "se"),
            ("login_hint", "buffy@id.example.kz"),
            ("acr_values", "1 2"),
            ("nonce", ""),
            ("scope", "profile email openid address phone unknown"),
            ("prompt", "login consent unknown"),
            ("max_age", "99999999999999999999"),
            ("claims", r#"{"userinfo":{"unknown":{"essential":true},"name":{"x":1}},"y":{}}"#),
        ] {
            let page = browser.get(&diary.request(&[extra])).await;
            assert!(page.status(303).redirect().starts_with("/flow/"), "{extra:?}: {}", page.redirect());
        }
    }

    async fn a_public_client_needs_pkce_and_a_confidential_one_may_do_without(db) {
        let app = TestApp::on(db).await;
        let without = [("code_challenge", ""), ("code_challenge_method", "")];
        let native = app.relying_party("native");
        let page = app.browser().get(&native.request(&without)).await;
        assert_eq!(error_of(&native, &page, Some("a state")), "invalid_request");
        let page = app.browser().get(&app.diary().request(&without)).await;
        assert!(page.redirect().starts_with("/flow/"), "{}", page.redirect());
    }

    async fn a_posted_request_counts_as_much(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let query = diary.request(&[]).split_once('?').unwrap().1.to_owned();
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = browser.post("/authorize", &fields).await;
        assert!(page.status(303).redirect().starts_with("/flow/"));
        browser.follow(page).await.status(200).expect("eds");
        // Parameters of the query do not count beside a body.
        is_error_page(&browser.post(&diary.request(&[]), &[("x", "y")]).await, "client_id");
    }

    async fn a_body_that_is_no_form_is_refused(db) {
        let app = TestApp::on(db).await;
        let diary = app.diary();
        let post = |media_type: &'static str, body: String| {
            let request = diary.request_to("POST", "/authorize").header("content-type", media_type);
            diary.send(request.body(axum::body::Body::from(body)).unwrap())
        };
        assert_eq!(post("application/json", "{}".to_owned()).await.status, 400);
        let large = post("application/x-www-form-urlencoded", "x".repeat(70 * 1024)).await;
        assert!(matches!(large.status.as_u16(), 400 | 413), "{}", large.status);
        assert_eq!(diary.send(diary.request_to("PUT", "/authorize").body(axum::body::Body::empty()).unwrap()).await.status, 405);
    }

    async fn an_error_can_travel_by_form_post(db) {
        let app = TestApp::on(db).await;
        let extra = [("prompt", "none"), ("response_mode", "form_post"), ("state", "\"><script>x</script>")];
        let page = app.browser().get(&app.diary().request(&extra)).await;
        page.status(200);
        assert_eq!(page.location(), None);
        assert!(!page.body.contains("<script>x"), "{}", page.body);
        let form = page.form_of("continue");
        assert_eq!(form.action, "https://diary.example/cb");
        let value = |name: &str| form.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(value("error"), Some("login_required"));
        assert_eq!(value("state"), Some("\"><script>x</script>"));
        assert_eq!(value("iss"), Some(crate::harness::ISSUER));
        assert!(page.header("content-security-policy").contains("form-action 'self' https://diary.example;"));
    }

    async fn the_refusal_of_a_request_object_travels_as_the_object_says(db) {
        let app = TestApp::on(db).await;
        // {"response_mode":"form_post","state":"inner"}
        let object = "eyJhbGciOiJub25lIn0.eyJyZXNwb25zZV9tb2RlIjoiZm9ybV9wb3N0Iiwic3RhdGUiOiJpbm5lciJ9.";
        let page = app.browser().get(&app.diary().request(&[("request", object), ("state", "")])).await;
        let form = page.status(200).form_of("continue");
        let value = |name: &str| form.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!(form.action, "https://diary.example/cb");
        assert_eq!(value("error"), Some("request_not_supported"));
        assert_eq!(value("state"), Some("inner"));
    }

    async fn a_flow_continues_only_in_the_browser_that_started_it(db) {
        let app = TestApp::on(db).await;
        let (mut mine, mut other) = (app.browser(), app.browser());
        let path = mine.get(&app.diary().request(&[])).await.redirect().to_owned();
        let elsewhere = app.browser().get(&path).await;
        is_error_page(&elsewhere, "other_browser");
        // Nor with the cookie of another flow under this flow's name.
        other.get(&app.diary().request(&[])).await.status(303);
        let (name, value) = (mine.jar.keys().next().unwrap().clone(), other.jar.values().next().unwrap().clone());
        other.jar = [(name, value)].into();
        is_error_page(&other.get(&path).await, "other_browser");
        // A flow that never was looks the same.
        let id = path.split('/').nth(2).unwrap();
        for unknown in [id.replace(|c: char| c.is_ascii_hexdigit(), "0"), "x".to_owned(), id.to_uppercase()] {
            is_error_page(&mine.get(&format!("/flow/{unknown}/sign-in")).await, "other_browser");
        }
        mine.get(&path).await.status(200).expect("eds");
    }

    async fn a_browser_forgets_its_oldest_flows(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        for _ in 0..24 {
            browser.get(&app.diary().request(&[])).await.status(303);
        }
        assert_eq!(browser.jar.len(), 16);
    }

    async fn cancelling_tells_the_client_and_ends_the_flow(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let page = browser.open(&diary.request(&[])).await;
        let form = page.form_of("cancel");
        let back = browser.submit(&form).await;
        assert_eq!(error_of(&diary, &back, Some("a state")), "access_denied");
        assert_eq!(browser.submit(&form).await.status(400).text_of("error"), "out_of_date");
    }
}
