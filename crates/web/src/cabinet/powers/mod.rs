//! The powers of K10, `/cabinet/powers`: organisations and roles seen, powers of attorney given and received (product B5;
//! security rule DG-6).
//!
//! * `give`: giving one, with S14. `draft`: what the form says. `end`: revoking or renouncing one, which needs no S14 since
//!   it only stops things. `rows`: what the pages show.

mod draft;
mod end;
mod give;
mod rows;

use authority::ids::PowerId;
use authority::powers::Power;
use authority::representation::Principal;
use authority::time::Timestamp;
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{CabinetPower, CabinetPowers, Section};
use protocol::flow::LiveSession;
use protocol::representation::{OwnOrganisation, own_organisation};
use protocol::{Problem, Provider};
use storage::powers::{self, KeptPower};
use storage::{Connection, StorageError};

use super::{CabinetForm, CabinetPage, again};

pub(crate) use end::{ask as ask_end, end};
pub(crate) use give::{ask as ask_give, give};

const HERE: &str = "/cabinet/powers";

/// `GET /cabinet/powers`
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let (provider, user) = (page.provider(), page.live.user.id);
    let own = own_organisation(&provider.db, provider, &page.live, page.now).await?;
    let mut given = Vec::new();
    for kept in powers::list_given(&provider.db, user, governed(own.as_ref())).await? {
        given.push(rows::power(page, &kept, Side::Giver).await?);
    }
    let mut received = Vec::new();
    for kept in powers::list_of_agent(&provider.db, user).await? {
        received.push(rows::power(page, &kept, Side::Agent).await?);
    }
    Ok(page.render(&CabinetPowers {
        cabinet: page.cabinet(Section::Powers),
        organisations: rows::organisations(page).await?,
        given,
        received,
    }))
}

/// `GET /cabinet/powers/{id}`: one power, to be printed.
pub(crate) async fn show_one(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = shown_one(&page, &id).await;
    page.answer(answer)
}

async fn shown_one(page: &CabinetPage, id: &str) -> Result<Response, Problem> {
    let (kept, side) = own(page.provider(), &page.provider().db, (&page.live, page.now), id).await?;
    Ok(page.render(&CabinetPower {
        cabinet: page.cabinet(Section::Powers),
        power: rows::power(page, &kept, side).await?,
    }))
}

/// What a person is to a power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Who gave it, or the head of the organisation in whose name it was given.
    Giver,
    /// Who may act.
    Agent,
}

/// The organisation whose powers this session rules over.
fn governed(own: Option<&OwnOrganisation>) -> Option<Principal> {
    own.filter(|own| own.may_give())
        .map(|own| Principal::Organisation(own.organisation.id))
}

/// A power that is the person's business; another one is none (security rule AD-1).
async fn own(
    provider: &Provider,
    conn: &Connection,
    (live, now): (&LiveSession, Timestamp),
    id: &str,
) -> Result<(KeptPower, Side), Problem> {
    let id: PowerId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    let kept = powers::find(conn, id).await?.ok_or(Problem::NoSuchPage)?;
    match side(provider, conn, (live, now), &kept.power).await? {
        Some(side) => Ok((kept, side)),
        None => Err(Problem::NoSuchPage),
    }
}

async fn side(
    provider: &Provider,
    conn: &Connection,
    (live, now): (&LiveSession, Timestamp),
    power: &Power,
) -> Result<Option<Side>, StorageError> {
    let user = live.user.id;
    if power.given_by == user || power.principal == Principal::Person(user) {
        return Ok(Some(Side::Giver));
    }
    if powers::find_agent(conn, &power.agent).await? == Some(user) {
        return Ok(Some(Side::Agent));
    }
    let own = own_organisation(conn, provider, live, now).await?;
    Ok((governed(own.as_ref()) == Some(power.principal)).then_some(Side::Giver))
}
