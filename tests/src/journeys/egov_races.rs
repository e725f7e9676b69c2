//! Going on with a signature from the phone while another tab asks for a new code: the stage and the memory of where its
//! signature came from are one write, so that the phone never confirms itself (product B2).

use authority::policy::PolicyKey;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use storage::Db;

use super::egov_steps::{again, told};
use super::steps::flow_path;
use crate::harness::{Browser, Form, Page, TestApp};
use crate::storage::{TestDatabase, both_databases};

const LOGIN: &str = "aigerim";

async fn confirming(db: &Db) -> TestApp {
    let app = TestApp::with_egov(db).await;
    app.sets(PolicyKey::ConfirmOnPhone, "on").await;
    app
}

/// S3 with a signature that waits for its browser.
async fn signed(app: &TestApp, browser: &mut Browser) -> Page {
    let page = app.phone_page(browser).await;
    let asked = app.scans(&page).await;
    assert_eq!(app.signs_on_phone(LOGIN, &asked).await.status, 200);
    again(browser, &page).await
}

/// "Show a new code", as a tab has it that was opened before the signature came.
fn new_code(signed: &Page) -> Form {
    Form {
        action: format!("{}/egov", flow_path(signed)),
        ..signed.form_of("continue")
    }
}

/// Runs these statements outside of the deployment, by dialect.
async fn runs(db: &TestDatabase, sqlite: &[&str], postgres: &[&str]) {
    let raw = db.raw().await;
    let statements = match raw.get_database_backend() {
        DatabaseBackend::Sqlite => sqlite,
        _ => postgres,
    };
    for sql in statements {
        raw.execute_unprepared(sql).await.unwrap();
    }
    raw.close().await.unwrap();
}

/// From now on, whenever an attempt moves on, somebody was faster with the transaction of its code.
async fn is_always_second(db: &TestDatabase) {
    let moves = "UPDATE qr_transactions SET version = version + 1 WHERE attempt_id = NEW.id;";
    let sqlite = format!("CREATE TRIGGER faster AFTER UPDATE ON attempts BEGIN {moves} END");
    let postgres =
        format!("CREATE FUNCTION faster() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {moves} RETURN NULL; END $$");
    let each = "CREATE TRIGGER faster AFTER UPDATE ON attempts FOR EACH ROW EXECUTE FUNCTION faster()";
    runs(db, &[&sqlite], &[&postgres, each]).await;
}

async fn is_alone_again(db: &TestDatabase) {
    runs(db, &["DROP TRIGGER faster"], &["DROP TRIGGER faster ON attempts"]).await;
}

async fn passed(app: &TestApp, stage: &str) -> usize {
    app.trace(LOGIN).await.iter().filter(|event| *event == stage).count()
}

both_databases! {
    async fn a_first_stage_whose_transaction_moved_on_is_none_and_sends_no_code(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let signed = signed(&app, &mut browser).await;
        is_always_second(db).await;
        browser.press(&signed, "continue").await.expect("egov").expect("eds");
        assert_eq!(app.sent_messages().await, 0);
        is_alone_again(db).await;
        // Nothing of it was kept: the signature still waits.
        assert_eq!(told(&mut browser, &signed).await, "signed");
        let sms = browser.press(&signed, "continue").await;
        sms.expect("code");
        assert!(!sms.has("egov"), "the phone does not confirm itself");
        assert_eq!(passed(&app, "first_stage_passed").await, 1);
    }

    async fn a_second_stage_whose_transaction_moved_on_is_none(db) {
        let app = confirming(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person(LOGIN)).await;
        let phone = app.renewed(LOGIN);
        is_always_second(db).await;
        app.confirms_on_phone(&mut browser, &sms, &phone).await.expect("code");
        assert_eq!(passed(&app, "second_stage_passed").await, 0);
        assert_eq!(app.certificates(LOGIN).await.len(), 1, "nothing of it was kept");
        is_alone_again(db).await;
        let page = again(&mut browser, &sms).await;
        browser.press(&page, "continue").await.expect("bind");
        assert_eq!(passed(&app, "second_stage_passed").await, 1);
    }

    async fn of_going_on_and_a_new_code_at_once_no_order_lets_the_phone_confirm_itself(db) {
        let app = confirming(db).await;
        let node = app.another_node(db.another().await).await;
        for n in 0..6 {
            let mut one = app.browser();
            let signed = signed(&app, &mut one).await;
            let mut two = one.at(node.router.clone());
            let (going_on, anew) = (signed.form_of("continue"), new_code(&signed));
            if n % 2 == 0 {
                tokio::join!(one.submit(&going_on), two.submit(&anew));
            } else {
                tokio::join!(two.submit(&anew), one.submit(&going_on));
            }
            let page = one.open(&format!("{}/confirm", flow_path(&signed))).await;
            if page.has("code") {
                assert!(!page.has("egov"), "round {n}: {}", page.body);
            } else {
                page.expect("eds");
            }
            app.advance(authority::time::minutes(2));
        }
    }
}
