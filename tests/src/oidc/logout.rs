//! `GET|POST /logout` (RP-Initiated Logout §2, §3).

use super::arrange::{error_of, form, is_error_page, signed_in, signed_in_as};
use crate::harness::{Browser, TestApp};
use crate::storage::both_databases;

const OUT: &str = "https://diary.example/out";

fn logout(parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/logout?{query}")
}

/// Whether somebody is signed in in this browser.
async fn is_signed_in(app: &TestApp, browser: &mut Browser) -> bool {
    let mut probe = browser.clone();
    let back = probe.get(&app.diary().request(&[("prompt", "none")])).await;
    if back.redirect().contains("code=") {
        return true;
    }
    assert_eq!(error_of(&app.diary(), &back, Some("a state")), "login_required");
    false
}

both_databases! {
    async fn a_hint_of_this_session_ends_it_at_once_and_leads_back_with_state_alone(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let state = "s".repeat(128);
        let address = logout(&[("id_token_hint", person.id_token()), ("post_logout_redirect_uri", OUT), ("state", &state)]);
        let page = person.browser.get(&address).await;
        assert_eq!(page.status(303).redirect(), format!("{OUT}?state={state}"));
        assert!(!person.browser.jar.contains_key("__Host-kiru_session"));
        assert!(!is_signed_in(&app, &mut person.browser).await);
    }

    async fn without_state_none_comes_back(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let address = logout(&[("id_token_hint", person.id_token()), ("post_logout_redirect_uri", OUT)]);
        assert_eq!(person.browser.get(&address).await.redirect(), OUT);
    }

    async fn a_hint_alone_signs_out_and_leads_nowhere(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let page = person.browser.open(&logout(&[("id_token_hint", person.id_token()), ("state", "s")])).await;
        page.status(200).expect("signed-out");
        assert_eq!(page.location(), None);
        assert!(!is_signed_in(&app, &mut person.browser).await);
    }

    async fn without_a_hint_the_person_is_asked_and_then_signed_out(db) {
        let app = TestApp::on(db).await;
        for (login, parameters) in [
            ("aigerim", &[][..]),
            ("nurlan", &[("state", "s")]),
            ("daniyar", &[("unknown", "x"), ("unknown", "y")]),
            ("alice", &[("post_logout_redirect_uri", OUT), ("logout_hint", "x")]),
        ] {
            let mut person = signed_in_as(&app, login, &[]).await;
            let page = person.browser.get(&logout(parameters)).await;
            page.status(200).expect("confirm");
            assert!(is_signed_in(&app, &mut person.browser).await, "asking ends nothing");
            person.browser.press(&page, "confirm").await.status(200).expect("signed-out");
            assert!(!is_signed_in(&app, &mut person.browser).await);
        }
    }

    async fn a_client_id_and_a_registered_address_lead_back_after_asking(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let address = logout(&[("client_id", "diary"), ("post_logout_redirect_uri", OUT), ("state", "a&b=c")]);
        let page = person.browser.get(&address).await;
        let back = person.browser.submit(&page.status(200).form_of("confirm")).await;
        assert_eq!(back.redirect(), format!("{OUT}?state=a%26b%3Dc"));
        assert!(!is_signed_in(&app, &mut person.browser).await);
    }

    async fn whatever_is_wrong_is_a_page_that_names_it_and_ends_nothing(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let hint = person.id_token().to_owned();
        let (head, rest) = hint.split_once('.').unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", rest.split('.').next().unwrap());
        let changed = format!("{head}.{}", rest.replacen('e', "f", 1));
        for (parameters, parameter) in [
            (vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", "https://diary.example/out/x")], "post_logout_redirect_uri"),
            (vec![("id_token_hint", &hint), ("post_logout_redirect_uri", "https://diary.example/out?foo=bar")], "post_logout_redirect_uri"),
            (vec![("id_token_hint", &hint), ("post_logout_redirect_uri", "https://library.example/out")], "post_logout_redirect_uri"),
            (vec![("client_id", "diary"), ("post_logout_redirect_uri", "https://evil.example/")], "post_logout_redirect_uri"),
            (vec![("id_token_hint", &unsigned), ("post_logout_redirect_uri", OUT)], "id_token_hint"),
            (vec![("id_token_hint", &changed), ("post_logout_redirect_uri", OUT)], "id_token_hint"),
            (vec![("id_token_hint", "x")], "id_token_hint"),
            (vec![("id_token_hint", &hint), ("client_id", "library")], "client_id"),
            (vec![("client_id", "nobody")], "client_id"),
            (vec![("state", "a"), ("state", "b")], "state"),
        ] {
            is_error_page(&person.browser.get(&logout(&parameters)).await, parameter);
        }
        is_error_page(&person.browser.get("/logout?x=%zz").await, "request");
        assert!(is_signed_in(&app, &mut person.browser).await);
    }

    async fn a_hint_of_another_session_only_asks(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let other = signed_in_as(&app, "nurlan", &[]).await;
        let page = person.browser.get(&logout(&[("id_token_hint", other.id_token()), ("post_logout_redirect_uri", OUT)])).await;
        page.status(200).expect("confirm");
        assert!(is_signed_in(&app, &mut person.browser).await);
    }

    async fn the_confirmation_needs_the_token_of_this_session_and_our_origin(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let mut other = signed_in_as(&app, "nurlan", &[]).await;
        let mine = person.browser.get("/logout").await.form_of("confirm");
        let theirs = other.browser.get("/logout").await.form_of("confirm");
        person.browser.submit(&theirs).await.status(400);
        person.browser.submit(&mine.clone().with("csrf", "x")).await.status(400);
        let cookie = format!("__Host-kiru_session={}", person.browser.jar["__Host-kiru_session"]);
        let token = mine.fields.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.clone()).unwrap();
        let mut foreign = form(&app.diary(), "/logout", &format!("csrf={token}"));
        foreign.headers_mut().insert("cookie", cookie.parse().unwrap());
        foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
        assert_eq!(app.diary().send(foreign).await.status, 400);
        assert!(is_signed_in(&app, &mut person.browser).await);
        assert_eq!(person.browser.submit(&mine).await.status(303).redirect(), "/signed-out");
    }

    async fn a_posted_request_goes_on_as_a_get_which_has_the_cookies(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let hint = person.id_token().to_owned();
        let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", OUT), ("state", "s"), ("x", "y")];
        let page = person.browser.post("/logout", &fields).await;
        assert!(page.status(303).redirect().starts_with("/logout?id_token_hint="));
        assert!(!page.redirect().contains("x=y"));
        let back = person.browser.get(page.redirect()).await;
        assert_eq!(back.redirect(), format!("{OUT}?state=s"));
        assert!(!is_signed_in(&app, &mut person.browser).await);
    }

    async fn signing_out_twice_is_the_same_as_once(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let address = logout(&[("id_token_hint", person.id_token()), ("post_logout_redirect_uri", OUT)]);
        for _ in 0..2 {
            assert_eq!(person.browser.get(&address).await.redirect(), OUT);
        }
        person.browser.open("/logout").await.status(200).expect("signed-out");
        let kinds = super::token::kinds(&app, &person.claims()).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "signed_out").count(), 1);
    }

    async fn a_hint_of_this_session_without_an_address_leads_to_the_page_that_says_so(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let page = person.browser.get(&logout(&[("id_token_hint", person.id_token()), ("ui_locales", "ru")])).await;
        assert_eq!(page.status(303).redirect(), "/signed-out?client_id=diary&ui_locales=ru");
        person.browser.follow(page).await.status(200).expect("signed-out");
        assert!(!is_signed_in(&app, &mut person.browser).await);
    }

    async fn nobody_who_is_signed_in_reads_that_they_are_not(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let page = person.browser.get("/signed-out?client_id=diary").await;
        assert_eq!(page.status(303).redirect(), "/logout?client_id=diary");
        person.browser.follow(page).await.status(200).expect("confirm");
        assert!(is_signed_in(&app, &mut person.browser).await);
        is_error_page(&person.browser.get("/signed-out?client_id=nobody").await, "client_id");
    }
}
