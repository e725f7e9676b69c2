//! The registration begins: one is open for a person at a time, the newest.

use authority::audit::EventKind;
use authority::authentication::{FirstStage, SignInAttempt};
use authority::ids::RegistrationId;
use authority::registrations::{Picture, Registration, RegistrationEnd, RegistrationRefusal};
use axum::response::Response;
use protocol::Problem;
use storage::{StorageError, Tx, Write, audit, registrations, users};

use super::{Standing, facts, standing};
use crate::device;
use crate::flow::{FlowPage, Place};

/// What became of the wish.
enum Outcome {
    Started,
    Refused(RegistrationRefusal),
    /// Nobody to register for.
    Gone,
}

/// Begins a registration on the attempt that waits for a device.
pub(super) async fn begin(page: &FlowPage) -> Result<Response, Problem> {
    let latest = page.latest_attempt().await?;
    let Some((attempt, first)) = device::both_stages(page, latest.as_ref()) else {
        return Ok(page.see(Place::of(latest.as_ref(), page.now)));
    };
    let bindings = device::bindings(page, first).await?;
    if bindings.is_none_or(|bindings| bindings.is_first()) {
        return Ok(page.see(Place::Device));
    }
    if device::in_app::is_in_app(page) {
        return device::refuse_in_app(page, attempt).await;
    }
    let fresh = fresh(page, attempt, first)?;
    let fresh = &fresh;
    let outcome = page
        .provider()
        .db
        .tx("start_registration", |tx| async move {
            run(&tx, page, (attempt, fresh)).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    match outcome {
        Outcome::Started => Ok(page.see(Place::Registration)),
        Outcome::Refused(refusal) => facts::refused(page, first, refusal).await,
        Outcome::Gone => Ok(page.see(Place::SignIn)),
    }
}

fn fresh(page: &FlowPage, attempt: &SignInAttempt, first: &FirstStage) -> Result<Registration, StorageError> {
    let mut rng = page.provider().rng();
    let id = RegistrationId::mint(page.now, &mut rng);
    let picture = Picture::mint(id, &page.provider().keyring, &mut rng, page.now)?;
    Ok(Registration::start(id, first.user_id, attempt.id, picture, page.now))
}

async fn run(
    tx: &Tx,
    page: &FlowPage,
    (attempt, fresh): (&SignInAttempt, &Registration),
) -> Result<Outcome, StorageError> {
    let Some(user) = users::lock(tx, fresh.user_id).await? else {
        return Ok(Outcome::Gone);
    };
    let now = page.provider().decision_now(tx).await?;
    let account = facts::of_locked(tx, page, user).await?;
    if let Err(refusal) = account.admit(now) {
        facts::record(tx, page, attempt, refusal.code()).await?;
        return Ok(Outcome::Refused(refusal));
    }
    if let Some(open) = registrations::find_open(tx, fresh.user_id).await?
        && let Ok(ended) = open.end(RegistrationEnd::Superseded, now)
    {
        // The row of the person is held, so nobody changed it.
        let _: Write = registrations::record(tx, &ended).await?;
    }
    registrations::insert(tx, fresh).await?;
    let event = device::proven_by(page.event(EventKind::RegistrationStarted), attempt);
    audit::insert(tx, &event).await?;
    Ok(Outcome::Started)
}

/// Everything stays as it is: the registration ends, and R1 is where the person was.
pub(super) async fn declined(page: &FlowPage) -> Result<Response, Problem> {
    let under = match standing(page).await? {
        Standing::Under(under) => under,
        Standing::Elsewhere(response) => return Ok(response),
    };
    let event = device::proven_by(page.event(EventKind::RegistrationDeclined), &under.attempt);
    let Ok(ended) = under.registration.end(RegistrationEnd::Declined, page.now) else {
        return Ok(page.see(Place::Device));
    };
    let (ended, event) = (&ended, &event);
    page.provider()
        .db
        .tx("decline_registration", |tx| async move {
            users::lock(&tx, ended.user_id).await?;
            // Whoever was faster has ended or committed it.
            if registrations::record(&tx, ended).await? == Write::Done {
                audit::insert(&tx, event).await?;
            }
            Ok(())
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(page.see(Place::Device))
}
