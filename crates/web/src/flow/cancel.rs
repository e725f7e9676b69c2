//! The way back to the service, on every page of a flow: the client is told `access_denied` (RFC 6749 §4.1.2.1).

use authority::authentication::EndReason;
use axum::response::Response;
use protocol::Problem;
use protocol::authorize::{Refusal, refuse};
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
    // One that has ended or succeeded stays as it is; the flow ends all the same.
    if let Some(Ok(ended)) = page
        .latest_attempt()
        .await?
        .map(|attempt| attempt.end(reason, page.now))
    {
        let ended = &ended;
        let kept = page
            .provider()
            .db
            .tx("cancel_attempt", |tx| async move { attempts::record(&tx, ended).await });
        let _: Write = kept.await.map_err(|error: StorageError| Problem::OurFault(error))?;
    }
    refuse(page.provider(), &page.visit, &page.flow, Refusal::Cancelled).await
}
