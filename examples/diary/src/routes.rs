//! The table of addresses, and what all handlers share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Json, Redirect, Response};
use axum::routing::{get, post};

use crate::fetch::Fetcher;
use crate::language::{LANGUAGE_COOKIE, Language};
use crate::provider::Discovery;
use crate::sessions::{Session, Sessions};
use crate::settings::{self, Addresses, DiaryClock, DiarySettings, SettingsError};
use crate::{backchannel_logout, callback, pages, sign_in, sign_out};

/// Cookie of somebody who is signed in.
pub(crate) const SESSION_COOKIE: &str = "diary_session";

/// The pages load nothing but the diary's own style sheet and script, which asks the diary and nobody else.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'",
);

/// The running diary.
pub(crate) struct Diary {
    pub(crate) addresses: Addresses,
    pub(crate) client_id: String,
    pub(crate) discovery: Discovery,
    pub(crate) fetcher: Fetcher,
    pub(crate) clock: DiaryClock,
    sessions: Mutex<Sessions>,
}

impl Diary {
    pub(crate) fn new(settings: DiarySettings) -> Result<Self, SettingsError> {
        let addresses = Addresses::parse(&settings)?;
        let fetcher = Fetcher::new(&settings, &addresses)?;
        let client_id = settings.client_id.clone();
        let clock = settings.clock.clone().unwrap_or_else(settings::system_clock);
        let discovery = Discovery::new(settings, addresses.clone(), fetcher.clone());
        Ok(Self {
            addresses,
            client_id,
            discovery,
            fetcher,
            clock,
            sessions: Mutex::new(Sessions::new()),
        })
    }

    pub(crate) fn into_router(self) -> Router {
        Router::new()
            .route("/", get(home))
            .route("/sign-in", get(sign_in::start))
            .route("/callback", get(callback::finish))
            .route("/sign-out", get(sign_out::start))
            .route("/signed-out", get(sign_out::finished))
            .route(
                "/backchannel-logout",
                post(backchannel_logout::receive).layer(DefaultBodyLimit::max(backchannel_logout::LONGEST_BODY)),
            )
            .route("/session", get(session))
            .route("/session.js", get(script))
            .route("/me.json", get(me))
            .route("/language/{tag}", get(choose_language))
            .route("/diary.css", get(style))
            .fallback(unknown_page)
            .layer(from_fn(guard_answers))
            .with_state(Arc::new(self))
    }

    /// The store; a panic in another request does not take it away.
    pub(crate) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn session_of(&self, headers: &HeaderMap) -> Option<Session> {
        self.sessions().find(cookie(headers, SESSION_COOKIE))
    }

    /// Whether the provider ended this browser's session, and nobody signed in since.
    fn was_ended_by_provider(&self, headers: &HeaderMap) -> bool {
        self.sessions().was_ended_by_provider(cookie(headers, SESSION_COOKIE))
    }

    /// A `Set-Cookie` value; `None` removes the cookie. It lasts as long as the browser runs.
    pub(crate) fn set_cookie(&self, name: &str, value: Option<&str>) -> HeaderValue {
        let secure = if self.addresses.secure { "; Secure" } else { "" };
        let (value, age) = value.map_or(("", "; Max-Age=0"), |value| (value, ""));
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
        // Names are ours and values base64url, so the text is always a header value.
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

/// The value of a request's cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

async fn home(State(diary): State<Arc<Diary>>, headers: HeaderMap) -> Response {
    let language = Language::of(&headers);
    let desk = diary.addresses.desk.as_deref();
    match diary.session_of(&headers) {
        Some(session) => pages::signed_in(language, &session.person, desk).into_response(),
        None if diary.was_ended_by_provider(&headers) => pages::signed_out_by_provider(language).into_response(),
        None => pages::welcome(language, desk).into_response(),
    }
}

/// Whether the session stands, for the page that is open: 204, or 401.
async fn session(State(diary): State<Arc<Diary>>, headers: HeaderMap) -> StatusCode {
    match diary.session_of(&headers) {
        Some(_) => StatusCode::NO_CONTENT,
        None => StatusCode::UNAUTHORIZED,
    }
}

/// Who is signed in, for programs: 401 without a session.
async fn me(State(diary): State<Arc<Diary>>, headers: HeaderMap) -> Response {
    match diary.session_of(&headers) {
        Some(session) => Json(session.person).into_response(),
        None => (
            StatusCode::UNAUTHORIZED,
            Json(serde_json::json!({"error": "not_signed_in"})),
        )
            .into_response(),
    }
}

async fn choose_language(State(diary): State<Arc<Diary>>, Path(tag): Path<String>) -> Response {
    match Language::from_tag(&tag) {
        Some(language) => {
            let cookie = diary.set_cookie(LANGUAGE_COOKIE, Some(language.tag()));
            ([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn script() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, pages::SCRIPT)
}

async fn style() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "max-age=3600"),
    ];
    (headers, pages::STYLE)
}

async fn unknown_page(headers: HeaderMap) -> Response {
    (StatusCode::NOT_FOUND, pages::no_such_page(Language::of(&headers))).into_response()
}

/// Headers of every answer: nothing foreign is loaded, nothing personal is kept by caches.
async fn guard_answers(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::{Diary, SESSION_COOKIE, cookie};
    use crate::settings::DiarySettings;

    fn diary(base_url: &str) -> Diary {
        Diary::new(DiarySettings {
            issuer: "https://id.example".to_owned(),
            client_id: "diary".to_owned(),
            client_secret: "s3cret".to_owned(),
            base_url: base_url.to_owned(),
            extra_trust: None,
            desk_url: None,
            clock: None,
        })
        .unwrap()
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append("cookie", "diary_session2=no; xdiary_session=no".parse().unwrap());
        assert_eq!(cookie(&headers, SESSION_COOKIE), None);
        headers.append("cookie", "other=1; diary_session=yes".parse().unwrap());
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("yes"));
    }

    #[test]
    fn cookies_are_closed_to_scripts_and_other_sites() {
        let cookie = diary("http://127.0.0.1:7301").set_cookie(SESSION_COOKIE, Some("abc"));
        assert_eq!(cookie, "diary_session=abc; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn over_tls_cookies_are_secure() {
        let cookie = diary("https://diary.example").set_cookie(SESSION_COOKIE, None);
        assert_eq!(
            cookie,
            "diary_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
        );
    }
}
