//! Commands beside a running node: what they change is in force there, without a restart.

use std::fs;

use serde_json::Value;

use super::deployment::Deployment;
use super::minting::signed_in;
use super::wait_for;
use super::wire::router;
use crate::harness::{RelyingParty, clients};
use crate::storage::both_databases;

both_databases! {
    /// Security rule JT-14: within five minutes nothing of ours or of clients believes the old key any more.
    async fn an_emergency_rotation_reaches_a_running_node_and_takes_the_old_keys_away(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        let diary = node.diary();
        let (mut browser, code) = signed_in(&node, "asel").await;
        let old = kid_of(diary.redeems(&code).await.text("id_token"));
        deployment.succeeds(&["keys", "rotate", "--now"]);
        let new = wait_for("the node to sign with another key", async || {
            let back = browser.get(&diary.request(&[("prompt", "none")])).await;
            let tokens = diary.redeems(&diary.code(back.redirect())).await;
            let kid = kid_of(tokens.text("id_token"));
            (kid != old).then_some(kid)
        })
        .await;
        let keys = diary.get("/jwks").await.json;
        let kids: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert!(kids.contains(&new.as_str()) && !kids.contains(&old.as_str()), "{kids:?}");
        node.stops().await;
    }

    async fn a_running_node_serves_a_client_that_was_applied_meanwhile(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        let newcomer = RelyingParty::new(router(node.public), "newcomer");
        let mut browser = node.browser();
        browser.get(&newcomer.request(&[])).await.status(400);

        let mut entry = clients()[0].clone();
        entry["client_id"] = "newcomer".into();
        entry["client_secret"] = newcomer.secret.as_str().into();
        entry["redirect_uris"] = [newcomer.redirect_uri.as_str()].into();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clients.json");
        fs::write(&file, Value::from(vec![entry]).to_string()).unwrap();
        deployment.succeeds(&["clients", "apply", file.to_str().unwrap()]);
        wait_for("the node to know the client", async || {
            let page = browser.get(&newcomer.request(&[])).await;
            page.location().is_some_and(|to| to.starts_with("/flow/")).then_some(())
        })
        .await;
        node.stops().await;
    }
}

fn kid_of(jwt: &str) -> String {
    use base64::Engine as _;
    let header = jwt.split('.').next().unwrap();
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}
