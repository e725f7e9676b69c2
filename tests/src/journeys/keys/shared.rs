//! What an operator stops as shared: the key with all its certificates, and what rests on them (product B6).

use authority::audit::{Actor, EventKind};
use authority::certificates::StopReason;
use authority::ids::CertificateId;
use authority::time::minutes;
use kiru::operators::Reason;
use kiru::operators::keys::{AcceptRefusal, StopRefusal, accept_again, stop_shared};

use crate::harness::TestApp;
use crate::process::deployment::Deployment;
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

/// The operator stops the key of this certificate of the person.
async fn stops(app: &TestApp, login: &str, key: CertificateId) -> Result<(), StopRefusal> {
    let (user, why) = (app.user(login).await.id, Reason::parse("in the report").unwrap());
    stop_shared(&app.office(), user, key, &why).await.unwrap()
}

/// The key of the person's last certificate was certified anew; the id of the one that was there.
pub(super) async fn certified_anew(app: &TestApp, login: &str) -> CertificateId {
    let mut known = app.certificates(login).await.remove(0);
    let first = known.id;
    known.id = CertificateId::mint(app.now(), &mut kiru::chance::chance());
    known.serial.push(1);
    let known = &known;
    let recorded = app.db().tx(
        "test",
        |tx| async move { storage::certificates::record(&tx, known).await },
    );
    recorded.await.unwrap();
    first
}

both_databases! {
    async fn a_key_that_an_operator_stops_as_shared_ends_what_rests_on_it_and_everybody_is_told(db) {
        let app = TestApp::on(db).await;
        let endpoint = app.told_of_ends().await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        let back = app.first_sign_in(&mut browser, LOGIN, &request).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let key = certified_anew(&app, LOGIN).await;
        app.delivers_messages().await;
        let messages = app.sent_messages().await;

        assert_eq!(stops(&app, LOGIN, key).await, Ok(()));
        let reasons: Vec<_> = app.certificates(LOGIN).await.iter().map(|one| one.stop.map(|stop| stop.reason)).collect();
        assert_eq!(reasons, [Some(StopReason::Shared); 2], "all its certificates");
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
        assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "400 invalid_grant");
        browser.open(&diary.request(&[])).await.status(200).expect("eds");
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1);
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, messages + 1, "the person is told");
        let events = app.events(LOGIN).await;
        let stopped: Vec<_> = events.iter().filter(|one| one.kind == EventKind::CertificateStopped).collect();
        assert_eq!(stopped.len(), 1);
        assert_eq!((stopped[0].actor.clone(), stopped[0].reason.as_str()), (Actor::Operator, "shared: in the report"));

        app.advance(minutes(2));
        let page = app.signs_with(&mut app.browser(), &app.person(LOGIN)).await;
        page.status(422).expect("eds-form");
        assert!(page.body.contains("it seems to be used by several people"), "{}", page.body);
        assert_eq!(stops(&app, LOGIN, key).await, Err(StopRefusal::Stopped));
    }

    async fn what_is_anothers_is_not_stopped(db) {
        let app = TestApp::on(db).await;
        for login in [LOGIN, "nurlan"] {
            app.bound_browser(login).await;
        }
        let key = app.certificates("nurlan").await[0].id;
        assert_eq!(stops(&app, LOGIN, key).await, Err(StopRefusal::Unknown));
        assert!(app.certificates("nurlan").await[0].stop.is_none());
    }

    async fn what_the_person_or_the_centre_stopped_is_stopped_as_shared_for_good_and_not_the_other_way(db) {
        let app = TestApp::on(db).await;
        for (login, before) in [(LOGIN, StopReason::Stopped), ("nurlan", StopReason::Revoked)] {
            app.bound_browser(login).await;
            assert!(app.stops(login, before).await);
            let key = app.certificates(login).await[0].id;
            assert_eq!(stops(&app, login, key).await, Ok(()));
            // Neither of them lets it in again, nor stops it anew.
            assert!(!app.stops(login, before).await);
            app.advance(minutes(11));
            app.signs_with(&mut app.browser(), &app.person(login)).await.status(422).expect("eds-form");
            let stop = app.certificates(login).await[0].stop;
            assert_eq!(stop.map(|stop| stop.reason), Some(StopReason::Shared), "{before:?}");
        }
    }

    /// A revocation is about one certificate, sharing about the key.
    async fn another_certificate_of_a_key_whose_one_was_revoked_is_stopped(db) {
        let app = TestApp::on(db).await;
        app.bound_browser(LOGIN).await;
        let first = certified_anew(&app, LOGIN).await;
        assert!(app.stops_key(LOGIN, first, StopReason::Revoked).await);
        assert_eq!(stops(&app, LOGIN, first).await, Ok(()));
        let reasons: Vec<_> = app.certificates(LOGIN).await.iter().map(|one| one.stop.unwrap().reason).collect();
        assert_eq!(reasons, [StopReason::Shared; 2]);
    }

    async fn operators_stop_a_key_by_command_and_accept_it_again(db) {
        let app = TestApp::on(db).await;
        app.bound_browser(LOGIN).await;
        let key = app.certificates(LOGIN).await[0].id.to_string();
        let operator = Deployment::with_kek(db, app.kek());
        let stop = ["people", "stop-key", LOGIN, &key, "--reason", "in the report"];
        let (code, said) = operator.says(&stop);
        assert!(code == 0 && said.contains("stopped as shared"), "{code} {said}");
        let (code, said) = operator.says(&stop);
        assert!(code == 1 && said.contains("stopped already"), "{code} {said}");
        let (code, listed) = operator.says(&["people", "keys", LOGIN]);
        let digits = storage::audit::hex(&app.certificates(LOGIN).await[0].key_digest.unwrap());
        let named = format!("key {} ", &digits[..8]);
        assert!(code == 0 && listed.contains("shared since ") && listed.contains(&named), "{listed}");
        assert_eq!(operator.says(&["people", "stop-key", LOGIN, "mine", "--reason", "x"]).0, 2);
        let (user, why) = (app.user(LOGIN).await.id, Reason::parse("looked into").unwrap());
        let which = (key.parse().unwrap(), false);
        assert_eq!(accept_again(&app.office(), user, which, &why).await.unwrap(), Ok(StopReason::Shared));
        assert_eq!(accept_again(&app.office(), user, which, &why).await.unwrap(), Err(AcceptRefusal::NotStopped));
    }
}
