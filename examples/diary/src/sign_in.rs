//! `GET /sign-in`: the authorization request (OpenID Connect Core 1.0 §3.1.2.1; PKCE by RFC 7636).

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{AuthenticationContextClass, CsrfToken, LanguageTag, Nonce, PkceCodeChallenge, Scope};
use serde::Deserialize;

use crate::errors::SignInError;
use crate::language::Language;
use crate::routes::{Diary, cookie};
use crate::sessions::PendingSignIn;

/// Cookie that ties a sign-in to the browser that started it, beside `state`.
pub(crate) const BROWSER_COOKIE: &str = "diary_browser";

const SCOPES: [&str; 3] = ["profile", "device", "organisation"];
const BOUND: &str = "urn:kiru:acr:full-bound";

/// What the link may add.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wishes {
    /// `1`: only a bound device will do.
    bound: Option<String>,
    /// `1`: the person proves both stages again even if a session is live.
    again: Option<String>,
}

pub(crate) async fn start(
    State(diary): State<Arc<Diary>>,
    wishes: Result<Query<Wishes>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let language = Language::of(&headers);
    // A mangled link still signs in, without extra wishes.
    let wishes = wishes.map(|Query(wishes)| wishes).unwrap_or_default();
    let provider = diary
        .discovery
        .provider()
        .await
        .map_err(|error| SignInError::Discovery(error).page(language))?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = provider
        .client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            fresh_state,
            Nonce::new_random,
        )
        .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
        .add_ui_locale(LanguageTag::new(language.tag().to_owned()))
        .set_pkce_challenge(challenge);
    if wishes.bound.as_deref() == Some("1") {
        // Both, so that a provider which knows only one of them asks for it; the second one demands it (OIDC Core §5.5.1.1).
        request = request
            .add_auth_context_value(AuthenticationContextClass::new(BOUND.to_owned()))
            .add_extra_param("claims", required_assurance());
    }
    if wishes.again.as_deref() == Some("1") {
        request = request.add_prompt(CoreAuthPrompt::Login);
    }
    let (address, state, nonce) = request.url();

    let browser = match cookie(&headers, BROWSER_COOKIE).filter(|value| value.len() >= 43) {
        Some(known) => known.to_owned(),
        None => CsrfToken::new_random_len(32).into_secret(),
    };
    let set_cookie = diary.set_cookie(BROWSER_COOKIE, Some(&browser));
    diary.sessions().begin(
        &state,
        PendingSignIn {
            browser,
            nonce,
            verifier,
        },
    );
    Ok(([(SET_COOKIE, set_cookie)], Redirect::to(address.as_str())).into_response())
}

/// An ID token without a bound device will not do.
fn required_assurance() -> String {
    serde_json::json!({"id_token": {"acr": {"essential": true, "values": [BOUND]}}}).to_string()
}

fn fresh_state() -> CsrfToken {
    CsrfToken::new_random_len(32)
}
