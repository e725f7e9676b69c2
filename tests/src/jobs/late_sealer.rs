//! While the sealer is more than a minute behind, whatever must be audited is refused, nothing of it is written, and it
//! goes on when the sealer has caught up (security rule DU-2).

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::time::{minutes, seconds};
use jobs::seal_audit;
use storage::{Db, StorageError, audit};

use crate::harness::TestApp;
use crate::oidc::arrange::{another_code, signed_in};
use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, keyring, rng};

async fn happens(db: &Db, at: authority::time::Timestamp) -> Result<(), StorageError> {
    let event = &Event::new(EventId::mint(at, &mut rng()), at, EventKind::SignedIn, Actor::User);
    db.tx("event", |tx| async move { audit::insert(&tx, event).await })
        .await
}

both_databases! {
    async fn after_a_minute_no_event_is_written_until_the_sealer_has_caught_up(db) {
        happens(db, NOW).await.unwrap();
        assert_eq!(audit::look(db, NOW.plus(minutes(1))).await.unwrap(), minutes(1));
        happens(db, NOW.plus(minutes(1))).await.unwrap();
        audit::look(db, NOW.plus(seconds(61))).await.unwrap();
        let refused = happens(db, NOW.plus(seconds(61))).await;
        assert!(matches!(refused, Err(StorageError::SealerLate)), "{refused:?}");
        let other = db.another().await;
        audit::look(&other, NOW.plus(seconds(61))).await.unwrap();
        assert!(happens(&other, NOW.plus(seconds(61))).await.is_err(), "every node refuses");
        let sealed = seal_audit(db, keyring(), NOW.plus(seconds(62))).await.unwrap().unwrap();
        assert_eq!(sealed.position, 2, "what was refused is not there, and sealing is not refused");
        audit::look(db, NOW.plus(seconds(62))).await.unwrap();
        happens(db, NOW.plus(seconds(62))).await.unwrap();
        other.close().await.unwrap();
    }

    async fn a_person_sees_the_page_to_come_back_later_and_a_client_a_503(db) {
        let app = TestApp::on(db).await;
        let (mut person, diary) = (signed_in(&app).await, app.diary());
        let code = another_code(&app, &mut person.browser).await;
        let mut browser = app.browser();
        let choose = browser.open(&diary.request(&[])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("nurlan")).await;
        let digits = app.newest_code().await;
        audit::look(app.db(), app.now().plus(seconds(61))).await.unwrap();

        for digits in [digits.as_str(), "000000"] {
            let later = app.types(&mut browser, &sms, digits).await;
            later.status(503).expect("error-reference");
            assert_eq!(later.header("retry-after"), "60");
        }
        let refused = diary.redeems(&code).await;
        assert_eq!(refused.summary(), "503 temporarily_unavailable");
        let sign_out = person.browser.open("/logout").await;
        person.browser.press(&sign_out, "confirm").await.status(503);
        assert_eq!(diary.userinfo(person.access_token()).await.status, 200, "reading goes on");

        seal_audit(app.db(), app.keyring(), app.now()).await.unwrap().unwrap();
        audit::look(app.db(), app.now()).await.unwrap();
        assert_eq!(diary.redeems(&code).await.summary(), "200", "the refusal consumed nothing");
        app.types(&mut browser, &sms, &digits).await.expect("bind");
    }
}
