//! What was confirmed on the phone rests on the phone's certificate as on the first one (security rule CE-12): it ends when
//! that is revoked, or stopped.

use authority::certificates::StopReason;
use authority::ids::CertificateId;
use authority::policy::PolicyKey;
use authority::time::minutes;
use storage::Db;

use super::egov_steps::EGOV;
use crate::harness::{Browser, Page, Person, TestApp, Town};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";
const SESSION: &str = "__Host-kiru_session";

/// A deployment where the phone may confirm, beside a centre that publishes lists.
async fn town(db: &Db) -> Town {
    let town = Town::on(db, EGOV).await;
    town.app.sets(PolicyKey::ConfirmOnPhone, "on").await;
    town.publishes().await;
    town
}

/// The whole sign-in, confirmed with the key on the phone; the access and the refresh token, which goes on offline.
async fn signed_in(app: &TestApp, browser: &mut Browser, phone: &Person) -> (String, String) {
    let diary = app.diary();
    let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent login")]);
    let choose = browser.open(&request).await;
    let sms = app.signs_in_with_eds(browser, &choose, &app.person(LOGIN)).await;
    let device = app.confirms_on_phone(browser, &sms, phone).await;
    let consent = bound(app, browser, &device).await;
    let back = app.allows_once(browser, &consent).await;
    let tokens = diary.redeems(&diary.code(back.redirect())).await;
    (
        tokens.text("access_token").to_owned(),
        tokens.text("refresh_token").to_owned(),
    )
}

async fn bound(app: &TestApp, browser: &mut Browser, device: &Page) -> Page {
    if device.has("bind") {
        app.binds(browser, device).await
    } else {
        app.proves(browser, device).await
    }
}

/// The centre takes the certificate back, and the deployment fetches what changed.
async fn revokes(town: &Town, person: &Person) {
    town.centre.revoke(&person.key().key.serial(), 1);
    town.advance(minutes(2));
    town.centre.publish_changes().unwrap();
    town.fetches().await;
}

async fn have_ended(app: &TestApp, (access, refresh): &(String, String)) {
    assert_eq!(app.diary().userinfo(access).await.status, 401);
    assert_eq!(app.diary().refreshes(refresh).await.summary(), "400 invalid_grant");
}

/// The person's certificate over this key.
async fn certificate_of(app: &TestApp, person: &Person) -> CertificateId {
    let serial = person.key().key.serial();
    let all = app.certificates(LOGIN).await;
    all.iter().find(|one| one.serial == serial).unwrap().id
}

async fn stops_in_cabinet(app: &TestApp, browser: &mut Browser, person: &Person) -> Page {
    let id = certificate_of(app, person).await;
    let ask = app.visits(browser, &format!("/cabinet/keys/{id}/stop")).await;
    assert!(
        ask.body
            .contains("You signed in with this key, so you are signed out here too"),
        "{}",
        ask.body
    );
    browser.press(&ask, "confirm").await
}

both_databases! {
    async fn a_session_and_its_tokens_end_when_the_certificate_of_the_phone_is_revoked(db) {
        let town = town(db).await;
        let app = &town.app;
        let endpoint = app.told_of_ends().await;
        let (phone, mut browser) = (app.renewed(LOGIN), app.browser());
        let tokens = signed_in(app, &mut browser, &phone).await;
        assert_eq!(town.watches().await, 0);
        revokes(&town, &phone).await;
        assert_eq!(app.diary().userinfo(&tokens.0).await.status, 200, "nobody has looked yet");
        assert_eq!(town.watches().await, 1);
        have_ended(app, &tokens).await;
        browser.open(&app.diary().request(&[])).await.status(200).expect("eds");
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1);
        assert_eq!(town.watches().await, 0);
        // The first key is accepted still.
        assert_eq!(app.certificates(LOGIN).await.iter().filter(|one| one.stop.is_some()).count(), 1);
    }

    async fn what_is_offline_ends_with_it_after_the_session_was_replaced(db) {
        let town = town(db).await;
        let app = &town.app;
        let (phone, mut browser) = (app.renewed(LOGIN), app.browser());
        let tokens = signed_in(app, &mut browser, &phone).await;
        town.advance(minutes(1));
        // The next sign-in is confirmed with a code; its session rests on the first key alone.
        let choose = browser.open(&app.diary().request(&[("prompt", "login")])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person(LOGIN)).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        app.proves(&mut browser, &device).await.expect("allow");
        let refreshed = app.diary().refreshes(&tokens.1).await;
        assert_eq!(refreshed.status, 200, "a newer sign-in ends nothing that is offline");
        assert_eq!(app.diary().userinfo(refreshed.text("access_token")).await.status, 200);
        revokes(&town, &phone).await;
        assert_eq!(town.watches().await, 1);
        assert_eq!(app.diary().userinfo(refreshed.text("access_token")).await.status, 401);
        assert_eq!(app.diary().refreshes(refreshed.text("refresh_token")).await.summary(), "400 invalid_grant");
        app.visits(&mut browser, "/cabinet/keys").await.expect("count");
    }

    async fn stopping_the_key_of_the_phone_in_the_cabinet_signs_out_and_ends_its_tokens(db) {
        let town = town(db).await;
        let app = &town.app;
        let (phone, mut browser) = (app.renewed(LOGIN), app.browser());
        let tokens = signed_in(app, &mut browser, &phone).await;
        let keys = app.visits(&mut browser, "/cabinet/keys").await;
        assert_eq!(keys.body.matches("You signed in with it").count(), 2, "{}", keys.body);
        stops_in_cabinet(app, &mut browser, &phone).await.status(200).expect("signed-out");
        assert!(!browser.jar.contains_key(SESSION));
        have_ended(app, &tokens).await;
    }

    async fn stopping_the_first_key_ends_what_the_phone_confirmed_as_well(db) {
        let town = town(db).await;
        let app = &town.app;
        let mut browser = app.browser();
        let tokens = signed_in(app, &mut browser, &app.renewed(LOGIN)).await;
        let first = certificate_of(app, &app.person(LOGIN)).await;
        assert!(app.stops_key(LOGIN, first, StopReason::Stopped).await);
        have_ended(app, &tokens).await;
    }
}
