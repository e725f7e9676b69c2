//! The UserInfo endpoint (OIDC Core §5.3; RFC 6750 §2.1, §2.2, §3). Only claims that were granted; the token is checked
//! live against everything it rests on.
//!
//! * `bearer`: where the token stands in a request, and what the caller is told when it does not pass.

mod bearer;

use authority::authorization::{ClaimName, Scope};
use authority::secret::Purpose;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use http::StatusCode;
use serde_json::Value;
use storage::access_tokens::LiveAccessToken;

use crate::flow::Visit;
use crate::oauth_error::no_store_json;
use crate::{Provider, user_claims};
use bearer::BearerError;

/// `GET /userinfo`.
pub(crate) async fn get(State(provider): State<Provider>, visit: Visit) -> Response {
    answer(&provider, &visit, None).await
}

/// `POST /userinfo`: the token in the header, or in the form (RFC 6750 §2.2).
pub(crate) async fn post(
    State(provider): State<Provider>,
    visit: Visit,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    answer(&provider, &visit, Some(body)).await
}

async fn answer(provider: &Provider, visit: &Visit, body: Option<Result<Bytes, BytesRejection>>) -> Response {
    match tell(provider, visit, body).await {
        Ok(response) => response,
        Err(error) => error.report(visit).respond(&visit.reference),
    }
}

async fn tell(
    provider: &Provider,
    visit: &Visit,
    body: Option<Result<Bytes, BytesRejection>>,
) -> Result<Response, BearerError> {
    let token = bearer::read(&visit.headers, body)?;
    let digest = provider.keyring.digest(Purpose::AccessToken, token.expose().as_bytes());
    let live = storage::access_tokens::find_live(&provider.db, &digest, provider.moment(provider.now())).await?;
    let live = live.ok_or(BearerError::Invalid)?;
    if !live.token.scopes.contains(&Scope::OpenId) {
        return Err(BearerError::Scope);
    }
    let mut claims = user_claims::load(provider, &granted(&live), &live.rests_on).await?;
    // Last, so that nothing can take its place (security rules JT-10, JT-13).
    claims.insert("sub".to_owned(), live.rests_on.user.subject.as_str().into());
    let mut response = no_store_json(StatusCode::OK, Value::Object(claims).to_string());
    // For the log line of the request.
    response.extensions_mut().insert(live.rests_on.user.id);
    response.extensions_mut().insert(live.rests_on.grant.client_id);
    Ok(response)
}

/// What the scopes of the token ask for, and what was asked for by name.
fn granted(live: &LiveAccessToken) -> Vec<ClaimName> {
    let by_scope = live.token.scopes.iter().flat_map(|scope| scope.claims());
    let mut names: Vec<_> = by_scope.chain(&live.rests_on.grant.claims.userinfo).copied().collect();
    names.sort_unstable();
    names.dedup();
    names
}
