//! `POST /token` with a code (RFC 6749 §2.3, §4.1.3, §5; RFC 7636 §4.6; OIDC Core §3.1.3, §9).

use authority::time::seconds;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::arrange::{another_code, form, signed_in};
use crate::harness::{ISSUER, RelyingParty, TestApp, VERIFIER, payload};
use crate::storage::both_databases;

both_databases! {
    async fn a_code_gives_tokens_as_the_specifications_describe_them(db) {
        let app = TestApp::on(db).await;
        let person = signed_in(&app).await;
        let tokens = &person.tokens;
        assert_eq!(tokens.headers["content-type"], "application/json");
        assert_eq!(tokens.headers["cache-control"], "no-store");
        assert_eq!(tokens.text("token_type"), "Bearer");
        assert_eq!(tokens.text("scope"), "openid profile organisation device");
        assert_eq!(tokens.text("access_token").len(), 43);
        assert!(tokens.json["expires_in"].as_u64().is_some_and(|seconds| seconds > 0));
        assert!(tokens.json.get("refresh_token").is_none(), "offline_access was not asked for");

        let claims = person.claims();
        let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]);
        assert_eq!((&claims["iss"], &claims["aud"]), (&Value::from(ISSUER), &Value::from("diary")));
        assert_eq!(claims["nonce"], "a nonce");
        assert_eq!(claims["iat"], app.now().as_unix_seconds());
        assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
        assert!(claims["amr"].as_array().unwrap().iter().all(serde_json::Value::is_string));
        let hash = jose::claims::left_half_hash(jose::Algorithm::Rs256, tokens.text("access_token"));
        assert_eq!(claims["at_hash"], hash);
    }

    async fn id_tokens_verify_with_the_published_key_of_the_clients_algorithm(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let jwks = app.diary().get("/jwks").await.json;
        let verified = verify(&jwks, person.id_token());
        assert_eq!(verified.header.algorithm, jose::Algorithm::Rs256);
        let library = app.library();
        let page = person.browser.open(&library.request(&[])).await;
        let consent = person.browser.press(&page, "continue").await;
        let back = person.browser.press(&consent, "allow").await;
        let tokens = library.redeems(&library.code(back.redirect())).await;
        assert_eq!(verify(&jwks, tokens.text("id_token")).header.algorithm, jose::Algorithm::Es256);
    }

    async fn a_request_without_nonce_gives_an_id_token_without_nonce(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let back = person.browser.get(&app.diary().request(&[("prompt", "none"), ("nonce", "")])).await;
        let tokens = app.diary().redeems(&app.diary().code(back.redirect())).await;
        assert!(payload(tokens.text("id_token")).get("nonce").is_none());
    }

    async fn a_code_is_redeemed_once_and_a_replay_ends_what_it_gave(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let diary = app.diary();
        let code = another_code(&app, &mut person.browser).await;
        let tokens = diary.redeems(&code).await;
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 200);
        app.advance(seconds(30));
        assert_eq!(diary.redeems(&code).await.summary(), "400 invalid_grant");
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
        assert_eq!(diary.userinfo(person.access_token()).await.status, 200, "the other grant lives");
        assert_eq!(kinds(&app, &person.claims()).await.iter().filter(|kind| *kind == "code_replayed").count(), 1);
    }

    async fn of_two_redemptions_at_once_one_wins_and_then_everything_ends(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let (diary, other) = (app.diary(), app.diary());
        let code = another_code(&app, &mut person.browser).await;
        let (one, two) = tokio::join!(diary.redeems(&code), other.redeems(&code));
        let mut answers = [one.summary(), two.summary()];
        answers.sort();
        assert_eq!(answers, ["200", "400 invalid_grant"]);
        let winner = if one.status == 200 { one } else { two };
        assert_eq!(diary.userinfo(winner.text("access_token")).await.status, 401);
    }

    async fn a_code_dies_after_its_minute(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let code = another_code(&app, &mut person.browser).await;
        app.advance(seconds(60));
        assert_eq!(app.diary().redeems(&code).await.summary(), "400 invalid_grant");
    }

    async fn a_refused_redemption_consumes_nothing(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let (diary, library) = (app.diary(), app.library());
        let code = another_code(&app, &mut person.browser).await;
        let with = |client: &RelyingParty, changed: &'static [(&'static str, &'static str)]| {
            let (client, code) = (client.clone(), code.clone());
            async move {
                let mut fields = vec![
                    ("grant_type", "authorization_code"),
                    ("code", code.as_str()),
                    ("redirect_uri", "https://diary.example/cb"),
                    ("code_verifier", VERIFIER),
                ];
                for (name, value) in changed {
                    fields.retain(|(known, _)| known != name);
                    if !value.is_empty() {
                        fields.push((name, value));
                    }
                }
                client.token(&fields).await.summary()
            }
        };
        assert_eq!(with(&library, &[]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("redirect_uri", "")]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("redirect_uri", "https://diary.example/cb?dummy1=lorem&dummy2=ipsum")]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("code_verifier", "")]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("code_verifier", "another-verifier-of-the-tests-with-more-than-43")]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("code_verifier", "short")]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("code", "")]).await, "400 invalid_request");
        assert_eq!(with(&diary, &[("code", "nonsense")]).await, "400 invalid_grant");
        assert_eq!(with(&diary, &[("grant_type", "")]).await, "400 invalid_request");
        assert_eq!(with(&diary, &[("grant_type", "password")]).await, "400 unsupported_grant_type");
        assert_eq!(with(&diary, &[("grant_type", "client_credentials")]).await, "400 unsupported_grant_type");
        assert_eq!(with(&diary, &[]).await, "200");
    }

    async fn a_verifier_without_a_challenge_is_refused(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let without = [("prompt", "none"), ("code_challenge", ""), ("code_challenge_method", "")];
        let back = person.browser.get(&app.diary().request(&without)).await;
        let code = app.diary().code(back.redirect());
        assert_eq!(app.diary().redeems(&code).await.summary(), "400 invalid_grant");
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", "https://diary.example/cb")];
        assert_eq!(app.diary().token(&fields).await.summary(), "200");
    }

    async fn a_client_authenticates_by_its_registered_method_and_no_other(db) {
        let app = TestApp::on(db).await;
        let (diary, poster, native) = (app.diary(), app.relying_party("poster"), app.relying_party("native"));
        let basic = |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        let (id, secret) = (diary.client_id.as_str(), diary.secret.as_str());
        let wrong = basic(id, "wrong");
        // With good authentication the code is what is refused; otherwise the client is.
        let (passed, refused) = ("400 invalid_grant", "401 invalid_client");
        for (fields, authorization, expected) in [
            (vec![], Some(basic(id, secret)), passed),
            (vec![("client_id", id)], Some(basic(id, secret)), passed),
            (vec![], Some(basic(id, secret).replace("Basic", "bASIC")), passed),
            (vec![], Some(wrong), refused),
            (vec![], Some(basic("nobody", secret)), refused),
            (vec![], Some(basic("library", secret)), refused),
            (vec![("client_id", "library")], Some(basic(id, secret)), refused),
            (vec![], Some("Basic !".to_owned()), refused),
            (vec![], Some("Bearer x".to_owned()), refused),
            (vec![], None, refused),
            (vec![("client_id", id)], None, refused),
            (vec![("client_id", id), ("client_secret", secret)], None, refused),
            (vec![("client_id", id), ("client_secret", secret)], Some(basic(id, secret)), "400 invalid_request"),
            (vec![("client_id", id), ("client_id", id)], None, "400 invalid_request"),
            (vec![("client_id", "poster"), ("client_secret", poster.secret.as_str())], None, passed),
            (vec![("client_id", "poster"), ("client_secret", "wrong")], None, refused),
            (vec![], Some(basic("poster", &poster.secret)), refused),
            (vec![("client_id", "native")], None, passed),
            (vec![("client_id", "native"), ("client_secret", native.secret.as_str())], None, refused),
            (vec![("client_id", id), ("client_assertion", "x"), ("client_assertion_type", "y")], None, refused),
        ] {
            let mut all = vec![("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", "x")];
            all.extend(fields.iter().copied());
            let answer = diary.token_with(&all, authorization.as_deref()).await;
            assert_eq!(answer.summary(), expected, "{fields:?} {authorization:?}");
            assert_eq!(answer.headers["cache-control"], "no-store");
            assert_eq!(answer.headers["content-type"], "application/json");
            if expected == refused {
                assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic "));
            }
        }
    }

    async fn parameters_come_from_a_form_in_the_body_and_from_nowhere_else(db) {
        let app = TestApp::on(db).await;
        let diary = app.diary();
        let query = "/token?grant_type=authorization_code&code=x&client_id=native";
        assert_eq!(diary.send(form(&diary, query, "")).await.summary(), "401 invalid_client");
        let json = diary.request_to("POST", "/token").header("content-type", "application/json");
        let answer = diary.send(json.body("{}".into()).unwrap()).await;
        assert_eq!(answer.summary(), "400 invalid_request");
        assert_eq!(diary.send(form(&diary, "/token", "client_id=native&grant_type=%zz")).await.summary(), "400 invalid_request");
        let repeated = "client_id=native&grant_type=authorization_code&code=x&code=x";
        assert_eq!(diary.send(form(&diary, "/token", repeated)).await.summary(), "400 invalid_request");
        let unknown = "client_id=native&grant_type=authorization_code&code=x&foo=1&foo=2";
        assert_eq!(diary.send(form(&diary, "/token", unknown)).await.summary(), "400 invalid_grant");
        let large = format!("client_id=native&x={}", "x".repeat(70 * 1024));
        assert!(matches!(diary.send(form(&diary, "/token", &large)).await.status.as_u16(), 400 | 413));
        let many = format!("client_id=native{}", "&x=1".repeat(64));
        assert_eq!(diary.send(form(&diary, "/token", &many)).await.summary(), "400 invalid_request");
        assert_eq!(diary.get("/token").await.status, 405);
    }

    async fn a_code_whose_session_ended_gives_nothing(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let code = another_code(&app, &mut person.browser).await;
        let page = person.browser.open("/logout").await;
        person.browser.press(&page, "confirm").await.expect("signed-out");
        assert_eq!(app.diary().redeems(&code).await.summary(), "400 invalid_grant");
    }

    async fn a_public_client_redeems_with_its_verifier_alone(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let native = app.relying_party("native");
        let page = person.browser.open(&native.request(&[])).await;
        let consent = person.browser.press(&page, "continue").await;
        let back = person.browser.press(&consent, "allow").await;
        let code = native.code(back.redirect());
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "native"),
            ("code", &code),
            ("redirect_uri", &native.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(native.token_with(&fields, None).await.summary(), "200");
        // Consent to a public client is never remembered (security rule AZ-13).
        let page = person.browser.get(&native.request(&[("prompt", "none")])).await;
        assert_eq!(super::arrange::error_of(&native, &page, Some("a state")), "consent_required");
    }

    async fn the_first_issue_is_in_the_audit_log(db) {
        let app = TestApp::on(db).await;
        let person = signed_in(&app).await;
        let kinds = kinds(&app, &person.claims()).await;
        for kind in ["tokens_issued", "consent_granted", "signed_in"] {
            assert!(kinds.iter().any(|known| known == kind), "{kind}: {kinds:?}");
        }
    }
}

/// The kinds of the audit events about the person of these claims.
pub(super) async fn kinds(app: &TestApp, claims: &Value) -> Vec<String> {
    let subject = authority::users::Subject::parse(claims["sub"].as_str().unwrap()).unwrap();
    let user = storage::users::find_by_subject(app.db(), &subject)
        .await
        .unwrap()
        .unwrap();
    let events = storage::audit::list_for_user(app.db(), user.id, 100).await.unwrap();
    events.iter().map(|event| event.kind.as_str().to_owned()).collect()
}

fn verify(jwks: &Value, token: &str) -> jose::Verified {
    let find = |kid: &str| {
        let keys = jwks["keys"].as_array()?;
        let key = keys.iter().find(|key| key["kid"] == kid)?;
        jose::PublicJwk::parse(key.to_string().as_bytes()).ok()
    };
    jose::verify_by_kid(token, None, find).unwrap()
}
