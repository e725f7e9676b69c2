//! The cabinet: K1, K2, K4, K6, K7, K12, and the pages before and between.

use authority::time::{Timestamp, minutes};
use kiru_pages::screens::{
    Advice, BoundDevice, CabinetClosed, CabinetConfirm, CabinetDevice, CabinetFrame, CabinetHistory, CabinetHome,
    CabinetPhone, CabinetSessions, CabinetSuspend, ClosedReason, Confirmed, DeviceHistoryRow, DeviceKind,
    ExclusiveTime, FilterProblem, Flash, HiddenField, HistoryFilter, KeysLine, LastSignIn, MicrosTime, Period,
    PeriodLink, PhoneLine, ProofPurpose, ProofRequest, ProveCabinet, ResultChoice, Section, ServiceChoice, SessionRow,
    SignInResult, SignInRow, SignInWay, StepUp, StepUpReason,
};

use super::{Place, Specimen, now, specimen};

mod keys;

const ID: &str = "0193d7a0c0de7000800000000000beef";

/// All of them.
pub(super) fn all() -> Vec<Specimen> {
    let mut all = homes();
    all.extend(phones());
    all.extend(keys::all(&cabinet));
    all.extend(matters());
    all.extend(histories());
    all.extend(acts());
    all.extend(doors());
    all
}

fn cabinet(section: Section) -> CabinetFrame {
    CabinetFrame {
        section,
        ticket: String::from("bm90LWEtcmVhbC10aWNrZXQ"),
        flash: None,
    }
}

fn ago(hours: u64) -> Timestamp {
    now().minus(minutes(hours * 60))
}

fn home() -> CabinetHome {
    CabinetHome {
        cabinet: cabinet(Section::Home),
        name: Some(String::from("Айгерім Нұрланқызы")),
        exclusive: None,
        device_name: String::from("Chrome, Windows"),
        device_kind: DeviceKind::Computer,
        bound_at: ago(4),
        phone: Some(PhoneLine {
            number: String::from("+7 ••• ••• 47 18"),
            messages: true,
        }),
        keys: Some(KeysLine {
            valid_until: now().plus(minutes(60 * 24 * 200)),
            days_left: Some(200),
            stopped: false,
            count: 2,
        }),
        last: Some(LastSignIn {
            at: ago(1),
            service: Some(String::from("Күнделік")),
            place: None,
            address: Some(String::from("203.0.113.•")),
            device: Some(String::from("Chrome, Windows")),
        }),
        advice: None,
    }
}

fn homes() -> Vec<Specimen> {
    let exclusive = ExclusiveTime {
        until: now().plus(minutes(60 * 44)),
        passed: 4,
        hours: 48,
    };
    let running = CabinetHome {
        exclusive: Some(exclusive),
        last: home().last.map(|last| LastSignIn {
            place: Some(String::from("Алматы, Казахстан")),
            ..last
        }),
        ..home()
    };
    let expired = CabinetHome {
        keys: Some(KeysLine {
            valid_until: ago(30),
            days_left: None,
            stopped: false,
            count: 0,
        }),
        advice: Some(Advice::RenewKey),
        ..home()
    };
    let bare = CabinetHome {
        name: None,
        phone: None,
        keys: None,
        last: None,
        advice: Some(Advice::LinkPhone),
        ..home()
    };
    vec![
        specimen("k1", Place::Alone, running),
        specimen("k1-quiet", Place::Alone, home()),
        specimen("k1-key", Place::Alone, expired),
        specimen("k1-bare", Place::Alone, bare),
    ]
}

fn phones() -> Vec<Specimen> {
    let flashed = |flash| CabinetPhone {
        cabinet: CabinetFrame {
            flash: Some(flash),
            ..cabinet(Section::Phone)
        },
        number: Some(String::from("+7 ••• ••• 47 18")),
        linked_at: Some(MicrosTime(ago(5000))),
        messages: flash == Flash::MessagesOn,
    };
    let none = CabinetPhone {
        cabinet: cabinet(Section::Phone),
        number: None,
        linked_at: None,
        messages: false,
    };
    vec![
        specimen("k4", Place::Alone, flashed(Flash::MessagesOn)),
        specimen("k4-off", Place::Alone, flashed(Flash::MessagesOff)),
        specimen("k4-renamed", Place::Alone, flashed(Flash::Renamed)),
        specimen("k4-ended", Place::Alone, flashed(Flash::SessionEnded)),
        specimen("k4-others", Place::Alone, flashed(Flash::OthersEnded)),
        specimen("k4-disputed", Place::Alone, flashed(Flash::Disputed)),
        specimen("k4-none", Place::Alone, none),
    ]
}

fn session(services: &[&str], name: Option<&str>) -> SessionRow {
    SessionRow {
        id: ID.to_owned(),
        services: services.iter().map(|name| (*name).to_owned()).collect(),
        device_name: name.map(str::to_owned),
        device_kind: DeviceKind::Computer,
        place: name.map(|_| String::from("Алматы, Казахстан")),
        started_at: ago(3),
        seen_at: ago(1),
    }
}

fn matters() -> Vec<Specimen> {
    let device = |this| BoundDevice {
        id: ID.to_owned(),
        name: String::from(if this {
            "Chrome, Windows"
        } else {
            "Үйдегі ноутбук"
        }),
        agent: String::from("Chrome, Windows"),
        kind: DeviceKind::Computer,
        bound_at: ago(4),
        last_used_at: now(),
        this,
    };
    let row = |name: &str, hours, ended| DeviceHistoryRow {
        name: name.to_owned(),
        kind: DeviceKind::Phone,
        at: ago(hours),
        ended,
    };
    let devices = CabinetDevice {
        cabinet: cabinet(Section::Device),
        devices: vec![device(true), device(false)],
        exclusive_until: Some(MicrosTime(now().plus(minutes(60 * 44)))),
        history: vec![row("Chrome, Windows", 4, false), row("Chrome, Android", 4, true)],
    };
    let sessions = |others| CabinetSessions {
        cabinet: cabinet(Section::Sessions),
        this: session(&["Күнделік", "Kiru"], Some("Chrome, Windows")),
        others,
    };
    let two = vec![session(&[], None), session(&["Күнделік"], Some("Firefox, Linux"))];
    vec![
        specimen("k2", Place::Alone, devices),
        specimen("k6", Place::Alone, sessions(two)),
        specimen("k6-alone", Place::Alone, sessions(Vec::new())),
    ]
}

fn sign_in(result: SignInResult) -> SignInRow {
    let signed_in = result == SignInResult::SignedIn;
    SignInRow {
        id: ID.to_owned(),
        at: ago(7),
        service: signed_in.then(|| String::from("Күнделік")),
        way: signed_in.then_some(SignInWay::EdsAndSms),
        place: signed_in.then(|| String::from("Алматы, Казахстан")),
        address: Some(String::from("203.0.113.•")),
        device: signed_in.then(|| String::from("Chrome, Windows")),
        result,
        code: String::from("7QK2-9D4M"),
    }
}

fn chosen() -> HistoryFilter {
    let link = |period, path: &str| PeriodLink {
        period,
        path: path.to_owned(),
        current: period == Period::Year,
    };
    let service = |id: &str, name: &str| ServiceChoice {
        id: id.to_owned(),
        name: name.to_owned(),
        chosen: false,
    };
    HistoryFilter {
        from: String::new(),
        to: String::new(),
        result: None,
        services: vec![service("diary", "Күнделік"), service("cabinet", "Kiru")],
        periods: vec![
            link(Period::Month, "/cabinet/history?from=2026-10-22"),
            link(Period::Quarter, "/cabinet/history?from=2026-08-21"),
            link(Period::Year, "/cabinet/history"),
        ],
        narrowed: false,
        problem: None,
    }
}

/// Every choice is made.
fn narrowed() -> HistoryFilter {
    let open = chosen();
    HistoryFilter {
        from: String::from("2026-11-01"),
        to: String::from("2026-11-21"),
        result: Some(ResultChoice::Succeeded),
        services: open
            .services
            .into_iter()
            .map(|service| ServiceChoice {
                chosen: service.id == "diary",
                ..service
            })
            .collect(),
        periods: open
            .periods
            .into_iter()
            .map(|link| PeriodLink { current: false, ..link })
            .collect(),
        narrowed: true,
        problem: None,
    }
}

fn histories() -> Vec<Specimen> {
    let rows: Vec<_> = SignInResult::ALL.into_iter().map(sign_in).collect();
    let history = |rows, filter, older: Option<&str>| CabinetHistory {
        cabinet: cabinet(Section::History),
        filter,
        rows,
        latest: older.map(|_| String::from("/cabinet/history")),
        older: older.map(str::to_owned),
    };
    let ways = [SignInWay::Eds, SignInWay::Test].map(|way| SignInRow {
        way: Some(way),
        place: None,
        address: None,
        ..sign_in(SignInResult::SignedIn)
    });
    let refused = HistoryFilter {
        result: Some(ResultChoice::Refused),
        narrowed: true,
        ..chosen()
    };
    let mut all = vec![
        specimen(
            "k7",
            Place::Alone,
            history(rows, chosen(), Some("/cabinet/history?before=1")),
        ),
        specimen("k7-ways", Place::Alone, history(ways.into(), narrowed(), None)),
        specimen("k7-empty", Place::Alone, history(Vec::new(), chosen(), None)),
        specimen("k7-none-found", Place::Alone, history(Vec::new(), refused, None)),
    ];
    let problems = [
        ("k7-from", FilterProblem::FromDay),
        ("k7-to", FilterProblem::ToDay),
        ("k7-order", FilterProblem::Order),
        ("k7-result", FilterProblem::Result),
        ("k7-service", FilterProblem::Service),
        ("k7-unreadable", FilterProblem::Unreadable),
        ("k7-too-many", FilterProblem::TooMany { most: 5000 }),
    ];
    all.extend(problems.map(|(name, problem)| {
        let filter = HistoryFilter {
            problem: Some(problem),
            ..narrowed()
        };
        specimen(name, Place::Alone, history(Vec::new(), filter, None))
    }));
    all
}

fn acts() -> Vec<Specimen> {
    let asks = |section, about, back| CabinetConfirm {
        cabinet: cabinet(section),
        about,
        action: String::from("/cabinet/sessions/end-others"),
        back,
    };
    let session = session(&["Күнделік"], Some("Chrome, Windows"));
    let phone = String::from("+7 ••• ••• 47 18");
    let row = || sign_in(SignInResult::SignedIn);
    let (sessions, history) = ("/cabinet/sessions", "/cabinet/history");
    let named = [
        ("k6-end", Section::Sessions, Confirmed::EndSession { session }, sessions),
        ("k6-end-others", Section::Sessions, Confirmed::EndOthers, sessions),
        ("k2-end-all", Section::Device, Confirmed::EndAll, "/cabinet/device"),
        (
            "k4-on",
            Section::Phone,
            Confirmed::MessagesOn { phone },
            "/cabinet/phone",
        ),
        ("k4-stop", Section::Phone, Confirmed::MessagesOff, "/cabinet/phone"),
        (
            "k7-dispute",
            Section::History,
            Confirmed::Dispute { row: row() },
            history,
        ),
        (
            "k7-disputed",
            Section::History,
            Confirmed::Disputed { row: row() },
            history,
        ),
    ];
    let mut all: Vec<_> = named
        .into_iter()
        .map(|(name, section, about, back)| specimen(name, Place::Alone, asks(section, about, back)))
        .collect();
    all.push(specimen(
        "k12",
        Place::Alone,
        CabinetSuspend {
            cabinet: cabinet(Section::Suspend),
            rest_hours: 24,
        },
    ));
    all
}

fn doors() -> Vec<Specimen> {
    let proof = ProveCabinet {
        proof: ProofRequest {
            device_id: ID.to_owned(),
            nonce: String::from("bm90LWEtcmVhbC1ub25jZQ"),
            purpose: ProofPurpose::Cabinet,
        },
        session_id: ID.to_owned(),
    };
    let again = StepUp {
        reason: StepUpReason::EndSessions,
        start: String::from("/cabinet/sign-in"),
        fields: vec![HiddenField {
            name: String::from("ticket"),
            value: String::from("bm90LWEtcmVhbC10aWNrZXQ"),
        }],
        back: Some(String::from("/cabinet/sessions")),
    };
    vec![
        specimen("cabinet-proof", Place::Alone, proof),
        specimen("cabinet-again", Place::Alone, again),
        specimen(
            "cabinet-closed",
            Place::Alone,
            CabinetClosed {
                reason: ClosedReason::NotTheDevice,
            },
        ),
        specimen(
            "cabinet-cannot",
            Place::Alone,
            CabinetClosed {
                reason: ClosedReason::CannotSign,
            },
        ),
    ]
}
