//! One request on a page of a running flow. Handlers take [`FlowPage`] (GET) or [`FlowForm`] (POST) as their argument, so
//! none runs before this browser has proven that the flow is its own (security rules AZ-12, SE-5).

use authority::audit::{Actor, Event, EventKind};
use authority::authentication::SignInAttempt;
use authority::ids::EventId;
use authority::time::Timestamp;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::Response;
use http::request::Parts;
use pages::{Frame, Screen};
use protocol::flow::{OpenFlow, Visit, check_origin, open_flow};
use protocol::{Parameters, Problem, Provider};
use storage::StorageError;

use super::Place;
use crate::WebState;
use crate::answer;

/// A request on a page of a flow that is open and this browser's own.
pub(crate) struct FlowPage {
    /// What handlers need.
    pub(crate) state: WebState,
    /// The browser.
    pub(crate) visit: Visit,
    /// The interaction and its client.
    pub(crate) flow: OpenFlow,
    /// The instant of the request; one for all its decisions.
    pub(crate) now: Timestamp,
}

/// A form posted on such a page, by the page itself: origin and form token were checked.
pub(crate) struct FlowForm {
    /// The page.
    pub(crate) page: FlowPage,
    /// Its fields.
    pub(crate) fields: Parameters,
}

impl FlowPage {
    /// What every handler needs.
    pub(crate) const fn provider(&self) -> &Provider {
        &self.state.provider
    }

    /// The frame around the screens of this flow.
    pub(crate) fn frame(&self) -> Frame {
        self.flow.frame(self.provider(), &self.visit)
    }

    /// A screen in the frame of this flow, as the page at `place`, where the language switch returns to.
    pub(crate) fn render<S: Screen>(&self, place: Place, screen: &S) -> Response {
        self.render_marked(place, screen, false)
    }

    /// The same, with the bar that says TEST when the person came on the sandbox way.
    pub(crate) fn render_marked<S: Screen>(&self, place: Place, screen: &S, sandbox: bool) -> Response {
        let mut frame = self.frame();
        frame.here = self.path_of(place.segment());
        frame.test_bar = sandbox;
        self.provider().pages.render(&frame, screen)
    }

    /// The query parameter `way` of the sign-in page.
    pub(crate) fn way(&self) -> Option<&str> {
        let (_, query) = self.visit.here.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("way="))
    }

    /// The path of a page of this flow.
    pub(crate) fn path_of(&self, segment: &str) -> String {
        format!("{}/{segment}", self.flow.path())
    }

    /// Sends the browser to another page of this flow.
    pub(crate) fn see(&self, place: Place) -> Response {
        answer::see_other(&self.path_of(place.segment()))
    }

    /// The answer, or the page for what went wrong.
    pub(crate) fn answer(&self, result: Result<Response, Problem>) -> Response {
        result.unwrap_or_else(|problem| problem.respond(self.provider(), &self.visit))
    }

    /// The attempt that this flow began last.
    pub(crate) async fn latest_attempt(&self) -> Result<Option<SignInAttempt>, StorageError> {
        storage::attempts::find_latest(&self.provider().db, self.flow.interaction.id).await
    }

    /// An audit event of this request, about nobody yet.
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        let id = EventId::mint(self.now, &mut self.provider().rng());
        let mut event = Event::new(id, self.now, kind, Actor::User);
        event.client_id = Some(self.flow.client.id.clone());
        event.address = self.visit.address_text();
        event.reference = Some(self.visit.reference.to_string());
        event
    }
}

impl FromRequestParts<WebState> for FlowPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Response> {
        let visit = Visit::of(parts, &state.provider);
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Ok(Path(id)) = path else {
            return Err(Problem::NoSuchPage.respond(&state.provider, &visit));
        };
        let now = state.provider.now();
        match open_flow(&state.provider, &visit, &id).await {
            Ok(flow) => Ok(Self {
                state: state.clone(),
                visit,
                flow,
                now,
            }),
            Err(refusal) => Err(Problem::from(refusal).respond(&state.provider, &visit)),
        }
    }
}

impl FromRequest<WebState> for FlowForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let page = FlowPage::from_request_parts(&mut parts, state).await?;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let token = page.flow.form_token(&state.provider.keyring);
        let fields = Parameters::from_form(&headers, body)
            .ok()
            .filter(|fields| fields.get("csrf").is_ok_and(|posted| token.check(posted).is_ok()))
            .filter(|_| check_origin(&headers, state.provider.issuer()).is_ok());
        match fields {
            Some(fields) => Ok(Self { page, fields }),
            None => Err(page.answer(Err(Problem::OutOfDate))),
        }
    }
}

impl FlowForm {
    /// The value of a field; one that is missing, empty or repeated is none.
    pub(crate) fn field(&self, name: &'static str) -> Option<&str> {
        self.fields.get(name).ok().flatten()
    }
}
