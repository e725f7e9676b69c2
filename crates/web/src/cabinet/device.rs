//! K2, `/cabinet/device`: the bound device, its name, and what was registered before.

use authority::audit::EventKind;
use authority::devices::Device;
use authority::ids::DeviceId;
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{BoundDevice, CabinetDevice, DeviceHistoryRow, Flash, MicrosTime, Section};
use protocol::Problem;
use storage::{StorageError, audit, devices};

use super::{CabinetForm, CabinetPage};
use crate::device::name;

const HERE: &str = "/cabinet/device";

/// `GET /cabinet/device`
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let user = &page.live.user;
    let all = devices::list_for_user(&page.provider().db, user.id).await?;
    let this = page.live.session.device_id;
    let mut bound: Vec<_> = all.iter().filter(|device| device.ended_at.is_none()).collect();
    bound.sort_by_key(|device| Some(device.id) != this);
    let screen = CabinetDevice {
        cabinet: page.cabinet(Section::Device),
        devices: bound
            .into_iter()
            .map(|device| BoundDevice {
                id: device.id.to_string(),
                name: device.name.clone(),
                agent: device.agent.clone(),
                kind: name::kind_of(&device.agent),
                bound_at: device.bound_at,
                last_used_at: device.last_used_at,
                this: Some(device.id) == this,
            })
            .collect(),
        exclusive_until: user
            .exclusivity_at(page.now)
            .map(|exclusive| MicrosTime(exclusive.until)),
        history: history(&all),
    };
    Ok(page.render(&screen))
}

/// Each device was registered once and stopped working at most once; latest first.
fn history(all: &[Device]) -> Vec<DeviceHistoryRow> {
    let row = |device: &Device, at, ended| DeviceHistoryRow {
        name: device.name.clone(),
        kind: name::kind_of(&device.agent),
        at,
        ended,
    };
    let bound = all.iter().map(|device| row(device, device.bound_at, false));
    let ended = all
        .iter()
        .filter_map(|device| Some(row(device, device.ended_at?, true)));
    let mut rows: Vec<_> = bound.chain(ended).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.at, !row.ended)));
    rows
}

/// `POST /cabinet/device/{id}/name`, field `name`. A device of somebody else is none (security rule DB-14).
pub(crate) async fn rename(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = renamed(&form, &id).await;
    form.answer(answer)
}

async fn renamed(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let id: DeviceId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    let Some(name) = form.field("name").and_then(name::chosen) else {
        return Ok(CabinetForm::see(HERE, None));
    };
    let mut event = form.event(EventKind::DeviceRenamed);
    event.device_id = Some(id);
    let (event, name) = (&event, name.as_str());
    let renamed = form.provider().db.tx("rename_device", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(false);
        };
        let renamed = devices::record_name(&tx, user.id, id, name).await?;
        if renamed {
            audit::insert(&tx, event).await?;
        }
        Ok(renamed)
    });
    if renamed.await? {
        Ok(CabinetForm::see(HERE, Some(Flash::Renamed)))
    } else {
        Err(Problem::NoSuchPage)
    }
}
