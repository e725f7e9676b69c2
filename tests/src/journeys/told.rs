//! Every change of an account's security is told by SMS to the phone of the account (security rule AC-14; product A6). Which
//! events are such changes stands in a match without a wildcard, so that a new kind has to say whether it is one; then all of
//! them happen to one person, and the messages are counted against the events.

use std::collections::BTreeMap;

use authority::audit::{Event, EventKind};
use authority::certificates::StopReason;
use authority::time::minutes;
use kiru::operators::exclusivity::{Signatory, end_early};
use kiru::operators::{Reason, devices, people};
use testkit::people::DemoPerson;

use crate::harness::TestApp;
use crate::operators::administrator;
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";
/// Who has a part in it.
const OTHER: &str = "nurlan";

/// Words of the message in English and Kazakh; the language is the account's at that moment.
type Words = [&'static str; 2];

const DEVICE: Words = ["a new device was registered", "жаңа құрылғы тіркелді"];
const RELEASED: Words = ["the operator released a device", "оператор құрылғыны ажыратты"];
const LIMIT: Words = ["ended the one-device limit", "бір құрылғы шектеуін алып тастады"];
const SUSPENDED: Words = ["the account is suspended", "есептік жазба тоқтатыла тұрды"];
const RETURNED: Words = ["the account works again", "есептік жазба қайта жұмыс істейді"];
const PHONE: Words = [
    "the phone of the account was changed",
    "есептік жазбаның телефоны өзгертілді",
];
const SESSIONS: Words = ["sessions were ended", "сеанстар аяқталды"];
const MESSAGES_ON: Words = ["SMS about sign-ins are on", "кіру туралы СМС қосылды"];
const MESSAGES_OFF: Words = ["SMS about sign-ins are off", "кіру туралы СМС өшірілді"];
const KEY_NEW: Words = ["a new EDS key was used", "жаңа ЭЦҚ кілті пайдаланылды"];
const KEY_STOPPED: Words = [
    "an EDS key is no longer accepted here",
    "ЭЦҚ кілті мұнда енді қабылданбайды",
];
const KEY_ACCEPTED: Words = ["an EDS key is accepted again", "ЭЦҚ кілті қайта қабылданады"];
const POWER_GIVEN: Words = ["you gave a power of attorney", "сенімхат бердіңіз"];
const POWER_RECEIVED: Words = ["you received a power of attorney", "сізге сенімхат берілді"];
const POWER_ENDED: Words = ["a power of attorney ended", "сенімхат аяқталды"];
const CHANGES: [Words; 15] = [
    DEVICE,
    RELEASED,
    LIMIT,
    SUSPENDED,
    RETURNED,
    PHONE,
    SESSIONS,
    MESSAGES_ON,
    MESSAGES_OFF,
    KEY_NEW,
    KEY_STOPPED,
    KEY_ACCEPTED,
    POWER_GIVEN,
    POWER_RECEIVED,
    POWER_ENDED,
];

/// What the person is told of the event, and in how many messages.
fn told(event: &Event) -> Option<(Words, usize)> {
    match event.kind {
        EventKind::DeviceBound | EventKind::DeviceRegistered => Some((DEVICE, 1)),
        EventKind::DeviceUnbound => Some((RELEASED, 1)),
        EventKind::ExclusivityEnded => Some((LIMIT, 1)),
        EventKind::AccountLocked => Some((SUSPENDED, 1)),
        EventKind::AccountUnlocked => Some((RETURNED, 1)),
        // The old and the new phone are told. Here a file changes nothing else.
        EventKind::PersonApplied => (event.reason == "changed").then_some((PHONE, 2)),
        // From the cabinet; whoever signs out where they are knows it, and a limit of sessions is no act of anybody.
        EventKind::SignedOut => ["cabinet", "others", "all"]
            .contains(&event.reason.as_str())
            .then_some((SESSIONS, 1)),
        EventKind::SignInMessagesChanged if event.reason == "on" => Some((MESSAGES_ON, 1)),
        EventKind::SignInMessagesChanged => Some((MESSAGES_OFF, 1)),
        EventKind::CertificateStopped => Some((KEY_STOPPED, 1)),
        EventKind::CertificateAccepted => Some((KEY_ACCEPTED, 1)),
        // The first key comes with the first device.
        EventKind::CertificateRecorded => (event.reason == "another").then_some((KEY_NEW, 1)),
        EventKind::PowerGiven => Some((POWER_GIVEN, 1)),
        EventKind::PowerReceived => Some((POWER_RECEIVED, 1)),
        EventKind::PowerEnded => Some((POWER_ENDED, 1)),
        // Sign-ins are told to who asked for it, and stand in the history.
        EventKind::SignedIn | EventKind::ServiceReached => None,
        // Nothing of the account changed.
        EventKind::FirstStagePassed
        | EventKind::FirstStageRefused
        | EventKind::SecondStagePassed
        | EventKind::SecondStageRefused
        | EventKind::SignInCancelled
        | EventKind::SignInRefused
        | EventKind::SmsSent
        | EventKind::SmsFailed
        | EventKind::SmsBudgetReached
        | EventKind::UserCreated
        | EventKind::KeySharingSuspected
        | EventKind::SessionKeyBound
        | EventKind::DeviceProofRefused
        | EventKind::OtherDeviceRefused
        | EventKind::DeviceRenamed
        | EventKind::RegistrationStarted
        | EventKind::RegistrationRefused
        | EventKind::PictureRefused
        | EventKind::PicturePassed
        | EventKind::RegistrationDeclined
        | EventKind::AdministratorChanged
        | EventKind::ApprovalRequested
        | EventKind::StopCodeRefused
        | EventKind::PolicyChanged
        | EventKind::LogoutUndelivered
        | EventKind::ActivityDisputed
        | EventKind::HistoryExported
        | EventKind::EvidenceExported
        | EventKind::ConsentGranted
        | EventKind::ConsentDenied
        | EventKind::RequestValueRepeated
        | EventKind::TokensIssued
        | EventKind::CodeReplayed
        | EventKind::RefreshReused
        | EventKind::GrantRevoked
        | EventKind::SigningKeyChanged
        | EventKind::ClientChanged => None,
    }
}

/// What the person does in the cabinet: a power of attorney given and revoked, messages on and off, the end of all sessions.
/// Somebody else gave her a power before.
async fn acts_in_the_cabinet(app: &TestApp) {
    let mut other = app.in_cabinet(OTHER).await;
    app.gives(&mut other, LOGIN, &[]).await.expect("flash");
    let mut browser = app.in_cabinet(LOGIN).await;
    let powers = app.gives(&mut browser, OTHER, &[]).await;
    let ask = app.visits(&mut browser, &powers.link_of("end-given-1")).await;
    app.presses(&mut browser, &ask, "confirm").await.expect("flash");
    for path in [
        "/cabinet/phone/messages",
        "/cabinet/phone/messages",
        "/cabinet/sessions/end-all",
    ] {
        let ask = app.visits(&mut browser, path).await;
        app.presses(&mut browser, &ask, "confirm").await;
    }
}

/// Another key of the person, and the first one stopped and accepted again.
async fn keys_come_and_go(app: &TestApp) {
    let mut browser = app.browser();
    app.signs_with(&mut browser, &app.renewed(LOGIN)).await.expect("code");
    assert!(app.stops(LOGIN, StopReason::Stopped).await && app.accepts_again(LOGIN).await);
}

/// What operators do to the account.
async fn acts_of_operators(app: &TestApp) {
    let (office, user) = (app.office(), app.user(LOGIN).await.id);
    let reason = Reason::parse("every change is told").unwrap();
    for name in ["asel", "dana"] {
        let (named, key) = administrator(&office, name).await;
        let by = Signatory {
            administrator: &named,
            key: &key,
        };
        end_early(&office, user, by, &reason).await.unwrap();
    }
    devices::unbind(&office, user, &reason).await.unwrap();
    people::lock(&office, user, &reason).await.unwrap().unwrap();
    people::unlock(&office, user, &reason).await.unwrap().unwrap();
    let person = *DemoPerson::find(LOGIN).unwrap();
    app.know(&[DemoPerson {
        phone: Some("+77012345678"),
        ..person
    }])
    .await;
}

both_databases! {
    async fn every_change_of_an_accounts_security_is_told(db) {
        let app = TestApp::on(db).await;
        acts_in_the_cabinet(&app).await;
        app.advance(minutes(11));
        app.registers(&mut app.browser(), LOGIN).await.status(200);
        keys_come_and_go(&app).await;
        acts_of_operators(&app).await;
        app.delivers_messages().await;
        let (mut due, mut left) = (BTreeMap::new(), BTreeMap::new());
        let events = [app.events(LOGIN).await, app.events(OTHER).await].concat();
        for (words, messages) in events.iter().filter_map(told) {
            *due.entry(words).or_insert(0) += messages;
        }
        let sent = app.outbox.newest_first().await;
        for words in CHANGES {
            let of = |text: &str| words.iter().any(|words| text.contains(words));
            left.insert(words, sent.iter().filter(|kept| of(&kept.text)).count());
        }
        assert_eq!(left, due);
        assert!(due.values().all(|messages| *messages > 0) && due.len() == CHANGES.len(), "all of them happened: {due:?}");
    }
}
