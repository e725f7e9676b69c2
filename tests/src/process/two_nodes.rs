//! Two processes on one database: what one wrote, the other knows, and what may happen once happens once.

use tokio::task::JoinSet;

use super::deployment::Deployment;
use super::minting::signed_in;
use crate::storage::both_databases;

/// How many clients present the same code at the same time, half of them at each node.
const RACERS: usize = 12;

both_databases! {
    async fn two_processes_share_one_database(db) {
        let deployment = Deployment::on(db);
        let (one, other) = (deployment.start().await, deployment.start().await);

        // A code of one node is redeemed at the other, whose token the first one knows.
        let (mut browser, code) = signed_in(&one, "asel").await;
        let tokens = other.diary().redeems(&code).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        let userinfo = one.diary().userinfo(tokens.text("access_token")).await;
        assert_eq!(userinfo.status, 200);

        // The session of one node is known at the other; the code goes to whoever is first, once.
        let back = other.adopt(&browser).get(&other.diary().request(&[("prompt", "none")])).await;
        let code = other.diary().code(back.redirect());
        let mut racers = JoinSet::new();
        for number in 0..RACERS {
            let (diary, code) = (if number % 2 == 0 { one.diary() } else { other.diary() }, code.clone());
            racers.spawn(async move { diary.redeems(&code).await });
        }
        let answers = racers.join_all().await;
        let mut won = answers.iter().filter(|answer| answer.status == 200);
        let winner = won.next().expect("one client has it");
        assert_eq!(won.count(), 0, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| answer.summary() == "400 invalid_grant").count(), RACERS - 1);

        // RFC 6749 §4.1.2: the code was presented twice, so its tokens are worth nothing, at either node.
        for node in [&one, &other] {
            assert_eq!(node.diary().userinfo(winner.text("access_token")).await.status, 401);
        }

        // One node goes; the other goes on with the same browser.
        one.dies().await;
        browser = other.adopt(&browser);
        let back = browser.get(&other.diary().request(&[("prompt", "none")])).await;
        assert_eq!(other.diary().redeems(&other.diary().code(back.redirect())).await.status, 200);
        other.stops().await;
    }
}
