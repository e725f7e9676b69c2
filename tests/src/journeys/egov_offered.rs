//! Confirming on the phone where no code can be sent or typed (product B2, B3), and what is said when the phone itself is
//! closed: nothing of codes, and the way back.

use authority::policy::PolicyKey;
use authority::secret::Purpose;
use authority::throttle::FAILURES_TO_DISABLE;
use authority::time::minutes;
use storage::{Db, StorageError, throttles};
use testkit::phone::Habit;

use super::egov_steps::{EGOV, again};
use super::steps::flow_path;
use crate::harness::{Browser, Page, Person, TestApp};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";
/// A person without a phone.
const PHONELESS: &str = "saule";

/// A deployment where the phone may confirm, with more configuration before it.
async fn confirming(db: &Db, more: &str) -> TestApp {
    let app = TestApp::configured(db, &format!("{more}{EGOV}")).await;
    app.sets(PolicyKey::ConfirmOnPhone, "on").await;
    app
}

/// The second stage after a key from a file.
async fn first_stage(app: &TestApp, browser: &mut Browser, login: &str) -> Page {
    let choose = browser.open(&app.diary().request(&[])).await;
    app.signs_in_with_eds(browser, &choose, &app.person(login)).await
}

/// Puts a signature of this person and goes on with it.
async fn signs(app: &TestApp, browser: &mut Browser, sms: &Page, person: &Person) -> Page {
    let page = browser.press(sms, "egov").await;
    let (asked, key) = (app.scans(&page).await, person.key());
    let body = asked
        .body((&key.key, &key.certificate), Habit::Signs, app.now())
        .unwrap();
    assert_eq!(asked.put(&body, &app.phone()).await.unwrap().status, 200);
    let signed = again(browser, &page).await;
    browser.press(&signed, "continue").await
}

/// So many signatures of others were refused.
async fn refuses(app: &TestApp, times: i64) {
    let user = app.user(LOGIN).await.id.as_uuid();
    let parts: [&[u8]; 3] = [b"phone_signature", user.as_bytes(), b"other"];
    let (key, now) = (app.keyring().digest_list(Purpose::Throttle, &parts), app.now());
    let done = app.db().tx("test", |tx| async move {
        for _ in 0..times {
            throttles::record_failure(&tx, &key, now).await?;
        }
        Ok::<_, StorageError>(())
    });
    done.await.unwrap();
}

both_databases! {
    async fn who_has_no_phone_here_may_confirm_on_it_where_the_rules_allow_it(db) {
        let app = confirming(db, "").await;
        let mut browser = app.browser();
        let page = first_stage(&app, &mut browser, PHONELESS).await;
        assert!(page.body.contains("No phone is linked to the account") && page.body.contains("instead of the code"), "{}", page.body);
        let device = signs(&app, &mut browser, &page, &app.renewed(PHONELESS)).await;
        device.expect("bind");
        assert_eq!(app.sent_messages().await, 0);
        // A signature on the phone as the first stage is not confirmed by another one.
        let mut other = app.browser();
        let page = app.phone_page(&mut other).await;
        let asked = app.scans(&page).await;
        app.signs_on_phone(PHONELESS, &asked).await;
        let signed = again(&mut other, &page).await;
        let page = other.press(&signed, "continue").await;
        assert!(page.body.contains("No phone is linked to the account") && !page.has("egov"), "{}", page.body);
    }

    async fn without_the_rule_nothing_of_it_is_offered_there(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = first_stage(&app, &mut browser, PHONELESS).await;
        assert!(page.body.contains("No phone is linked to the account") && !page.has("egov"), "{}", page.body);
    }

    async fn whose_number_is_not_served_may_confirm_on_the_phone(db) {
        let app = confirming(db, "denied_prefixes = [\"+7799\"]\n").await;
        let mut browser = app.browser();
        let page = first_stage(&app, &mut browser, LOGIN).await;
        assert!(page.body.contains("No SMS goes to this number"), "{}", page.body);
        signs(&app, &mut browser, &page, &app.renewed(LOGIN)).await.expect("bind");
    }

    async fn after_too_many_wrong_codes_the_phone_still_confirms(db) {
        let app = confirming(db, "").await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser, LOGIN).await;
        let code = app.newest_code().await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..4 {
            app.types(&mut browser, &sms, wrong).await.status(422);
        }
        let closed = app.types(&mut browser, &sms, wrong).await;
        closed.status(429);
        assert!(closed.body.contains("Only the SMS code is closed"), "{}", closed.body);
        let page = browser.open(&format!("{}/confirm", flow_path(&sms))).await;
        page.status(429).expect("egov");
        signs(&app, &mut browser, &closed, &app.renewed(LOGIN)).await.expect("bind");
    }

    async fn a_closed_phone_speaks_of_itself_and_leads_back_to_the_code(db) {
        let app = confirming(db, "").await;
        let mut browser = app.browser();
        let sms = first_stage(&app, &mut browser, LOGIN).await;
        for (refused, stays) in [(5, false), (FAILURES_TO_DISABLE, true)] {
            refuses(&app, refused).await;
            let closed = signs(&app, &mut browser, &sms, &app.renewed(LOGIN)).await;
            closed.status(429);
            assert_eq!(closed.marker(), "too_many_signatures_on_phone");
            assert!(closed.body.contains("Only confirming on the phone is closed"), "{}", closed.body);
            assert_eq!(closed.body.contains("It stays closed"), stays, "{}", closed.body);
            for wrong in ["wrong codes", "these codes", "SMS code", "No phone is linked", "/sign-in\""] {
                assert!(!closed.body.contains(wrong), "{wrong}: {}", closed.body);
            }
            assert_eq!(closed.link_of("other-way"), format!("{}/confirm", flow_path(&sms)));
            app.advance(minutes(1));
        }
        let page = browser.open(&format!("{}/confirm", flow_path(&sms))).await;
        page.expect("code");
        app.types_the_code(&mut browser, &page).await.expect("bind");
    }
}
