//! In a sign-in whose both stages are proven: the person suspends the account from R1, or returns to it from X5. Both are
//! explicit posts (security rule AC-5).

use authority::audit::{Event, EventKind};
use authority::authentication::SignInAttempt;
use authority::ids::UserId;
use authority::time::Timestamp;
use authority::users::User;
use axum::response::Response;
use pages::screens::{ConfirmSuspend, Stopped};
use protocol::Problem;
use protocol::policy::binding_policy;
use protocol::suspension;
use storage::{StorageError, Tx, attempts, users};

use crate::device;
use crate::flow::{FlowForm, FlowPage, Place};

/// `GET /flow/{id}/suspend`
pub(crate) async fn ask(page: FlowPage) -> Response {
    let answer = asked(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/suspend`
pub(crate) async fn suspend(form: FlowForm) -> Response {
    let answer = suspended(&form.page).await;
    form.page.answer(answer)
}

/// `POST /flow/{id}/return`
pub(crate) async fn come_back(form: FlowForm) -> Response {
    let answer = returned(&form.page).await;
    form.page.answer(answer)
}

async fn proven(page: &FlowPage) -> Result<Result<(SignInAttempt, UserId), Response>, Problem> {
    let latest = page.latest_attempt().await?;
    Ok(match device::both_stages(page, latest.as_ref()) {
        Some((attempt, first)) => Ok((attempt.clone(), first.user_id)),
        None => Err(page.see(Place::of(latest.as_ref(), page.now))),
    })
}

async fn asked(page: &FlowPage) -> Result<Response, Problem> {
    let (_, user) = match proven(page).await? {
        Ok(proven) => proven,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let db = &page.provider().db;
    let Some(user) = users::find(db, user).await? else {
        return Ok(page.see(Place::SignIn));
    };
    let rest = binding_policy(db, page.provider(), &user).await?.suspension_rest;
    let screen = ConfirmSuspend {
        action: page.path_of("suspend"),
        back: page.path_of(Place::Device.segment()),
        rest_hours: rest.as_secs() / 3600,
    };
    Ok(page.render(Place::Device, &screen))
}

/// What a change of the account came to.
enum Outcome {
    Done { return_from: Option<Timestamp> },
    NotNow,
}

async fn suspended(page: &FlowPage) -> Result<Response, Problem> {
    let (attempt, user) = match proven(page).await? {
        Ok(proven) => proven,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let attempt = &attempt;
    let change = page
        .provider()
        .db
        .tx(
            "suspend",
            |tx| async move { run_suspend(&tx, page, (attempt, user)).await },
        )
        .await?;
    Ok(match change {
        Outcome::Done {
            return_from: Some(return_from),
        } => page.render(Place::Device, &Stopped { return_from }),
        Outcome::Done { return_from: None } | Outcome::NotNow => page.see(Place::Device),
    })
}

async fn run_suspend(
    tx: &Tx,
    page: &FlowPage,
    (attempt, user): (&SignInAttempt, UserId),
) -> Result<Outcome, StorageError> {
    let Some((user, now)) = standing(tx, page, user).await? else {
        return Ok(Outcome::NotNow);
    };
    if !suspension::suspend(tx, page.provider(), &user, event(page, attempt, "elsewhere"), now).await? {
        return Ok(Outcome::NotNow);
    }
    let stands = users::find(tx, user.id).await?.unwrap_or(user);
    let rest = binding_policy(tx, page.provider(), &stands).await?.suspension_rest;
    Ok(Outcome::Done {
        return_from: stands.return_from(rest),
    })
}

async fn returned(page: &FlowPage) -> Result<Response, Problem> {
    let (attempt, user) = match proven(page).await? {
        Ok(proven) => proven,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let attempt = &attempt;
    // Whether it opened or not, the device page says what is.
    page.provider()
        .db
        .tx("return", |tx| async move {
            let Some((user, now)) = standing(&tx, page, user).await? else {
                return Ok(());
            };
            let event = event(page, attempt, "returned");
            suspension::return_from_suspension(&tx, page.provider(), &user, event, now)
                .await
                .map(drop)
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(page.see(Place::Device))
}

/// The person, locked, while the latest attempt still proves both stages of this very person; and the deciding instant.
async fn standing(tx: &Tx, page: &FlowPage, user: UserId) -> Result<Option<(User, Timestamp)>, StorageError> {
    let Some(user) = users::lock(tx, user).await? else {
        return Ok(None);
    };
    let latest = attempts::find_latest(tx, page.flow.interaction.id).await?;
    let proves = latest
        .filter(|attempt| attempt.check_age(page.now).is_ok())
        .is_some_and(|attempt| attempt.both_stages().is_ok_and(|(first, _)| first.user_id == user.id));
    if !proves {
        return Ok(None);
    }
    let now = page.provider().decision_now(tx).await?;
    Ok(Some((user, now)))
}

fn event(page: &FlowPage, attempt: &SignInAttempt, reason: &str) -> Event {
    let mut event = device::proven_by(page.event(EventKind::AccountLocked), attempt);
    reason.clone_into(&mut event.reason);
    event
}
