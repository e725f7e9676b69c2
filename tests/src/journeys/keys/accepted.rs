//! What an operator accepts again: keys that were stopped as shared and, when they say so, what the centre had revoked.

use authority::audit::{Actor, EventKind};
use authority::certificates::StopReason;
use authority::ids::CertificateId;
use authority::time::minutes;
use kiru::operators::Reason;
use kiru::operators::keys::{AcceptRefusal, accept_again};

use crate::harness::{Page, TestApp, Town};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

async fn signs(app: &TestApp, login: &str) -> Page {
    app.signs_with(&mut app.browser(), &app.person(login)).await
}

/// The operator accepts the certificate that the person used last.
async fn accepts(app: &TestApp, login: &str, also_revoked: bool) -> Result<StopReason, AcceptRefusal> {
    let certificate = app.certificates(login).await[0].id;
    accepts_one(app, login, (certificate, also_revoked)).await
}

async fn accepts_one(app: &TestApp, login: &str, which: (CertificateId, bool)) -> Result<StopReason, AcceptRefusal> {
    let (user, why) = (app.user(login).await.id, Reason::parse("looked into").unwrap());
    accept_again(&app.office(), user, which, &why).await.unwrap()
}

both_databases! {
    async fn a_key_that_was_stopped_as_shared_opens_again_with_all_its_certificates(db) {
        let app = TestApp::on(db).await;
        app.bound_browser(LOGIN).await;
        let mut known = app.certificates(LOGIN).await.remove(0);
        // The same key was certified anew, and nothing but the operator's word brings that back either.
        known.id = CertificateId::mint(app.now(), &mut kiru::chance::chance());
        known.serial.push(1);
        let known = &known;
        db.tx("test", |tx| async move { storage::certificates::record(&tx, known).await }).await.unwrap();
        assert!(app.stops(LOGIN, StopReason::Shared).await);
        assert!(app.certificates(LOGIN).await.iter().all(|one| one.stop.is_some()));
        signs(&app, LOGIN).await.status(422).expect("eds-form");
        app.delivers_messages().await;
        let told = app.sent_messages().await;

        assert_eq!(accepts(&app, LOGIN, false).await, Ok(StopReason::Shared));
        assert!(app.certificates(LOGIN).await.iter().all(|one| one.stop.is_none()));
        let events = app.events(LOGIN).await;
        let events: Vec<_> = events.iter().filter(|one| one.kind == EventKind::CertificateAccepted).collect();
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].actor.clone(), events[0].reason.as_str()), (Actor::Operator, "shared: looked into"));
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, told + 1, "the person is told");
        app.advance(minutes(2));
        signs(&app, LOGIN).await.status(200).expect("code");
        assert_eq!(accepts(&app, LOGIN, true).await, Err(AcceptRefusal::NotStopped));
    }

    async fn a_revocation_is_lifted_where_the_operator_says_so_and_the_centre_is_asked_all_the_same(db) {
        let town = Town::on(db, "").await;
        let app = &town.app;
        app.bound_browser(LOGIN).await;
        town.revokes(LOGIN);
        assert_eq!(town.watches().await, 1);
        assert_eq!(accepts(app, LOGIN, false).await, Err(AcceptRefusal::Revoked));
        assert!(app.certificates(LOGIN).await[0].stop.is_some());
        assert_eq!(accepts(app, LOGIN, true).await, Ok(StopReason::Revoked));
        town.advance(minutes(10));
        signs(app, LOGIN).await.status(422).expect("eds-form");
        let trace = app.trace(LOGIN).await;
        assert!(trace.contains(&"certificate_accepted revoked: looked into".to_owned()), "{trace:?}");
        assert!(app.certificates(LOGIN).await[0].stop.is_none(), "the centre's word alone shut the door");

        // The operator need not wait for a newer word of the centre.
        assert!(app.stops(LOGIN, StopReason::Revoked).await);
        town.centre.lift(&app.person(LOGIN).key().key.serial());
        signs(app, LOGIN).await.status(422).expect("eds-form");
        assert_eq!(accepts(app, LOGIN, true).await, Ok(StopReason::Revoked));
        signs(app, LOGIN).await.status(200).expect("code");
    }

    async fn what_the_person_stopped_and_what_is_anothers_stays_as_it_is(db) {
        let app = TestApp::on(db).await;
        for login in [LOGIN, "nurlan"] {
            app.bound_browser(login).await;
        }
        let anothers = app.certificates("nurlan").await[0].id;
        assert!(app.stops("nurlan", StopReason::Shared).await);
        assert!(app.stops(LOGIN, StopReason::Stopped).await);
        app.delivers_messages().await;
        let told = app.sent_messages().await;
        assert_eq!(accepts(&app, LOGIN, true).await, Err(AcceptRefusal::Own));
        assert_eq!(accepts_one(&app, LOGIN, (anothers, true)).await, Err(AcceptRefusal::Unknown));
        for login in [LOGIN, "nurlan"] {
            assert!(app.certificates(login).await[0].stop.is_some());
            assert!(!app.trace(login).await.iter().any(|event| event.starts_with("certificate_accepted")));
        }
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, told, "nothing was done, nothing is told");
    }
}
