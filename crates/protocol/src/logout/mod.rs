//! The end session endpoint (RP-Initiated Logout 1.0 §2, §3).
//!
//! `GET /logout` ends the session at once when the hint is an ID token of this very session, and asks otherwise.
//! `POST /logout` is either our confirmation form, or a client's request: that came without cookies (`SameSite=Lax`), so it
//! is sent on as a GET. `GET /signed-out` says that it is done; it ends nothing, so going back to it asks for nothing.
//!
//! * `request`: the parameters and what is wrong with them.
//! * `told`: what the page that says so knows of them.
//! * `tell`: clients are told of endings, through the outbox (OpenID Connect Back-Channel Logout 1.0).
//! * `notice`: what the outbox keeps of it; `token`: what the client gets; `wake`: the bell for the job that calls it.

mod notice;
mod request;
mod tell;
mod token;
mod told;
mod wake;

use authority::audit::{Actor, Event, EventKind};
use authority::clients::RedirectUri;
use authority::ids::EventId;
use authority::users::FactName;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use pages::screens::{ConfirmSignOut, HiddenField, SignedOut};
use pages::{Flow, FlowOrigin, Frame, ServiceStrip};
use storage::StorageError;
use storage::sessions::{LiveSession, SessionEnd};

use crate::authorize::{append_query, see_other};
use crate::flow::{FormToken, SESSION_COOKIE, Visit, check_origin, clear_cookie, live_session};
use crate::problem::Asked;
use crate::{ParameterError, Parameters, Problem, Provider};
use request::LogoutRequest;

pub use notice::{KIND, Notice, NoticeError};
pub use storage::backchannel_logouts::Ended;
pub use tell::{ToldClient, tell_clients, tell_clients_at};
pub use token::{LogoutCall, LogoutCallError, prepare};
pub use wake::LogoutWake;

/// `GET /logout`.
pub(crate) async fn get(State(provider): State<Provider>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    let answer = async { begin(&provider, &visit, &parameters.map_err(unreadable)?).await };
    answer
        .await
        .unwrap_or_else(|problem| problem.respond(&provider, &visit))
}

/// `GET /signed-out`.
pub(crate) async fn done(State(provider): State<Provider>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    let answer = async { conclude(&provider, &visit, &parameters.map_err(unreadable)?).await };
    answer
        .await
        .unwrap_or_else(|problem| problem.respond(&provider, &visit))
}

/// `POST /logout`.
pub(crate) async fn post(
    State(provider): State<Provider>,
    visit: Visit,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let parameters = Parameters::from_form(&visit.headers, body);
    let answer = async {
        let parameters = parameters.map_err(unreadable)?;
        match parameters.get("csrf") {
            Ok(None) => send_on(&parameters),
            Ok(Some(token)) => confirm(&provider, &visit, &parameters, token).await,
            Err(error) => Err(unreadable(error)),
        }
    };
    answer
        .await
        .unwrap_or_else(|problem| problem.respond(&provider, &visit))
}

async fn begin(provider: &Provider, visit: &Visit, parameters: &Parameters) -> Result<Response, Problem> {
    let request = request::parse(provider, parameters).await?;
    let Some(live) = live_session(provider, &visit.cookies, provider.now()).await? else {
        return Ok(signed_out(&request, None));
    };
    // SE-11: the hint of this session, or the person's own word.
    let of_this_session = request
        .hint
        .as_ref()
        .is_some_and(|hint| hint.session_id == live.session.id && hint.subject == live.user.subject);
    if of_this_session {
        end(provider, visit, (&request, &live)).await?;
        return Ok(signed_out(&request, told::remember(&visit.cookies)));
    }
    ask(provider, visit, &request, &live).await
}

/// Somebody may have signed in again since; then the page would not be true.
async fn conclude(provider: &Provider, visit: &Visit, parameters: &Parameters) -> Result<Response, Problem> {
    let request = request::parse(provider, parameters).await?;
    if live_session(provider, &visit.cookies, provider.now()).await?.is_some() {
        return Ok(see_other(&append_query("/logout", &remembered(&request))));
    }
    let services = told::services(provider, &visit.cookies).await?;
    let frame = frame(provider, visit, &request);
    Ok(provider.pages.render(&frame, &SignedOut { services }))
}

/// Our form: the request is checked again, because fields can be edited.
async fn confirm(
    provider: &Provider,
    visit: &Visit,
    parameters: &Parameters,
    token: &str,
) -> Result<Response, Problem> {
    check_origin(&visit.headers, provider.issuer()).map_err(|_| Problem::OutOfDate)?;
    let request = request::parse(provider, parameters).await?;
    if let Some(live) = live_session(provider, &visit.cookies, provider.now()).await? {
        let expected = FormToken::for_session(&provider.keyring, live.session.id);
        expected.check(Some(token)).map_err(|_| Problem::OutOfDate)?;
        end(provider, visit, (&request, &live)).await?;
        return Ok(signed_out(&request, told::remember(&visit.cookies)));
    }
    Ok(signed_out(&request, None))
}

/// 303 to the same request as a GET, which brings the session cookie along.
fn send_on(parameters: &Parameters) -> Result<Response, Problem> {
    let mut members = Vec::new();
    for name in request::NAMES {
        if let Some(value) = parameters.get(name).map_err(unreadable)? {
            members.push((name, value.to_owned()));
        }
    }
    Ok(see_other(&append_query("/logout", &members)))
}

async fn ask(
    provider: &Provider,
    visit: &Visit,
    request: &LogoutRequest,
    live: &LiveSession,
) -> Result<Response, Problem> {
    let mut frame = frame(provider, visit, request);
    frame.csrf = FormToken::for_session(&provider.keyring, live.session.id).text(&mut provider.rng());
    // Browsers hold the redirect after our form to `form-action` too, so the way back to the client must be in it.
    let origin = request.return_to.as_deref().map(FlowOrigin::of_redirect_uri);
    frame.flow = origin.and_then(Result::ok).map(|origin| Flow {
        path: String::new(),
        id: String::new(),
        origin,
    });
    let facts = storage::user_facts::list(&provider.db, live.user.id, &provider.keyring).await?;
    let name = facts
        .into_iter()
        .find(|fact| fact.name == FactName::Name)
        .map(|fact| fact.value);
    let client_id = request.client.as_ref().map(|client| client.id.to_string());
    let carried = [
        ("client_id", client_id),
        ("post_logout_redirect_uri", request.return_to.clone()),
        ("state", request.state.clone()),
        ("ui_locales", request.locale.map(|locale| locale.tag().to_owned())),
    ];
    let fields = carried.into_iter().filter_map(|(name, value)| {
        Some(HiddenField {
            name: name.to_owned(),
            value: value?,
        })
    });
    let screen = ConfirmSignOut {
        name,
        fields: fields.collect(),
        stay_uri: stay_uri(request),
    };
    Ok(provider.pages.render(&frame, &screen))
}

fn stay_uri(request: &LogoutRequest) -> String {
    let origins = request
        .client
        .iter()
        .flat_map(|client| &client.redirect_uris)
        .map(RedirectUri::origin);
    origins
        .filter(|origin| origin.starts_with("http"))
        .map(|origin| format!("{origin}/"))
        .next()
        .unwrap_or_else(|| "/help".to_owned())
}

fn frame(provider: &Provider, visit: &Visit, request: &LogoutRequest) -> Frame {
    let mut frame = visit.frame(provider);
    frame.locale = visit.locale_for(request.locale);
    frame.service = request.client.as_ref().map(|client| ServiceStrip {
        name: client.name.clone(),
        domain: client
            .redirect_uris
            .first()
            .map(RedirectUri::domain)
            .unwrap_or_default(),
        back_uri: None,
        logo: None,
    });
    frame
}

/// Ends the session and everything issued in it; the event commits with it.
async fn end(
    provider: &Provider,
    visit: &Visit,
    (request, live): (&LogoutRequest, &LiveSession),
) -> Result<(), StorageError> {
    let now = provider.now();
    let event = Event {
        client_id: request.client.as_ref().map(|client| client.id.clone()),
        address: visit.address_text(),
        reference: Some(visit.reference.to_string()),
        ..Event::new(
            EventId::mint(now, &mut provider.rng()),
            now,
            EventKind::SignedOut,
            Actor::User,
        )
    };
    let event = &event.in_session(&live.session);
    let body = |tx: storage::Tx| async move {
        // A grant that is given at this very moment waits for the row, and then finds the session ended.
        storage::users::lock(&tx, live.user.id).await?;
        tell_clients(&tx, provider, Ended::Session(live.session.id)).await?;
        if storage::sessions::end(&tx, live.session.id, SessionEnd::SignedOut, now).await? {
            // What earlier sign-ins in this browser left behind ends with the last one (security rule TK-3).
            storage::sessions::end_replaced(&tx, &live.session).await?;
            storage::audit::insert(&tx, event).await?;
        }
        Ok::<_, StorageError>(())
    };
    provider.db.tx("sign_out", body).await?;
    provider.logout_wake.ring();
    Ok(())
}

/// Back to the client with nothing but `state`, or to the page that says it is done, which `ended` tells more.
fn signed_out(request: &LogoutRequest, ended: Option<HeaderValue>) -> Response {
    let mut response = match &request.return_to {
        Some(uri) => {
            let state = request.state.clone().map(|state| ("state", state));
            see_other(&append_query(uri, state.as_slice()))
        }
        None => see_other(&append_query("/signed-out", &remembered(request))),
    };
    if let Some(client) = &request.client {
        response.extensions_mut().insert(client.id.clone());
    }
    let ended = ended.filter(|_| request.return_to.is_none());
    for cookie in clear_cookie(SESSION_COOKIE).into_iter().chain(ended) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What the pages after this one need to look the same.
fn remembered(request: &LogoutRequest) -> Vec<(&'static str, String)> {
    let client = request
        .client
        .as_ref()
        .map(|client| ("client_id", client.id.to_string()));
    let locale = request.locale.map(|locale| ("ui_locales", locale.tag().to_owned()));
    client.into_iter().chain(locale).collect()
}

fn unreadable(error: ParameterError) -> Problem {
    Problem::WronglyAsked(Box::new(Asked {
        parameter: "request",
        description: error.to_string(),
        client_id: None,
        sent: None,
    }))
}
