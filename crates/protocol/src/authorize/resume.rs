//! Going on with a kept request: what the pages call after each finished step. The same question as at the first request
//! decides; every way out sends exactly one response.

use authority::audit::{Actor, Event, EventKind};
use authority::authentication::{NextStep, SignInReason};
use authority::consents::ConsentNeed;
use authority::ids::EventId;
use axum::response::Response;
use storage::sessions::LiveSession;

use super::issue::{Issued, issue};
use super::return_path::ReturnPath;
use super::situation::{Asking, Situation, assess};
use super::{RequestError, own};
use crate::cabinet::is_cabinet;
use crate::flow::{OpenFlow, Visit};
use crate::{Problem, Provider};

/// What the pages do next.
#[derive(Debug)]
pub enum Resume {
    /// Sign in with both stages.
    SignIn(SignInReason),
    /// Let the device of this session prove its key.
    ProveDevice(Box<LiveSession>),
    /// Ask whether to go on as this person (S16).
    ContinueAs(Box<LiveSession>),
    /// Ask in whose name the person goes on (S17).
    ChooseName(Box<LiveSession>),
    /// Ask what may be released (S13).
    Consent(ConsentNeed, Box<LiveSession>),
    /// The response to the client: send it as it is.
    Done(Response),
}

/// Why the person ends the flow.
#[derive(Debug)]
pub enum Refusal<'a> {
    /// The person went back to the service; the event tells it and whatever is known about the person.
    Cancelled(&'a Event),
    /// The person of this session declined on the consent page.
    ConsentDenied(&'a LiveSession),
}

/// Asks what comes next, and gives the response to the client when nothing does. Open the flow anew after changing it.
///
/// # Errors
/// [`Problem::OutOfDate`] when the response has left already, [`Problem::OurFault`] when the database fails.
pub async fn resume(provider: &Provider, visit: &Visit, flow: &OpenFlow) -> Result<Resume, Problem> {
    if is_cabinet(&flow.client.id) {
        return own::resume(provider, visit, flow).await;
    }
    // Twice: the facts may change between the question and the issuing, but not endlessly.
    for _ in 0..2 {
        let asking = Asking {
            request: &flow.interaction.request,
            client: &flow.client,
            progress: flow.interaction.progress,
        };
        let Situation { live, step } = assess(provider, visit, asking, provider.now()).await?;
        let resume = match (step, live) {
            (NextStep::SignIn(reason), _) => Resume::SignIn(reason),
            (NextStep::AssuranceUnmet, live) => {
                let event = refused(provider, visit, flow, live.as_ref(), "assurance_unmet");
                Resume::Done(conclude(provider, visit, flow, RequestError::AssuranceUnmet, &event).await?)
            }
            (NextStep::OtherPerson, live) => {
                let event = refused(provider, visit, flow, live.as_ref(), "other_person");
                Resume::Done(conclude(provider, visit, flow, RequestError::OtherPerson, &event).await?)
            }
            (NextStep::ProveDevice, Some(live)) => Resume::ProveDevice(Box::new(live)),
            (NextStep::ContinueAs, Some(live)) => Resume::ContinueAs(Box::new(live)),
            (NextStep::ChooseName, Some(live)) => Resume::ChooseName(Box::new(live)),
            (NextStep::Consent(need), Some(live)) => Resume::Consent(need, Box::new(live)),
            (NextStep::Issue, Some(live)) => {
                match issue((provider, visit), asking, &live, Some(flow.interaction.id)).await? {
                    Issued::Code(code) => {
                        let path = ReturnPath::of(asking.request);
                        Resume::Done(path.succeed(provider, visit, live.user.id, code.expose()))
                    }
                    Issued::Changed => continue,
                    Issued::Over => return Err(Problem::OutOfDate),
                }
            }
            // `next_step` asks for a person only when nobody is there.
            (
                NextStep::ProveDevice
                | NextStep::ContinueAs
                | NextStep::ChooseName
                | NextStep::Consent(_)
                | NextStep::Issue,
                None,
            ) => Resume::SignIn(SignInReason::NoSession),
        };
        return Ok(resume);
    }
    Err(Problem::OutOfDate)
}

/// Ends the flow as the person wishes: `access_denied` goes to the client.
///
/// # Errors
/// [`Problem::OutOfDate`] when the response has left already, [`Problem::OurFault`] when the database fails.
pub async fn refuse(
    provider: &Provider,
    visit: &Visit,
    flow: &OpenFlow,
    refusal: Refusal<'_>,
) -> Result<Response, Problem> {
    if is_cabinet(&flow.client.id) {
        return own::leave(provider, flow).await;
    }
    let denied;
    let event = match refusal {
        Refusal::Cancelled(event) => event,
        Refusal::ConsentDenied(live) => {
            denied = event(provider, visit, flow, EventKind::ConsentDenied).in_session(&live.session);
            &denied
        }
    };
    conclude(provider, visit, flow, RequestError::AccessDenied, event).await
}

/// Takes the interaction and sends the error; the audit event commits with it. While the sealer is late neither happens: the
/// person gets the page to come back later, and the flow stays open.
async fn conclude(
    provider: &Provider,
    visit: &Visit,
    flow: &OpenFlow,
    error: RequestError,
    event: &Event,
) -> Result<Response, Problem> {
    let (id, now) = (flow.interaction.id, provider.now());
    let end = provider.db.tx("end_flow", |tx| async move {
        let taken = storage::interactions::take(&tx, id, now).await?;
        if taken {
            storage::audit::insert(&tx, event).await?;
        }
        Ok::<_, storage::StorageError>(taken)
    });
    if end.await? {
        Ok(ReturnPath::of(&flow.interaction.request).fail(provider, visit, error))
    } else {
        Err(Problem::OutOfDate)
    }
}

/// A sign-in that succeeded here and is not what the client insists on.
fn refused(
    provider: &Provider,
    visit: &Visit,
    flow: &OpenFlow,
    live: Option<&LiveSession>,
    reason: &'static str,
) -> Event {
    let event = Event {
        reason: reason.to_owned(),
        ..event(provider, visit, flow, EventKind::SignInRefused)
    };
    match live {
        Some(live) => event.in_session(&live.session),
        None => event,
    }
}

fn event(provider: &Provider, visit: &Visit, flow: &OpenFlow, kind: EventKind) -> Event {
    let now = provider.now();
    let id = EventId::mint(now, &mut provider.rng());
    Event {
        client_id: Some(flow.client.id.clone()),
        address: visit.address_text(),
        reference: Some(visit.reference.to_string()),
        ..Event::new(id, now, kind, Actor::User)
    }
}
