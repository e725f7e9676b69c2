//! `GET|POST /userinfo` (OIDC Core §5.3, §5.4, §5.5; RFC 6750).

use authority::time::minutes;
use axum::body::Body;
use serde_json::json;

use super::arrange::{another_code, form, signed_in, signed_in_as};
use crate::harness::{TestApp, payload};
use crate::storage::both_databases;

/// Scope and the claims it must give for a person who has them (OIDC Core §5.4).
const SCOPES: [(&str, &str); 4] = [
    (
        "profile",
        "name given_name family_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at",
    ),
    ("email", "email email_verified"),
    ("address", "address"),
    ("phone", "phone_number phone_number_verified"),
];

both_databases! {
    async fn every_granted_scope_gives_all_its_claims_in_their_types(db) {
        let app = TestApp::on(db).await;
        let person = signed_in_as(&app, "alice", &[("scope", "openid profile email address phone")]).await;
        let answer = app.diary().userinfo(person.access_token()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.json["sub"], person.claims()["sub"]);
        for (scope, claims) in SCOPES {
            for claim in claims.split(' ') {
                let value = answer.json.get(claim).unwrap_or_else(|| panic!("{scope} lacks {claim}: {}", answer.json));
                match claim {
                    "email_verified" | "phone_number_verified" => assert!(value.is_boolean(), "{claim}"),
                    "updated_at" => assert!(value.is_i64(), "{claim}"),
                    "address" => assert!(value["country"].is_string() || value["formatted"].is_string(), "{value}"),
                    _ => assert!(value.as_str().is_some_and(|text| !text.trim().is_empty()), "{claim}"),
                }
            }
        }
    }

    async fn only_what_was_granted_is_told_and_the_id_token_has_none_of_it(db) {
        let app = TestApp::on(db).await;
        let person = signed_in_as(&app, "alice", &[("scope", "openid email")]).await;
        let answer = app.diary().userinfo(person.access_token()).await;
        let mut names: Vec<_> = answer.json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["email", "email_verified", "sub"]);
        assert!(person.claims().get("email").is_none());
    }

    async fn claims_by_name_go_where_they_were_asked_for(db) {
        let app = TestApp::on(db).await;
        let claims = json!({
            "userinfo": {"name": {"essential": true}, "unknown": {"essential": true}},
            "id_token": {"nickname": null, "birthdate": {"value": "1900-01-01"}},
        });
        let extra = [("scope", "openid"), ("claims", &claims.to_string())];
        let person = signed_in_as(&app, "alice", &extra).await;
        let answer = app.diary().userinfo(person.access_token()).await;
        let names: Vec<_> = answer.json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["name", "sub"]);
        assert_eq!(person.claims()["nickname"], "Ali");
        assert_eq!(person.claims()["birthdate"], "1995-04-25");
        assert!(person.claims().get("name").is_none());
    }

    async fn the_token_is_taken_from_the_header_in_any_case_or_from_the_form(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (signed_in(&app).await, app.diary());
        let token = person.access_token();
        for (method, scheme) in [("GET", "Bearer"), ("GET", "bEARER"), ("POST", "BEARER")] {
            let request = diary.request_to(method, "/userinfo").header("authorization", format!("{scheme} {token}"));
            let answer = diary.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.json["sub"], person.claims()["sub"], "{method} {scheme}");
        }
        let answer = diary.send(form(&diary, "/userinfo", &format!("access_token={token}"))).await;
        assert_eq!(answer.json["sub"], person.claims()["sub"]);
        for accept in ["application/json; charset=utf-8", "application/json, application/*+json, */*", "text/html"] {
            let request = diary.request_to("GET", "/userinfo").header("accept", accept).header("authorization", format!("Bearer {token}"));
            assert_eq!(diary.send(request.body(Body::empty()).unwrap()).await.status, 200, "{accept}");
        }
    }

    async fn every_other_presentation_is_refused_with_its_challenge(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (signed_in(&app).await, app.diary());
        let token = person.access_token();
        let mut table = Vec::new();
        for (authorization, path, body) in [
            (None, "/userinfo".to_owned(), None),
            (None, format!("/userinfo?access_token={token}"), None),
            (Some("Bearer".to_owned()), "/userinfo".to_owned(), None),
            (Some("Bearer x".to_owned()), "/userinfo".to_owned(), None),
            (Some(format!("Bearer {}", "A".repeat(43))), "/userinfo".to_owned(), None),
            (Some(format!("Basic {token}")), "/userinfo".to_owned(), None),
            (Some(format!("DPoP {token}")), "/userinfo".to_owned(), None),
            (Some(format!("Bearer {token}")), "/userinfo".to_owned(), Some(format!("access_token={token}"))),
            (None, "/userinfo".to_owned(), Some(format!("access_token={token}&access_token={token}"))),
            (Some(format!("Bearer {}", person.id_token())), "/userinfo".to_owned(), None),
        ] {
            let mut request = match &body {
                None => diary.request_to("GET", &path).body(Body::empty()).unwrap(),
                Some(body) => form(&diary, &path, body),
            };
            if let Some(value) = authorization {
                request.headers_mut().insert("authorization", value.parse().unwrap());
            }
            let answer = diary.send(request).await;
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.starts_with("Bearer realm="), "{challenge}");
            let error = challenge.split("error=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("-");
            table.push(format!("{} {error}", answer.status.as_u16()));
        }
        let (bare, malformed, invalid) = ("401 -", "400 invalid_request", "401 invalid_token");
        assert_eq!(
            table,
            [bare, bare, malformed, invalid, invalid, malformed, malformed, malformed, malformed, invalid]
        );
    }

    async fn a_token_ends_with_its_time_its_session_and_its_person(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let diary = app.diary();
        app.advance(minutes(10));
        assert_eq!(diary.userinfo(person.access_token()).await.status, 401);
        let code = another_code(&app, &mut person.browser).await;
        let tokens = diary.redeems(&code).await;
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 200);
        let page = person.browser.open("/logout").await;
        person.browser.press(&page, "confirm").await.expect("signed-out");
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);

        let other = signed_in_as(&app, "nurlan", &[]).await;
        let subject = authority::users::Subject::parse(other.claims()["sub"].as_str().unwrap()).unwrap();
        let user = storage::users::find_by_subject(app.db(), &subject).await.unwrap().unwrap();
        let raise = app.db().tx("test", |tx| async move { storage::users::raise_epoch(&tx, user.id).await });
        raise.await.unwrap();
        assert_eq!(diary.userinfo(other.access_token()).await.status, 401);
    }

    async fn the_device_is_told_under_another_name_to_each_client(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let (diary, library) = (app.diary(), app.library());
        let told = diary.userinfo(person.access_token()).await;
        assert_eq!(told.json["device_bound"], true);
        assert!(told.json["device_bound_at"].is_i64());
        assert!(person.claims().get("device_id").is_none());
        let page = person.browser.open(&library.request(&[])).await;
        let consent = person.browser.press(&page, "continue").await;
        let back = person.browser.press(&consent, "allow").await;
        let tokens = library.redeems(&library.code(back.redirect())).await;
        let other = library.userinfo(tokens.text("access_token")).await;
        assert_eq!(other.json["sub"], told.json["sub"]);
        assert_eq!(payload(tokens.text("id_token"))["sub"], told.json["sub"]);
        assert_ne!(other.text("device_id"), told.text("device_id"));
    }
}
