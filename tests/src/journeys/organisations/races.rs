//! A power of attorney ends while it is used, on two nodes with pools of their own.

use authority::audit::EventKind;

use crate::harness::{Browser, Page, RelyingParty, TestApp};
use crate::storage::both_databases;

const OFFLINE: &[(&str, &str)] = &[("scope", "openid organisation offline_access"), ("prompt", "consent")];

/// The principal on the page that asks before the power ends, the agent with a code in its name.
async fn at_the_brink(app: &TestApp) -> (Browser, Page, String) {
    let mut principal = app.in_cabinet("aigerim").await;
    let page = app.gives(&mut principal, "nurlan", &[]).await;
    let (diary, mut agent) = (app.diary(), app.browser());
    let names = app
        .arrives(&mut agent, &app.person("nurlan"), &diary.request(OFFLINE))
        .await;
    let consent = app.chooses(&mut agent, &names, "power-1").await;
    let ask = app.visits(&mut principal, &page.link_of("end-given-1")).await;
    let back = app.allows_once(&mut agent, &consent).await;
    (principal, ask, diary.code(back.redirect()))
}

both_databases! {
    async fn a_code_that_is_redeemed_while_its_power_is_revoked_leaves_nothing_alive(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let (mut principal, ask, code) = at_the_brink(&app).await;
        let diary = RelyingParty::new(node.router.clone(), "diary");
        let form = ask.form_of("confirm");
        let (ended, tokens) = tokio::join!(principal.submit(&form), diary.redeems(&code));
        assert_eq!(ended.redirect(), "/cabinet/powers");
        if tokens.status == 200 {
            assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
            assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "400 invalid_grant");
        } else {
            assert_eq!(tokens.summary(), "400 invalid_grant");
        }
    }

    async fn a_refresh_while_the_power_is_revoked_leaves_nothing_alive(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let (mut principal, ask, code) = at_the_brink(&app).await;
        let diary = RelyingParty::new(node.router.clone(), "diary");
        let first = diary.redeems(&code).await;
        let form = ask.form_of("confirm");
        let (ended, fresh) = tokio::join!(principal.submit(&form), diary.refreshes(first.text("refresh_token")));
        assert_eq!(ended.redirect(), "/cabinet/powers");
        let alive = if fresh.status == 200 { &fresh } else { &first };
        assert_eq!(diary.userinfo(alive.text("access_token")).await.status, 401);
        assert_eq!(diary.refreshes(alive.text("refresh_token")).await.summary(), "400 invalid_grant");
    }

    async fn a_power_that_both_end_at_once_ends_once(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut agent = app.bound_browser("nurlan").await;
        let mut principal = app.in_cabinet("aigerim").await;
        let given = app.gives(&mut principal, "nurlan", &[]).await;
        let choose = agent.open("/cabinet").await;
        app.signs_in_to_cabinet(&mut agent, "nurlan", &choose).await;
        let received = app.visits(&mut agent, "/cabinet/powers").await;
        let one = app.visits(&mut principal, &given.link_of("end-given-1")).await;
        let two = app.visits(&mut agent, &received.link_of("end-received-1")).await;
        let mut agent = agent.at(node.router.clone());
        let (one, two) = (one.form_of("confirm"), two.form_of("confirm"));
        let (one, two) = tokio::join!(principal.submit(&one), agent.submit(&two));
        let done = [&one, &two].iter().filter(|page| page.status == 303).count();
        assert_eq!(done, 1, "{} {}", one.status, two.status);
        for login in ["aigerim", "nurlan"] {
            let ended = app.events(login).await.iter().filter(|event| event.kind == EventKind::PowerEnded).count();
            assert_eq!(ended, 1, "{login}");
        }
    }
}
