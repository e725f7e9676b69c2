//! Sign-ins to the cabinet: begun by a page of ours, never by a request, and ended by a way into the cabinet instead of a
//! code.

use authority::assurance::AssuranceRequest;
use authority::authentication::NextStep;
use authority::authorization::{AuthorizationRequest, ClaimsRequest, Prompt, ResponseMode, Scope};
use authority::clients::ClientId;
use axum::response::Response;

use super::keep;
use super::resume::Resume;
use super::return_path::see_other;
use super::situation::{Asking, Situation, assess};
use super::trust::no_client;
use crate::cabinet::{CABINET_ID, cabinet_path};
use crate::flow::{OpenFlow, Visit};
use crate::{Problem, Provider};

/// Where a sign-in leads that came to nothing: nothing of the cabinet, which would ask again.
const AWAY: &str = "/help";

/// Begins a sign-in, with both stages whatever session is live, that leads to this page of the cabinet. The page is kept
/// with the interaction and never comes back as a parameter.
///
/// # Errors
/// Too many sign-ins are under way, or the database is not available.
pub async fn sign_in_to_cabinet(provider: &Provider, visit: &Visit, page: &str) -> Result<Response, Problem> {
    let id = ClientId::parse(CABINET_ID).map_err(|error| Problem::Broken(Box::new(error)))?;
    let client = storage::clients::find(&provider.db, &id).await?;
    let client = client.ok_or_else(no_client)?;
    let redirect_uri = client.redirect_uris.first().cloned().ok_or_else(no_client)?;
    let request = AuthorizationRequest {
        client_id: id,
        redirect_uri,
        response_mode: ResponseMode::Query,
        scopes: vec![Scope::OpenId],
        state: Some(cabinet_path(page).to_owned()),
        nonce: None,
        code_challenge: None,
        prompt: Prompt {
            login: true,
            ..Prompt::default()
        },
        max_age: None,
        assurance: AssuranceRequest::default(),
        claims: ClaimsRequest::default(),
        expected_subject: None,
        login_hint: None,
        ui_locale: None,
    };
    let kept = keep(provider, visit, request, ("sign-in", None)).await?;
    kept.ok_or_else(|| super::crowded(provider))
}

/// What the pages do next in a sign-in to the cabinet. There is nothing to consent to and nobody to name: the sign-in
/// itself did.
pub(super) async fn resume(provider: &Provider, visit: &Visit, flow: &OpenFlow) -> Result<Resume, Problem> {
    let asking = Asking {
        request: &flow.interaction.request,
        client: &flow.client,
        progress: flow.interaction.progress,
    };
    let Situation { step, .. } = assess(provider, visit, asking, provider.now()).await?;
    match step {
        NextStep::SignIn(reason) => Ok(Resume::SignIn(reason)),
        NextStep::AssuranceUnmet | NextStep::OtherPerson => leave(provider, flow).await.map(Resume::Done),
        NextStep::ProveDevice
        | NextStep::ContinueAs
        | NextStep::ChooseName
        | NextStep::Consent(_)
        | NextStep::Issue => {
            end(provider, flow).await?;
            let page = flow.interaction.request.state.as_deref().unwrap_or_default();
            Ok(Resume::Done(see_other(cabinet_path(page))))
        }
    }
}

/// Ends a sign-in to the cabinet that came to nothing.
pub(super) async fn leave(provider: &Provider, flow: &OpenFlow) -> Result<Response, Problem> {
    end(provider, flow).await?;
    Ok(see_other(AWAY))
}

async fn end(provider: &Provider, flow: &OpenFlow) -> Result<(), Problem> {
    let (id, now) = (flow.interaction.id, provider.now());
    let taken = provider
        .db
        .tx("end_flow", |tx| async move {
            storage::interactions::take(&tx, id, now).await
        })
        .await?;
    if taken { Ok(()) } else { Err(Problem::OutOfDate) }
}
