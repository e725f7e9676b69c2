//! What makes the events of devices, registrations, suspensions, the cabinet and the operators who rule over them.

use authority::administrators::{Administrator, AdministratorName};
use authority::audit::EventKind;
use authority::certificates::StopReason;
use authority::ids::UserId;
use authority::policy::{PolicyKey, Scope};
use authority::time::{minutes, seconds};
use chrono_tz::Tz;
use jose::{Algorithm, FileKey, Signer as _};
use kiru::operators::exclusivity::{Signatory, end_early};
use kiru::operators::policy::{AskedChange, change};
use kiru::operators::{self, Office, Reason};

use crate::harness::{Behaviour, Browser, LogoutEndpoint, TestApp, clients};
use crate::journeys::steps::flow_path;

/// Everything of this kind, with messages enough for it.
pub(super) async fn everything(app: &TestApp) {
    let diary = LogoutEndpoint::up().await;
    diary.now(Behaviour::Answers(400));
    let mut told = clients();
    told[0]["backchannel_logout_uri"] = diary.uri().into();
    app.register(&told).await;
    app.sets(PolicyKey::SuspensionRest, "PT0S").await;
    app.sets(PolicyKey::SharingDevices, "1").await;
    // Codes that were sent to these people before are no more.
    app.advance(minutes(11));
    let mut new = registers_at_last(app, "daniyar").await;
    is_stopped_and_returns(app, &mut new, "daniyar").await;
    app.jobs.logout.round().await.unwrap();
    rules(app, app.user("daniyar").await.id).await;
    uses_the_cabinet(app, "gulnara").await;
    assert!(app.stops("gulnara", StopReason::Stopped).await && app.accepts_again("gulnara").await);
}

/// A registration with a wrong code, then declined, then agreed to; the new device gets a name, and tokens.
async fn registers_at_last(app: &TestApp, login: &str) -> Browser {
    app.bound_browser(login).await;
    app.advance(minutes(11));
    let mut new = app.browser();
    let elsewhere = app.arrives_elsewhere(&mut new, login).await;
    let picture = app.wants_registration(&mut new, &elsewhere).await;
    let right = app.picture_digits(login).await;
    let wrong = format!("{:06}", (right.expose().parse::<u32>().unwrap() + 1) % 1_000_000);
    let picture = new.submit(&picture.form_of("continue").with("code", &wrong)).await;
    let notice = app.reads_the_picture(&mut new, &picture, login).await;
    let elsewhere = new.press(&notice, "decline").await;
    app.advance(seconds(1));
    let picture = app.wants_registration(&mut new, &elsewhere).await;
    let notice = app.reads_the_picture(&mut new, &picture, login).await;
    // So that the next message is the one about this device.
    app.delivers_messages().await;
    let done = app.agrees(&mut new, &notice).await;
    new.submit(&done.form_of("rename").with("name", "Home"))
        .await
        .status(200);
    let consent = new.open(&done.asked.replace("/registration", "/consent")).await;
    let back = app.allows_once(&mut new, &consent).await;
    let tokens = app.diary().redeems(&app.diary().code(back.redirect())).await;
    assert_eq!(tokens.status, 200);
    new
}

/// A wrong stop code and the right one, a registration during the 48 hours, the return.
async fn is_stopped_and_returns(app: &TestApp, new: &mut Browser, login: &str) {
    app.delivers_messages().await;
    let text = app.newest_sms().await;
    let (_, code) = text.rsplit_once(|c: char| c.is_alphabetic()).unwrap();
    let mut third = app.browser();
    app.advance(minutes(11));
    let refused = app.both_stages(&mut third, login, &app.diary().request(&[])).await;
    let cancel = refused.form_of("cancel");
    let csrf = cancel.fields.iter().find(|(name, _)| name == "csrf").unwrap();
    let begin = format!("{}/registration", flow_path(&refused));
    third.post(&begin, &[("csrf", &csrf.1)]).await.status(403);
    let mut anybody = app.browser();
    for (typed, status) in [("0000000000000000", 422), (code.trim(), 200)] {
        let page = anybody.get("/stop").await;
        let answer = anybody.submit(&page.form_of("stop").with("code", typed)).await;
        answer.status(status);
    }
    ends_early(app, app.user(login).await.id).await;
    app.advance(minutes(11));
    let locked = app.both_stages(new, login, &app.diary().request(&[])).await;
    new.press(&locked, "return").await.status(200);
}

/// Two administrators, with their names and keys, end the 48 hours.
async fn ends_early(app: &TestApp, user: UserId) {
    let office = app.office();
    let reason = Reason::parse("because the test says so").unwrap();
    for name in ["asel", "dana"] {
        let (administrator, key) = administrator(&office, name).await;
        let by = Signatory {
            administrator: &administrator,
            key: &key,
        };
        end_early(&office, user, by, &reason).await.unwrap();
    }
}

/// A lock, and another rule.
async fn rules(app: &TestApp, user: UserId) {
    let office = app.office();
    let reason = Reason::parse("because the test says so").unwrap();
    operators::people::lock(&office, user, &reason).await.unwrap().unwrap();
    operators::people::unlock(&office, user, &reason)
        .await
        .unwrap()
        .unwrap();
    let asked = AskedChange {
        scope: Scope::Deployment,
        key: PolicyKey::RegistrationTo,
        value: Some("20:00".to_owned()),
    };
    change(&office, Tz::Asia__Almaty, &asked, &reason).await.unwrap();
}

async fn administrator(office: &Office, name: &str) -> (Administrator, FileKey) {
    let key = FileKey::generate(Algorithm::Es256).unwrap();
    let name = AdministratorName::parse(name).unwrap();
    let added = operators::administrators::add(office, &name, key.public_jwk()).await;
    assert!(added.unwrap());
    let kept = storage::administrators::find_live(&office.db, &name).await;
    (kept.unwrap().unwrap(), key)
}

/// A session with a bound key; in the cabinet another name, messages about sign-ins, a power of attorney given and revoked, the history as a file, a sign-in
/// that was somebody else's.
async fn uses_the_cabinet(app: &TestApp, login: &str) {
    let (mut browser, _) = app.bound_session(login).await;
    browser.jar.retain(|name, _| name.starts_with("__Host-kiru_device_"));
    app.comes_to_cabinet(&mut browser, login).await;
    let page = app.visits(&mut browser, "/cabinet/device").await;
    let renamed = browser.submit(&page.form_of("rename-1").with("name", "Laptop")).await;
    assert_eq!(renamed.redirect(), "/cabinet/device");
    let ask = app.visits(&mut browser, "/cabinet/phone/messages").await;
    app.presses(&mut browser, &ask, "confirm").await.expect("flash");
    let powers = app.gives(&mut browser, "daniyar", &[]).await;
    let ask = app.visits(&mut browser, &powers.link_of("end-given-1")).await;
    app.presses(&mut browser, &ask, "confirm").await.expect("flash");
    let history = app.visits(&mut browser, "/cabinet/history").await;
    browser.submit(&history.form_of("csv")).await.status(200);
    let events = app.events(login).await;
    let signed_in = events.iter().find(|event| event.kind == EventKind::SignedIn).unwrap();
    let ask = app
        .visits(&mut browser, &format!("/cabinet/history/{}/dispute", signed_in.id))
        .await;
    app.presses(&mut browser, &ask, "confirm").await.expect("flash");
}
