//! Discovery and the key set (OIDC Discovery §3, §4; RFC 7517; RFC 9207 §3), and rotation (OIDC Core §10.1.1).

use authority::clients::SigningAlgorithm;
use authority::time::minutes;
use protocol::signing_keys::{activate_due, publish_next};

use super::arrange::{another_code, signed_in};
use crate::harness::{ISSUER, TestApp};
use crate::storage::both_databases;

both_databases! {
    async fn the_document_is_served_under_the_issuer(db) {
        let app = TestApp::on(db).await;
        let answer = app.diary().get("/.well-known/openid-configuration").await;
        assert_eq!((answer.status.as_u16(), answer.text("issuer")), (200, ISSUER));
        assert_eq!(answer.headers["content-type"], "application/json");
        assert!(answer.headers["cache-control"].to_str().unwrap().contains("max-age"));
        assert_eq!(answer.text("jwks_uri"), format!("{ISSUER}/jwks"));
        for path in ["/.well-known/openid-configuration/", "/.well-known/openid-configuration/x", "/jwks/x", "/jwks.json"] {
            assert_eq!(app.diary().get(path).await.status, 404, "{path}");
        }
    }

    async fn every_endpoint_of_the_document_is_there(db) {
        let app = TestApp::on(db).await;
        let document = app.diary().get("/.well-known/openid-configuration").await.json;
        for name in ["authorization_endpoint", "userinfo_endpoint", "end_session_endpoint", "jwks_uri"] {
            let path = document[name].as_str().unwrap().strip_prefix(ISSUER).unwrap();
            assert_ne!(app.diary().get(path).await.status, 404, "{name}");
        }
        assert_eq!(app.diary().get("/token").await.status, 405);
    }

    async fn the_key_set_is_public_and_its_names_are_distinct(db) {
        let app = TestApp::on(db).await;
        let answer = app.diary().get("/jwks").await;
        assert_eq!(answer.headers["content-type"], "application/json");
        let keys = answer.json["keys"].as_array().unwrap();
        let mut kids: Vec<_> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        kids.sort_unstable();
        kids.dedup();
        assert_eq!((kids.len(), keys.len()), (2, 2));
        for key in keys {
            assert_eq!(key["use"], "sig");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
        }
        let algorithms: Vec<_> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
        assert!(algorithms.contains(&"RS256") && algorithms.contains(&"ES256"));
    }

    async fn all_nodes_serve_the_same_bytes(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        for path in ["/.well-known/openid-configuration", "/jwks"] {
            assert_eq!(app.diary().get(path).await.json, node.diary().get(path).await.json, "{path}");
        }
    }

    async fn a_rotated_key_is_published_first_then_signs_and_the_old_one_stays(db) {
        let app = TestApp::on(db).await;
        let mut person = signed_in(&app).await;
        let provider = app.state.provider.clone();
        let rng = &mut kiru::chance::chance();
        let kid = publish_next(app.db(), app.keyring(), SigningAlgorithm::Rs256, app.now(), rng).await.unwrap();
        provider.keys.reload(app.db(), app.keyring()).await.unwrap();
        assert_eq!(app.diary().get("/jwks").await.json["keys"].as_array().unwrap().len(), 3);
        let code = another_code(&app, &mut person.browser).await;
        assert_ne!(kid_of(app.diary().redeems(&code).await.text("id_token")), kid);

        assert!(activate_due(app.db(), app.keyring(), minutes(10), app.now()).await.unwrap().is_empty());
        app.advance(minutes(10));
        let activated = activate_due(app.db(), app.keyring(), minutes(10), app.now()).await.unwrap();
        assert_eq!(activated, std::slice::from_ref(&kid));
        provider.keys.reload(app.db(), app.keyring()).await.unwrap();
        let code = another_code(&app, &mut person.browser).await;
        assert_eq!(kid_of(app.diary().redeems(&code).await.text("id_token")), kid);
        assert_eq!(app.diary().get("/jwks").await.json["keys"].as_array().unwrap().len(), 3);
        let hint = [("prompt", "none"), ("id_token_hint", person.tokens.text("id_token"))];
        let back = person.browser.get(&app.diary().request(&hint)).await;
        app.diary().code(back.redirect());
    }
}

fn kid_of(jwt: &str) -> String {
    use base64::Engine;
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(jwt.split('.').next().unwrap())
        .unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}
