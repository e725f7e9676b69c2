//! The device page, `/flow/{id}/device`: what comes after both stages (product A1, A2, A7, A8). What it shows depends on
//! the account and on this browser, so nothing of it appears earlier (security rule AC-1).
//!
//! * `view`: what this browser is to the account. `name`: what people call it.
//! * `proof`: checking a device proof. `binding`: the one transaction that binds and signs in.
//!   `minting`: what it makes and ends.
//! * `confirm`: the proof beside an SMS code.
//! * `session`: the same proof for a session that is used again. `nonce`: what is signed.
//! * `sharing`: keys that seem to be shared. `locks`: X3 to X6. `problem`: R1, R7. `in_app`: windows inside other applications, where nothing is bound.

pub(crate) mod binding;
mod confirm;
pub(crate) mod in_app;
mod locks;
mod minting;
pub(crate) mod name;
pub(crate) mod nonce;
mod problem;
pub mod proof;
mod session;
pub(crate) mod shared;
pub(crate) mod sharing;
mod view;

use authority::assurance::amr;
use authority::audit::{Event, EventKind};
use authority::authentication::{Challenge, FirstFactor, FirstStage, SecondStage, SignInAttempt};
use authority::devices::BindingView;
use authority::ids::DeviceId;
use authority::time::days;
use authority::users::User;
use axum::response::Response;
use pages::screens::{ProofPurpose, ProofRequest, ProveDevice, RememberDevice, RememberProblem};
use protocol::Problem;
use protocol::authorize::{Resume, resume};
use protocol::flow::{LiveSession, SESSION_COOKIE, device_cookie_name, set_cookie};
use storage::{StorageError, Tx, audit, devices, users};

use self::binding::{Outcome, Posted, SignedIn, Stop};
use self::problem::Seen;
use crate::flow::{FlowForm, FlowPage, Place};
use crate::{answer, dbsc};

pub(crate) use self::confirm::{confirm_request, is_proven};
pub(crate) use self::problem::{DeviceProblem, Overtaken, cannot_remember, hours, only_newest};
pub(crate) use self::proof::{Expected, ProofRefusal, verify};
pub(crate) use self::view::{Bindings, shown_device};

/// How long browsers keep the device cookie: the longest that they allow (RFC 6265bis §5.5).
const COOKIE_AGE: std::time::Duration = days(400);

/// `GET /flow/{id}/device`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/device`, fields `public_key`, `proof`, or `problem`.
pub(crate) async fn commit(form: FlowForm) -> Response {
    let answer = committed(&form).await;
    form.page.answer(answer)
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    let attempt = page.latest_attempt().await?;
    let Some((attempt, first)) = both_stages(page, attempt.as_ref()) else {
        return match elsewhere(page, attempt.as_ref()).await? {
            Elsewhere::Session(live) => session::show(page, &live).await,
            Elsewhere::Answer(response) => Ok(response),
        };
    };
    let user = users::find(&page.provider().db, first.user_id).await?;
    let Some(user) = user else {
        return Ok(page.see(Place::SignIn));
    };
    if let Err(barred) = user.state.admit() {
        return Ok(locks::page(page, barred, &user).await?);
    }
    let live = devices::list_live_for_user(&page.provider().db, user.id).await?;
    let bindings = Bindings::judge(page, first, &user, live);
    if binding::elsewhere(bindings.view).is_some() {
        return bound_elsewhere(page, &bindings, (without_cookie(page, first), Overtaken::No)).await;
    }
    let shared_minutes = shared::minutes(page, &bindings).await?;
    // A shared computer binds nothing, whatever its browser is.
    if bindings.is_first() && shared_minutes.is_none() && in_app::is_in_app(page) {
        return Ok(cannot_remember(page, Place::Device, RememberProblem::InAppBrowser));
    }
    let nonce = nonce::for_attempt(page, attempt.id, binding::purpose(bindings.view)).await?;
    Ok(ask(page, first, &bindings, (&nonce, shared_minutes)))
}

/// The latest attempt, while both its stages are proven and it waits for the device.
pub(crate) fn both_stages<'a>(
    page: &FlowPage,
    attempt: Option<&'a SignInAttempt>,
) -> Option<(&'a SignInAttempt, &'a FirstStage)> {
    let attempt = attempt.filter(|attempt| Place::of(Some(attempt), page.now) == Place::Device)?;
    attempt.both_stages().ok().map(|(first, _)| (attempt, first))
}

/// What the device page is for when no attempt waits for it.
enum Elsewhere {
    /// The device of a live session proves itself.
    Session(Box<LiveSession>),
    /// The person belongs on another page.
    Answer(Response),
}

async fn elsewhere(page: &FlowPage, attempt: Option<&SignInAttempt>) -> Result<Elsewhere, Problem> {
    let answer = match resume(page.provider(), &page.visit, &page.flow).await? {
        Resume::ProveDevice(live) => return Ok(Elsewhere::Session(live)),
        Resume::SignIn(_) => page.see(match Place::of(attempt, page.now) {
            Place::Confirm => Place::Confirm,
            Place::SignIn | Place::Device | Place::Registration | Place::Name | Place::Onwards => Place::SignIn,
        }),
        Resume::ContinueAs(_) => page.see(Place::SignIn),
        Resume::ChooseName(_) => page.see(Place::Name),
        Resume::Consent(..) => page.see(Place::Onwards),
        Resume::Done(response) => response,
    };
    Ok(Elsewhere::Answer(answer))
}

async fn committed(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let attempt = page.latest_attempt().await?;
    let Some((attempt, first)) = both_stages(page, attempt.as_ref()) else {
        return match elsewhere(page, attempt.as_ref()).await? {
            Elsewhere::Session(live) => session::commit(form, &live).await,
            Elsewhere::Answer(response) => Ok(response),
        };
    };
    if let Some(problem) = form.field("problem") {
        return cannot(page, attempt.both_stages().map_err(|_| Problem::OutOfDate)?, problem).await;
    }
    let posted = match (form.field("proof"), form.field("shared")) {
        (Some(proof), _) => Posted::Proof {
            public_key: form.field("public_key"),
            proof,
        },
        (None, Some("yes")) => Posted::Shared,
        (None, _) => button(first)?,
    };
    match binding::commit(page, attempt, posted).await {
        Ok(outcome) => answered(page, first, outcome).await,
        Err(Stop::Lost) => Ok(page.see(Place::of(page.latest_attempt().await?.as_ref(), page.now))),
        Err(Stop::Shared(shared)) => sharing::refuse(page, attempt, &shared).await,
        Err(Stop::Storage(error)) => Err(Problem::OurFault(error)),
    }
}

/// A form without a proof is all that a sandbox page posts; elsewhere the script did not run (X13).
fn button(first: &FirstStage) -> Result<Posted<'static>, Problem> {
    match first.factor {
        #[cfg(feature = "sandbox")]
        FirstFactor::Sandbox => Ok(Posted::Button),
        FirstFactor::Eds { .. } => Err(Problem::NoScript),
    }
}

/// Whether the browser can sign with a key: everywhere but on the sandbox way.
const fn has_script(first: &FirstStage) -> bool {
    match first.factor {
        FirstFactor::Eds { .. } => true,
        #[cfg(feature = "sandbox")]
        FirstFactor::Sandbox => false,
    }
}

async fn answered(page: &FlowPage, first: &FirstStage, outcome: Outcome) -> Result<Response, Problem> {
    match outcome {
        Outcome::SignedIn(cookies) => Ok(signed_in(page, &cookies, Place::Onwards)),
        Outcome::StaleNonce => shown(page).await,
        Outcome::Refused(refusal) => {
            let (code, reference) = (refusal.code(), page.visit.reference.as_str());
            tracing::warn!(reference, class = "refused", code, "a device proof was refused");
            match bindings(page, first).await? {
                // The first binding of an account: nothing is bound elsewhere. The attempt is over, so it begins again.
                Some(bindings) if !bindings.live.is_empty() => {
                    bound_elsewhere(page, &bindings, (Seen::Elsewhere, Overtaken::No)).await
                }
                Some(_) | None => Ok(page.see(Place::SignIn)),
            }
        }
        Outcome::Barred(barred) => {
            let user = users::find(&page.provider().db, first.user_id).await?;
            Ok(match user {
                Some(user) => locks::page(page, barred, &user).await?,
                None => page.see(Place::SignIn),
            })
        }
        Outcome::InAppBrowser => Ok(cannot_remember(page, Place::Device, RememberProblem::InAppBrowser)),
        Outcome::OtherDevice(overtaken) => match bindings(page, first).await? {
            Some(bindings) => bound_elsewhere(page, &bindings, (Seen::Elsewhere, overtaken)).await,
            None => Ok(page.see(Place::SignIn)),
        },
    }
}

/// What this browser is to the person's devices now.
pub(crate) async fn bindings(page: &FlowPage, first: &FirstStage) -> Result<Option<Bindings>, StorageError> {
    let db = &page.provider().db;
    let Some(user) = users::find(db, first.user_id).await? else {
        return Ok(None);
    };
    let live = devices::list_live_for_user(db, user.id).await?;
    Ok(Some(Bindings::judge(page, first, &user, live)))
}

/// On to `place` with the cookies of a fresh session. Where a device has proven its key, the browser is offered to bind one
/// of its own to the session.
pub(crate) fn signed_in(page: &FlowPage, cookies: &SignedIn, place: Place) -> Response {
    let response = answer::with_cookies(page.see(place), set(cookies));
    if cookies.key_proven {
        dbsc::offer(page, &cookies.session_cookie, response)
    } else {
        response
    }
}

fn set(cookies: &SignedIn) -> Vec<http::HeaderValue> {
    let session = set_cookie(SESSION_COOKIE, cookies.session_cookie.expose(), None);
    let device = cookies.device_cookie.as_ref();
    let device = device.and_then(|(id, token)| set_cookie(&device_cookie_name(*id), token.expose(), Some(COOKIE_AGE)));
    session.into_iter().chain(device).collect()
}

/// What the script found out: the key of the bound device is gone (R1), or this browser cannot keep one (R7).
pub(crate) async fn cannot(
    page: &FlowPage,
    (first, second): (&FirstStage, &SecondStage),
    word: &str,
) -> Result<Response, Problem> {
    refused(page, (first, second), DeviceProblem::from_field(word)).await
}

/// Nothing is registered in a window inside another application (R7).
pub(crate) async fn refuse_in_app(page: &FlowPage, attempt: &SignInAttempt) -> Result<Response, Problem> {
    let stages = attempt.both_stages().map_err(|_| Problem::OutOfDate)?;
    refused(page, stages, DeviceProblem::IN_APP).await
}

async fn refused(
    page: &FlowPage,
    (first, second): (&FirstStage, &SecondStage),
    problem: DeviceProblem,
) -> Result<Response, Problem> {
    let Some(bindings) = bindings(page, first).await? else {
        return Ok(page.see(Place::SignIn));
    };
    let about = |event| Event {
        device_id: bindings.shown,
        ..after_both_stages(event, (first, second))
    };
    problem.record(page, about).await?;
    if let DeviceProblem::CannotRemember(problem) = problem {
        return Ok(cannot_remember(page, Place::Device, problem));
    }
    let seen = if bindings.view == BindingView::ThisDevice {
        Seen::Cleared
    } else {
        Seen::Elsewhere
    };
    bound_elsewhere(page, &bindings, (seen, Overtaken::No)).await
}

/// A browser without the device's cookie: its script looks for the key, and comes back when it is there. That decides
/// about words only, so it needs no proof.
fn without_cookie(page: &FlowPage, first: &FirstStage) -> Seen {
    if !has_script(first) {
        Seen::Elsewhere
    } else if page.visit.here.ends_with("?key=kept") {
        Seen::Cleared
    } else {
        Seen::NoCookie
    }
}

/// R3 while only the device registered last may act, else R1; without a device that they could name there is one to be
/// bound.
async fn bound_elsewhere(
    page: &FlowPage,
    bindings: &Bindings,
    (seen, overtaken): (Seen, Overtaken),
) -> Result<Response, Problem> {
    if let Some(screen) = only_newest(bindings, overtaken) {
        return Ok(page.render(Place::Device, &screen));
    }
    match bindings.live.first() {
        Some(device) => {
            let shared_minutes = shared::minutes(page, bindings).await?;
            problem::bound_elsewhere(page, (&bindings.user, device), (seen, overtaken), shared_minutes).await
        }
        None => Ok(page.see(Place::Device)),
    }
}

/// S12, or the page that proves the bound device by itself.
fn ask(
    page: &FlowPage,
    first: &FirstStage,
    bindings: &Bindings,
    (nonce, shared_minutes): (&Challenge, Option<u64>),
) -> Response {
    let has_script = has_script(first);
    let request = |device_id: DeviceId, purpose| ProofRequest {
        device_id: device_id.to_string(),
        nonce: nonce.text.clone(),
        purpose,
    };
    if let Some(device) = bindings.this_device().filter(|_| has_script) {
        return page.render(
            Place::Device,
            &ProveDevice {
                proof: request(device.id, ProofPurpose::SignIn),
            },
        );
    }
    let named = name::of_user_agent(user_agent(page));
    // The device that will be bound is named after the nonce that binds it.
    let new_id = DeviceId::from_uuid(nonce.id.as_uuid());
    let proof = has_script.then(|| request(new_id, ProofPurpose::Register));
    page.render_marked(
        Place::Device,
        &RememberDevice {
            device_name: named.name,
            device_kind: named.kind,
            proof,
            shared_minutes,
        },
        !has_script,
    )
}

/// What the browser calls itself; nothing when it says nothing readable.
pub(crate) fn user_agent(page: &FlowPage) -> &str {
    let agent = page.visit.headers.get(http::header::USER_AGENT);
    agent.and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Records, in the transaction that proves the second stage, that the device page will refuse: nothing is posted there
/// any more.
pub(crate) async fn record_outlook(
    tx: &Tx,
    page: &FlowPage,
    passed: &SignInAttempt,
    user: &User,
) -> Result<(), StorageError> {
    let Ok((first, second)) = passed.both_stages() else {
        return Ok(());
    };
    let live = devices::list_live_for_user(tx, user.id).await?;
    let bindings = Bindings::judge(page, first, user, live);
    let (kind, reason) = if user.state.admit().is_err() {
        (EventKind::SignInRefused, user.state.as_str())
    } else if let Some(reason) = binding::elsewhere(bindings.view) {
        (EventKind::OtherDeviceRefused, reason)
    } else if bindings.is_first() && in_app::is_in_app(page) && !shared::is_allowed(tx, page, &bindings).await? {
        DeviceProblem::IN_APP.trace()
    } else {
        return Ok(());
    };
    let mut event = after_both_stages(page.event(kind), (first, second));
    reason.clone_into(&mut event.reason);
    audit::insert(tx, &event).await
}

/// The same event with whom and how both stages of this attempt proved, as far as they did.
pub(crate) fn proven_by(event: Event, attempt: &SignInAttempt) -> Event {
    match attempt.both_stages() {
        Ok(stages) => after_both_stages(event, stages),
        Err(_) => event,
    }
}

/// The same event with whom and how both stages proved.
fn after_both_stages(event: Event, (first, second): (&FirstStage, &SecondStage)) -> Event {
    Event {
        user_id: Some(first.user_id),
        methods: amr(&[first.factor.method(), second.factor.method()]),
        ..event
    }
}
