//! What clients are told, of which endings (OpenID Connect Back-Channel Logout 1.0 §2.2 to §2.6).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::arrange::{SignedIn, signed_in, signed_in_as, through_the_sandbox};
use crate::harness::{LogoutEndpoint, TestApp, clients, payload};
use crate::storage::both_databases;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A deployment whose diary and library want to be told.
async fn deployment(db: &crate::storage::TestDatabase) -> (TestApp, LogoutEndpoint, LogoutEndpoint) {
    let app = TestApp::on(db).await;
    let (diary, library) = (LogoutEndpoint::up().await, LogoutEndpoint::up().await);
    let mut told = clients();
    told[0]["backchannel_logout_uri"] = diary.uri().into();
    told[1]["backchannel_logout_uri"] = library.uri().into();
    told[1]["backchannel_logout_session_required"] = true.into();
    app.register(&told).await;
    (app, diary, library)
}

/// Delivers what is due; says how many calls that were.
async fn deliver(app: &TestApp) -> usize {
    app.jobs.logout.round().await.unwrap().len()
}

async fn signs_out(person: &mut SignedIn) {
    let hint = person.id_token().to_owned();
    person
        .browser
        .get(&format!("/logout?id_token_hint={hint}"))
        .await
        .status(303);
}

/// The same person signs in at the library too; what its ID token says.
async fn at_the_library(app: &TestApp, person: &mut SignedIn) -> Value {
    let library = app.library();
    let consent = person.browser.open(&library.request(&[])).await;
    let consent = if consent.has("continue") {
        person.browser.press(&consent, "continue").await
    } else {
        consent
    };
    let back = person.browser.press(&consent, "allow").await;
    let tokens = library.redeems(&library.code(back.redirect())).await;
    payload(tokens.text("id_token"))
}

async fn verified(app: &TestApp, token: &str) -> jose::Verified {
    let keys = app.diary().get("/jwks").await.json;
    let find = |kid: &str| {
        let key = keys["keys"].as_array()?.iter().find(|key| key["kid"] == kid)?;
        jose::PublicJwk::parse(key.to_string().as_bytes()).ok()
    };
    let kid: Value = serde_json::from_slice(&base64_of(token.split('.').next().unwrap())).unwrap();
    let key = find(kid["kid"].as_str().unwrap()).expect("a published key");
    jose::verify(token, Some("logout+jwt"), &key).unwrap()
}

fn base64_of(part: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// The sessions that a client was told of.
fn told_of(client: &LogoutEndpoint) -> Vec<String> {
    let sid = |token: &String| payload(token)["sid"].as_str().unwrap().to_owned();
    client.tokens().iter().map(sid).collect()
}

fn sid(claims: &Value) -> &str {
    claims["sid"].as_str().unwrap()
}

both_databases! {
    async fn a_logout_token_is_what_the_specification_says(db) {
        let (app, diary, library) = deployment(db).await;
        let mut person = signed_in(&app).await;
        let id_token = person.claims();
        let at_library = at_the_library(&app, &mut person).await;
        assert_eq!(sid(&id_token), sid(&at_library), "one login, one sid");
        signs_out(&mut person).await;
        assert_eq!(deliver(&app).await, 2);
        let posted = diary.posted();
        assert_eq!(posted[0].headers["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(posted[0].path, "/logout");
        for (endpoint, client, alg) in [(&diary, "diary", "RS256"), (&library, "library", "ES256")] {
            let tokens = endpoint.tokens();
            assert_eq!(tokens.len(), 1);
            let token = verified(&app, &tokens[0]).await;
            let header: Value = serde_json::from_slice(&base64_of(tokens[0].split('.').next().unwrap())).unwrap();
            assert_eq!(header["alg"], alg);
            let claims = payload(&tokens[0]);
            assert_eq!(Value::Object(token.payload), claims);
            let names: BTreeSet<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, BTreeSet::from(["iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"]), "and no nonce");
            assert_eq!(claims["iss"], crate::harness::ISSUER);
            assert_eq!(claims["aud"], client);
            assert_eq!((&claims["sub"], &claims["sid"]), (&id_token["sub"], &id_token["sid"]));
            assert_eq!(claims["events"], json!({ EVENT: {} }));
            assert_eq!(claims["iat"], app.now().as_unix_seconds());
            assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 120);
        }
        let jti = |endpoint: &LogoutEndpoint| payload(&endpoint.tokens()[0])["jti"].clone();
        assert_ne!(jti(&diary), jti(&library));
    }

    async fn the_document_says_that_clients_are_told(db) {
        let app = TestApp::on(db).await;
        let document = app.diary().get("/.well-known/openid-configuration").await.json;
        assert_eq!(document["backchannel_logout_supported"], true);
        assert_eq!(document["backchannel_logout_session_supported"], true);
    }

    async fn a_logout_token_is_no_id_token(db) {
        let (app, diary, _library) = deployment(db).await;
        let mut person = signed_in(&app).await;
        signs_out(&mut person).await;
        deliver(&app).await;
        let hint = diary.tokens()[0].clone();
        let page = person.browser.get(&format!("/logout?id_token_hint={hint}")).await;
        super::arrange::is_error_page(&page, "id_token_hint");
    }

    async fn only_clients_of_the_session_that_ended_are_told_and_each_once(db) {
        let (app, diary, library) = deployment(db).await;
        let mut person = signed_in(&app).await;
        let mut other = signed_in_as(&app, "nurlan", &[]).await;
        at_the_library(&app, &mut other).await;
        signs_out(&mut person).await;
        signs_out(&mut person).await;
        assert_eq!(deliver(&app).await, 1);
        assert_eq!(told_of(&diary), [sid(&person.claims())]);
        assert!(library.posted().is_empty());
        assert_eq!(deliver(&app).await, 0);
    }

    async fn a_confirmed_sign_out_tells_as_well(db) {
        let (app, diary, _library) = deployment(db).await;
        let mut person = signed_in(&app).await;
        let page = person.browser.get("/logout").await;
        assert_eq!(deliver(&app).await, 0, "asking ends nothing");
        person.browser.press(&page, "confirm").await.expect("signed-out");
        deliver(&app).await;
        assert_eq!(told_of(&diary), [sid(&person.claims())]);
    }

    async fn another_person_in_the_same_browser_ends_the_session_of_the_one_before(db) {
        let (app, diary, _library) = deployment(db).await;
        let mut person = signed_in_as(&app, "aigerim", &[("scope", "openid offline_access"), ("prompt", "consent")]).await;
        let consent = through_the_sandbox(&mut person.browser, "nurlan", &app.diary().request(&[("prompt", "login")])).await;
        consent.status(200).expect("allow");
        deliver(&app).await;
        assert_eq!(told_of(&diary), [sid(&person.claims())]);
        let refused = app.diary().refreshes(person.refresh_token()).await;
        assert_eq!(refused.summary(), "400 invalid_grant", "nothing of the person before goes on");
    }

    async fn signing_in_again_tells_nobody_until_the_sign_out_tells_of_both(db) {
        let (app, diary, _library) = deployment(db).await;
        let mut person = signed_in(&app).await;
        let first = person.claims();
        let back = through_the_sandbox(&mut person.browser, "aigerim", &app.diary().request(&[("prompt", "login")])).await;
        let tokens = app.diary().redeems(&app.diary().code(back.redirect())).await;
        assert_eq!(deliver(&app).await, 0);
        person.tokens = tokens;
        let second = person.claims();
        assert_ne!(sid(&first), sid(&second));
        signs_out(&mut person).await;
        assert_eq!(deliver(&app).await, 2);
        let told: BTreeSet<String> = told_of(&diary).into_iter().collect();
        assert_eq!(told, [sid(&first), sid(&second)].map(str::to_owned).into());
    }

    async fn two_sign_outs_at_once_tell_once(db) {
        let (app, diary, _library) = deployment(db).await;
        let person = signed_in(&app).await;
        let other = app.another_node(db.another().await).await;
        let address = format!("/logout?id_token_hint={}", person.id_token());
        let (mut first, mut second) = (person.browser.clone(), person.browser.at(other.router.clone()));
        tokio::join!(first.get(&address), second.get(&address));
        assert_eq!(deliver(&app).await, 1);
        assert_eq!(diary.posted().len(), 1);
        other.db().clone().close().await.unwrap();
    }

    async fn the_page_after_a_sign_out_names_the_services_that_were_told(db) {
        let (app, _diary, library) = deployment(db).await;
        let mut person = signed_in(&app).await;
        at_the_library(&app, &mut person).await;
        library.now(crate::harness::Behaviour::Answers(503));
        let hint = person.id_token().to_owned();
        let answer = person.browser.get(&format!("/logout?id_token_hint={hint}")).await;
        deliver(&app).await;
        let page = person.browser.follow(answer).await;
        page.status(200).expect("signed-out");
        let said = |name: &str| page.body.split("<li>").skip(1).find(|item| item.contains(name)).unwrap().to_owned();
        assert!(said("The diary").contains("answered"), "{}", page.body);
        assert!(said("The library").contains("no answer yet"), "{}", page.body);
        let stranger = app.browser().get("/signed-out").await;
        assert!(!stranger.body.contains("The diary"), "only the browser that was signed out reads that");
    }
}
