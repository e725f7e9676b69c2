//! Clients for the tests of this folder.

use authority::authorization::Scope;
use authority::clients::{Client, ClientAuthentication, ClientId, GrantType, RedirectUri, SigningAlgorithm};
use authority::time::Timestamp;

/// A confidential client that may ask for the standard scopes.
pub(super) fn client() -> Client {
    Client {
        id: ClientId::parse("diary").unwrap(),
        name: "Diary".to_owned(),
        redirect_uris: vec![RedirectUri::parse("https://diary.example/cb").unwrap()],
        post_logout_redirect_uris: Vec::new(),
        authentication: ClientAuthentication::SecretBasic,
        secrets: Vec::new(),
        grant_types: vec![GrantType::AuthorizationCode],
        scopes: vec![Scope::OpenId, Scope::Profile, Scope::Email],
        require_pkce: false,
        id_token_algorithm: SigningAlgorithm::Rs256,
        policy_uri: None,
        tos_uri: None,
        backchannel_logout: None,
        metadata_version: 1,
        created_at: Timestamp::from_unix_seconds(0),
    }
}
