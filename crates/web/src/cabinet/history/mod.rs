//! K7, `/cabinet/history`: the sign-ins of twelve months, all or some, page by page, and "it wasn't me".
//!
//! * `filter`: what is wanted of it. `rows`: sign-ins in words. `csv`: the same as a file.

mod csv;
mod filter;
mod rows;

use authority::audit::{Event, EventKind};
use authority::ids::EventId;
use authority::time::{Timestamp, days};
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{CabinetConfirm, CabinetHistory, Confirmed, FilterProblem, Flash, Section, SignInRow};
use protocol::{Parameters, Problem};
use storage::{StorageError, audit};

pub(crate) use self::csv::save;
use self::filter::Filter;
use self::rows::Known;
use super::{CabinetForm, CabinetPage};

const HERE: &str = "/cabinet/history";
/// How far back it goes.
pub(super) const KEPT: std::time::Duration = days(365);
/// Sign-ins on one page.
const ROWS: usize = 25;
/// Sign-ins in one file, which is held in memory: thirteen on every day of the year.
const MOST: u32 = 5_000;

/// `GET /cabinet/history`, with `from`, `to`, `result` and `service`, and with `before={instant}.{event}` the older ones.
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let (provider, now) = (page.provider(), page.now);
    let known = page.known(now.minus(KEPT)).await?;
    let query = page.visit.here.split_once('?').map_or("", |(_, query)| query);
    let (fields, read) = match Parameters::parse(query.as_bytes()) {
        Ok(fields) => {
            let read = Filter::read(&fields, &known.services);
            (fields, read)
        }
        Err(_) => (Parameters::default(), Err(FilterProblem::Unreadable)),
    };
    let before = fields.get("before").ok().flatten().and_then(cursor);
    let found = match &read {
        Ok(filter) => listed(page, filter, before).await?,
        Err(_) => Vec::new(),
    };
    let older = found.get(ROWS.saturating_sub(1)).filter(|_| found.len() > ROWS);
    let older = older.map(place_of);
    let path = |more: Option<(&str, &str)>| read.as_ref().ok().map(|filter| filter.path(more));
    let screen = CabinetHistory {
        cabinet: page.cabinet(Section::History),
        filter: filter::shown(&read, &fields, &known.services, (provider, now)),
        rows: found.iter().take(ROWS).map(|event| known.row(event)).collect(),
        latest: before.and_then(|_| path(None)),
        older: older.and_then(|place| path(Some(("before", &place)))),
    };
    Ok(page.render(&screen))
}

/// One more than a page holds, when there are more.
async fn listed(
    page: &CabinetPage,
    filter: &Filter,
    before: Option<(Timestamp, EventId)>,
) -> Result<Vec<Event>, StorageError> {
    let wanted = filter.wanted(page.provider(), page.now);
    let limit = u32::try_from(ROWS.saturating_add(1)).unwrap_or(u32::MAX);
    audit::list_sign_ins(&page.provider().db, page.live.user.id, &wanted, before, limit).await
}

impl CabinetPage {
    /// What names the facts of the person's sign-ins from `since` on.
    pub(super) async fn known(&self, since: Timestamp) -> Result<Known, StorageError> {
        Known::of(&self.state, (self.live.user.id, self.visit.locale), since).await
    }
}

/// The place of an event in the list.
fn place_of(event: &Event) -> String {
    format!("{}.{}", event.at.as_micros(), event.id)
}

/// Reads such a place; what cannot be read is the beginning.
fn cursor(text: &str) -> Option<(Timestamp, EventId)> {
    let (micros, id) = text.split_once('.')?;
    Some((Timestamp::from_micros(micros.parse().ok()?), id.parse().ok()?))
}

/// `GET /cabinet/history/{id}/dispute`. An event about somebody else is none (security rule DB-14).
pub(crate) async fn ask(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id, |row| Confirmed::Dispute { row }).await;
    page.answer(answer)
}

/// `GET /cabinet/history/{id}/disputed`: what can be done now.
pub(crate) async fn disputed(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id, |row| Confirmed::Disputed { row }).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage, id: &str, about: fn(SignInRow) -> Confirmed) -> Result<Response, Problem> {
    let id: EventId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    let event = audit::find_sign_in(&page.provider().db, page.live.user.id, id).await?;
    let event = event.ok_or(Problem::NoSuchPage)?;
    let row = page.known(event.at).await?.row(&event);
    Ok(page.render(&CabinetConfirm {
        cabinet: page.cabinet(Section::History),
        about: about(row),
        action: format!("{HERE}/{id}/dispute"),
        back: HERE,
    }))
}

/// `POST /cabinet/history/{id}/dispute`
pub(crate) async fn dispute(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = said(&form, &id).await;
    form.answer(answer)
}

async fn said(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let id: EventId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    let mut event = form.event(EventKind::ActivityDisputed);
    event.reason = id.to_string();
    let event = &event;
    let done = form.provider().db.tx("dispute", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(false);
        };
        let found = audit::find_sign_in(&tx, user.id, id).await?.is_some();
        if found {
            audit::insert(&tx, event).await?;
        }
        Ok(found)
    });
    if done.await? {
        Ok(CabinetForm::see(
            &format!("{HERE}/{id}/disputed"),
            Some(Flash::Disputed),
        ))
    } else {
        Err(Problem::NoSuchPage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_list_that_cannot_be_read_is_its_beginning() {
        let id = "0193aaaaaaaa7bbb8cccddddeeeeffff";
        assert!(cursor(&format!("12.{id}")).is_some());
        for text in ["", "x.y", "12.", id] {
            assert_eq!(cursor(text), None, "{text}");
        }
    }
}
