//! What the discovery document may say at all, and that all nodes say the same (RFC 8414 §2; RFC 5646 §2.1.1; security
//! rule OP-3).

use axum::body::Body;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::harness::TestApp;
use crate::storage::both_databases;

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// Registered members (OIDC Discovery §3, RFC 8414 §2, RFC 9207 §3, RP-Initiated Logout §2.1, Back-Channel
/// Logout §2.1) that fit what is served.
const REGISTERED: [&str; 25] = [
    "acr_values_supported",
    "authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_session_supported",
    "backchannel_logout_supported",
    "claim_types_supported",
    "claims_parameter_supported",
    "claims_supported",
    "code_challenge_methods_supported",
    "display_values_supported",
    "end_session_endpoint",
    "grant_types_supported",
    "id_token_signing_alg_values_supported",
    "issuer",
    "jwks_uri",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "response_modes_supported",
    "response_types_supported",
    "scopes_supported",
    "subject_types_supported",
    "token_endpoint",
    "token_endpoint_auth_methods_supported",
    "ui_locales_supported",
    "userinfo_endpoint",
];

both_databases! {
    async fn only_registered_members_are_published(db) {
        let app = TestApp::on(db).await;
        let document = app.diary().get(DOCUMENT).await.json;
        for name in document.as_object().unwrap().keys() {
            assert!(REGISTERED.contains(&name.as_str()), "{name}");
        }
    }

    async fn languages_are_tags_in_canonical_form(db) {
        let app = TestApp::on(db).await;
        let document = app.diary().get(DOCUMENT).await.json;
        assert_eq!(document["ui_locales_supported"], serde_json::json!(["kk", "ru", "en"]));
        assert!(document.get("claims_locales_supported").is_none());
    }

    async fn all_nodes_publish_the_same_bytes(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        for path in [DOCUMENT, "/jwks"] {
            assert_eq!(bytes(&app, path).await, bytes(&node, path).await, "{path}");
        }
    }
}

async fn bytes(node: &TestApp, path: &str) -> Vec<u8> {
    let request = node.diary().request_to("GET", path).body(Body::empty()).unwrap();
    let answer = node.router.clone().oneshot(request).await.unwrap();
    answer.into_body().collect().await.unwrap().to_bytes().to_vec()
}
