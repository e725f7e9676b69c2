//! K12, `/cabinet/suspend`: what stops, what stays, how to come back.

use authority::audit::EventKind;
use axum::response::Response;
use pages::screens::{CabinetSuspend, Section, StepUpReason, Stopped};
use protocol::flow::{SESSION_COOKIE, clear_cookie};
use protocol::policy::binding_policy;
use protocol::{Problem, suspension};
use storage::StorageError;

use super::{CabinetForm, CabinetPage, again};
use crate::answer;

const HERE: &str = "/cabinet/suspend";

/// `GET /cabinet/suspend`
pub(crate) async fn ask(page: CabinetPage) -> Response {
    let answer = asked(&page).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage) -> Result<Response, Problem> {
    if !page.is_recent() {
        return Ok(again::ask(page, StepUpReason::Suspend, "/cabinet"));
    }
    let provider = page.provider();
    let rest = binding_policy(&provider.db, provider, &page.live.user)
        .await?
        .suspension_rest;
    Ok(page.render(&CabinetSuspend {
        cabinet: page.cabinet(Section::Suspend),
        rest_hours: rest.as_secs() / 3600,
    }))
}

/// `POST /cabinet/suspend`
pub(crate) async fn suspend(form: CabinetForm) -> Response {
    let answer = suspended(&form).await;
    form.answer(answer)
}

async fn suspended(form: &CabinetForm) -> Result<Response, Problem> {
    if !form.is_recent() {
        return Ok(CabinetForm::see(HERE, None));
    }
    let provider = form.provider();
    let done = provider.db.tx("suspend", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(None);
        };
        let now = provider.decision_now(&tx).await?;
        let mut event = form.event(EventKind::AccountLocked);
        "cabinet".clone_into(&mut event.reason);
        if !suspension::suspend(&tx, provider, &user, event, now).await? {
            return Ok(None);
        }
        let rest = binding_policy(&tx, provider, &user).await?.suspension_rest;
        Ok(Some(now.plus(rest)))
    });
    let return_from = done.await?.ok_or(Problem::OutOfDate)?;
    provider.logout_wake.ring();
    let frame = form.visit.frame(provider);
    let response = provider.pages.render(&frame, &Stopped { return_from });
    Ok(answer::with_cookies(response, clear_cookie(SESSION_COOKIE)))
}
