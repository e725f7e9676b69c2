//! A public client that does not make nonce and code challenge afresh goes on and is reported (OIDC Core §3.1.3.7,
//! RFC 9700 §4.5; security rule JT-12).

use authority::time::seconds;
use sea_orm::{ConnectionTrait, Statement};

use crate::harness::TestApp;
use crate::storage::{TestDatabase, both_databases};

/// The reasons of the reports, in order.
async fn reported(db: &TestDatabase) -> Vec<String> {
    let raw = db.raw().await;
    let sql = "SELECT reason FROM audit_events WHERE kind = 'request_value_repeated' AND client_id = 'native' \
               AND actor = 'client' AND reference IS NOT NULL ORDER BY id";
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let rows = raw.query_all_raw(statement).await.unwrap();
    let reasons = rows.iter().map(|row| row.try_get("", "reason").unwrap()).collect();
    raw.close().await.unwrap();
    reasons
}

fn challenge(letter: &str) -> String {
    format!("{}A", letter.repeat(42))
}

async fn asks(app: &TestApp, client: &str, state: &str, (nonce, letter): (&str, &str)) {
    app.advance(seconds(1));
    let challenge = challenge(letter);
    let extra = [
        ("state", state),
        ("nonce", nonce),
        ("code_challenge", challenge.as_str()),
    ];
    let page = app.browser().get(&app.relying_party(client).request(&extra)).await;
    assert!(page.status(303).redirect().starts_with("/flow/"), "the request goes on");
}

both_databases! {
    async fn a_repeated_value_of_a_public_client_is_reported_once_and_the_request_goes_on(db) {
        let app = TestApp::on(db).await;
        asks(&app, "native", "s1", ("n1", "A")).await;
        asks(&app, "native", "s2", ("n2", "B")).await;
        assert!(reported(db).await.is_empty());
        asks(&app, "native", "s3", ("n1", "C")).await;
        asks(&app, "native", "s4", ("n4", "A")).await;
        asks(&app, "native", "s5", ("n1", "A")).await;
        assert_eq!(reported(db).await, ["nonce", "code_challenge"]);
        let node = app.another_node(db.another().await).await;
        asks(&node, "native", "s6", ("n2", "B")).await;
        assert_eq!(reported(db).await, ["nonce", "code_challenge", "nonce code_challenge"]);
    }

    async fn a_page_loaded_anew_and_a_confidential_client_are_not_reported(db) {
        let app = TestApp::on(db).await;
        asks(&app, "native", "s", ("n", "A")).await;
        asks(&app, "native", "s", ("n", "A")).await;
        for state in ["s1", "s2"] {
            asks(&app, "diary", state, ("m", "D")).await;
        }
        asks(&app, "native", "t", ("m", "D")).await;
        assert!(reported(db).await.is_empty(), "values belong to their client");
    }
}
