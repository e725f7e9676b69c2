//! Keys that seem to be shared (product B6): each sign-in on a bound device is observed, what is above the limits is reported
//! once, and refused where the rules say so. Told after both stages and the device only.

use authority::audit::{Actor, EventKind};
use authority::authentication::{EndReason, FirstFactor, FirstStage, SignInAttempt};
use authority::ids::DeviceId;
use authority::key_sharing::Sharing;
use authority::secret::Purpose;
use authority::users::User;
use axum::response::Response;
use pages::screens::KeyShared;
use protocol::Problem;
use protocol::policy::binding_policy;
use storage::key_observations::{self, Observation};
use storage::{StorageError, Tx, Write, attempts, audit, certificates, users};

use super::after_both_stages;
use crate::flow::{FlowPage, Place};

/// The cookies of a browser that are looked at: more than a family has.
const COOKIES: usize = 20;

/// A sign-in that the rules against sharing refuse.
#[derive(Clone, Debug)]
pub(crate) struct SharedKey {
    seen: Observation,
    above: Vec<Sharing>,
}

/// Observes a sign-in on this device, and says what refuses it.
pub(super) async fn observe(
    tx: &Tx,
    page: &FlowPage,
    attempt: &SignInAttempt,
    (user, device): (&User, DeviceId),
) -> Result<Option<SharedKey>, StorageError> {
    let Ok((first, _)) = attempt.both_stages() else {
        return Ok(None);
    };
    let Some(key) = key_of(tx, first).await? else {
        return Ok(None);
    };
    let seen = Observation {
        key,
        device,
        browser: browser(tx, page, device).await?,
        user: user.id,
    };
    key_observations::record(tx, &seen, page.now).await?;
    let policy = binding_policy(tx, page.provider(), user).await?.sharing;
    let counted = key_observations::count(tx, &seen, page.now.minus(policy.within)).await?;
    let shared = SharedKey {
        seen,
        above: policy.judge(counted),
    };
    if shared.above.is_empty() {
        return Ok(None);
    }
    if policy.blocks {
        return Ok(Some(shared));
    }
    report(tx, page, attempt, (user, &shared)).await?;
    Ok(None)
}

/// None on the sandbox way, which has no key.
async fn key_of(tx: &Tx, first: &FirstStage) -> Result<Option<[u8; 32]>, StorageError> {
    let id = match first.factor {
        FirstFactor::Eds { certificate_id, .. } => certificate_id,
        #[cfg(feature = "sandbox")]
        FirstFactor::Sandbox => return Ok(None),
    };
    let shown = certificates::find_for_user(tx, first.user_id, id).await?;
    Ok(shown.and_then(|shown| shown.key_digest))
}

/// What the people of one browser have in common: the oldest of the devices whose cookies it holds.
async fn browser(tx: &Tx, page: &FlowPage, own: DeviceId) -> Result<DeviceId, StorageError> {
    let keyring = &page.provider().keyring;
    let mut held: Vec<_> = page
        .visit
        .cookies
        .devices()
        .into_iter()
        .map(|(id, cookie)| (id, keyring.digest(Purpose::DeviceCookie, cookie.expose().as_bytes())))
        .collect();
    held.sort_by_key(|(id, _)| id.as_uuid());
    held.truncate(COOKIES);
    let oldest = key_observations::find_oldest_device(tx, &held).await?;
    Ok(oldest.map_or(
        own,
        |oldest| if oldest.as_uuid() < own.as_uuid() { oldest } else { own },
    ))
}

/// Once for each crossing of a limit.
async fn report(
    tx: &Tx,
    page: &FlowPage,
    attempt: &SignInAttempt,
    (user, shared): (&User, &SharedKey),
) -> Result<(), StorageError> {
    let policy = binding_policy(tx, page.provider(), user).await?.sharing;
    let since = page.now.minus(policy.within);
    for sharing in &shared.above {
        if !key_observations::raise(tx, (&shared.seen, *sharing), since, page.now).await? {
            continue;
        }
        let Ok(stages) = attempt.both_stages() else { continue };
        let mut event = after_both_stages(page.event(EventKind::KeySharingSuspected), stages);
        event.actor = Actor::System;
        event.device_id = Some(shared.seen.device);
        event.reason = sharing.reason();
        audit::insert(tx, &event).await?;
        let reference = page.visit.reference.as_str();
        tracing::warn!(reference, sharing = event.reason, "a key seems to be shared");
    }
    Ok(())
}

/// Leaves the traces of a sign-in that was taken back, and tells the person.
pub(crate) async fn refuse(page: &FlowPage, attempt: &SignInAttempt, shared: &SharedKey) -> Result<Response, Problem> {
    let done = page.provider().db.tx("key_shared", |tx| async move {
        let (Some(user), Ok(stages)) = (users::lock(&tx, shared.seen.user).await?, attempt.both_stages()) else {
            return Ok(());
        };
        report(&tx, page, attempt, (&user, shared)).await?;
        let mut event = after_both_stages(page.event(EventKind::SignInRefused), stages);
        "key_shared".clone_into(&mut event.reason);
        audit::insert(&tx, &event).await?;
        if let Ok(ended) = attempt.clone().end(EndReason::KeyStopped, page.now) {
            // Whoever was faster has ended it as well.
            let _: Write = attempts::record(&tx, &ended).await?;
        }
        Ok::<_, StorageError>(())
    });
    done.await?;
    let screen = KeyShared {
        case_reference: page.visit.reference.to_string(),
    };
    Ok(page.render(Place::SignIn, &screen))
}
