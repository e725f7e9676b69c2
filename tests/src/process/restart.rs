//! A person who is in the middle of a sign-in notices nothing of a restart.

use super::deployment::Deployment;
use super::minting::names_oneself;
use crate::harness::payload;
use crate::storage::both_databases;

both_databases! {
    /// The node ends after every page, by turns as an operator ends it and as a crash does.
    async fn a_sign_in_goes_on_after_a_restart_in_mid_flow(db) {
        let deployment = Deployment::on(db);
        let node = deployment.start().await;
        let mut browser = node.browser();
        let choose = browser.open(&node.diary().request(&[])).await;
        node.stops().await;

        let node = deployment.start().await;
        let mut browser = node.adopt(&browser);
        let confirm = names_oneself(&mut browser, &choose, "asel").await;
        node.dies().await;

        let node = deployment.start().await;
        let mut browser = node.adopt(&browser);
        let device = browser.press(&confirm, "continue").await;
        node.stops().await;

        let node = deployment.start().await;
        let mut browser = node.adopt(&browser);
        let consent = browser.press(&device, "bind").await;
        node.dies().await;

        let node = deployment.start().await;
        let mut browser = node.adopt(&browser);
        let back = browser.press(&consent, "allow").await;
        let code = node.diary().code(back.redirect());
        node.dies().await;

        let node = deployment.start().await;
        let diary = node.diary();
        let tokens = diary.redeems(&code).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        assert_eq!(payload(tokens.text("id_token"))["acr"], "urn:kiru:acr:full-bound");
        assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 200);
        node.stops().await;
        deployment.verify_audit();
    }
}
