//! Registering a new device, `/flow/{id}/registration` (product A3 to A6; security rules DB-5 to DB-13): after both stages,
//! from R1. The steps are those of [`authority::registrations::Registration`].
//!
//! * `facts`: what is known of the account, and the pages for its refusals (R2, R3).
//! * `start`: the registration begins. `code`: the picture code (R4) and another picture; `picture`, `sound`: what is
//!   drawn and spoken. `eds`: a second signature instead of the code.
//! * `reminder`: a message when the hours begin, from R2.
//! * `notice`: what R5 says. `commit`: the one transaction that changes everything. `done`: R6.

mod code;
mod commit;
mod done;
mod eds;
mod facts;
mod notice;
mod picture;
mod reminder;
mod sound;
mod start;

use authority::authentication::{FirstStage, SignInAttempt};
use authority::registrations::{Registration, RegistrationState};
use axum::response::Response;
use protocol::Problem;
use storage::registrations;

use crate::device;
use crate::flow::{FlowForm, FlowPage, Place};

pub(crate) use code::{another_picture, answer_code, play_sound, show_picture};
pub(crate) use eds::{show as show_eds, signature as answer_eds, start as start_eds};

/// `GET /flow/{id}/registration`
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/registration`: the person wants this device registered.
pub(crate) async fn begin(form: FlowForm) -> Response {
    let answer = start::begin(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/registration/consent`, fields `notice`, `shown_at`, `public_key`, `proof`, or `problem`.
pub(crate) async fn agree(form: FlowForm) -> Response {
    let answer = commit::agreed(&form).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/registration/decline`: everything stays as it is.
pub(crate) async fn decline(form: FlowForm) -> Response {
    let answer = start::declined(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/registration/reminder`: the person wants a message when devices are registered again.
pub(crate) async fn remind(form: FlowForm) -> Response {
    let answer = reminder::wanted(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/registration/name`, field `name`.
pub(crate) async fn rename(form: FlowForm) -> Response {
    let answer = done::renamed(&form).await;
    form.page.answer(answer)
}

/// A registration under way, with the attempt it rests on.
struct Under {
    attempt: SignInAttempt,
    first: FirstStage,
    registration: Registration,
}

/// Where a person stands who comes to a page of a registration.
enum Standing {
    /// It is under way.
    Under(Box<Under>),
    /// The person belongs on another page.
    Elsewhere(Response),
}

/// Finds the registration of the latest attempt. One that is over leads back to the device page, which says what is.
async fn standing(page: &FlowPage) -> Result<Standing, Problem> {
    let latest = page.latest_attempt().await?;
    let Some((attempt, first)) = device::both_stages(page, latest.as_ref()) else {
        let place = Place::of(latest.as_ref(), page.now);
        return Ok(Standing::Elsewhere(page.see(place)));
    };
    let found = registrations::find_for_attempt(&page.provider().db, attempt.id).await?;
    Ok(match found {
        Some(registration) if registration.check_open().is_ok() => Standing::Under(Box::new(Under {
            attempt: attempt.clone(),
            first: first.clone(),
            registration,
        })),
        Some(Registration {
            state: RegistrationState::Ended { reason, .. },
            ..
        }) => Standing::Elsewhere(facts::ended(page, first, reason).await?),
        Some(_) | None => Standing::Elsewhere(page.see(Place::Device)),
    })
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    if let Some(response) = done::shown(page, false).await? {
        return Ok(response);
    }
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    let Some(account) = facts::of(page, under.first.user_id).await? else {
        return Ok(page.see(Place::SignIn));
    };
    if let Err(refusal) = account.admit(page.now) {
        return facts::refused(page, &under.first, refusal).await;
    }
    match under.registration.check_commit(&under.attempt, page.now) {
        Ok(()) => notice::show(page, &under, &account).await,
        Err(_) => code::ask(page, &under, None).await,
    }
}
