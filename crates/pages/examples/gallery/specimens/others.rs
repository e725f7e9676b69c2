//! Locks, errors, sign-out, the pages of the footer.

use authority::time::{Timestamp, minutes};
#[cfg(feature = "sandbox")]
use kiru_pages::screens::Components;
use kiru_pages::screens::{
    Accessibility, AdministratorLock, ConfirmSignOut, Crowd, FormPost, Help, HiddenField, LeftSchool, NoScript,
    NoSuchPage, OtherBrowser, OurFault, OutOfDate, Privacy, SignedOut, SuspendedByOwner, ToldService, TooManyRequests,
    UnusedTooLong, WronglyAsked,
};

use super::{Place, Specimen, now, specimen};

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let mut all = locks();
    all.extend(errors());
    all.extend(others());
    all
}

fn locks() -> Vec<Specimen> {
    let date = Timestamp::from_unix_seconds(1_789_000_000);
    let locked = |reason: Option<&str>, review_at, incident| AdministratorLock {
        case_reference: String::from("2026-118"),
        reason: reason.map(str::to_owned),
        review_at,
        incident,
    };
    let suspended = |can_return| SuspendedByOwner {
        date,
        return_from: if can_return {
            now()
        } else {
            now().plus(minutes(60 * 24))
        },
        can_return,
    };
    vec![
        specimen("x3", Place::Flow, UnusedTooLong { since: date }),
        specimen(
            "x4",
            Place::Flow,
            LeftSchool {
                school: Some(String::from("Школа-гимназия № 12")),
                date,
            },
        ),
        specimen("x4-unnamed", Place::Flow, LeftSchool { school: None, date }),
        specimen("x5", Place::Flow, suspended(false)),
        specimen("x5-return", Place::Flow, suspended(true)),
        specimen(
            "x6",
            Place::Flow,
            locked(
                Some("Проверка обращения"),
                Some(now().plus(minutes(60 * 24 * 3))),
                false,
            ),
        ),
        specimen("x6-incident", Place::Flow, locked(None, None, true)),
    ]
}

fn crowd(name: &'static str, place: Place, crowd: Crowd) -> Specimen {
    let retry_at = now().plus(minutes(10));
    specimen(name, place, TooManyRequests { crowd, retry_at })
}

fn errors() -> Vec<Specimen> {
    let asked = |registered: Vec<String>| WronglyAsked {
        parameter: String::from("redirect_uri"),
        description: String::from("it is not one of the addresses registered for this client"),
        client_id: Some(String::from("kundelik-web")),
        sent: Some(String::from("https://kundelik.example/cb/")),
        registered,
        trace_id: Some(String::from("4bf92f3577b34da6a3ce929d0e0e4736")),
    };
    let unknown = WronglyAsked {
        parameter: String::from("client_id"),
        description: String::from("it is missing"),
        client_id: None,
        sent: None,
        registered: vec![],
        trace_id: None,
    };
    let fault = |maintenance_until| OurFault {
        retry_at: now().plus(minutes(5)),
        maintenance_until,
    };
    vec![
        specimen("x7", Place::Service, asked(vec![])),
        specimen(
            "x7-owner",
            Place::Service,
            asked(vec![String::from("https://kundelik.example/cb")]),
        ),
        specimen("x7-unknown-client", Place::Alone, unknown),
        specimen("x8", Place::Flow, OutOfDate),
        specimen("x8-service", Place::Service, OutOfDate),
        specimen("x8-alone", Place::Alone, OutOfDate),
        specimen("x8-cabinet", Place::Cabinet, OutOfDate),
        specimen("x9", Place::Flow, fault(None)),
        specimen("x9-maintenance", Place::Alone, fault(Some(now().plus(minutes(55))))),
        crowd("x2-sign-ins", Place::Alone, Crowd::SignIns),
        crowd("x2-signatures", Place::Flow, Crowd::Signatures),
        specimen("x10", Place::Alone, NoSuchPage),
        specimen("x10-flow", Place::Flow, NoSuchPage),
        specimen("x11", Place::Alone, OtherBrowser),
        specimen("x13", Place::Flow, NoScript),
    ]
}

fn others() -> Vec<Specimen> {
    let field = |name: &str, value: &str| HiddenField {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    let told = |name: &str, answered| ToldService {
        name: name.to_owned(),
        answered,
    };
    let confirm = |name: Option<&str>| ConfirmSignOut {
        name: name.map(str::to_owned),
        fields: vec![field("state", "af0ifjsldkj")],
        stay_uri: String::from("https://kundelik.example/"),
    };
    let form_post = || FormPost {
        action: String::from("https://kundelik.example/cb"),
        fields: vec![
            field("code", "SplxlOBeZQQYbYS6WxSbIA"),
            field("state", "\"><script>alert(1)</script>"),
        ],
    };
    vec![
        specimen("sign-out", Place::Service, confirm(Some("Сәбитова Айгерім Нұрланқызы"))),
        specimen("sign-out-anonymous", Place::Alone, confirm(None)),
        specimen(
            "s19",
            Place::Service,
            SignedOut {
                services: vec![told("Күнделік", true), told("Библиотека", false)],
            },
        ),
        specimen("s19-alone", Place::Alone, SignedOut { services: vec![] }),
        specimen("form-post", Place::Flow, form_post()),
        specimen("form-post-alone", Place::Alone, form_post()),
        specimen("help", Place::Alone, Help),
        specimen("privacy", Place::Alone, Privacy),
        specimen("accessibility", Place::Alone, Accessibility),
        #[cfg(feature = "sandbox")]
        specimen("components", Place::Alone, Components),
    ]
}
