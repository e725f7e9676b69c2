//! The token endpoint (RFC 6749 §3.2, §5; OIDC Core §3.1.3, §12).
//!
//! `POST /token`: form, client, grant type, then the grant. Parameters come from the body only (security rule CO-9).
//!
//! * `client_authentication`: makes an `AuthenticatedClient`, which every grant asks for.
//! * `client_failures`: how often that may fail (security rule RL-7).
//! * `authorization_code`, `refresh_token`: the two grants.
//! * `issued`, `id_token`: what is minted and signed.
//! * `error`: what a client is told otherwise; `trail`: what the audit log keeps.

mod authorization_code;
mod client_authentication;
mod client_failures;
mod error;
mod id_token;
mod issued;
mod refresh_token;
mod trail;

use authority::clients::{ClientId, GrantType};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;

use client_authentication::AuthenticatedClient;
pub use client_authentication::client_secret_digest;
pub(crate) use error::{TokenError, unavailable};

use crate::flow::Visit;
use crate::{Parameters, Provider};

/// `POST /token`.
pub(crate) async fn post(
    State(provider): State<Provider>,
    visit: Visit,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let mut client_id = None;
    let mut response = match exchange(&provider, &visit, body, &mut client_id).await {
        Ok(response) => response,
        Err(error) => error.report(&visit).respond(&visit.reference),
    };
    // For the log line of the request.
    if let Some(client_id) = client_id {
        response.extensions_mut().insert::<ClientId>(client_id);
    }
    response
}

async fn exchange(
    provider: &Provider,
    visit: &Visit,
    body: Result<Bytes, BytesRejection>,
    client_id: &mut Option<ClientId>,
) -> Result<Response, TokenError> {
    let parameters = Parameters::from_form(&visit.headers, body)?;
    let client = AuthenticatedClient::authenticate(provider, visit, &parameters).await?;
    *client_id = Some(client.client().id.clone());
    let word = parameters.get("grant_type")?.ok_or(TokenError::Missing("grant_type"))?;
    let kind = GrantType::from_word(word).ok_or(TokenError::GrantTypeUnsupported)?;
    if !client.client().may_use(kind) {
        return Err(TokenError::GrantTypeForbidden);
    }
    let caller = Caller {
        provider,
        visit,
        client: &client,
    };
    match kind {
        GrantType::AuthorizationCode => authorization_code::redeem(caller, &parameters).await,
        GrantType::RefreshToken => refresh_token::exchange(caller, &parameters).await,
    }
}

/// Who asks, where.
#[derive(Clone, Copy)]
struct Caller<'a> {
    provider: &'a Provider,
    visit: &'a Visit,
    client: &'a AuthenticatedClient,
}
