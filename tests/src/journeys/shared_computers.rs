//! Computers that many people use: where the rules say so, both stages give a short session without binding, which serves
//! the service that the person came from and leaves nothing behind (product A2; security rules DB-1, SE-1).

use authority::policy::PolicyKey;
use authority::sessions::{SHARED_ABSOLUTE, SHARED_IDLE};
use authority::time::{minutes, seconds};
use sea_orm::{ConnectionTrait as _, Statement};
use storage::devices;

use super::steps::{error, flow_path};
use crate::harness::{Browser, Page, TestApp, payload};
use crate::storage::{TestDatabase, both_databases};

const SESSION: &str = "__Host-kiru_session";

/// A deployment whose rules allow it.
async fn with_shared_computers(db: &TestDatabase) -> TestApp {
    let app = TestApp::on(db).await;
    app.sets(PolicyKey::SharedComputers, "on").await;
    app
}

/// The person says on the device page that the computer is shared.
async fn is_shared(app: &TestApp, browser: &mut Browser, request: &str) -> Page {
    let page = app.both_stages(browser, "aigerim", request).await;
    let form = page.form_of("shared");
    assert!(form.action.ends_with("/device"), "{}", form.action);
    browser.press(&page, "shared").await
}

/// Posts what the button would, from a page that has none: nobody is signed in.
async fn insists(browser: &mut Browser, page: &Page) -> Page {
    let fields = page.form_of("cancel").fields;
    let csrf = &fields.iter().find(|(name, _)| name == "csrf").unwrap().1;
    let path = format!("{}/device", flow_path(page));
    let answer = browser.post(&path, &[("csrf", csrf), ("shared", "yes")]).await;
    assert!(!browser.jar.contains_key(SESSION));
    answer
}

async fn live_devices(app: &TestApp) -> usize {
    let user = app.user("aigerim").await.id;
    devices::list_live_for_user(app.db(), user).await.unwrap().len()
}

fn device_cookies(browser: &Browser) -> usize {
    let names = browser.jar.keys();
    names.filter(|name| name.starts_with("__Host-kiru_device_")).count()
}

both_databases! {
    async fn without_the_rule_no_such_session_is_offered_and_none_is_given(db) {
        let app = TestApp::on(db).await;
        let mut first = app.browser();
        let page = app.both_stages(&mut first, "aigerim", &app.diary().request(&[])).await;
        assert!(page.form_of("shared").action.ends_with("/cancel"), "the button gives the sign-in up");
        let answer = insists(&mut first, &page).await;
        assert!(answer.redirect().ends_with("/sign-in"), "the sign-in is over: {}", answer.redirect());
        let trace = app.trace("aigerim").await;
        assert!(trace.iter().any(|event| event.starts_with("device_proof_refused")), "{trace:?}");
        app.advance(minutes(11));
        let mut other = app.new_browser("aigerim").await;
        let elsewhere = app.arrives_elsewhere(&mut other, "aigerim").await;
        assert!(!elsewhere.has("shared"));
        insists(&mut other, &elsewhere).await.status(403);
    }

    async fn the_session_binds_nothing_and_reaches_full(db) {
        let app = with_shared_computers(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
        let consent = is_shared(&app, &mut browser, &diary.request(&asked)).await;
        let back = browser.press(&consent, "allow").await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        assert_eq!(payload(tokens.text("id_token"))["acr"], "urn:kiru:acr:full");
        assert!(tokens.json.get("refresh_token").is_none(), "nothing outlasts the sign-in: {}", tokens.json);
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 200);
        assert_eq!((device_cookies(&browser), live_devices(&app).await), (0, 0));
        assert!(!app.trace("aigerim").await.iter().any(|event| event.starts_with("device_bound")));
    }

    async fn beside_a_bound_device_the_same_is_offered_and_the_device_stays(db) {
        let app = with_shared_computers(db).await;
        let (diary, mut bound) = (app.diary(), app.bound_browser("aigerim").await);
        app.advance(minutes(11));
        let mut other = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut other, "aigerim").await;
        let consent = other.press(&elsewhere, "shared").await;
        let back = app.allows_once(&mut other, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        assert_eq!(payload(tokens.text("id_token"))["acr"], "urn:kiru:acr:full");
        assert_eq!((device_cookies(&other), live_devices(&app).await), (0, 1));
        app.advance(minutes(11));
        let page = app.both_stages(&mut bound, "aigerim", &diary.request(&[])).await;
        app.proves(&mut bound, &page).await.expect("allow");
    }

    async fn no_other_request_and_not_the_cabinet_finds_anybody_signed_in(db) {
        let app = with_shared_computers(db).await;
        let (diary, library, mut browser) = (app.diary(), app.library(), app.browser());
        let consent = is_shared(&app, &mut browser, &diary.request(&[])).await;
        browser.press(&consent, "allow").await.redirect();
        assert!(browser.jar.contains_key(SESSION));
        for client in [&library, &diary] {
            browser.open(&client.request(&[])).await.status(200).expect("eds");
            let silent = browser.open(&client.request(&[("prompt", "none")])).await;
            assert_eq!(error(client, &silent), "login_required");
        }
        let cabinet = browser.open("/cabinet").await;
        cabinet.status(200).expect("eds");
    }

    async fn it_ends_after_half_an_hour_and_sooner_when_nothing_is_done(db) {
        let app = with_shared_computers(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let consent = is_shared(&app, &mut browser, &diary.request(&[])).await;
        let raw = db.raw().await;
        let sql = "SELECT authenticated_at, idle_until, absolute_until FROM browser_sessions";
        let row = raw.query_one_raw(Statement::from_string(raw.get_database_backend(), sql)).await.unwrap().unwrap();
        raw.close().await.unwrap();
        let at = |name: &str| row.try_get::<i64>("", name).unwrap();
        let lasts = |name: &str| u128::try_from(at(name) - at("authenticated_at")).unwrap();
        assert_eq!(lasts("idle_until"), SHARED_IDLE.as_micros());
        assert_eq!(lasts("absolute_until"), SHARED_ABSOLUTE.as_micros());
        assert_eq!((SHARED_IDLE, SHARED_ABSOLUTE), (minutes(10), minutes(30)));
        // The page of the flow that goes on with it.
        let path = format!("{}/consent", flow_path(&consent));
        app.advance(SHARED_IDLE - seconds(1));
        let mut idle = browser.clone();
        browser.open(&path).await.expect("allow");
        app.advance(SHARED_IDLE);
        assert!(!idle.open(&path).await.has("allow"));
        assert!(!browser.open(&path).await.has("allow"));
    }

    async fn while_only_the_newest_device_may_act_there_is_none(db) {
        let app = with_shared_computers(db).await;
        let mut new = app.new_browser("aigerim").await;
        app.registers(&mut new, "aigerim").await.status(200);
        app.advance(minutes(11));
        let mut third = app.browser();
        let page = app.both_stages(&mut third, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(page.marker(), "only_newest_device");
        assert!(!page.has("shared"));
        insists(&mut third, &page).await.status(403);
    }

    async fn the_session_ends_when_a_device_is_registered(db) {
        let app = with_shared_computers(db).await;
        let diary = app.diary();
        let mut shared = app.new_browser("aigerim").await;
        let elsewhere = app.arrives_elsewhere(&mut shared, "aigerim").await;
        let consent = shared.press(&elsewhere, "shared").await;
        let back = app.allows_once(&mut shared, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        app.advance(minutes(2));
        let mut new = app.browser();
        app.registers(&mut new, "aigerim").await.status(200);
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
    }

    async fn a_client_that_needs_a_bound_device_is_told_that_there_is_none(db) {
        let app = with_shared_computers(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let claims = r#"{"id_token":{"acr":{"essential":true,"values":["urn:kiru:acr:full-bound"]}}}"#;
        let back = is_shared(&app, &mut browser, &diary.request(&[("claims", claims)])).await;
        assert_eq!(error(&diary, &back), "unmet_authentication_requirements");
    }
}
