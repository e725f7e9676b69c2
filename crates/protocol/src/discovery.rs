//! Discovery (OIDC Discovery §3, §4; RFC 8414 §2; RFC 9207 §3) and the key set (RFC 7517 §5). Everything the document
//! says is what the endpoints do; it is made once and served as bytes, the same on all nodes (security rule OP-3).

use authority::assurance::Assurance;
use authority::authorization::{ClaimName, Scope};
use authority::clients::{ClientAuthentication, GrantType, SigningAlgorithm};
use authority::locale::Locale;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderName;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::Provider;

/// How long others may keep either document: shorter than a new key is published before it signs.
const CACHING: &str = "public, max-age=300";

/// The claims that the protocol itself makes.
const PROTOCOL_CLAIMS: [&str; 11] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "at_hash",
];

/// The discovery document, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Document(Bytes);

impl Document {
    /// Makes it.
    pub(crate) fn of(provider: &Provider) -> Self {
        Self(document(provider.issuer()).to_string().into_bytes().into())
    }
}

/// `GET /.well-known/openid-configuration`.
pub(crate) async fn get(Extension(document): Extension<Document>) -> Response {
    cached_json(document.0)
}

/// `GET /jwks`.
pub(crate) async fn jwks(State(provider): State<Provider>) -> Response {
    cached_json(provider.keys.current().document())
}

fn cached_json(body: Bytes) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, CACHING),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ];
    (headers, body).into_response()
}

fn document(issuer: &str) -> Value {
    let url = |path: &str| format!("{issuer}{path}");
    let claims = ClaimName::ALL.iter().map(|claim| claim.as_str());
    json!({
        "issuer": issuer,
        "authorization_endpoint": url("/authorize"),
        "token_endpoint": url("/token"),
        "userinfo_endpoint": url("/userinfo"),
        "jwks_uri": url("/jwks"),
        "end_session_endpoint": url("/logout"),
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "scopes_supported": list(Scope::ALL, Scope::as_str),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": list(&GrantType::ALL, GrantType::as_str),
        "acr_values_supported": list(&Assurance::ALL, Assurance::as_str),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(&SigningAlgorithm::ALL, SigningAlgorithm::as_str),
        "token_endpoint_auth_methods_supported": list(&ClientAuthentication::ALL, ClientAuthentication::as_str),
        "display_values_supported": ["page"],
        "claim_types_supported": ["normal"],
        "claims_supported": PROTOCOL_CLAIMS.into_iter().chain(claims).collect::<Vec<_>>(),
        "ui_locales_supported": list(&Locale::ALL, Locale::tag),
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    })
}

fn list<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().copied().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_ours_and_absolute() {
        let document = document("https://id.example");
        assert_eq!(document["issuer"], "https://id.example");
        let members = document.as_object().unwrap();
        let addresses: Vec<_> = members
            .iter()
            .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
            .collect();
        assert_eq!(addresses.len(), 5);
        for (name, value) in addresses {
            assert!(value.as_str().unwrap().starts_with("https://id.example/"), "{name}");
        }
    }

    #[test]
    fn lists_are_lists_of_distinct_strings_and_flags_are_flags() {
        let document = document("https://id.example");
        for (name, value) in document.as_object().unwrap() {
            if name.ends_with("parameter_supported") || name.starts_with("backchannel_logout_") {
                assert!(value.is_boolean(), "{name}");
            } else if name.ends_with("_supported") {
                let mut words: Vec<_> = value
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|word| word.as_str().unwrap())
                    .collect();
                let count = words.len();
                words.sort_unstable();
                words.dedup();
                assert_eq!((words.len(), words.is_empty()), (count, false), "{name}");
            }
        }
    }

    #[test]
    fn the_values_the_certification_profiles_look_for_are_there() {
        let document = document("https://id.example");
        let has = |name: &str, word: &str| document[name].as_array().unwrap().contains(&word.into());
        assert!(has("response_types_supported", "code") && has("code_challenge_methods_supported", "S256"));
        assert!(has("id_token_signing_alg_values_supported", "RS256") && has("scopes_supported", "openid"));
        assert!(has("token_endpoint_auth_methods_supported", "client_secret_basic"));
        assert!(has("token_endpoint_auth_methods_supported", "client_secret_post"));
        assert!(has("claims_supported", "sub") && has("claims_supported", "device_id"));
        assert_eq!(document["request_uri_parameter_supported"], false);
    }
}
