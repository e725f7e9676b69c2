//! A database that takes no writes: nothing is given, nothing is lost, and afterwards everything goes on (security rule
//! DU-6). On SQLite, whose one writer a test can hold back.

use sea_orm::ConnectionTrait as _;

use super::deployment::Deployment;
use super::minting::signed_in;
use super::wait_for;
use super::wire::status_of;
use crate::storage::TestDatabase;

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_takes_no_writes_nothing_is_given_and_afterwards_all_goes_on() {
    let db = TestDatabase::sqlite().await;
    let deployment = Deployment::on(&db);
    let node = deployment.start().await;
    let diary = node.diary();
    let (mut browser, code) = signed_in(&node, "asel").await;
    let back = browser.get(&diary.request(&[("prompt", "none")])).await;
    let second = diary.code(back.redirect());
    let token = diary.redeems(&code).await.text("access_token").to_owned();

    let raw = db.raw().await;
    raw.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    let refused = diary.redeems(&second).await;
    assert_eq!(refused.summary(), "503 temporarily_unavailable");
    assert!(refused.json.get("access_token").is_none());
    let page = browser.get(&diary.request(&[])).await;
    assert!(
        page.status.is_server_error() || page.redirect().contains("error="),
        "{}",
        page.status
    );
    wait_for("the node to leave the rotation", async || {
        (status_of(node.health, "/ready").await == 503).then_some(())
    })
    .await;
    assert_eq!(status_of(node.health, "/live").await, 200);
    raw.execute_unprepared("ROLLBACK").await.unwrap();
    raw.close().await.unwrap();

    wait_for("the node to come back", async || {
        (status_of(node.health, "/ready").await == 200).then_some(())
    })
    .await;
    assert_eq!(
        diary.redeems(&second).await.summary(),
        "200",
        "the code was not used up"
    );
    assert_eq!(diary.userinfo(&token).await.status, 200);
    node.stops().await;
    db.remove().await;
}
