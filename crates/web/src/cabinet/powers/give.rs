//! `/cabinet/powers/give`: the principal gives a power of attorney, in person or as the head of the organisation of the
//! certificate of this session. Nobody gives one in a name that a power gave them: there are no chains (security rule DG-6).

use authority::audit::EventKind;
use authority::identifiers::Checksum;
use authority::ids::PowerId;
use authority::powers::Power;
use authority::representation::Principal;
use authority::time::{LocalTime, days};
use axum::response::Response;
use pages::screens::{Flash, GivePower, PowerForm, PowerProblem, Section, ServiceChoice, StepUpReason};
use protocol::Problem;
use protocol::powers::{A_DAY, agent_digest, lock_sides, tell_given};
use protocol::representation::own_organisation;
use storage::{StorageError, Tx, powers};

use super::draft::{self, Draft};
use super::{CabinetForm, CabinetPage, HERE, again, governed, rows};

const GIVE: &str = "/cabinet/powers/give";
/// How long a power lasts that nobody said anything about.
const USUAL: std::time::Duration = days(365);

/// `GET /cabinet/powers/give`
pub(crate) async fn ask(page: CabinetPage) -> Response {
    let answer = asked(&page).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage) -> Result<Response, Problem> {
    if !page.is_recent() {
        return Ok(again::ask(page, StepUpReason::GivePower, HERE));
    }
    let zone = page.provider().settings.zone;
    let shown = |at| {
        LocalTime::of(at, zone)
            .map(|local| local.to_string())
            .unwrap_or_default()
    };
    let empty = PowerForm {
        from: shown(page.now.whole_seconds()),
        until: shown(page.now.whole_seconds().plus(USUAL)),
        ..PowerForm::default()
    };
    let problem = page.live.user.provisional.then_some(PowerProblem::Provisional);
    Ok(screen(page, empty, problem).await?)
}

async fn screen(page: &CabinetPage, typed: PowerForm, problem: Option<PowerProblem>) -> Result<Response, StorageError> {
    let provider = page.provider();
    let own = own_organisation(&provider.db, provider, &page.live, page.now).await?;
    let organisation = own.filter(protocol::representation::OwnOrganisation::may_give);
    let services = draft::services(&provider.db).await?.into_iter();
    Ok(page.render(&GivePower {
        cabinet: page.cabinet(Section::Powers),
        organisation: organisation.map(|own| rows::of_organisation(own.organisation)),
        services: services
            .map(|(id, name)| ServiceChoice {
                chosen: id.as_str() == typed.service,
                id: id.to_string(),
                name,
            })
            .collect(),
        zone_at: page.now,
        typed,
        problem,
    }))
}

/// `POST /cabinet/powers/give`
pub(crate) async fn give(form: CabinetForm) -> Response {
    match given(&form).await {
        Ok(Given::Done) => CabinetForm::see(HERE, Some(Flash::PowerGiven)),
        Ok(Given::TooOld) => CabinetForm::see(GIVE, None),
        Ok(Given::Wrong(problem)) => corrected(form, problem).await,
        Err(problem) => form.answer(Err(problem)),
    }
}

async fn corrected(form: CabinetForm, problem: PowerProblem) -> Response {
    let typed = draft::typed(&form);
    match form.again().await {
        Ok(page) => {
            let shown = screen(&page, typed, Some(problem)).await;
            page.answer(shown.map_err(Problem::OurFault))
        }
        Err(response) => response,
    }
}

enum Given {
    Done,
    TooOld,
    Wrong(PowerProblem),
}

async fn given(form: &CabinetForm) -> Result<Given, Problem> {
    if !form.is_recent() {
        return Ok(Given::TooOld);
    }
    let provider = form.provider();
    let clients: Vec<_> = draft::services(&provider.db)
        .await?
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    // Always judged: a slip of the finger must not name a stranger.
    let checked = (Checksum::Required, provider.settings.zone);
    let draft = match draft::read(&draft::typed(form), &clients, checked, form.now) {
        Ok(draft) => draft,
        Err(problem) => return Ok(Given::Wrong(problem)),
    };
    let draft = &draft;
    let done = provider
        .db
        .tx("give_power", |tx| async move { keep(&tx, form, draft).await });
    done.await?.ok_or(Problem::OutOfDate)
}

/// Holds both people's rows and reads the session and its certificate again; none when the session is over.
async fn keep(tx: &Tx, form: &CabinetForm, draft: &Draft) -> Result<Option<Given>, StorageError> {
    let (provider, user, now) = (form.provider(), form.live.user.id, form.now);
    let agent = agent_digest(&provider.keyring, &draft.agent);
    let sides = lock_sides(tx, user, &agent).await?;
    let (Some(sides), Some(giver)) = (sides, form.standing(tx).await?) else {
        return Ok(None);
    };
    // Nobody has confirmed whose account it is (product B3, security rule DB-16): it binds nobody else.
    if giver.provisional {
        return Ok(Some(Given::Wrong(PowerProblem::Provisional)));
    }
    if sides.agent.as_ref().is_some_and(|agent| agent.id == user) {
        return Ok(Some(Given::Wrong(PowerProblem::OwnNumber)));
    }
    if powers::count_given_since(tx, user, now.minus(days(1))).await? >= A_DAY {
        return Ok(Some(Given::Wrong(PowerProblem::TooMany)));
    }
    let principal = if draft.for_organisation {
        let own = own_organisation(tx, provider, &form.live, now).await?;
        // What the page offered may have ended since, and a form can be edited.
        match governed(own.as_ref()) {
            Some(principal) => principal,
            None => return Ok(Some(Given::Wrong(PowerProblem::NotHead))),
        }
    } else {
        Principal::Person(user)
    };
    let mut rng = provider.rng();
    let power = Power {
        id: PowerId::mint(now, &mut rng),
        principal,
        given_by: user,
        agent,
        clients: draft.clients.clone(),
        scopes: draft.scopes.clone(),
        from: draft.from,
        until: draft.until,
        given_at: now,
        ended: None,
    };
    powers::insert(tx, &power, &draft.agent, &provider.keyring, &mut rng).await?;
    tell_given(tx, provider, &power, &sides, &form.event(EventKind::PowerGiven)).await?;
    Ok(Some(Given::Done))
}
