//! The person's cabinet, `/cabinet…`: what is known of device, phone, sessions and sign-ins, and what a person may change of
//! it. Copied cookies open nothing of it: a session whose device has a key sees each page with a ticket that the key earned
//! just before (product A7; security rules DB-4, SE-13).
//!
//! * `entry`: a request in the cabinet; every handler takes one. `tickets`: what opens one page, or posts one form.
//! * `prove`: the page that earns a ticket. `again`: signing in, the first time or once more (S14).
//! * `home` (K1), `device` (K2), `keys` (K3), `phone` (K4), `sessions` (K6), `history` (K7), `powers` (K10), `suspend` (K12).

mod again;
mod device;
mod entry;
mod history;
mod home;
mod keys;
mod phone;
mod powers;
mod prove;
mod sessions;
mod suspend;
mod tickets;

use axum::Router;
use axum::routing::{get, post};

use self::entry::{CabinetForm, CabinetPage};
use crate::WebState;

/// Its pages.
pub(crate) fn router() -> Router<WebState> {
    Router::new()
        .route("/cabinet", get(home::show))
        .route("/cabinet/proof", post(prove::commit))
        .route("/cabinet/sign-in", post(again::sign_in))
        .route("/cabinet/device", get(device::show))
        .route("/cabinet/device/{id}/name", post(device::rename))
        .route("/cabinet/keys", get(keys::show))
        .route("/cabinet/keys/{id}/stop", get(keys::ask_stop).post(keys::stop))
        .route("/cabinet/keys/{id}/accept", get(keys::ask_accept).post(keys::accept))
        .route("/cabinet/phone", get(phone::show))
        .route("/cabinet/phone/messages", get(phone::ask).post(phone::switch))
        .route("/cabinet/sessions", get(sessions::show))
        .route(
            "/cabinet/sessions/{id}/end",
            get(sessions::ask_one).post(sessions::end_one),
        )
        .route(
            "/cabinet/sessions/end-others",
            get(sessions::ask_others).post(sessions::end_others),
        )
        .route(
            "/cabinet/sessions/end-all",
            get(sessions::ask_all).post(sessions::end_all),
        )
        .route("/cabinet/history", get(history::show))
        .route("/cabinet/history/csv", post(history::save))
        .route(
            "/cabinet/history/{id}/dispute",
            get(history::ask).post(history::dispute),
        )
        .route("/cabinet/history/{id}/disputed", get(history::disputed))
        .route("/cabinet/powers", get(powers::show))
        .route("/cabinet/powers/give", get(powers::ask_give).post(powers::give))
        .route("/cabinet/powers/{id}", get(powers::show_one))
        .route("/cabinet/powers/{id}/end", get(powers::ask_end).post(powers::end))
        .route("/cabinet/suspend", get(suspend::ask).post(suspend::suspend))
}
