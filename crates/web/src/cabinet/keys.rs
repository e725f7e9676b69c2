//! K3, `/cabinet/keys`: the keys that were used here, and which of them are accepted (product C4; security rule CE-12). A key
//! that its person stopped is accepted again by a sign-in with another one, so that whoever has the stopped key alone gains
//! nothing.

use authority::audit::EventKind;
use authority::certificates::{Certificate, StopReason};
use authority::ids::CertificateId;
use authority::time::days;
use authority::users::FactName;
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{
    CabinetConfirm, CabinetKeys, Confirmed, Flash, KeyRow, KeyState, Section, SignedOut, StepUpReason,
};
use protocol::Problem;
use protocol::certificates::{self as trust, Accepting, Stopping};
use protocol::flow::{SESSION_COOKIE, clear_cookie};
use protocol::notices::Teller;
use storage::{StorageError, certificates, key_observations, organisations, user_facts};

use super::home::SOON;
use super::{CabinetForm, CabinetPage, again};
use crate::answer;

const HERE: &str = "/cabinet/keys";
/// How far back devices are counted.
const OBSERVED: std::time::Duration = days(30);

/// `GET /cabinet/keys`
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let keys = rows(page).await?;
    Ok(page.render(&CabinetKeys::new(page.cabinet(Section::Keys), keys)))
}

/// The person's keys as the page shows them, latest use first.
async fn rows(page: &CabinetPage) -> Result<Vec<KeyRow>, StorageError> {
    let (provider, user) = (page.provider(), page.live.user.id);
    let facts = user_facts::list(&provider.db, user, &provider.keyring).await?;
    let owner = facts.into_iter().find(|fact| fact.name == FactName::Name);
    let owner = owner.map(|fact| fact.value);
    let all = certificates::list_for_user(&provider.db, user).await?;
    let own = |key: &&Certificate| page.live.session.rests_on(key.id);
    let own: Vec<_> = all.iter().filter(own).collect();
    let row = |key: &Certificate| KeyRow {
        owner: owner.clone(),
        // All certificates of one key end together.
        this: own.iter().any(|own| own.id == key.id || own.has_key_of(key)),
        ..KeyRow::of(key, (page.now, provider.settings.zone), SOON)
    };
    let since = page.now.minus(OBSERVED);
    let mut rows = Vec::with_capacity(all.len());
    for key in &all {
        let devices = match &key.key_digest {
            Some(digest) => key_observations::count_devices(&provider.db, digest, since).await?,
            None => 0,
        };
        let organisation = match key.organisation {
            Some(named) => organisations::find(&provider.db, named, &provider.keyring).await?,
            None => None,
        };
        rows.push(KeyRow {
            devices,
            organisation_name: organisation.and_then(|known| known.name),
            ..row(key)
        });
    }
    Ok(rows)
}

/// What is asked for on a page of its own.
#[derive(Clone, Copy)]
enum Act {
    Stop,
    Accept,
}

impl Act {
    const fn segment(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Accept => "accept",
        }
    }

    /// Whether it can be done with a key in this state.
    const fn fits(self, state: KeyState) -> bool {
        match (self, state) {
            (Self::Stop, KeyState::Valid | KeyState::Soon) | (Self::Accept, KeyState::Stopped) => true,
            (Self::Stop | Self::Accept, _) => false,
        }
    }
}

/// `GET /cabinet/keys/{id}/stop`. A key of somebody else is none (security rule DB-14).
pub(crate) async fn ask_stop(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id, Act::Stop).await;
    page.answer(answer)
}

/// `GET /cabinet/keys/{id}/accept`
pub(crate) async fn ask_accept(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id, Act::Accept).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage, id: &str, act: Act) -> Result<Response, Problem> {
    let all = rows(page).await?;
    let valid = |row: &&KeyRow| Act::Stop.fits(row.state);
    let last = all.iter().filter(valid).count() == 1;
    let key = all.into_iter().find(|row| row.id == id && act.fits(row.state));
    let key = key.ok_or(Problem::NoSuchPage)?;
    if !page.is_recent() {
        return Ok(again::ask(page, StepUpReason::ChangeKeys, HERE));
    }
    let about = match act {
        Act::Stop => Confirmed::StopKey { key, last },
        Act::Accept => Confirmed::AcceptKey { key },
    };
    Ok(page.render(&CabinetConfirm {
        cabinet: page.cabinet(Section::Keys),
        about,
        action: path(id, act),
        back: HERE,
    }))
}

fn path(id: &str, act: Act) -> String {
    format!("{HERE}/{id}/{}", act.segment())
}

/// `POST /cabinet/keys/{id}/stop`
pub(crate) async fn stop(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = stopped(&form, &id).await;
    form.answer(answer)
}

async fn stopped(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let certificate: CertificateId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    if !form.is_recent() {
        return Ok(CabinetForm::see(&path(&certificate.to_string(), Act::Stop), None));
    }
    let provider = form.provider();
    let done = provider.db.tx("stop_key", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(false);
        };
        let stopping = Stopping {
            certificate,
            reason: StopReason::Stopped,
            event: form.event(EventKind::CertificateStopped),
        };
        trust::stop(&tx, teller(form), &user, stopping, form.now).await
    });
    if !done.await? {
        return Err(Problem::NoSuchPage);
    }
    provider.logout_wake.ring();
    if !rested_on(form, certificate).await? {
        return Ok(CabinetForm::see(HERE, Some(Flash::KeyStopped)));
    }
    // The session rested on it.
    let screen = SignedOut { services: Vec::new() };
    let response = provider.pages.render(&form.visit.frame(provider), &screen);
    Ok(answer::with_cookies(response, clear_cookie(SESSION_COOKIE)))
}

/// Whether the session ended with this certificate: it is one of its own, of either stage, or another one of such a key.
async fn rested_on(form: &CabinetForm, stopped: CertificateId) -> Result<bool, StorageError> {
    let (db, user) = (&form.provider().db, form.live.user.id);
    let all = certificates::list_for_user(db, user).await?;
    let Some(stopped) = all.iter().find(|key| key.id == stopped) else {
        return Ok(false);
    };
    Ok(all
        .iter()
        .filter(|own| form.live.session.rests_on(own.id))
        .any(|own| own.id == stopped.id || own.has_key_of(stopped)))
}

/// `POST /cabinet/keys/{id}/accept`
pub(crate) async fn accept(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = accepted(&form, &id).await;
    form.answer(answer)
}

async fn accepted(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let certificate: CertificateId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    if !form.is_recent() {
        return Ok(CabinetForm::see(&path(&certificate.to_string(), Act::Accept), None));
    }
    let done = form.provider().db.tx("accept_key", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(false);
        };
        let accepting = Accepting {
            certificate,
            stopped_for: StopReason::Stopped,
            event: form.event(EventKind::CertificateAccepted),
        };
        trust::accept(&tx, teller(form), &user, accepting).await
    });
    if done.await? {
        Ok(CabinetForm::see(HERE, Some(Flash::KeyAccepted)))
    } else {
        Err(Problem::NoSuchPage)
    }
}

fn teller(form: &CabinetForm) -> Teller<'_> {
    let provider = form.provider();
    Teller {
        keyring: &provider.keyring,
        pages: &provider.pages,
    }
}
