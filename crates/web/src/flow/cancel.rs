//! The way back to the service, on every page of a flow: the client is told `access_denied` (RFC 6749 §4.1.2.1).

use authority::audit::{Event, EventKind};
use authority::authentication::{EndReason, SignInAttempt};
use axum::response::Response;
use protocol::Problem;
use protocol::authorize::{Refusal, refuse};
use protocol::flow::live_session;
use storage::{StorageError, Write, attempts};

use super::{FlowForm, FlowPage};

/// `POST /flow/{id}/cancel`, field `reason` = `shared_device` when the person does not want this device remembered.
pub(crate) async fn cancel(form: FlowForm) -> Response {
    let reason = match form.field("reason") {
        Some("shared_device") => EndReason::BindingDeclined,
        Some(_) | None => EndReason::Cancelled,
    };
    let answer = cancelled(&form.page, reason).await;
    form.page.answer(answer)
}

async fn cancelled(page: &FlowPage, reason: EndReason) -> Result<Response, Problem> {
    let attempt = page.latest_attempt().await?;
    let event = event(page, attempt.as_ref(), reason).await?;
    // One that has ended or succeeded stays as it is; the flow ends all the same.
    if let Some(Ok(ended)) = attempt.map(|attempt| attempt.end(reason, page.now)) {
        let ended = &ended;
        let kept = page
            .provider()
            .db
            .tx("cancel_attempt", |tx| async move { attempts::record(&tx, ended).await });
        let _: Write = kept.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    }
    refuse(page.provider(), &page.visit, &page.flow, Refusal::Cancelled(&event)).await
}

/// Whom it concerns is known after a first stage, or when the flow goes on with a session.
async fn event(page: &FlowPage, attempt: Option<&SignInAttempt>, reason: EndReason) -> Result<Event, StorageError> {
    let mut event = page.event(EventKind::SignInCancelled);
    reason.as_str().clone_into(&mut event.reason);
    if let Some(first) = attempt.and_then(SignInAttempt::claimant) {
        event.user_id = Some(first.user_id);
        first.factor.method().as_str().clone_into(&mut event.methods);
    }
    let progress = page.flow.interaction.progress;
    let live = live_session(page.provider(), &page.visit.cookies, page.now).await?;
    Ok(match live.filter(|live| progress.session == Some(live.session.id)) {
        Some(live) => event.in_session(&live.session),
        None => event,
    })
}
