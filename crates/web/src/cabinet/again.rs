//! Signing in to the cabinet: S14, and `POST /cabinet/sign-in`, where it leads.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use pages::screens::{HiddenField, StepUp, StepUpReason};
use protocol::authorize::sign_in_to_cabinet;
use protocol::cabinet::CABINET_PATH;
use protocol::flow::{Visit, check_origin};
use protocol::{Parameters, Problem, Provider};

use super::CabinetPage;
use super::entry::{live_session, own_form, take_form};
use crate::WebState;
use crate::visit::Visited;

/// S14: the sign-in is too old for what the page is for. Its form leads back to this very page, which the ticket knows.
pub(super) fn ask(page: &CabinetPage, reason: StepUpReason, back: &str) -> Response {
    page.render(&StepUp {
        reason,
        start: "/cabinet/sign-in".to_owned(),
        fields: vec![HiddenField {
            name: "ticket".to_owned(),
            value: page.ticket().to_owned(),
        }],
        back: Some(back.to_owned()),
    })
}

/// `POST /cabinet/sign-in`: begins a sign-in with both stages. It opens nothing by itself, so it needs no proof.
pub(crate) async fn sign_in(
    State(state): State<WebState>,
    Visited(visit): Visited,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = begin(&state.provider, &visit, body).await;
    answer.unwrap_or_else(|problem| problem.respond(&state.provider, &visit))
}

async fn begin(provider: &Provider, visit: &Visit, body: Result<Bytes, BytesRejection>) -> Result<Response, Problem> {
    check_origin(&visit.headers, provider.issuer()).map_err(|_| Problem::OutOfDate)?;
    let fields = Parameters::from_form(&visit.headers, body).map_err(|_| Problem::OutOfDate)?;
    let now = provider.now();
    let mut path = None;
    if let Some(live) = live_session(provider, visit, now).await? {
        own_form(provider, &live, &fields)?;
        path = take_form(provider, &live, &fields, now).await?;
    }
    sign_in_to_cabinet(provider, visit, path.as_deref().unwrap_or(CABINET_PATH)).await
}
