//! `GET /sign-out` and `/signed-out`: the local session ends, then the provider is asked to end its own
//! (OpenID Connect RP-Initiated Logout 1.0 §2).

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::response::{Html, IntoResponse, Redirect, Response};
use openidconnect::{LanguageTag, LogoutRequest};

use crate::language::Language;
use crate::pages;
use crate::routes::{Diary, SESSION_COOKIE, cookie};

/// The local session ends in any case; a provider that cannot be reached keeps its own, and the page says so.
pub(crate) async fn start(State(diary): State<Arc<Diary>>, headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    let ended = diary.sessions().end(cookie(&headers, SESSION_COOKIE));
    let Some(session) = ended else {
        return Redirect::to("/signed-out").into_response();
    };
    let end_session = match diary.discovery.provider().await {
        Ok(provider) => provider.end_session.clone(),
        Err(error) => {
            tracing::warn!(error = %error, "the provider cannot be asked to end its session");
            None
        }
    };
    let forget = [(SET_COOKIE, diary.set_cookie(SESSION_COOKIE, None))];
    let Some(end_session) = end_session else {
        return (forget, pages::signed_out(language, true)).into_response();
    };
    let address = LogoutRequest::from(end_session)
        .set_id_token_hint(&session.id_token)
        .set_post_logout_redirect_uri(diary.addresses.signed_out.clone())
        .add_ui_locale(LanguageTag::new(language.tag().to_owned()))
        .http_get_url();
    (forget, Redirect::to(address.as_str())).into_response()
}

/// Where the provider sends the browser when it has ended its session.
pub(crate) async fn finished(headers: HeaderMap) -> Html<String> {
    pages::signed_out(Language::of(&headers), false)
}
