//! `GET /callback`: the authorization response (OpenID Connect Core 1.0 §3.1.2.5 to §3.1.3.8, §5.3; RFC 9207).
//!
//! The order of the checks: the state belongs to this browser, the provider names itself, the answer is a code, the
//! code is redeemed, the ID token holds (signature, issuer, audience, time, nonce), the access token is the one it
//! was issued with, userinfo speaks of the same subject.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use chrono::DateTime;
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreTokenResponse};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse,
    SignatureVerificationError, TokenResponse,
};

use crate::errors::SignInError;
use crate::language::Language;
use crate::person::{Person, UserInfo};
use crate::provider::Provider;
use crate::routes::{Diary, SESSION_COOKIE, cookie};
use crate::sessions::{PendingSignIn, Session};
use crate::sign_in::BROWSER_COOKIE;

/// Parameters of an authorization response, good or bad.
#[derive(Debug, Default)]
struct AuthorizationResponse {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

pub(crate) async fn finish(
    State(diary): State<Arc<Diary>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let language = Language::of(&headers);
    let refuse = |error: SignInError| error.page(language);

    let response = AuthorizationResponse::parse(&query.unwrap_or_default()).map_err(refuse)?;
    let pending = pending_of(&diary, &response, &headers).map_err(refuse)?;
    let provider = diary
        .discovery
        .provider()
        .await
        .map_err(|error| refuse(SignInError::Discovery(error)))?;
    let issuer = diary.addresses.issuer.as_str();
    let code = response.into_code(issuer, provider.names_itself).map_err(refuse)?;
    let session = sign_in(&diary, &provider, code, pending).await.map_err(refuse)?;

    let mut sessions = diary.sessions();
    sessions.end(cookie(&headers, SESSION_COOKIE));
    let set_cookie = diary.set_cookie(SESSION_COOKIE, Some(&sessions.start(session)));
    drop(sessions);
    Ok(([(SET_COOKIE, set_cookie)], Redirect::to("/")).into_response())
}

fn pending_of(
    diary: &Diary,
    response: &AuthorizationResponse,
    headers: &HeaderMap,
) -> Result<PendingSignIn, SignInError> {
    let state = response.state.as_deref().ok_or(SignInError::UnknownState)?;
    let browser = cookie(headers, BROWSER_COOKIE);
    diary
        .sessions()
        .take_pending(state, browser)
        .ok_or(SignInError::UnknownState)
}

impl AuthorizationResponse {
    /// Reads the query. A parameter may stand once (RFC 6749 §3.1); unknown ones are ignored (§4.1.2).
    fn parse(query: &str) -> Result<Self, SignInError> {
        let mut response = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut response.state,
                "iss" => &mut response.iss,
                "code" => &mut response.code,
                "error" => &mut response.error,
                "error_description" => &mut response.error_description,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(SignInError::Repeated(name.into_owned()));
            }
        }
        Ok(response)
    }

    /// The code, once the response is known to come from the issuer that was asked (RFC 9207 §2.4).
    fn into_code(self, issuer: &str, names_itself: bool) -> Result<AuthorizationCode, SignInError> {
        match self.iss.as_deref() {
            Some(named) if named != issuer => return Err(SignInError::WrongIssuer),
            None if names_itself => return Err(SignInError::WrongIssuer),
            Some(_) | None => {}
        }
        match (self.error, self.code) {
            (Some(error), _) => Err(SignInError::Refused {
                error,
                description: self.error_description.unwrap_or_default(),
            }),
            (None, Some(code)) => Ok(AuthorizationCode::new(code)),
            (None, None) => Err(SignInError::NoCode),
        }
    }
}

async fn sign_in(
    diary: &Diary,
    provider: &Provider,
    code: AuthorizationCode,
    pending: PendingSignIn,
) -> Result<Session, SignInError> {
    let fetch = |request| diary.fetcher.clone().send(request);
    let tokens = provider
        .client
        .exchange_code(code)?
        .set_pkce_verifier(pending.verifier)
        .request_async(&fetch)
        .await
        .map_err(|error| SignInError::TokenRequest(Box::new(error)))?;
    let id_token = tokens.id_token().cloned().ok_or(SignInError::NoIdToken)?;
    let claims = verified_claims(diary, provider, &id_token, &tokens, &pending.nonce).await?;
    let info: UserInfo = provider
        .client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?
        .request_async(&fetch)
        .await
        .map_err(|error| SignInError::UserInfo(Box::new(error)))?;
    Ok(Session::new(Person::new(&claims, &info), id_token))
}

/// Verifies the ID token; a key that is not known leads to one more look at the provider's key set
/// (OpenID Connect Core 1.0 §10.1.1).
async fn verified_claims(
    diary: &Diary,
    provider: &Provider,
    id_token: &CoreIdToken,
    tokens: &CoreTokenResponse,
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, SignInError> {
    match verify(diary, provider, (id_token, tokens.access_token()), nonce) {
        Err(SignInError::IdToken(ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        ))) => {
            diary.discovery.forget().await;
            let fresh = diary.discovery.provider().await.map_err(SignInError::Discovery)?;
            verify(diary, &fresh, (id_token, tokens.access_token()), nonce)
        }
        outcome => outcome,
    }
}

fn verify(
    diary: &Diary,
    provider: &Provider,
    (id_token, access_token): (&CoreIdToken, &AccessToken),
    nonce: &Nonce,
) -> Result<CoreIdTokenClaims, SignInError> {
    let now = || DateTime::from_timestamp((diary.clock)(), 0).unwrap_or_default();
    let verifier = provider.client.id_token_verifier().set_time_fn(now);
    let claims = id_token.claims(&verifier, nonce)?;
    // OpenID Connect Core 1.0 §3.1.3.8: `at_hash` may be missing in the code flow; if it is there it must fit.
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().map_err(SignInError::AccessTokenHash)?;
        let key = id_token.signing_key(&verifier).map_err(SignInError::AccessTokenHash)?;
        let actual = AccessTokenHash::from_token(access_token, algorithm, key)
            .map_err(|error| SignInError::AccessTokenHashing(error.to_string()))?;
        if actual != *expected {
            return Err(SignInError::OtherAccessToken);
        }
    }
    Ok(claims.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::AuthorizationResponse;
    use crate::errors::SignInError;

    const ISSUER: &str = "https://id.example";

    #[test]
    fn a_query_is_read_with_its_escapes() {
        let read = AuthorizationResponse::parse("state=a%2Bb&iss=https%3A%2F%2Fid.example&code=c+d&further=1").unwrap();
        assert_eq!(read.state.as_deref(), Some("a+b"));
        assert_eq!(read.iss.as_deref(), Some(ISSUER));
        assert_eq!(read.code.as_deref(), Some("c d"));
    }

    #[test]
    fn a_parameter_that_stands_twice_is_refused() {
        for name in ["state", "iss", "code", "error", "error_description"] {
            let outcome = AuthorizationResponse::parse(&format!("{name}=a&x=1&{name}=a"));
            assert!(matches!(outcome, Err(SignInError::Repeated(repeated)) if repeated == name));
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_refused_without_panic(query in ".{0,200}") {
            let _outcome = AuthorizationResponse::parse(&query);
        }
    }

    fn response(iss: Option<&str>, code: Option<&str>, error: Option<&str>) -> AuthorizationResponse {
        AuthorizationResponse {
            iss: iss.map(str::to_owned),
            code: code.map(str::to_owned),
            error: error.map(str::to_owned),
            ..AuthorizationResponse::default()
        }
    }

    #[test]
    fn a_response_of_the_asked_issuer_gives_its_code() {
        let code = response(Some(ISSUER), Some("c-1"), None)
            .into_code(ISSUER, true)
            .unwrap();
        assert_eq!(code.secret(), "c-1");
    }

    #[test]
    fn a_response_of_another_issuer_is_refused_whatever_else_it_says() {
        for iss in ["https://id.example/", "https://evil.example", ""] {
            for names_itself in [true, false] {
                let outcome = response(Some(iss), Some("c-1"), None).into_code(ISSUER, names_itself);
                assert!(matches!(outcome, Err(SignInError::WrongIssuer)), "{iss}");
            }
        }
    }

    #[test]
    fn a_provider_that_promised_to_name_itself_must_do_so() {
        let silent = || response(None, Some("c-1"), None);
        assert!(matches!(
            silent().into_code(ISSUER, true),
            Err(SignInError::WrongIssuer)
        ));
        assert!(silent().into_code(ISSUER, false).is_ok());
    }

    #[test]
    fn an_error_beats_a_code() {
        let outcome = response(Some(ISSUER), Some("c-1"), Some("access_denied")).into_code(ISSUER, true);
        assert!(matches!(outcome, Err(SignInError::Refused { error, .. }) if error == "access_denied"));
    }

    #[test]
    fn a_response_without_code_and_error_is_refused() {
        assert!(matches!(
            response(Some(ISSUER), None, None).into_code(ISSUER, true),
            Err(SignInError::NoCode)
        ));
    }
}
