//! K7, `/cabinet/history`: the sign-ins of twelve months, page by page, and "it wasn't me".

use std::collections::HashMap;
use std::net::IpAddr;

use authority::audit::{Event, EventKind};
use authority::clients::ClientId;
use authority::devices::Device;
use authority::ids::EventId;
use authority::time::{Timestamp, days};
use axum::extract::Path;
use axum::response::Response;
use pages::screens::{CabinetConfirm, CabinetHistory, Confirmed, Flash, Section, SignInResult, SignInRow, SignInWay};
use protocol::Problem;
use storage::{StorageError, audit, clients, devices};

use super::{CabinetForm, CabinetPage};

const HERE: &str = "/cabinet/history";
/// How far back it goes.
pub(super) const KEPT: std::time::Duration = days(365);
/// Sign-ins on one page.
const ROWS: usize = 25;

/// What people are told of each kind; whatever else is listed was refused.
const RESULTS: [(EventKind, SignInResult); 5] = [
    (EventKind::SignedIn, SignInResult::SignedIn),
    (EventKind::OtherDeviceRefused, SignInResult::OtherDevice),
    (EventKind::DeviceProofRefused, SignInResult::DeviceKey),
    (EventKind::SecondStageRefused, SignInResult::WrongCode),
    (EventKind::FirstStageRefused, SignInResult::EdsRefused),
];

/// `GET /cabinet/history`, with `?before={instant}.{event}` the older ones.
pub(crate) async fn show(page: CabinetPage) -> Response {
    let answer = shown(&page).await;
    page.answer(answer)
}

async fn shown(page: &CabinetPage) -> Result<Response, Problem> {
    let before = cursor(&page.visit.here);
    let (user, since) = (page.live.user.id, page.now.minus(KEPT));
    let limit = u32::try_from(ROWS + 1).unwrap_or(u32::MAX);
    let mut events = audit::list_sign_ins(&page.provider().db, user, since, before, limit).await?;
    let more = events.len() > ROWS;
    events.truncate(ROWS);
    let older = events.last().filter(|_| more);
    let older = older.map(|event| format!("{HERE}?before={}.{}", event.at.as_micros(), event.id));
    let screen = CabinetHistory {
        cabinet: page.cabinet(Section::History),
        rows: rows(page, &events).await?,
        continued: before.is_some(),
        older,
    };
    Ok(page.render(&screen))
}

/// Reads the place in the list; what cannot be read is its beginning.
fn cursor(here: &str) -> Option<(Timestamp, EventId)> {
    let (_, cursor) = here.split_once("?before=")?;
    let (micros, id) = cursor.split_once('.')?;
    Some((Timestamp::from_micros(micros.parse().ok()?), id.parse().ok()?))
}

async fn rows(page: &CabinetPage, events: &[Event]) -> Result<Vec<SignInRow>, StorageError> {
    let known = devices::list_for_user(&page.provider().db, page.live.user.id).await?;
    let mut names: HashMap<ClientId, Option<String>> = HashMap::new();
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let service = match &event.client_id {
            None => None,
            Some(id) => {
                if !names.contains_key(id) {
                    names.insert(id.clone(), client_name(page, Some(id)).await?);
                }
                names.get(id).cloned().flatten()
            }
        };
        rows.push(row(event, service, &known));
    }
    Ok(rows)
}

fn row(event: &Event, service: Option<String>, known: &[Device]) -> SignInRow {
    let device = known.iter().find(|device| Some(device.id) == event.device_id);
    SignInRow {
        id: event.id.to_string(),
        at: event.at,
        service,
        way: way(&event.methods),
        place: place(event.address.as_deref()),
        device: device.map(|device| device.name.clone()),
        result: result(event.kind),
        code: event.reference.clone().unwrap_or_else(|| event.id.to_string()),
    }
}

/// The name of a client that still exists.
pub(super) async fn client_name(page: &CabinetPage, id: Option<&ClientId>) -> Result<Option<String>, StorageError> {
    let Some(id) = id else { return Ok(None) };
    let client = clients::find(&page.provider().db, id).await?;
    Ok(client.map(|client| client.name))
}

/// The network of an address: enough to be recognised, and no more than that.
pub(super) fn place(address: Option<&str>) -> Option<String> {
    match address?.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Some(format!("{a}.{b}.{c}.•"))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(format!("{a:x}:{b:x}:{c:x}:•"))
        }
    }
}

fn way(methods: &str) -> Option<SignInWay> {
    let used = |word| methods.split(' ').any(|method| method == word);
    match (used("hwk") || used("swk"), used("sms")) {
        (true, true) => Some(SignInWay::EdsAndSms),
        (true, false) => Some(SignInWay::Eds),
        (false, _) => (!methods.is_empty()).then_some(SignInWay::Test),
    }
}

fn result(kind: EventKind) -> SignInResult {
    let said = RESULTS.iter().find(|(known, _)| *known == kind);
    said.map_or(SignInResult::Refused, |(_, result)| *result)
}

/// `GET /cabinet/history/{id}/dispute`. An event about somebody else is none (security rule DB-14).
pub(crate) async fn ask(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id, |row| Confirmed::Dispute { row }).await;
    page.answer(answer)
}

/// `GET /cabinet/history/{id}/disputed`: what can be done now.
pub(crate) async fn disputed(Path(id): Path<String>, page: CabinetPage) -> Response {
    let answer = asked(&page, &id, |row| Confirmed::Disputed { row }).await;
    page.answer(answer)
}

async fn asked(page: &CabinetPage, id: &str, about: fn(SignInRow) -> Confirmed) -> Result<Response, Problem> {
    let id: EventId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    let event = audit::find_sign_in(&page.provider().db, page.live.user.id, id).await?;
    let row = rows(page, event.as_slice()).await?.pop().ok_or(Problem::NoSuchPage)?;
    Ok(page.render(&CabinetConfirm {
        cabinet: page.cabinet(Section::History),
        about: about(row),
        action: format!("{HERE}/{id}/dispute"),
        back: HERE,
    }))
}

/// `POST /cabinet/history/{id}/dispute`
pub(crate) async fn dispute(Path(id): Path<String>, form: CabinetForm) -> Response {
    let answer = said(&form, &id).await;
    form.answer(answer)
}

async fn said(form: &CabinetForm, id: &str) -> Result<Response, Problem> {
    let id: EventId = id.parse().map_err(|_| Problem::NoSuchPage)?;
    let mut event = form.event(EventKind::ActivityDisputed);
    event.reason = id.to_string();
    let event = &event;
    let done = form.provider().db.tx("dispute", |tx| async move {
        let Some(user) = form.standing(&tx).await? else {
            return Ok::<_, StorageError>(false);
        };
        let found = audit::find_sign_in(&tx, user.id, id).await?.is_some();
        if found {
            audit::insert(&tx, event).await?;
        }
        Ok(found)
    });
    if done.await? {
        Ok(CabinetForm::see(
            &format!("{HERE}/{id}/disputed"),
            Some(Flash::Disputed),
        ))
    } else {
        Err(Problem::NoSuchPage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_network_of_an_address_is_shown() {
        for (address, shown) in [
            (Some("203.0.113.77"), Some("203.0.113.•")),
            (Some("::ffff:203.0.113.77"), Some("203.0.113.•")),
            (Some("2001:db8:1:2::77"), Some("2001:db8:1:•")),
            (Some("nonsense"), None),
            (None, None),
        ] {
            assert_eq!(place(address).as_deref(), shown, "{address:?}");
        }
    }

    #[test]
    fn methods_are_told_in_words() {
        for (methods, said) in [
            ("swk sms pop mfa", Some(SignInWay::EdsAndSms)),
            ("hwk", Some(SignInWay::Eds)),
            ("user", Some(SignInWay::Test)),
            ("", None),
        ] {
            assert_eq!(way(methods), said, "{methods}");
        }
    }

    #[test]
    fn a_place_in_the_list_that_cannot_be_read_is_its_beginning() {
        let id = "0193aaaaaaaa7bbb8cccddddeeeeffff";
        assert!(cursor(&format!("/cabinet/history?before=12.{id}")).is_some());
        for here in [
            "/cabinet/history",
            "/cabinet/history?before=",
            "/cabinet/history?before=x.y",
        ] {
            assert_eq!(cursor(here), None, "{here}");
        }
    }
}
