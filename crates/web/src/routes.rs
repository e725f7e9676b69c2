//! The routes of this crate and who may call them. A test compares the table with the router.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use http::Method;
use protocol::{Caller, Route};

use crate::flow::cancel;
use crate::sign_in::{choose, eds, egov, sms};
use crate::{
    WebState, cabinet, consent, dbsc, device, information, language, registration, representation, suspension,
};

/// The largest body, in bytes (security rule RL-1): a form with a signature.
const LARGEST_BODY: usize = 64 * 1024;

const fn route(method: Method, path: &'static str, caller: Caller) -> Route {
    Route { method, path, caller }
}

/// Every route of this crate. What a browser may do below `/flow` it may do only in a flow that it started itself,
/// and below `/cabinet` only with a session and the key of its device.
pub const ROUTES: &[Route] = &[
    route(Method::GET, "/", Caller::Anyone),
    route(Method::GET, "/help", Caller::Anyone),
    route(Method::GET, "/privacy", Caller::Anyone),
    route(Method::GET, "/accessibility", Caller::Anyone),
    #[cfg(feature = "sandbox")]
    route(Method::GET, "/dev/components", Caller::Anyone),
    route(Method::GET, "/assets/{name}", Caller::Anyone),
    route(Method::POST, "/language", Caller::Anyone),
    route(Method::GET, "/stop", Caller::Anyone),
    route(Method::POST, "/stop", Caller::Anyone),
    route(Method::POST, "/dbsc/registration", Caller::Browser),
    route(Method::POST, "/dbsc/refresh", Caller::Browser),
    route(Method::GET, "/flow/{id}/sign-in", Caller::Browser),
    route(Method::POST, "/flow/{id}/sign-in", Caller::Browser),
    route(Method::GET, "/flow/{id}/eds", Caller::Browser),
    route(Method::POST, "/flow/{id}/eds", Caller::Browser),
    route(Method::POST, "/flow/{id}/eds/signature", Caller::Browser),
    route(Method::GET, "/flow/{id}/egov", Caller::Browser),
    route(Method::POST, "/flow/{id}/egov", Caller::Browser),
    route(Method::POST, "/flow/{id}/egov/continue", Caller::Browser),
    route(Method::GET, "/flow/{id}/egov/state", Caller::Browser),
    route(Method::GET, "/flow/{id}/egov/events", Caller::Browser),
    route(Method::GET, "/egov/{link}", Caller::SigningApp),
    route(Method::GET, "/egov/{link}/document", Caller::SigningApp),
    route(Method::PUT, "/egov/{link}/document", Caller::SigningApp),
    route(Method::GET, "/flow/{id}/confirm", Caller::Browser),
    route(Method::POST, "/flow/{id}/confirm", Caller::Browser),
    route(Method::POST, "/flow/{id}/confirm/resend", Caller::Browser),
    route(Method::GET, "/flow/{id}/device", Caller::Browser),
    route(Method::POST, "/flow/{id}/device", Caller::Browser),
    route(Method::GET, "/flow/{id}/registration", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration", Caller::Browser),
    route(Method::GET, "/flow/{id}/registration/picture", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/picture", Caller::Browser),
    route(Method::GET, "/flow/{id}/registration/sound", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/code", Caller::Browser),
    route(Method::GET, "/flow/{id}/registration/eds", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/eds", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/eds/signature", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/consent", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/decline", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/name", Caller::Browser),
    route(Method::POST, "/flow/{id}/registration/reminder", Caller::Browser),
    route(Method::GET, "/flow/{id}/name", Caller::Browser),
    route(Method::POST, "/flow/{id}/name", Caller::Browser),
    route(Method::GET, "/flow/{id}/consent", Caller::Browser),
    route(Method::POST, "/flow/{id}/consent", Caller::Browser),
    route(Method::GET, "/flow/{id}/suspend", Caller::Browser),
    route(Method::POST, "/flow/{id}/suspend", Caller::Browser),
    route(Method::POST, "/flow/{id}/return", Caller::Browser),
    route(Method::POST, "/flow/{id}/cancel", Caller::Browser),
    route(Method::GET, "/cabinet", Caller::Browser),
    route(Method::POST, "/cabinet/proof", Caller::Browser),
    route(Method::POST, "/cabinet/sign-in", Caller::Browser),
    route(Method::GET, "/cabinet/device", Caller::Browser),
    route(Method::POST, "/cabinet/device/{id}/name", Caller::Browser),
    route(Method::GET, "/cabinet/keys", Caller::Browser),
    route(Method::GET, "/cabinet/keys/{id}/stop", Caller::Browser),
    route(Method::POST, "/cabinet/keys/{id}/stop", Caller::Browser),
    route(Method::GET, "/cabinet/keys/{id}/accept", Caller::Browser),
    route(Method::POST, "/cabinet/keys/{id}/accept", Caller::Browser),
    route(Method::GET, "/cabinet/phone", Caller::Browser),
    route(Method::GET, "/cabinet/phone/messages", Caller::Browser),
    route(Method::POST, "/cabinet/phone/messages", Caller::Browser),
    route(Method::GET, "/cabinet/sessions", Caller::Browser),
    route(Method::GET, "/cabinet/sessions/{id}/end", Caller::Browser),
    route(Method::POST, "/cabinet/sessions/{id}/end", Caller::Browser),
    route(Method::GET, "/cabinet/sessions/end-others", Caller::Browser),
    route(Method::POST, "/cabinet/sessions/end-others", Caller::Browser),
    route(Method::GET, "/cabinet/sessions/end-all", Caller::Browser),
    route(Method::POST, "/cabinet/sessions/end-all", Caller::Browser),
    route(Method::GET, "/cabinet/history", Caller::Browser),
    route(Method::POST, "/cabinet/history/csv", Caller::Browser),
    route(Method::GET, "/cabinet/history/{id}/dispute", Caller::Browser),
    route(Method::POST, "/cabinet/history/{id}/dispute", Caller::Browser),
    route(Method::GET, "/cabinet/history/{id}/disputed", Caller::Browser),
    route(Method::GET, "/cabinet/powers", Caller::Browser),
    route(Method::GET, "/cabinet/powers/give", Caller::Browser),
    route(Method::POST, "/cabinet/powers/give", Caller::Browser),
    route(Method::GET, "/cabinet/powers/{id}", Caller::Browser),
    route(Method::GET, "/cabinet/powers/{id}/end", Caller::Browser),
    route(Method::POST, "/cabinet/powers/{id}/end", Caller::Browser),
    route(Method::GET, "/cabinet/suspend", Caller::Browser),
    route(Method::POST, "/cabinet/suspend", Caller::Browser),
];

/// The pages. What no route answers becomes a page at the edge of the server.
pub fn router(state: WebState) -> Router {
    let pages = Router::new();
    #[cfg(feature = "sandbox")]
    let pages = pages.route("/dev/components", get(information::components));
    pages
        .route("/", get(information::help))
        .route("/help", get(information::help))
        .route("/privacy", get(information::privacy))
        .route("/accessibility", get(information::accessibility))
        .route("/assets/{name}", get(information::asset))
        .route("/language", post(language::choose))
        .route(dbsc::REGISTRATION_PATH, post(dbsc::register))
        .route(dbsc::REFRESH_PATH, post(dbsc::refresh))
        .route("/flow/{id}/sign-in", get(choose::show).post(choose::choose))
        .route("/flow/{id}/eds", get(eds::show).post(eds::start))
        .route("/flow/{id}/eds/signature", post(eds::signature))
        .route("/flow/{id}/confirm", get(sms::show).post(sms::confirm))
        .route("/flow/{id}/confirm/resend", post(sms::resend))
        .route("/flow/{id}/device", get(device::show).post(device::commit))
        .merge(on_the_phone())
        .merge(registering())
        .merge(cabinet::router())
        .route(
            "/flow/{id}/name",
            get(representation::show).post(representation::choose),
        )
        .route("/flow/{id}/consent", get(consent::show).post(consent::decide))
        .route("/stop", get(suspension::show_stop).post(suspension::stop))
        .route("/flow/{id}/suspend", get(suspension::ask).post(suspension::suspend))
        .route("/flow/{id}/return", post(suspension::come_back))
        .route("/flow/{id}/cancel", post(cancel::cancel))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(state)
}

fn on_the_phone() -> Router<WebState> {
    Router::new()
        .route("/flow/{id}/egov", get(egov::page::show).post(egov::page::start))
        .route("/flow/{id}/egov/continue", post(egov::page::go_on))
        .route("/flow/{id}/egov/state", get(egov::live::state))
        .route("/flow/{id}/egov/events", get(egov::live::events))
        .route("/egov/{link}", get(egov::phone::about))
        .route(
            "/egov/{link}/document",
            get(egov::phone::document).put(egov::phone::signed),
        )
}

fn registering() -> Router<WebState> {
    Router::new()
        .route(
            "/flow/{id}/registration",
            get(registration::show).post(registration::begin),
        )
        .route(
            "/flow/{id}/registration/picture",
            get(registration::show_picture).post(registration::another_picture),
        )
        .route("/flow/{id}/registration/sound", get(registration::play_sound))
        .route("/flow/{id}/registration/code", post(registration::answer_code))
        .route(
            "/flow/{id}/registration/eds",
            get(registration::show_eds).post(registration::start_eds),
        )
        .route("/flow/{id}/registration/eds/signature", post(registration::answer_eds))
        .route("/flow/{id}/registration/consent", post(registration::agree))
        .route("/flow/{id}/registration/decline", post(registration::decline))
        .route("/flow/{id}/registration/name", post(registration::rename))
        .route("/flow/{id}/registration/reminder", post(registration::remind))
}
