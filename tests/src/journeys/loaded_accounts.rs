//! The accounts that figures are measured with (`crate::accounts`): the product takes them for its own.

use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement};

use crate::accounts::Accounts;
use crate::harness::{TestApp, payload};
use crate::storage::TestDatabase;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_loaded_account_signs_in_on_its_device_and_on() {
    let database = TestDatabase::postgres().await;
    let app = TestApp::on(&database).await;
    let raw = database.raw().await;
    let before = schema(&raw).await;
    let accounts = Accounts::load(&app, &database.url, 7).await;
    assert_eq!(schema(&raw).await, before, "every key and index is back");
    for number in [3, accounts.size()] {
        let mut holder = accounts.holder(&app, number);
        let mut subjects = Vec::new();
        for client in [app.diary(), app.library()] {
            let back = holder.walk(&client.request(&[]), app.now()).await;
            let asked = holder.hops.iter().any(|hop| hop.posted && hop.page == "consent");
            assert!(!asked, "the copied consent is remembered: {:?}", holder.hops);
            let tokens = client.redeems(&client.code(&back)).await;
            let claims = payload(tokens.text("id_token"));
            assert_eq!(claims["acr"], "urn:kiru:acr:full-bound");
            subjects.push(claims["sub"].clone());
            let userinfo = client.userinfo(tokens.text("access_token")).await;
            assert_eq!(userinfo.json["family_name"], "Саналған");
        }
        assert_eq!(subjects[0], subjects[1]);
        let trace = events(&raw, &subjects[0].to_string().replace('"', "")).await;
        assert_eq!(
            trace.matches("device_bound").count(),
            1,
            "the copied binding and no new one: {trace}"
        );
        assert_eq!(trace.matches("certificate_recorded").count(), 1, "{trace}");
        assert_eq!(trace.matches("signed_in").count(), 2, "{trace}");
    }
    raw.close().await.unwrap();
    database.remove().await;
}

async fn schema(raw: &DatabaseConnection) -> String {
    text(
        raw,
        "SELECT string_agg(line, '; ' ORDER BY line) FROM (SELECT indexdef AS line FROM pg_indexes \
         WHERE schemaname = 'public' UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS lines",
    )
    .await
}

async fn events(raw: &DatabaseConnection, subject: &str) -> String {
    let sql = format!(
        "SELECT string_agg(kind, ' ') FROM audit_events JOIN users ON users.id = user_id WHERE subject = '{subject}'"
    );
    text(raw, &sql).await
}

async fn text(raw: &DatabaseConnection, sql: &str) -> String {
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let row = raw.query_one_raw(statement).await.unwrap().expect("one row");
    row.try_get_by_index(0).unwrap()
}
