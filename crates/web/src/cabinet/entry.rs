//! One request in the cabinet. Handlers take [`CabinetPage`] (GET) or [`CabinetForm`] (POST), so none runs before the
//! session is live and young enough, its device may act, and a ticket that the device's key earned was used.

use std::time::Duration;

use authority::audit::{Actor, Event, EventKind};
use authority::devices::DeviceKey;
use authority::ids::EventId;
use authority::policy::Policy;
use authority::secret::PlainToken;
use authority::time::{Timestamp, minutes};
use authority::users::User;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::request::Parts;
use pages::screens::{CabinetFrame, Flash, Section};
use pages::{Frame, Screen};
use protocol::authorize::sign_in_to_cabinet;
use protocol::cabinet::{CABINET_ID, CABINET_PATH, cabinet_path};
use protocol::flow::{
    FormToken, LiveSession, SESSION_COOKIE, Visit, check_origin, clear_cookie, session_digest, set_cookie,
};
use protocol::{Parameters, Problem, Provider};
use storage::cabinet_tickets::TicketKind;
use storage::{Moment, StorageError, Tx, sessions, users};

use super::prove;
use super::tickets::{self, TICKET_COOKIE};
use crate::WebState;
use crate::answer;

/// The cabinet closes when nothing was done in the session for so long; the session's absolute end holds too.
pub(super) const IDLE: Duration = minutes(10);
/// What is dangerous needs a sign-in that is no older (S14).
pub(super) const RECENT: Duration = minutes(5);
/// Carries what was just done to the next page; it has no authority.
const FLASH_COOKIE: &str = "__Host-kiru_flash";

/// A page of the cabinet, open to this browser once.
pub(crate) struct CabinetPage {
    /// What handlers need.
    pub(super) state: WebState,
    /// The browser.
    pub(super) visit: Visit,
    /// Session, person and device.
    pub(super) live: LiveSession,
    /// The instant of the request; one for all its decisions.
    pub(super) now: Timestamp,
    /// What its forms carry.
    ticket: PlainToken,
}

/// A form that such a page posted: origin, form token and ticket were checked, and the ticket was used.
pub(crate) struct CabinetForm {
    /// What handlers need.
    pub(super) state: WebState,
    /// The browser.
    pub(super) visit: Visit,
    /// Session, person and device.
    pub(super) live: LiveSession,
    /// The instant of the request.
    pub(super) now: Timestamp,
    /// Its fields.
    fields: Parameters,
}

/// What a request without leave is told.
pub(super) enum Refused {
    /// A page, or the way to one.
    Answer(Response),
    /// What went wrong.
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Self::Problem(Problem::OurFault(error))
    }
}

impl Refused {
    pub(super) fn respond(self, provider: &Provider, visit: &Visit) -> Response {
        match self {
            Self::Answer(response) => response,
            Self::Problem(problem) => problem.respond(provider, visit),
        }
    }
}

/// How sessions are judged here.
pub(super) fn moment(provider: &Provider, now: Timestamp) -> Moment {
    let policy = provider.policy();
    let policy = Policy {
        session_idle: policy.session_idle.min(IDLE),
        ..policy.clone()
    };
    Moment::under(&policy, now)
}

/// The session of this browser, while the cabinet is open to it.
pub(super) async fn live_session(
    provider: &Provider,
    visit: &Visit,
    now: Timestamp,
) -> Result<Option<LiveSession>, StorageError> {
    let Some(cookie) = visit.cookies.token(SESSION_COOKIE) else {
        return Ok(None);
    };
    let digest = session_digest(&provider.keyring, &cookie);
    sessions::find_live(&provider.db, &digest, moment(provider, now)).await
}

/// Whether pages need no proof, because nothing signs: a sandbox device is its cookie, and only where sandboxes are.
fn needs_no_proof(state: &WebState, key: &DeviceKey) -> bool {
    #[cfg(feature = "sandbox")]
    if state.settings.sandbox {
        return !key.signs();
    }
    let _ = (state, key);
    false
}

async fn open(state: &WebState, visit: &Visit, now: Timestamp) -> Result<(LiveSession, PlainToken), Refused> {
    let (provider, path) = (&state.provider, cabinet_path(&visit.here));
    let live = live_session(provider, visit, now).await?;
    let device = live.as_ref().and_then(|live| live.device.clone());
    let (Some(live), Some(device)) = (live, device) else {
        return Err(Refused::Answer(sign_in_to_cabinet(provider, visit, path).await?));
    };
    let free = needs_no_proof(state, &device.key);
    if !free && !device.key.signs() {
        return Err(Refused::Answer(sign_in_to_cabinet(provider, visit, path).await?));
    }
    let shown = visit.cookies.token(TICKET_COOKIE);
    let (session, shown) = (&live.session, shown.as_ref());
    let opened = provider.db.tx("cabinet_page", |tx| async move {
        let earned = match shown {
            Some(token) => tickets::take(&tx, provider, TicketKind::Page, (session.id, token), now).await?,
            None => None,
        };
        if earned.is_none() && !free {
            return Ok::<_, StorageError>(None);
        }
        sessions::record_touch(&tx, session, provider.policy(), now).await?;
        tickets::mint(&tx, provider, TicketKind::Form, (session.id, path), now)
            .await
            .map(Some)
    });
    match opened.await? {
        Some(ticket) => Ok((live, ticket)),
        None => Err(Refused::Answer(
            prove::page(provider, visit, &live, &device, now).await?,
        )),
    }
}

impl FromRequestParts<WebState> for CabinetPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let visit = Visit::of(parts, &state.provider);
        let now = state.provider.now();
        match open(state, &visit, now).await {
            Ok((live, ticket)) => Ok(Self {
                state: state.clone(),
                visit,
                live,
                now,
                ticket,
            }),
            Err(refused) => Err(refused.respond(&state.provider, &visit)),
        }
    }
}

impl FromRequest<WebState> for CabinetForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let visit = Visit::of(&parts, &state.provider);
        let now = state.provider.now();
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let fields = Parameters::from_form(&visit.headers, body).map_err(|_| Problem::OutOfDate);
        let checked = match fields {
            Ok(fields) => check(state, &visit, &fields, now).await.map(|live| (live, fields)),
            Err(problem) => Err(Refused::Problem(problem)),
        };
        match checked {
            Ok((live, fields)) => Ok(Self {
                state: state.clone(),
                visit,
                live,
                now,
                fields,
            }),
            Err(refused) => Err(refused.respond(&state.provider, &visit)),
        }
    }
}

async fn check(state: &WebState, visit: &Visit, fields: &Parameters, now: Timestamp) -> Result<LiveSession, Refused> {
    let provider = &state.provider;
    check_origin(&visit.headers, provider.issuer()).map_err(|_| Problem::OutOfDate)?;
    let Some(live) = live_session(provider, visit, now).await? else {
        return Err(Refused::Answer(
            sign_in_to_cabinet(provider, visit, CABINET_PATH).await?,
        ));
    };
    own_form(provider, &live, fields)?;
    match take_form(provider, &live, fields, now).await? {
        Some(_) => Ok(live),
        None => Err(Problem::OutOfDate.into()),
    }
}

/// The form token of this session.
pub(super) fn own_form(provider: &Provider, live: &LiveSession, fields: &Parameters) -> Result<(), Problem> {
    let token = FormToken::for_session(&provider.keyring, live.session.id);
    let posted = fields.get("csrf").map_err(|_| Problem::OutOfDate)?;
    token.check(posted).map_err(|_| Problem::OutOfDate)
}

/// What the forms of this session carry.
pub(super) fn own_token(provider: &Provider, live: &LiveSession) -> String {
    FormToken::for_session(&provider.keyring, live.session.id).text(&mut provider.rng())
}

/// Uses the ticket of a form, and says on which page it stood.
pub(super) async fn take_form(
    provider: &Provider,
    live: &LiveSession,
    fields: &Parameters,
    now: Timestamp,
) -> Result<Option<String>, StorageError> {
    let posted = fields.get("ticket").ok().flatten();
    let Some(token) = posted.and_then(|text| PlainToken::parse(text).ok()) else {
        return Ok(None);
    };
    let (id, token) = (live.session.id, &token);
    provider
        .db
        .tx("cabinet_form", |tx| async move {
            tickets::take(&tx, provider, TicketKind::Form, (id, token), now).await
        })
        .await
}

/// Whether the person signed in just now.
fn is_recent(live: &LiveSession, now: Timestamp) -> bool {
    now.since(live.session.authenticated_at) <= RECENT
}

/// The person, locked, while this very session is live.
async fn standing(
    tx: &Tx,
    provider: &Provider,
    live: &LiveSession,
    now: Timestamp,
) -> Result<Option<User>, StorageError> {
    let Some(user) = users::lock(tx, live.user.id).await? else {
        return Ok(None);
    };
    let moment = moment(provider, now);
    let live = sessions::find_live_for_user(tx, user.id, live.session.id, moment).await?;
    Ok(live.map(|_| user))
}

impl CabinetPage {
    pub(super) const fn provider(&self) -> &Provider {
        &self.state.provider
    }

    /// Whether what is dangerous may be asked for without S14.
    pub(super) fn is_recent(&self) -> bool {
        is_recent(&self.live, self.now)
    }

    /// The value of the one-time field `ticket`.
    pub(super) fn ticket(&self) -> &str {
        self.ticket.expose()
    }

    /// What every page has.
    pub(super) fn cabinet(&self, section: Section) -> CabinetFrame {
        CabinetFrame {
            section,
            ticket: self.ticket.expose().to_owned(),
            flash: self.visit.cookies.get(FLASH_COOKIE).and_then(Flash::from_word),
        }
    }

    /// A screen in its frame; ticket and flash are used up.
    pub(super) fn render<S: Screen>(&self, screen: &S) -> Response {
        let response = self.provider().pages.render(&self.frame(), screen);
        let used = [TICKET_COOKIE, FLASH_COOKIE]
            .into_iter()
            .filter(|name| self.visit.cookies.get(name).is_some());
        answer::with_cookies(response, used.filter_map(clear_cookie))
    }

    fn frame(&self) -> Frame {
        let mut frame = self.visit.frame(self.provider());
        frame.csrf = own_token(self.provider(), &self.live);
        cabinet_path(&self.visit.here).clone_into(&mut frame.here);
        frame.test_bar = self.live.device.as_ref().is_some_and(|device| !device.key.signs());
        frame
    }

    /// The answer, or the page for what went wrong.
    pub(super) fn answer(&self, result: Result<Response, Problem>) -> Response {
        result.unwrap_or_else(|problem| problem.respond(self.provider(), &self.visit))
    }
}

impl CabinetForm {
    pub(super) const fn provider(&self) -> &Provider {
        &self.state.provider
    }

    /// Whether what is dangerous may be done without S14.
    pub(super) fn is_recent(&self) -> bool {
        is_recent(&self.live, self.now)
    }

    /// The page of this form once more, with a ticket for another try: the first one was used up by it.
    pub(super) async fn again(self) -> Result<CabinetPage, Response> {
        let (provider, session, now) = (self.provider(), self.live.session.id, self.now);
        let path = cabinet_path(&self.visit.here);
        let minted = provider.db.tx("cabinet_form_again", |tx| async move {
            tickets::mint(&tx, provider, TicketKind::Form, (session, path), now).await
        });
        let minted: Result<PlainToken, StorageError> = minted.await;
        let ticket = match minted {
            Ok(ticket) => ticket,
            Err(error) => return Err(Refused::from(error).respond(self.provider(), &self.visit)),
        };
        Ok(CabinetPage {
            state: self.state,
            visit: self.visit,
            live: self.live,
            now,
            ticket,
        })
    }

    /// The value of a field; one that is missing, empty or repeated is none.
    pub(super) fn field(&self, name: &'static str) -> Option<&str> {
        self.fields.get(name).ok().flatten()
    }

    /// All its fields.
    pub(super) const fn fields(&self) -> &Parameters {
        &self.fields
    }

    /// The person, locked, while this very session is live.
    pub(super) async fn standing(&self, tx: &Tx) -> Result<Option<User>, StorageError> {
        standing(tx, self.provider(), &self.live, self.now).await
    }

    /// An audit event of this request, about the person.
    pub(super) fn event(&self, kind: EventKind) -> Event {
        event(self.provider(), &self.visit, (&self.live, kind), self.now)
    }

    /// The page that tells what was done.
    pub(super) fn see(path: &str, flash: Option<Flash>) -> Response {
        let cookie = flash.and_then(|flash| set_cookie(FLASH_COOKIE, flash.as_str(), Some(minutes(1))));
        answer::with_cookies(answer::see_other(path), cookie)
    }

    /// The answer, or the page for what went wrong.
    pub(super) fn answer(&self, result: Result<Response, Problem>) -> Response {
        result.unwrap_or_else(|problem| problem.respond(self.provider(), &self.visit))
    }
}

/// An audit event in the cabinet, about the person of this session.
pub(super) fn event(
    provider: &Provider,
    visit: &Visit,
    (live, kind): (&LiveSession, EventKind),
    now: Timestamp,
) -> Event {
    Event {
        client_id: authority::clients::ClientId::parse(CABINET_ID).ok(),
        address: visit.address_text(),
        reference: Some(visit.reference.to_string()),
        ..Event::new(EventId::mint(now, &mut provider.rng()), now, kind, Actor::User)
    }
    .in_session(&live.session)
}
