//! Pages that belong to no flow: help, privacy, accessibility, the component page, and static files.

use axum::extract::{Path, State};
use axum::response::Response;
#[cfg(feature = "sandbox")]
use pages::DeploymentKind;
use pages::Screen;
#[cfg(feature = "sandbox")]
use pages::screens::Components;
use pages::screens::{Accessibility, Help, Privacy};
use protocol::Problem;
use protocol::flow::Visit;

use crate::WebState;
use crate::visit::Visited;

fn page<S: Screen>(state: &WebState, visit: &Visit, screen: &S) -> Response {
    state.provider.pages.render(&visit.frame(&state.provider), screen)
}

/// `GET /` and `GET /help`: whoever came by mistake reads here what this is and whom to ask.
pub(crate) async fn help(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    page(&state, &visit, &Help)
}

/// `GET /privacy`
pub(crate) async fn privacy(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    page(&state, &visit, &Privacy)
}

/// `GET /accessibility`
pub(crate) async fn accessibility(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    page(&state, &visit, &Accessibility)
}

/// `GET /dev/components`: not in production.
#[cfg(feature = "sandbox")]
pub(crate) async fn components(State(state): State<WebState>, Visited(visit): Visited) -> Response {
    match state.provider.settings.kind {
        DeploymentKind::Production => Problem::NoSuchPage.respond(&state.provider, &visit),
        DeploymentKind::Sandbox | DeploymentKind::Demo => page(&state, &visit, &Components),
    }
}

/// `GET /assets/{name}`: named by their content, kept by browsers for ever.
pub(crate) async fn asset(
    State(state): State<WebState>,
    Visited(visit): Visited,
    Path(name): Path<String>,
) -> Response {
    let found = state.provider.pages.asset(&name);
    found.unwrap_or_else(|| Problem::NoSuchPage.respond(&state.provider, &visit))
}
