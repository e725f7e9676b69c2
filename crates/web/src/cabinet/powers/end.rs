//! `/cabinet/powers/{id}/end`: the principal revokes, the agent renounces, at once.

use authority::audit::EventKind;
use authority::powers::PowerEnd;
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{CabinetConfirm, Confirmed, Flash, Section};
use protocol::Problem;
use protocol::powers::lock_sides;
use storage::StorageError;

use super::{CabinetForm, CabinetPage, HERE, Side, own, rows, side};

/// `GET /cabinet/powers/{id}/end`
pub(crate) async fn ask(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage, id: &str) -> Result<Response, Problem> {
    let provider = page.provider();
    let (kept, side) = own(provider, &provider.db, (&page.live, page.now), id).await?;
    if kept.power.stopped_at(page.now).is_some() {
        return Err(Problem::NoSuchPage);
    }
    let row = rows::power(page, &kept, side).await?;
    Ok(page.render(&CabinetConfirm {
        cabinet: page.cabinet(Section::Powers),
        action: format!("{HERE}/{}/end", row.id),
        about: match side {
            Side::Giver => Confirmed::RevokePower { row },
            Side::Agent => Confirmed::RenouncePower { row },
        },
        back: HERE,
    }))
}

/// `POST /cabinet/powers/{id}/end`
pub(crate) async fn end(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = ended(&form, &id).await;
    form.answer(answer)
}

async fn ended(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let provider = form.provider();
    let (kept, _) = own(provider, &provider.db, (&form.live, form.now), id).await?;
    let power = &kept.power;
    let done = provider.db.tx("end_power", |tx| async move {
        let sides = lock_sides(&tx, power.given_by, &power.agent).await?;
        let (Some(sides), Some(_)) = (sides, form.standing(&tx).await?) else {
            return Ok::<_, StorageError>(None);
        };
        let end = match side(provider, &tx, (&form.live, form.now), power).await? {
            Some(Side::Giver) => PowerEnd::Revoked,
            Some(Side::Agent) => PowerEnd::Renounced,
            None => return Ok(None),
        };
        let event = form.event(EventKind::PowerEnded);
        let ended = protocol::powers::end(&tx, provider, power, (end, &sides), &event).await?;
        Ok(ended.then_some(end))
    });
    let end = done.await?.ok_or(Problem::OutOfDate)?;
    provider.logout_wake.ring();
    let flash = match end {
        PowerEnd::Revoked => Flash::PowerRevoked,
        PowerEnd::Renounced => Flash::PowerRenounced,
    };
    Ok(CabinetForm::see(HERE, Some(flash)))
}
