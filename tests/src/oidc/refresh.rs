//! `POST /token` with a refresh token (RFC 6749 §6; OIDC Core §11, §12; RFC 9700 §4.14).

use authority::time::{days, minutes, seconds};

use super::arrange::{SignedIn, signed_in_as};
use super::token::kinds;
use crate::harness::{TestApp, payload};
use crate::storage::both_databases;

const OFFLINE: [(&str, &str); 2] = [("scope", "openid profile offline_access"), ("prompt", "consent")];

async fn offline(app: &TestApp) -> SignedIn {
    signed_in_as(app, "aigerim", &OFFLINE).await
}

both_databases! {
    async fn a_refresh_gives_a_new_id_token_of_the_same_authentication(db) {
        let app = TestApp::on(db).await;
        let person = offline(&app).await;
        app.advance(seconds(5));
        let again = app.diary().refreshes(person.refresh_token()).await;
        assert_eq!(again.summary(), "200");
        assert_eq!(again.headers["cache-control"], "no-store");
        assert_eq!(again.text("scope"), "openid profile offline_access");
        assert_ne!(again.text("refresh_token"), person.refresh_token());
        let (first, second) = (person.claims(), payload(again.text("id_token")));
        for claim in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
            assert_eq!(second[claim], first[claim], "{claim}");
        }
        assert!(second["iat"].as_i64() > first["iat"].as_i64());
        assert!(second.get("nonce").is_none());
        assert_eq!(app.diary().userinfo(again.text("access_token")).await.status, 200);
    }

    async fn the_scope_may_shrink_and_never_grows(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (offline(&app).await, app.diary());
        let refresh = |token: String, scope: &'static str| {
            let diary = diary.clone();
            async move { diary.token(&[("grant_type", "refresh_token"), ("refresh_token", &token), ("scope", scope)]).await }
        };
        for scope in ["openid email", "openid unknown", "OPENID"] {
            assert_eq!(refresh(person.refresh_token().to_owned(), scope).await.summary(), "400 invalid_scope", "{scope}");
        }
        let less = refresh(person.refresh_token().to_owned(), "profile").await;
        assert_eq!(less.text("scope"), "profile");
        assert!(less.json.get("id_token").is_none(), "openid was left out");
        assert_eq!(diary.userinfo(less.text("access_token")).await.summary(), "403 insufficient_scope");
        let full = refresh(less.text("refresh_token").to_owned(), "offline_access profile openid").await;
        assert_eq!(full.text("scope"), "openid profile offline_access");
    }

    async fn a_lost_answer_is_repeated_within_the_overlap(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (offline(&app).await, app.diary());
        let lost = diary.refreshes(person.refresh_token()).await;
        app.advance(seconds(29));
        let retry = diary.refreshes(person.refresh_token()).await;
        assert_eq!(retry.summary(), "200");
        assert_eq!(diary.refreshes(retry.text("refresh_token")).await.summary(), "200");
        // The answer that was lost and now turns up elsewhere gives nothing.
        assert_eq!(diary.refreshes(lost.text("refresh_token")).await.summary(), "400 invalid_grant");
    }

    async fn a_reuse_after_the_overlap_ends_the_family(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (offline(&app).await, app.diary());
        let next = diary.refreshes(person.refresh_token()).await;
        app.advance(seconds(30));
        assert_eq!(diary.refreshes(person.refresh_token()).await.summary(), "400 invalid_grant");
        assert_eq!(diary.refreshes(next.text("refresh_token")).await.summary(), "400 invalid_grant");
        assert_eq!(diary.userinfo(next.text("access_token")).await.status, 401);
        let kinds = kinds(&app, &person.claims()).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "refresh_reused").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| *kind == "grant_revoked").count(), 1);
    }

    async fn a_predecessor_of_a_successor_in_use_is_refused_and_after_the_overlap_a_reuse(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (offline(&app).await, app.diary());
        let next = diary.refreshes(person.refresh_token()).await;
        let after = diary.refreshes(next.text("refresh_token")).await;
        assert_eq!(diary.refreshes(person.refresh_token()).await.summary(), "400 invalid_grant");
        let last = diary.refreshes(after.text("refresh_token")).await;
        assert_eq!(last.summary(), "200", "the family goes on");
        app.advance(seconds(30));
        assert_eq!(diary.refreshes(person.refresh_token()).await.summary(), "400 invalid_grant");
        assert_eq!(diary.refreshes(last.text("refresh_token")).await.summary(), "400 invalid_grant");
    }

    async fn a_superseded_token_ends_the_family_only_after_the_overlap(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (offline(&app).await, app.diary());
        let one = diary.refreshes(person.refresh_token()).await;
        let other = diary.refreshes(person.refresh_token()).await;
        assert_eq!(diary.refreshes(one.text("refresh_token")).await.summary(), "400 invalid_grant");
        let last = diary.refreshes(other.text("refresh_token")).await;
        assert_eq!(last.summary(), "200", "of two requests at once one goes on");
        app.advance(seconds(30));
        assert_eq!(diary.refreshes(one.text("refresh_token")).await.summary(), "400 invalid_grant");
        assert_eq!(diary.refreshes(last.text("refresh_token")).await.summary(), "400 invalid_grant");
        assert!(kinds(&app, &person.claims()).await.iter().any(|kind| kind == "refresh_reused"));
    }

    async fn two_refreshes_at_once_leave_one_live_descendant(db) {
        let app = TestApp::on(db).await;
        let person = offline(&app).await;
        let (diary, other) = (app.diary(), app.diary());
        let (one, two) = tokio::join!(diary.refreshes(person.refresh_token()), other.refreshes(person.refresh_token()));
        let given: Vec<_> = [&one, &two].into_iter().filter(|answer| answer.status == 200).collect();
        for answer in [&one, &two] {
            assert!(matches!(answer.summary().as_str(), "200" | "400 invalid_grant"), "{}", answer.summary());
        }
        let mut next = Vec::new();
        for answer in given {
            next.push(diary.refreshes(answer.text("refresh_token")).await.summary());
        }
        assert_eq!(next.iter().filter(|summary| *summary == "200").count(), 1, "{next:?}");
        assert!(!kinds(&app, &person.claims()).await.iter().any(|kind| kind == "refresh_reused"));
    }

    async fn a_token_is_bound_to_its_client_and_the_refusal_consumes_nothing(db) {
        let app = TestApp::on(db).await;
        let person = offline(&app).await;
        let token = person.refresh_token();
        assert_eq!(app.library().refreshes(token).await.summary(), "400 invalid_grant");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", "diary")];
        assert_eq!(app.diary().token_with(&fields, None).await.summary(), "401 invalid_client");
        let wrong = app.diary().token(&[("grant_type", "refresh_token")]).await;
        assert_eq!(wrong.summary(), "400 invalid_request");
        assert_eq!(app.diary().refreshes("nonsense").await.summary(), "400 invalid_grant");
        assert_eq!(app.diary().refreshes(&"A".repeat(43)).await.summary(), "400 invalid_grant");
        assert_eq!(app.diary().refreshes(person.access_token()).await.summary(), "400 invalid_grant");
        assert_eq!(app.diary().refreshes(token).await.summary(), "200");
    }

    async fn a_family_ends_when_idle_and_in_any_case(db) {
        let app = TestApp::on(db).await;
        let (person, diary) = (offline(&app).await, app.diary());
        let mut token = person.refresh_token().to_owned();
        for _ in 0..6 {
            app.advance(days(13));
            let answer = diary.refreshes(&token).await;
            assert_eq!(answer.summary(), "200", "it outlives the session");
            token = answer.text("refresh_token").to_owned();
        }
        app.advance(days(12) - minutes(1));
        let last = diary.refreshes(&token).await;
        assert_eq!(last.summary(), "200");
        app.advance(minutes(1));
        assert_eq!(diary.refreshes(last.text("refresh_token")).await.summary(), "400 invalid_grant", "90 days");
    }

    async fn an_idle_family_ends(db) {
        let app = TestApp::on(db).await;
        let person = offline(&app).await;
        app.advance(days(14));
        assert_eq!(app.diary().refreshes(person.refresh_token()).await.summary(), "400 invalid_grant");
    }

    async fn signing_out_ends_offline_families_too(db) {
        let app = TestApp::on(db).await;
        let mut person = offline(&app).await;
        let page = person.browser.open("/logout").await;
        person.browser.press(&page, "confirm").await.expect("signed-out");
        assert_eq!(app.diary().refreshes(person.tokens.text("refresh_token")).await.summary(), "400 invalid_grant");
    }
}
