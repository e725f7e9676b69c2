//! The phone on the desk: eGov Mobile of a chosen person, over the demo's own address. It has no camera: the desk knows the
//! codes that pages show. Reading a code and answering are two steps, as with the real app.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use authority::locale::Locale;
use authority::time::Clock as _;
use axum::Json;
use axum::extract::{Form, State};
use axum::response::Response;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use testkit::people::DemoPerson;
use testkit::phone::{Asked, Habit, OverTcp, PhoneError, scan as read_code};
use web::WaitingCode;

use super::{Desk, back, refuse};

/// The codes that pages show now.
pub(in crate::demo) type Codes = Arc<dyn Fn() -> BoxFuture<'static, Vec<WaitingCode>> + Send + Sync>;

/// How long the provider may take for all that one press of a button asks.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the phone shows; changes with each press of a button.
#[derive(Default)]
pub(in crate::demo) struct Phone(Mutex<(u64, Screen)>);

/// One screen of the app.
#[derive(Clone, Default)]
pub(super) enum Screen {
    /// Nothing yet.
    #[default]
    Empty,
    /// What is to be signed.
    Asked(&'static DemoPerson, Asked),
    /// How it ended.
    Said(&'static DemoPerson, Said),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Signed,
    Declined,
    /// In the provider's words.
    Refused(String),
    Unreachable,
}

impl Phone {
    pub(super) fn screen(&self) -> Screen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    fn show(&self, screen: Screen) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = (shown.0.wrapping_add(1), screen);
    }

    fn changes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

/// A text that differs when the page would. Texts of codes are addresses that nobody else may know, their numbers are not.
pub(super) async fn mark(desk: &Desk) -> String {
    let codes = (desk.codes)().await;
    let codes: Vec<String> = codes
        .iter()
        .map(|code| format!("{}@{}", code.number, code.until.to_rfc3339()))
        .collect();
    format!("{} {}", codes.join(","), desk.phone.changes())
}

#[derive(Deserialize)]
pub(super) struct ScanForm {
    person: String,
    code: String,
    lang: Option<String>,
}

/// The phone of this person reads a code and fetches what is to be signed.
pub(super) async fn scan(State(desk): State<Desk>, Form(form): Form<ScanForm>) -> Response {
    let Some(person) = DemoPerson::find(&form.person) else {
        return refuse("person: nobody has this login");
    };
    // Whatever else a form says, the phone talks to this demo only.
    let own = format!("mobileSign:{}/egov/", desk.addresses.issuer);
    if !form.code.starts_with(&own) {
        return refuse("code: is not one of this demo's sign-in pages");
    }
    let language = form.lang.as_deref().and_then(Locale::from_tag).unwrap_or(person.locale);
    let fetched = async {
        read_code(&form.code, language.tag(), &OverTcp)
            .await?
            .fetch(&OverTcp)
            .await
    };
    let screen = match patiently(fetched).await {
        Ok(asked) => Screen::Asked(person, asked),
        Err(error) => Screen::Said(person, said(&error)),
    };
    desk.phone.show(screen);
    back(form.lang.as_deref())
}

#[derive(Deserialize)]
pub(super) struct DecideForm {
    decision: String,
    lang: Option<String>,
}

/// The person signs with their own key, or declines.
pub(super) async fn decide(State(desk): State<Desk>, Form(form): Form<DecideForm>) -> Response {
    let (habit, done) = match form.decision.as_str() {
        "sign" => (Habit::Signs, Said::Signed),
        "decline" => (Habit::Declines, Said::Declined),
        _ => return refuse("decision: must be sign or decline"),
    };
    // A second press of the button finds that it is over.
    if let Screen::Asked(person, asked) = desk.phone.screen() {
        let said = match patiently(answered(&desk, person, &asked, habit)).await {
            Ok(()) => done,
            Err(error) => said(&error),
        };
        desk.phone.show(Screen::Said(person, said));
    }
    back(form.lang.as_deref())
}

async fn answered(desk: &Desk, person: &DemoPerson, asked: &Asked, habit: Habit) -> Result<(), PhoneError> {
    let own = desk.signer.key(person.login).ok_or(PhoneError::OtherCode)?;
    let body = asked.body((&own.key, &own.certificate), habit, desk.clock.now())?;
    let answer = asked.put(&body, &OverTcp).await?;
    if answer.status == 200 {
        Ok(())
    } else {
        Err(PhoneError::Refused(answer))
    }
}

async fn patiently<T>(asking: impl Future<Output = Result<T, PhoneError>>) -> Result<T, PhoneError> {
    tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|late| Err(PhoneError::Unreachable(late.into())))
}

fn said(error: &PhoneError) -> Said {
    match error {
        PhoneError::Refused(answer) if !answer.message().is_empty() => Said::Refused(answer.message().to_owned()),
        PhoneError::Refused(_) | PhoneError::OtherCode | PhoneError::Unreachable(_) | PhoneError::Key(_) => {
            Said::Unreachable
        }
    }
}

/// `GET /phone.json`, for scripts: `codes` with `number` and `text`, and `shows`: names and values as the app shows them, or
/// nothing.
pub(super) async fn told(State(desk): State<Desk>) -> Json<Value> {
    let codes: Vec<Value> = (desk.codes)()
        .await
        .into_iter()
        .map(|code| json!({ "number": code.number, "text": code.text }))
        .collect();
    let shows = match desk.phone.screen() {
        Screen::Asked(_, asked) => asked.shown(),
        Screen::Empty | Screen::Said(..) => Vec::new(),
    };
    Json(json!({ "codes": codes, "shows": shows }))
}
