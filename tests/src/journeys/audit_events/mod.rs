//! Every kind of audit event, made by what people, clients and operators do, and compared with what such an event must say
//! (security rule DU-3).

mod one_device;
mod rows;
mod table;

use std::collections::BTreeSet;

use authority::audit::EventKind;
use authority::time::minutes;
use authority::users::{LockReason, UserState};
use jobs::seal_audit;

use self::rows::Kept;
use self::table::Member;
use super::newcomers::{Newcomer, signs_in};
use super::steps::error;
use crate::harness::{Browser, DeviceKey, Page, TestApp};
use crate::oidc::arrange::through_the_sandbox;
use crate::process::deployment::Deployment;
use crate::storage::{TestDatabase, both_databases};

/// Where the people of this test sit.
const NETWORK: &str = "203.0.113.7";

fn browser(app: &TestApp) -> Browser {
    app.browser().from_network(NETWORK)
}

/// Aigerim's first sign-in, with a bad signature and a wrong code on the way; the browser she is left with, and the code.
async fn signs_in_badly_and_well(app: &TestApp) -> (Browser, String) {
    let mut browser = browser(app);
    let request = app
        .diary()
        .request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let choose = browser.open(&request).await;
    let signing = browser.press(&choose, "eds").await;
    let form = signing.form("eds-form").with("signature", "bm90IGEgc2lnbmF0dXJl");
    let again = browser.submit(&form).await;
    let signature = app.person("aigerim").signs(&again.status(422).data_challenge());
    let answer = browser
        .submit(&again.form("eds-form").with("signature", &signature))
        .await;
    let sms = browser.follow(answer).await;
    let right = app.newest_code().await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    app.types(&mut browser, &sms, wrong).await.status(422);
    let device = app.types(&mut browser, &sms, &right).await;
    let consent = app.binds(&mut browser, &device).await;
    let back = browser.press(&consent, "allow").await;
    (browser, app.diary().code(back.redirect()))
}

/// Issue, reuse of a refresh token, replay of a code.
async fn uses_tokens(app: &TestApp, code: &str) {
    let diary = app.diary();
    let tokens = diary.redeems(code).await;
    assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "200");
    app.advance(minutes(2));
    for _ in 0..2 {
        let reused = diary.refreshes(tokens.text("refresh_token")).await;
        assert_eq!(reused.summary(), "400 invalid_grant");
    }
    assert_eq!(diary.redeems(code).await.summary(), "400 invalid_grant");
}

/// With her session: a wrong proof, a consent that is declined, the sign-out.
async fn goes_on_and_leaves(app: &TestApp, browser: &mut Browser) {
    let request = app.diary().request(&[("prompt", "consent")]);
    let page = browser.open(&request).await;
    let forged = page
        .form_of("continue")
        .with("proof", &DeviceKey::generate().sign(&app.proof(&page)));
    browser.submit(&forged).await.status(403);
    let named = app.comes_back(browser, &request).await;
    let consent = browser.press(&named, "continue").await;
    browser.press(&consent, "deny").await.redirect();
    let further = app.library().request(&[("prompt", "consent")]);
    let named = app.comes_back(browser, &further).await;
    let consent = browser.press(&named, "continue").await;
    browser.press(&consent, "allow").await.redirect();
    let leave = browser.open("/logout").await;
    browser.press(&leave, "confirm").await.expect("signed-out");
}

/// The bound browser without its key, another browser, somebody who is locked out, and three who give up.
async fn is_refused(app: &TestApp, bound: &mut Browser) {
    let request = app.diary().request(&[]);
    app.advance(minutes(11));
    let proof = app.both_stages(bound, "aigerim", &request).await;
    let lost = bound.submit(&proof.form_of("continue").with("problem", "no_key")).await;
    lost.status(403);
    app.advance(minutes(11));
    app.both_stages(&mut browser(app), "aigerim", &request)
        .await
        .status(403);
    app.puts(
        "nurlan",
        UserState::Locked {
            reason: LockReason::Incident,
            at: app.now(),
        },
    )
    .await;
    app.both_stages(&mut browser(app), "nurlan", &request).await;
    for login in [None, Some("daniyar")] {
        let mut browser = browser(app);
        let mut page: Page = browser.open(&request).await;
        if let Some(login) = login {
            page = app.signs_in_with_eds(&mut browser, &page, &app.person(login)).await;
        }
        browser.press(&page, "cancel").await.redirect();
    }
    for (member, told) in [
        (
            r#""acr":{"essential":true,"values":["urn:example:gold"]}"#,
            "unmet_authentication_requirements",
        ),
        (r#""sub":{"value":"somebody"}"#, "login_required"),
    ] {
        let claims = format!("{{\"id_token\":{{{member}}}}}");
        let request = app.diary().request(&[("claims", &claims)]);
        let back = through_the_sandbox(&mut browser(app), "alice", &request).await;
        assert_eq!(error(&app.diary(), &back), told);
    }
    let unserved = &app.node_without_messages(app.db().clone()).await;
    let mut browser = browser(unserved);
    let choose = browser.open(&app.diary().request(&[])).await;
    unserved
        .signs_in_with_eds(&mut browser, &choose, &app.person("gulnara"))
        .await;
}

/// A public client that does not make its values afresh.
async fn repeats(app: &TestApp) {
    for state in ["one", "two"] {
        let request = app.relying_party("native").request(&[("state", state)]);
        browser(app).get(&request).await.status(303);
    }
}

fn find(kept: &[Kept], kind: EventKind) -> &Kept {
    kept.iter().find(|event| event.kind == kind).unwrap()
}

async fn everything_happens(app: &TestApp, db: &TestDatabase) {
    let (mut bound, code) = signs_in_badly_and_well(app).await;
    uses_tokens(app, &code).await;
    goes_on_and_leaves(app, &mut bound).await;
    is_refused(app, &mut bound).await;
    signs_in(app, &Newcomer::with_number(app, "850712400013")).await;
    repeats(app).await;
    // With messages enough: the budget of the others is used up.
    one_device::everything(&app.another_node_with(db.another().await, "").await).await;
    let operator = Deployment::with_kek(db, app.kek());
    let user = app.user("aigerim").await.id.to_string();
    operator.succeeds(&["devices", "unbind", &user, "--reason", "lost"]);
    operator.succeeds(&["keys", "rotate"]);
    operator.succeeds(&["evidence", "export", &user, "--reason", "dispute 7"]);
    seal_audit(app.db(), app.keyring(), app.now()).await.unwrap().unwrap();
}

both_databases! {
    async fn every_event_says_what_its_kind_must_say(db) {
        let app = TestApp::configured(db, "daily_budget = 6\n").await;
        everything_happens(&app, db).await;
        let kept = rows::list(db).await;
        for (place, event) in (1..).zip(&kept) {
            assert_eq!(event.position, place, "positions have no gaps");
            event.check();
        }
        rows::check_own_suspensions(&kept);
        let seen: BTreeSet<EventKind> = kept.iter().map(|event| event.kind).collect();
        let missing: Vec<_> = EventKind::ALL.iter().filter(|kind| !seen.contains(kind)).collect();
        assert!(missing.is_empty(), "nothing made {missing:?}");

        let refused = find(&kept, EventKind::FirstStageRefused);
        assert_eq!(refused.says(Member::Reason), Some("E_FORMAT: it is not well-formed BER"));
        assert_eq!(refused.says(Member::User), None, "nobody was proven");
        let signed_in = find(&kept, EventKind::SignedIn);
        let aigerim = app.user("aigerim").await.id.as_uuid().to_string();
        for (member, value) in [
            (Member::User, aigerim.as_str()),
            (Member::Client, "diary"),
            (Member::Address, NETWORK),
            (Member::Methods, "swk sms pop mfa"),
        ] {
            assert_eq!(signed_in.says(member), Some(value));
        }
        let of = |kind| kept.iter().filter(move |event| event.kind == kind);
        let reasons = |kind| of(kind).filter_map(|event| event.says(Member::Reason)).collect::<BTreeSet<_>>();
        assert_eq!(reasons(EventKind::SignInRefused), BTreeSet::from(["assurance_unmet", "locked", "other_person"]));
        assert_eq!(reasons(EventKind::SignInCancelled), BTreeSet::from(["cancelled"]));
        let mut cancelled: Vec<_> = of(EventKind::SignInCancelled).map(|event| event.says(Member::User).is_some()).collect();
        cancelled.sort_unstable();
        assert_eq!(cancelled, [false, true], "whoever passed the first stage is named");
    }
}
