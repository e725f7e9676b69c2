//! The reminder of R2: the person asks for a message when devices are registered again. One for each opening, so it counts
//! against no limit; it leaves with the other messages, once the hours have begun.

use authority::authentication::FirstStage;
use authority::ids::{SmsId, UserId};
use authority::registrations::RegistrationRefusal;
use authority::secret::Secret;
use authority::time::Timestamp;
use authority::users::Phone;
use axum::response::Response;
use pages::screens::Reminder;
use protocol::Problem;
use storage::sms::{Delivery, NewSms, SealedSms, SmsKind};
use storage::{StorageError, Tx, sms, users};

use super::facts::{self, Account};
use crate::device;
use crate::flow::{FlowPage, Place};

/// What became of the wish.
enum Outcome {
    /// Devices are registered now: there is nothing to wait for.
    Open,
    Refused(RegistrationRefusal),
    /// Nobody to remind.
    Gone,
}

/// The person wants to be reminded.
pub(super) async fn wanted(page: &FlowPage) -> Result<Response, Problem> {
    let latest = page.latest_attempt().await?;
    let Some((_, first)) = device::both_stages(page, latest.as_ref()) else {
        return Ok(page.see(Place::of(latest.as_ref(), page.now)));
    };
    let keep = |tx: Tx| async move { keep(&tx, page, first).await };
    match page.provider().db.tx("keep_reminder", keep).await {
        Ok(Outcome::Open) => Ok(page.see(Place::Device)),
        Ok(Outcome::Refused(refusal)) => facts::refused(page, first, refusal).await,
        Ok(Outcome::Gone) => Ok(page.see(Place::SignIn)),
        Err(error) => Err(Problem::OurFault(error)),
    }
}

/// What R2 says of a reminder for this opening; nothing to a person without a phone.
pub(super) async fn shown(
    page: &FlowPage,
    account: &Account,
    opens_at: Timestamp,
) -> Result<Option<Reminder>, StorageError> {
    let Some(phone) = &account.phone else {
        return Ok(None);
    };
    let kept = sms::find_delivery(&page.provider().db, &request_id(account.user.id, opens_at)).await?;
    Ok(Some(Reminder {
        phone: phone.number.masked(),
        asked: matches!(kept, Some(Delivery::Waiting | Delivery::Sent)),
    }))
}

async fn keep(tx: &Tx, page: &FlowPage, first: &FirstStage) -> Result<Outcome, StorageError> {
    let Some(user) = users::lock(tx, first.user_id).await? else {
        return Ok(Outcome::Gone);
    };
    let now = page.provider().decision_now(tx).await?;
    let account = facts::of_locked(tx, page, user).await?;
    let Err(refusal) = account.admit(now) else {
        return Ok(Outcome::Open);
    };
    if let (RegistrationRefusal::WindowClosed { opens_at }, Some(phone)) = (refusal, &account.phone) {
        let message = message(page, &account, phone, (opens_at, now))?;
        // Asked for twice, it leaves once.
        let _: bool = sms::insert(tx, &message).await?;
    }
    Ok(Outcome::Refused(refusal))
}

fn message(
    page: &FlowPage,
    account: &Account,
    phone: &Phone,
    (opens_at, now): (Timestamp, Timestamp),
) -> Result<SealedSms, StorageError> {
    let (provider, window) = (page.provider(), account.policy.window);
    let service = page.flow.client.name.as_str();
    let text = provider
        .pages
        .sms_registration_opens(page.frame().locale, service, &window.to().to_string());
    let sms = NewSms {
        id: SmsId::mint(now, &mut provider.rng()),
        kind: SmsKind::Reminder { at: opens_at },
        request_id: &request_id(account.user.id, opens_at),
        phone,
        text: &Secret::new(text),
        created_at: now,
        expires_at: opens_at.plus(window.length()),
    };
    SealedSms::seal(&sms, &provider.keyring, &mut provider.rng())
}

/// One message for each person and opening.
fn request_id(user: UserId, opens_at: Timestamp) -> String {
    format!("reminder/{user}/{}", opens_at.as_micros())
}
