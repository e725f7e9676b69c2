//! `POST /backchannel-logout`: the provider says that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.5 to
//! §2.8). No browser takes part, so the token is all the proof there is.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use serde::Deserialize;

use crate::logout_token::{self, Expected, LogoutToken, LogoutTokenError};
use crate::provider::Provider;
use crate::routes::Diary;

/// The longest body that is read.
pub(crate) const LONGEST_BODY: usize = 64 * 1024;

#[derive(Deserialize)]
pub(crate) struct Posted {
    logout_token: String,
}

/// 200 when the sessions have ended, and when there were none (§2.8); 400 when the token does not hold.
pub(crate) async fn receive(State(diary): State<Arc<Diary>>, posted: Result<Form<Posted>, FormRejection>) -> Response {
    let Ok(Form(posted)) = posted else {
        return refused("the form has no logout_token");
    };
    match accept(&diary, &posted.logout_token).await {
        Ok(token) => {
            let ended = diary.sessions().end_by_provider(&token);
            tracing::info!(ended, "the provider ended sessions");
            StatusCode::OK.into_response()
        }
        Err(Failure::Token(error)) => {
            tracing::warn!(error = %error, "a logout token was refused");
            refused(&error.to_string())
        }
        // Not the token's fault: with this status the provider tries again.
        Err(Failure::Provider) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

enum Failure {
    Token(LogoutTokenError),
    Provider,
}

/// A key that is not known leads to one more look at the provider's key set (OpenID Connect Core 1.0 §10.1.1).
async fn accept(diary: &Diary, token: &str) -> Result<LogoutToken, Failure> {
    let known = provider(diary).await?;
    let token = match verify(diary, &known, token) {
        Err(LogoutTokenError::UnknownKey) => {
            diary.discovery.forget().await;
            let fresh = provider(diary).await?;
            verify(diary, &fresh, token)
        }
        outcome => outcome,
    }
    .map_err(Failure::Token)?;
    if diary.sessions().is_first(&token.jti) {
        Ok(token)
    } else {
        Err(Failure::Token(LogoutTokenError::Replayed))
    }
}

async fn provider(diary: &Diary) -> Result<Arc<Provider>, Failure> {
    diary.discovery.provider().await.map_err(|error| {
        tracing::warn!(error = %error, "a logout token cannot be verified now");
        Failure::Provider
    })
}

fn verify(diary: &Diary, provider: &Provider, token: &str) -> Result<LogoutToken, LogoutTokenError> {
    let expected = Expected {
        issuer: diary.addresses.issuer.as_str(),
        client_id: &diary.client_id,
        keys: &provider.keys,
        now: (diary.clock)(),
    };
    logout_token::verify(token, &expected)
}

fn refused(description: &str) -> Response {
    let body = serde_json::json!({"error": "invalid_request", "error_description": description});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
