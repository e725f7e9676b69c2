//! Minting what a token response carries (RFC 6749 §5.1, OIDC Core §3.1.3.3). Everything is made and signed before the
//! transaction that makes it valid.

use authority::authorization::Scope;
use authority::clients::Client;
use authority::grants::AccessToken;
use authority::ids::UserId;
use authority::secret::{PlainToken, Purpose, TokenDigest};
use authority::time::Timestamp;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use storage::grants::GrantInForce;

use super::{TokenError, id_token};
use crate::Provider;
use crate::oauth_error::no_store_json;
use crate::user_claims;

/// Tokens in plain, for the response, and what storage keeps of them.
pub(super) struct Minted {
    access_token: PlainToken,
    refresh_token: Option<PlainToken>,
    id_token: Option<String>,
    user_id: UserId,
    /// The access token at rest.
    pub(super) access: AccessToken,
    /// Digest of the refresh token.
    pub(super) refresh: Option<TokenDigest>,
    /// When all of it was issued.
    pub(super) now: Timestamp,
}

/// What is asked for.
pub(super) struct Order<'a> {
    /// For whom.
    pub(super) client: &'a Client,
    /// From what.
    pub(super) rests_on: &'a GrantInForce,
    /// The scopes of the access token.
    pub(super) scopes: Vec<Scope>,
    /// The nonce of the authorization request.
    pub(super) nonce: Option<&'a str>,
    /// Whether a refresh token goes along.
    pub(super) refresh: bool,
    /// The instant of issue.
    pub(super) now: Timestamp,
}

/// Mints and signs.
pub(super) async fn mint(provider: &Provider, order: Order<'_>) -> Result<Minted, TokenError> {
    let Order {
        client,
        rests_on,
        scopes,
        nonce,
        refresh,
        now,
    } = order;
    let mut rng = provider.rng();
    let access_token = PlainToken::mint(&mut rng);
    let refresh_token = refresh.then(|| PlainToken::mint(&mut rng));
    let digest = |purpose, token: &PlainToken| provider.keyring.digest(purpose, token.expose().as_bytes());
    let access = AccessToken {
        digest: digest(Purpose::AccessToken, &access_token),
        grant_id: rests_on.grant.id,
        scopes,
        issued_at: now,
        expires_at: now.plus(provider.policy().access_token_ttl),
    };
    let id_token = if access.scopes.contains(&Scope::OpenId) {
        let mut told = user_claims::load(provider, &rests_on.grant.claims.id_token, rests_on).await?;
        if access.scopes.contains(&Scope::Organisation) {
            for (name, value) in user_claims::load_in_name(provider, rests_on).await? {
                // What was asked for by name is told whole.
                told.entry(name).or_insert(value);
            }
        }
        let statement = id_token::Statement {
            client,
            rests_on,
            nonce,
            access_token: access_token.expose(),
            told,
            now,
        };
        Some(id_token::sign(provider, statement)?)
    } else {
        None
    };
    let refresh = refresh_token.as_ref().map(|token| digest(Purpose::RefreshToken, token));
    Ok(Minted {
        user_id: rests_on.user.id,
        access_token,
        refresh_token,
        id_token,
        access,
        refresh,
        now,
    })
}

/// The members of a successful answer.
#[derive(Serialize)]
struct TokenResponse<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
}

impl Minted {
    /// The successful answer.
    pub(super) fn respond(&self) -> Result<Response, TokenError> {
        let body = TokenResponse {
            access_token: self.access_token.expose(),
            token_type: "Bearer",
            expires_in: self.access.expires_at.since(self.access.issued_at).as_secs(),
            scope: Scope::join(&self.access.scopes),
            refresh_token: self.refresh_token.as_ref().map(PlainToken::expose),
            id_token: self.id_token.as_deref(),
        };
        let body = serde_json::to_string(&body).map_err(storage::StorageError::from)?;
        let mut response = no_store_json(StatusCode::OK, body);
        response.extensions_mut().insert(self.user_id);
        Ok(response)
    }
}
