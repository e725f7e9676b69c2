//! R6: the device is registered; what ended, until when only it works, and its name.

use authority::audit::EventKind;
use authority::ids::DeviceId;
use authority::registrations::{Registration, RegistrationState};
use authority::time::Timestamp;
use axum::response::Response;
use pages::screens::DeviceRegistered;
use protocol::Problem;
use protocol::flow::{LiveSession, live_session};
use storage::{StorageError, audit, devices, phones, registrations};

use super::notice::named;
use crate::device::name;
use crate::flow::{FlowForm, FlowPage, Place};

/// What this flow registered, seen by the session that it minted.
struct Done {
    registration: Registration,
    device_id: DeviceId,
    at: Timestamp,
    live: LiveSession,
}

/// R6, when this flow has registered a device; nothing when it has not, or the session is another's.
pub(super) async fn shown(page: &FlowPage, renamed: bool) -> Result<Option<Response>, Problem> {
    let Some(done) = find(page).await? else {
        return Ok(None);
    };
    let (provider, user) = (page.provider(), &done.live.user);
    let all = devices::list_for_user(&provider.db, user.id).await?;
    let Some(device) = all.iter().find(|device| device.id == done.device_id) else {
        return Ok(None);
    };
    let phone = phones::find_live(&provider.db, user.id, &provider.keyring).await?;
    let screen = DeviceRegistered {
        device: named(device),
        until: user.exclusivity_at(page.now).map(|exclusive| exclusive.until),
        ended_sessions: registrations::find_ended_sessions(&provider.db, done.registration.id).await?,
        ended_devices: all
            .iter()
            .filter(|device| device.ended_at == Some(done.at))
            .map(named)
            .collect(),
        phone: phone.map(|phone| phone.number.masked()),
        renamed,
    };
    Ok(Some(page.render(Place::Registration, &screen)))
}

async fn find(page: &FlowPage) -> Result<Option<Done>, Problem> {
    let Some(attempt) = page.latest_attempt().await? else {
        return Ok(None);
    };
    let provider = page.provider();
    let Some(registration) = registrations::find_for_attempt(&provider.db, attempt.id).await? else {
        return Ok(None);
    };
    let RegistrationState::Committed { device_id, at } = registration.state else {
        return Ok(None);
    };
    let live = live_session(provider, &page.visit.cookies, page.now).await?;
    let own = |live: &LiveSession| page.flow.interaction.progress.session == Some(live.session.id);
    Ok(live.filter(own).map(|live| Done {
        registration,
        device_id,
        at,
        live,
    }))
}

/// The person calls the device something else.
pub(super) async fn renamed(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    let (Some(done), Some(name)) = (find(page).await?, form.field("name").and_then(name::chosen)) else {
        return Ok(page.see(Place::Registration));
    };
    let mut event = page.event(EventKind::DeviceRenamed).in_session(&done.live.session);
    event.device_id = Some(done.device_id);
    let (event, name, user) = (&event, name.as_str(), done.live.user.id);
    page.provider()
        .db
        .tx("rename_device", |tx| async move {
            if devices::record_name(&tx, user, done.device_id, name).await? {
                audit::insert(&tx, event).await?;
            }
            Ok(())
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    Ok(shown(page, true)
        .await?
        .unwrap_or_else(|| page.see(Place::Registration)))
}
