//! The desk: what a person at the demo's table sees beside the provider. Messages that were "sent", who signs next, what
//! to do. Plain forms; a small script shows changes by itself.
//!
//! | route | what |
//! |---|---|
//! | `GET /` | the page, `?lang=kk|ru|en` |
//! | `GET /sms.json` | messages, newest first: `to`, `sender`, `text`, `at` |
//! | `POST /signer/person` | form field `person`: who signs next |
//! | `POST /signer/mode` | form field `mode`: `at_once`, `ask`, `cancel`, `fail` |
//! | `POST /signer/decide` | form fields `id`, `decision` (`sign`, `cancel`): a request that waits |
//! | `POST /clock` | the demo's time: see `clock` |
//! | `POST /phone/scan` | form fields `person`, `code`: the phone of this person reads a code |
//! | `POST /phone/decide` | form field `decision` (`sign`, `decline`): what the person does there |
//! | `GET /phone.json` | codes that wait, what the phone shows |
//! | `GET /changes` | a text that differs when the page would |

mod clock;
mod clock_page;
mod guard;
mod page;
mod phone;
mod phone_page;
mod phone_texts;
#[cfg(test)]
mod tests;
mod texts;

use std::path::PathBuf;
use std::sync::Arc;

use authority::locale::Locale;
use authority::time::{Clock as _, Timestamp};
use axum::extract::{Form, Query, State};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono_tz::Tz;
use federation::eds::{EdsVerifier, TrustFile};
use messaging::Outbox;
use serde::Deserialize;
use serde_json::Value;
use storage::Db;
use testkit::ncalayer::{Decision, SignerState};
use testkit::pki::Suite;
use testkit::trouble::KeyTrouble;

use super::clock::DemoClock;
use super::sockets::Addresses;

pub(super) use phone::Codes;

/// What the desk shows and does.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) outbox: Arc<Outbox>,
    pub(super) signer: Arc<SignerState>,
    pub(super) addresses: Addresses,
    pub(super) config_file: PathBuf,
    pub(super) zone: Tz,
    /// What the clock of everything shows, and how it is set.
    pub(super) clock: Arc<DemoClock>,
    pub(super) db: Db,
    /// The codes that sign-in pages show now.
    pub(super) codes: phone::Codes,
    /// A phone with eGov Mobile.
    pub(super) phone: Arc<phone::Phone>,
    /// Whose revocation list goes with the clock.
    pub(super) eds: Arc<EdsVerifier>,
}

impl Desk {
    /// Gives the verifier revocation lists made at `now`, of both centres: they are fresh for a year, and never from the
    /// future. It gets none while nobody is to know who was revoked.
    pub(super) fn renew_lists(&self, now: Timestamp) {
        let suites: &[Suite] = match self.signer.trouble() {
            KeyTrouble::Unchecked => &[],
            KeyTrouble::Nothing | KeyTrouble::System | KeyTrouble::NotYet | KeyTrouble::OtherCentre => {
                &[Suite::Rsa, Suite::Gost512]
            }
        };
        let made = suites.iter().map(|&suite| {
            self.signer.keys().crl_of(suite, now).map(|bytes| TrustFile {
                name: "the demo's revocation list".to_owned(),
                bytes,
            })
        });
        match made.collect::<Result<Vec<_>, _>>() {
            Ok(lists) => {
                for problem in self.eds.reload_crls(&lists).err().unwrap_or_default() {
                    tracing::error!(problem = %problem.fault, "the revocation lists stay as they are");
                }
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "no revocation lists could be made"
            ),
        }
    }
}

/// The routes.
pub(super) fn router(desk: Desk) -> Router {
    let guard = guard::Guard::new(&desk.addresses.desk);
    Router::new()
        .route("/", get(show))
        .route("/sms.json", get(messages))
        .route("/changes", get(changes))
        .route(
            "/desk.css",
            get(|| async { file("text/css; charset=utf-8", include_str!("desk.css")) }),
        )
        .route(
            "/desk.js",
            get(|| async { file("text/javascript; charset=utf-8", include_str!("desk.js")) }),
        )
        .route("/signer/person", post(choose_person))
        .route("/signer/key", post(choose_key))
        .route("/signer/mode", post(choose_mode))
        .route("/signer/decide", post(decide))
        .route("/clock", post(clock::set))
        .route("/phone/scan", post(phone::scan))
        .route("/phone/decide", post(phone::decide))
        .route("/phone.json", get(phone::told))
        .layer(from_fn_with_state(Arc::new(guard), guard::check))
        .with_state(desk)
}

fn file(kind: &'static str, content: &'static str) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], content).into_response()
}

#[derive(Default, Deserialize)]
struct Language {
    lang: Option<String>,
}

async fn show(State(desk): State<Desk>, Query(language): Query<Language>, headers: HeaderMap) -> Response {
    let shown = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let chosen = language.lang.as_deref().and_then(Locale::from_tag);
    let locale = chosen
        .or_else(|| shown.and_then(Locale::from_accept_language))
        .unwrap_or(Locale::Kk);
    let html = page::html(
        &desk,
        locale,
        &desk.outbox.newest_first().await,
        &clock_page::Edges::read(&desk).await,
        &(desk.codes)().await,
    );
    (
        [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))],
        html,
    )
        .into_response()
}

async fn messages(State(desk): State<Desk>) -> Json<Vec<Value>> {
    Json(
        desk.outbox
            .newest_first()
            .await
            .iter()
            .map(messaging::Kept::to_json)
            .collect(),
    )
}

/// Counts what the page lists; the script asks for it and loads the page again when it differs.
async fn changes(State(desk): State<Desk>) -> String {
    let newest = desk
        .outbox
        .newest_first()
        .await
        .first()
        .map(|kept| kept.request_id.to_string())
        .unwrap_or_default();
    let waiting: Vec<_> = desk
        .signer
        .pending()
        .iter()
        .map(|request| request.id.to_string())
        .collect();
    let next = desk.signer.next().unwrap_or_default();
    let edges = clock_page::Edges::read(&desk).await;
    format!(
        "{newest} {} {next} {:?} {:?} {} {} {}",
        waiting.join(","),
        desk.signer.trouble(),
        desk.signer.mode(),
        desk.clock.mark(),
        edges.mark(),
        phone::mark(&desk).await
    )
}

#[derive(Deserialize)]
struct Person {
    person: String,
    lang: Option<String>,
}

async fn choose_person(State(desk): State<Desk>, Form(form): Form<Person>) -> Response {
    if desk.signer.set_next(&form.person) {
        back(form.lang.as_deref())
    } else {
        refuse("person: nobody has this login")
    }
}

#[derive(Deserialize)]
struct Key {
    key: String,
    lang: Option<String>,
}

async fn choose_key(State(desk): State<Desk>, Form(form): Form<Key>) -> Response {
    let known = page::KEYS.iter().find(|(word, _)| *word == form.key);
    match known {
        Some((_, trouble)) => {
            desk.signer.set_trouble(*trouble);
            desk.renew_lists(desk.clock.now());
            back(form.lang.as_deref())
        }
        None => refuse("key: must be own, system, not_yet, other_centre or unchecked"),
    }
}

#[derive(Deserialize)]
struct Mode {
    mode: String,
    lang: Option<String>,
}

async fn choose_mode(State(desk): State<Desk>, Form(form): Form<Mode>) -> Response {
    let known = page::MODES.iter().find(|(word, _)| *word == form.mode);
    match known {
        Some((_, mode)) => {
            desk.signer.set_mode(*mode);
            back(form.lang.as_deref())
        }
        None => refuse("mode: must be at_once, ask, cancel or fail"),
    }
}

#[derive(Deserialize)]
struct Decided {
    id: u64,
    decision: String,
    lang: Option<String>,
}

async fn decide(State(desk): State<Desk>, Form(form): Form<Decided>) -> Response {
    let decision = match (form.decision.as_str(), desk.signer.next()) {
        ("sign", Some(login)) => Decision::SignAs(login),
        ("sign", None) | ("cancel", _) => Decision::Cancel,
        _ => return refuse("decision: must be sign or cancel"),
    };
    // A request that left meanwhile needs no decision; the page shows that it is gone.
    let _ = desk.signer.decide(form.id, decision);
    back(form.lang.as_deref())
}

/// To the page, in the language it had.
fn back(lang: Option<&str>) -> Response {
    let to = match lang.and_then(Locale::from_tag) {
        Some(Locale::Kk) => "/?lang=kk",
        Some(Locale::Ru) => "/?lang=ru",
        Some(Locale::En) => "/?lang=en",
        None => "/",
    };
    (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static(to))]).into_response()
}

fn refuse(reason: &'static str) -> Response {
    (StatusCode::BAD_REQUEST, reason).into_response()
}
