//! S1 "choose how to sign in" and S16 "continue as", both on `/flow/{id}/sign-in`. Which of them it is, or whether the
//! person belongs elsewhere, is what the authorization request needs next (OIDC Core §3.1.2.3).

use authority::authorization::{Interaction, Progress};
use authority::users::FactName;
use axum::response::Response;
use pages::screens::{ChooseWay, ContinueAs, RememberProblem};
use protocol::Problem;
use protocol::authorize::{Resume, resume};
use protocol::flow::LiveSession;
use storage::{StorageError, Write, interactions, user_facts};

use super::certificate_facts::initials;
use super::egov;
use crate::answer;
use crate::consent::masked_iin;
use crate::device;
use crate::flow::{FlowForm, FlowPage, Place};
#[cfg(feature = "sandbox")]
use crate::sandbox;

/// What stands for a name or number that is not known.
const UNKNOWN: &str = "—";

/// `GET /flow/{id}/sign-in`, query `way` = `other` | `sandbox`.
pub(crate) async fn show(page: FlowPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

/// `POST /flow/{id}/sign-in`, field `choice` = `continue` | `other`, or `person` on the sandbox way.
pub(crate) async fn choose(form: FlowForm) -> Response {
    let answer = chosen(&form).await;
    form.page.answer(answer)
}

async fn shown(page: &FlowPage) -> Result<Response, Problem> {
    match resume(page.provider(), &page.visit, &page.flow).await? {
        Resume::SignIn(_) => Ok(ways(page).await?),
        Resume::ProveDevice(_) | Resume::ContinueAs(_) if page.way().is_some() => Ok(ways(page).await?),
        Resume::ProveDevice(_) => Ok(page.see(Place::Device)),
        Resume::ContinueAs(live) => Ok(continue_as(page, &live).await?),
        Resume::ChooseName(_) => Ok(page.see(Place::Name)),
        Resume::Consent(..) => Ok(page.see(Place::Onwards)),
        Resume::Done(response) => Ok(response),
    }
}

async fn chosen(form: &FlowForm) -> Result<Response, Problem> {
    let page = &form.page;
    #[cfg(feature = "sandbox")]
    if let Some(person) = form.field("person").filter(|_| page.state.settings.sandbox) {
        return sandbox::signed(page, person).await;
    }
    match form.field("choice") {
        Some("continue") => go_on(page).await,
        Some("other") => Ok(answer::see_other(&format!("{}?way=other", page.path_of("sign-in")))),
        // An empty form.
        Some(_) | None => Ok(page.see(Place::SignIn)),
    }
}

/// The person goes on as who is signed in: from here the flow belongs to that session (security rule AZ-14).
async fn go_on(page: &FlowPage) -> Result<Response, Problem> {
    let Resume::ContinueAs(live) = resume(page.provider(), &page.visit, &page.flow).await? else {
        return Ok(page.see(Place::SignIn));
    };
    let interaction = Interaction {
        progress: Progress {
            session: Some(live.session.id),
            ..page.flow.interaction.progress
        },
        ..page.flow.interaction.clone()
    };
    let interaction = &interaction;
    let kept = page
        .provider()
        .db
        .tx("continue_as", |tx| async move {
            interactions::record(&tx, interaction).await
        })
        .await
        .map_err(|error: StorageError| Problem::OurFault(error))?;
    match kept {
        Write::Done => Ok(page.see(Place::Onwards)),
        Write::Lost => Ok(page.see(Place::SignIn)),
    }
}

async fn ways(page: &FlowPage) -> Result<Response, StorageError> {
    // Said before anybody signs and waits for a message in vain. A browser with a device's cookie may have been bound
    // before: its key decides, after both stages. Opening a page leaves no audit record; being refused there does.
    if page.visit.cookies.devices().is_empty()
        && device::in_app::is_in_app(page)
        && !device::shared::are_allowed_to_anybody(page).await?
    {
        return Ok(device::cannot_remember(
            page,
            Place::SignIn,
            RememberProblem::InAppBrowser,
        ));
    }
    #[cfg(feature = "sandbox")]
    if sandbox::is_first(page) {
        return Ok(sandbox::person_page(page, "", false));
    }
    let screen = ChooseWay {
        eds_was_last: !page.visit.cookies.devices().is_empty(),
        on_phone: egov::page::is_on_phone(page),
        egov: page.state.settings.egov_mobile.is_some(),
        #[cfg(feature = "sandbox")]
        test_way: sandbox::is_offered(page),
        #[cfg(not(feature = "sandbox"))]
        test_way: false,
    };
    Ok(page.render(Place::SignIn, &screen))
}

async fn continue_as(page: &FlowPage, live: &LiveSession) -> Result<Response, StorageError> {
    let provider = page.provider();
    let facts = user_facts::list(&provider.db, live.user.id, &provider.keyring).await?;
    let value = |name| {
        facts
            .iter()
            .find(|fact| fact.name == name)
            .map(|fact| fact.value.as_str())
    };
    let name = value(FactName::Name).unwrap_or(UNKNOWN);
    let screen = ContinueAs {
        name: name.to_owned(),
        initials: initials(name),
        masked_iin: value(FactName::Iin).map_or_else(|| UNKNOWN.to_owned(), masked_iin),
    };
    Ok(page.render(Place::SignIn, &screen))
}
