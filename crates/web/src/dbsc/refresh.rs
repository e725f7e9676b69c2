//! `POST /dbsc/refresh`: the browser itself asks for the next cookie. It is told a challenge first (403), comes again with
//! the challenge signed by the bound key, and gets a cookie in the place of the one before. No cookie is needed: the one
//! before may be over, and whoever copied it has nothing by it. It is no activity of the person (security rule SE-4).

use authority::ids::SessionId;
use authority::secret::PlainToken;
use authority::time::Timestamp;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jose::PublicJwk;
use protocol::flow::{Visit, session_digest};
use protocol::{Problem, Provider};
use storage::sessions::{self, BoundSession};
use storage::{StorageError, Tx};

use super::challenge::{self, Use};
use super::proof::{self, Refusal};
use super::{REFRESH_PATH, answer, bound_cookie, header, instructions, refused, switched_off};
use crate::WebState;
use crate::answer::with_cookies;
use crate::visit::Visited;

/// `POST /dbsc/refresh`
pub(crate) async fn refresh(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    if !state.settings.device_bound {
        return switched_off();
    }
    match refreshed(&state.provider, &visit).await {
        Ok(response) => response,
        Err(error) => Problem::OurFault(error).respond(&state.provider, &visit),
    }
}

async fn refreshed(provider: &Provider, visit: &Visit) -> Result<Response, StorageError> {
    let named = header::text(&visit.headers, &header::SESSION_ID).and_then(|text| text.parse::<SessionId>().ok());
    let Some(id) = named else {
        return Ok(refused(StatusCode::BAD_REQUEST, "no_session"));
    };
    let now = provider.now();
    let Some(session) = sessions::find_bound(&provider.db, id, provider.moment(now)).await? else {
        return Ok(over());
    };
    let Some(token) = header::text(&visit.headers, &header::RESPONSE) else {
        return Ok(challenged(provider, &session, now));
    };
    match judge(provider, &session, token, now) {
        Ok(()) => replaced(provider, &session, now).await,
        Err(Refusal::Challenge) => Ok(challenged(provider, &session, now)),
        Err(refusal) => {
            let (reference, code) = (visit.reference.as_str(), refusal.code());
            tracing::warn!(
                reference,
                class = "refused",
                code,
                "a proof for the next session cookie was refused"
            );
            Ok(refused(StatusCode::BAD_REQUEST, code))
        }
    }
}

fn judge(provider: &Provider, session: &BoundSession, token: &str, now: Timestamp) -> Result<(), Refusal> {
    let key = PublicJwk::parse(session.public_jwk.as_bytes()).map_err(|_| Refusal::KeyKind)?;
    let means = (&*provider.keyring, provider.policy().challenge_ttl);
    proof::verify(token, &key, &provider.url(REFRESH_PATH), |text| {
        challenge::is_open(text, means, (Use::Refresh, &session.cookie_digest), now)
    })
}

/// Of two that come at once with the same challenge one gets the cookie; the other is told to prove again.
async fn replaced(provider: &Provider, session: &BoundSession, now: Timestamp) -> Result<Response, StorageError> {
    let cookie = PlainToken::mint(&mut provider.rng());
    let digest = &session_digest(&provider.keyring, &cookie);
    let rotated = provider.db.tx("refresh_session_cookie", |tx: Tx| async move {
        sessions::rotate_cookie(&tx, session, digest, now).await
    });
    if rotated.await? {
        let body = instructions::instructions(session.id, provider.issuer());
        return Ok(with_cookies(answer(StatusCode::OK, &body), bound_cookie(&cookie)));
    }
    let again = sessions::find_bound(&provider.db, session.id, provider.moment(now)).await?;
    Ok(again.map_or_else(over, |session| challenged(provider, &session, now)))
}

/// 403 with a challenge: the browser signs it and comes again.
fn challenged(provider: &Provider, session: &BoundSession, now: Timestamp) -> Response {
    let challenge = challenge::mint(&provider.keyring, Use::Refresh, &session.cookie_digest, now);
    let mut response = refused(StatusCode::FORBIDDEN, "challenge");
    if let Some(value) = header::challenge(&challenge, &session.id.to_string()) {
        response.headers_mut().insert(header::CHALLENGE, value);
    }
    response
}

/// The session ended, or is none: the browser forgets it.
fn over() -> Response {
    refused(StatusCode::GONE, "session_over")
}
