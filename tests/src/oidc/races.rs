//! One-time things under load, on two nodes with their own pools (security rules CO-1, TK-1).

use super::arrange::{another_code, signed_in, signed_in_as};
use crate::harness::{Answer, RelyingParty, TestApp};
use crate::storage::both_databases;

/// The same client at both nodes, in turns.
fn clients(one: &TestApp, two: &TestApp, count: usize) -> Vec<RelyingParty> {
    (0..count)
        .map(|n| if n % 2 == 0 { one.diary() } else { two.diary() })
        .collect()
}

/// All clients at once.
async fn all_at_once<F>(clients: Vec<RelyingParty>, ask: impl Fn(RelyingParty) -> F) -> Vec<Answer>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let tasks: Vec<_> = clients.into_iter().map(|client| tokio::spawn(ask(client))).collect();
    let mut answers = Vec::with_capacity(tasks.len());
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

both_databases! {
    async fn of_fifty_redemptions_on_two_nodes_one_wins_and_everything_ends(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut person = signed_in(&app).await;
        let code = another_code(&app, &mut person.browser).await;
        let ask = |client: RelyingParty| {
            let code = code.clone();
            async move { client.redeems(&code).await }
        };
        let answers = all_at_once(clients(&app, &node, 50), ask).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), 1);
        let refused = answers.iter().filter(|answer| answer.summary() == "400 invalid_grant").count();
        assert_eq!(refused, 49);
        assert_eq!(node.diary().userinfo(won[0].text("access_token")).await.status, 401);
    }

    async fn however_many_refresh_at_once_one_descendant_lives(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let extra = [("scope", "openid offline_access"), ("prompt", "consent")];
        let person = signed_in_as(&app, "aigerim", &extra).await;
        let token = person.refresh_token().to_owned();
        let ask = |client: RelyingParty| {
            let token = token.clone();
            async move { client.refreshes(&token).await }
        };
        let answers = all_at_once(clients(&app, &node, 8), ask).await;
        for answer in &answers {
            assert!(matches!(answer.summary().as_str(), "200" | "400 invalid_grant"), "{}", answer.summary());
        }
        let mut live = 0;
        for answer in answers.iter().filter(|answer| answer.status == 200) {
            live += usize::from(node.diary().refreshes(answer.text("refresh_token")).await.status == 200);
        }
        assert_eq!(live, 1, "whoever was overtaken ends nothing");
    }
}
