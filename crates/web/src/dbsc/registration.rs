//! `POST /dbsc/registration`: the browser itself, after the answer that offered it, brings a key and signs the challenge
//! with it. Cookie, challenge and signature together bind the key, once.

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::secret::PlainToken;
use authority::time::Timestamp;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jose::PublicJwk;
use protocol::flow::{LiveSession, SESSION_COOKIE, Visit, session_digest};
use protocol::{Problem, Provider};
use storage::{StorageError, Tx, audit, sessions, users};

use super::challenge::{self, Use};
use super::proof::{self, Refusal};
use super::{REGISTRATION_PATH, answer, bound_cookie, header, instructions, refused, switched_off};
use crate::WebState;
use crate::answer::with_cookies;
use crate::visit::Visited;

/// A key about to be bound.
struct Registration<'a> {
    provider: &'a Provider,
    visit: &'a Visit,
    cookie: &'a PlainToken,
    key: PublicJwk,
    now: Timestamp,
}

/// `POST /dbsc/registration`
pub(crate) async fn register(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    if !state.settings.device_bound {
        return switched_off();
    }
    match registered(&state.provider, &visit).await {
        Ok(response) => response,
        Err(error) => Problem::OurFault(error).respond(&state.provider, &visit),
    }
}

async fn registered(provider: &Provider, visit: &Visit) -> Result<Response, StorageError> {
    let Some(cookie) = visit.cookies.token(SESSION_COOKIE) else {
        return Ok(refused(StatusCode::BAD_REQUEST, "no_session"));
    };
    let now = provider.now();
    let key = match proven_key(provider, visit, &cookie, now) {
        Ok(key) => key,
        Err(refusal) => {
            let (reference, code) = (visit.reference.as_str(), refusal.code());
            tracing::warn!(
                reference,
                class = "refused",
                code,
                "the key of a browser was not bound to its session"
            );
            return Ok(refused(StatusCode::BAD_REQUEST, code));
        }
    };
    let registration = &Registration {
        provider,
        visit,
        cookie: &cookie,
        key,
        now,
    };
    let bound = provider
        .db
        .tx("bind_session_key", |tx| async move { registration.bind(&tx).await });
    let Some(live) = bound.await? else {
        return Ok(refused(StatusCode::BAD_REQUEST, "no_session"));
    };
    let body = instructions::instructions(live.session.id, provider.issuer());
    // The value stays until the first refresh: pages of the sign-in are being fetched with it at this moment.
    Ok(with_cookies(answer(StatusCode::OK, &body), bound_cookie(&cookie)))
}

fn proven_key(provider: &Provider, visit: &Visit, cookie: &PlainToken, now: Timestamp) -> Result<PublicJwk, Refusal> {
    let token = header::text(&visit.headers, &header::RESPONSE).ok_or(Refusal::Malformed)?;
    let key = proof::brought_key(token)?;
    let means = (&*provider.keyring, provider.policy().challenge_ttl);
    let digest = session_digest(&provider.keyring, cookie);
    let address = provider.url(REGISTRATION_PATH);
    proof::verify(token, &key, &address, |text| {
        challenge::is_open(text, means, (Use::Registration, &digest), now)
    })?;
    Ok(key)
}

impl Registration<'_> {
    /// Holds the user's row and reads the session again. `None` when it is not live, has a key, or its device has none.
    async fn bind(&self, tx: &Tx) -> Result<Option<LiveSession>, StorageError> {
        let (digest, moment) = (
            session_digest(&self.provider.keyring, self.cookie),
            self.provider.moment(self.now),
        );
        let Some(found) = sessions::find_live(tx, &digest, moment).await? else {
            return Ok(None);
        };
        users::lock(tx, found.user.id).await?;
        let live = sessions::find_live(tx, &digest, moment).await?;
        let Some(live) = live.filter(has_proven_device) else {
            return Ok(None);
        };
        let jwk = self.key.to_json().to_string();
        if !sessions::bind_key(tx, live.session.id, &jwk, self.now).await? {
            return Ok(None);
        }
        audit::insert(tx, &self.event(&live)).await?;
        Ok(Some(live))
    }

    fn event(&self, live: &LiveSession) -> Event {
        let id = EventId::mint(self.now, &mut self.provider.rng());
        Event {
            address: self.visit.address_text(),
            reference: Some(self.visit.reference.to_string()),
            ..Event::new(id, self.now, EventKind::SessionKeyBound, Actor::User)
        }
        .in_session(&live.session)
    }
}

fn has_proven_device(live: &LiveSession) -> bool {
    live.device.as_ref().is_some_and(|device| device.key.signs())
}
