//! `POST /cabinet/history/csv`: the sign-ins of the page's choice as a file. The ticket of the page that the device's key
//! opened is used up by it, so that a file leaves once, within ten minutes, in the same session (security rule AD-11).

use authority::audit::EventKind;
use axum::response::Response;
use pages::screens::SignInRow;
use protocol::Problem;
use storage::{StorageError, audit};

use super::super::CabinetForm;
use super::filter::Filter;
use super::rows::Known;
use super::{KEPT, MOST};

/// `POST /cabinet/history/csv`, fields `from`, `to`, `result`, `service` as in the address of the page.
pub(crate) async fn save(form: CabinetForm) -> Response {
    let answer = saved(&form).await;
    form.answer(answer)
}

async fn saved(form: &CabinetForm) -> Result<Response, Problem> {
    let provider = form.provider();
    let known = Known::of(
        &form.state,
        (form.live.user.id, form.visit.locale),
        form.now.minus(KEPT),
    )
    .await?;
    let filter = Filter::read(form.fields(), &known.services).map_err(|_| Problem::OutOfDate)?;
    let wanted = &filter.wanted(provider, form.now);
    let mut event = form.event(EventKind::HistoryExported);
    "csv".clone_into(&mut event.reason);
    let event = &event;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let found = provider.db.tx("history_csv", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(None);
        };
        let events = audit::list_sign_ins(&tx, user.id, wanted, None, MOST.saturating_add(1)).await?;
        if events.len() <= most {
            audit::insert(&tx, event).await?;
        }
        Ok(Some(events))
    });
    let events = found.await?.ok_or(Problem::OutOfDate)?;
    if events.len() > most {
        return Ok(CabinetForm::see(&filter.path(Some(("file", "too_many"))), None));
    }
    let rows: Vec<SignInRow> = events.iter().map(|event| known.row(event)).collect();
    Ok(provider
        .pages
        .sign_ins_file(form.visit.locale, &rows, known.has_places(), form.now))
}
