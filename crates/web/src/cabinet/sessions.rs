//! K6, `/cabinet/sessions`: where the person is signed in, and ending it (security rules SE-3, SE-13). Clients are told in
//! the transaction that ends (SE-12).

use std::collections::HashMap;

use authority::audit::EventKind;
use authority::ids::SessionId;
use authority::time::minutes;
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{
    CabinetConfirm, CabinetSessions, Confirmed, DeviceKind, Flash, Section, SessionRow, SignedOut, StepUpReason,
    ToldService,
};
use protocol::Problem;
use protocol::flow::{LiveSession, SESSION_COOKIE, clear_cookie};
use protocol::logout::{Ended, ToldClient, tell_clients};
use protocol::notices::{self, Change};
use storage::{StorageError, audit, sessions};

use super::{CabinetForm, CabinetPage, again};
use crate::answer;
use crate::device::name;

const HERE: &str = "/cabinet/sessions";
const OTHERS: &str = "/cabinet/sessions/end-others";
const ALL: &str = "/cabinet/sessions/end-all";

/// `GET /cabinet/sessions`
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let all = live(page).await?;
    let known = Known::of(page, &all).await?;
    let others = all.iter().filter(|live| live.session.id != page.live.session.id);
    let screen = CabinetSessions {
        cabinet: page.cabinet(Section::Sessions),
        this: known.row(&page.live),
        others: others.map(|live| known.row(live)).collect(),
    };
    Ok(page.render(&screen))
}

/// All that live by the rules of sessions, not those of the cabinet.
async fn live(page: &CabinetPage) -> Result<Vec<LiveSession>, StorageError> {
    let provider = page.provider();
    sessions::list_live_for_user(&provider.db, page.live.user.id, provider.moment(page.now)).await
}

/// What a person's sessions reached, and where each was started.
struct Known {
    services: HashMap<SessionId, Vec<String>>,
    places: HashMap<SessionId, String>,
}

impl Known {
    async fn of(page: &CabinetPage, all: &[LiveSession]) -> Result<Self, StorageError> {
        let mut services: HashMap<_, Vec<String>> = HashMap::new();
        for (id, name) in sessions::list_services(&page.provider().db, page.live.user.id).await? {
            services.entry(id).or_default().push(name);
        }
        Ok(Self {
            services,
            places: places(page, all).await?,
        })
    }

    fn row(&self, live: &LiveSession) -> SessionRow {
        let device = live.device.as_ref();
        SessionRow {
            id: live.session.id.to_string(),
            services: self.services.get(&live.session.id).cloned().unwrap_or_default(),
            device_name: device.map(|device| device.name.clone()),
            device_kind: device.map_or(DeviceKind::Computer, |device| name::kind_of(&device.agent)),
            place: self.places.get(&live.session.id).cloned(),
            started_at: live.session.authenticated_at,
            seen_at: live.session.touched_at,
        }
    }
}

/// A session keeps no address; the event of its beginning does.
async fn places(page: &CabinetPage, all: &[LiveSession]) -> Result<HashMap<SessionId, String>, StorageError> {
    let first = all.iter().map(|live| live.session.authenticated_at).min();
    let (Some(places), Some(first)) = (&page.state.settings.places, first) else {
        return Ok(HashMap::new());
    };
    // The event has the clock of a node, the session that of the database.
    let since = first.minus(minutes(5));
    let addresses = audit::list_session_addresses(&page.provider().db, page.live.user.id, since).await?;
    let named = |(id, address): (SessionId, String)| Some((id, places.name(&address, page.visit.locale)?));
    Ok(addresses.into_iter().filter_map(named).collect())
}

/// `GET /cabinet/sessions/{id}/end`. A session of somebody else is none (security rule DB-14).
pub(crate) async fn ask_one(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked_one(&page, &id).await;
    page.answer(answer)
}

async fn asked_one(page: &CabinetPage, id: &str) -> Result<Response, Problem> {
    let all = live(page).await?;
    let other = |live: &&LiveSession| live.session.id.to_string() == id && live.session.id != page.live.session.id;
    let Some(live) = all.iter().find(other) else {
        return Err(Problem::NoSuchPage);
    };
    if !page.is_recent() {
        return Ok(again::ask(page, StepUpReason::EndSessions, HERE));
    }
    let session = Known::of(page, &all).await?.row(live);
    let action = format!("{HERE}/{id}/end");
    Ok(confirm(
        page,
        Section::Sessions,
        Confirmed::EndSession { session },
        (action, HERE),
    ))
}

/// `GET /cabinet/sessions/end-others`
pub(crate) async fn ask_others(page: CabinetPage) -> Response {
    if !page.is_recent() {
        return again::ask(&page, StepUpReason::EndSessions, HERE);
    }
    confirm(
        &page,
        Section::Sessions,
        Confirmed::EndOthers,
        (OTHERS.to_owned(), HERE),
    )
}

/// `GET /cabinet/sessions/end-all`
pub(crate) async fn ask_all(page: CabinetPage) -> Response {
    let back = "/cabinet/device";
    if !page.is_recent() {
        return again::ask(&page, StepUpReason::EndSessions, back);
    }
    confirm(&page, Section::Device, Confirmed::EndAll, (ALL.to_owned(), back))
}

fn confirm(page: &CabinetPage, section: Section, about: Confirmed, (action, back): (String, &'static str)) -> Response {
    page.render(&CabinetConfirm {
        cabinet: page.cabinet(section),
        about,
        action,
        back,
    })
}

/// What ends.
#[derive(Clone, Copy)]
enum Ending {
    One(SessionId),
    Others,
    All,
}

/// `POST /cabinet/sessions/{id}/end`
pub(crate) async fn end_one(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = ended_one(&form, &id).await;
    form.answer(answer)
}

async fn ended_one(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let other = id.parse().ok().filter(|id: &SessionId| *id != form.live.session.id);
    let id = other.ok_or(Problem::NoSuchPage)?;
    if !form.is_recent() {
        return Ok(CabinetForm::see(&format!("{HERE}/{id}/end"), None));
    }
    match end(form, Ending::One(id)).await? {
        Some(_) => Ok(CabinetForm::see(HERE, Some(Flash::SessionEnded))),
        None => Err(Problem::NoSuchPage),
    }
}

/// `POST /cabinet/sessions/end-others`
pub(crate) async fn end_others(form: CabinetForm) -> Response {
    let answer = ended_others(&form).await;
    form.answer(answer)
}

async fn ended_others(form: &CabinetForm) -> Result<Response, Problem> {
    if !form.is_recent() {
        return Ok(CabinetForm::see(OTHERS, None));
    }
    match end(form, Ending::Others).await? {
        Some(_) => Ok(CabinetForm::see(HERE, Some(Flash::OthersEnded))),
        None => Err(Problem::OutOfDate),
    }
}

/// `POST /cabinet/sessions/end-all`
pub(crate) async fn end_all(form: CabinetForm) -> Response {
    let answer = ended_all(&form).await;
    form.answer(answer)
}

async fn ended_all(form: &CabinetForm) -> Result<Response, Problem> {
    if !form.is_recent() {
        return Ok(CabinetForm::see(ALL, None));
    }
    let told = end(form, Ending::All).await?.ok_or(Problem::OutOfDate)?;
    let services = told.into_iter().map(|client| ToldService {
        name: client.name,
        answered: false,
    });
    let screen = SignedOut {
        services: services.collect(),
    };
    let response = form
        .provider()
        .pages
        .render(&form.visit.frame(form.provider()), &screen);
    Ok(answer::with_cookies(response, clear_cookie(SESSION_COOKIE)))
}

/// Ends, with the promise to the clients, the trace and the message; none when there is nothing of this person's to end.
async fn end(form: &CabinetForm, ending: Ending) -> Result<Option<Vec<ToldClient>>, Problem> {
    let provider = form.provider();
    let done = provider.db.tx("end_sessions", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(None);
        };
        let (this, now) = (form.live.session.id, form.now);
        let (told, reason, subject) = match ending {
            Ending::One(id) => {
                let found = sessions::find_live_for_user(&tx, user.id, id, provider.moment(now)).await?;
                if found.is_none() {
                    return Ok(None);
                }
                let told = tell_clients(&tx, provider, Ended::Session(id)).await?;
                sessions::end_of_user(&tx, user.id, id, now).await?;
                (told, "cabinet", id)
            }
            Ending::Others => {
                let told = tell_clients(&tx, provider, Ended::AllBut(user.id, this)).await?;
                sessions::end_others(&tx, user.id, this, now).await?;
                (told, "others", this)
            }
            Ending::All => {
                let told = tell_clients(&tx, provider, Ended::AllOf(user.id)).await?;
                sessions::end_all_for_user(&tx, user.id).await?;
                (told, "all", this)
            }
        };
        let mut event = form.event(EventKind::SignedOut);
        reason.clone_into(&mut event.reason);
        event.session_id = Some(subject);
        audit::insert(&tx, &event).await?;
        notices::tell(&tx, provider, &user, Change::SessionsEnded, now).await?;
        Ok(Some(told))
    });
    let done = done.await?;
    provider.logout_wake.ring();
    Ok(done)
}
