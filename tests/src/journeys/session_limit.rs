//! How many sessions of one account run at the same time (security rule SE-14): the one used longest ago gives way, its
//! tokens die and its clients are told; a lowered rule reaches sessions that run already.

use authority::policy::{PolicyKey, Scope};
use authority::time::{minutes, seconds};
use chrono_tz::Tz;
use kiru::operators::Reason;
use kiru::operators::policy::{AskedChange, PolicyChange, change};

use crate::harness::{LogoutEndpoint, TestApp, clients, payload};
use crate::storage::{TestDatabase, both_databases};

const PERSON: &str = "aigerim";

/// A deployment with shared computers, whose diary wants to be told, and where so many sessions may run.
async fn deployment(db: &TestDatabase, most: &str) -> (TestApp, LogoutEndpoint) {
    let (app, diary) = (TestApp::on(db).await, LogoutEndpoint::up().await);
    let mut told = clients();
    told[0]["backchannel_logout_uri"] = diary.uri().into();
    app.register(&told).await;
    app.sets(PolicyKey::SharedComputers, "on").await;
    app.sets(PolicyKey::SessionsPerAccount, most).await;
    (app, diary)
}

/// What a client holds of a session.
struct Held {
    access: String,
    sid: String,
}

impl TestApp {
    /// Somebody signs in on a shared computer.
    async fn shares(&self) -> Held {
        self.advance(seconds(61));
        let (diary, mut browser) = (self.diary(), self.browser());
        let page = self.both_stages(&mut browser, PERSON, &diary.request(&[])).await;
        let consent = browser.press(&page, "shared").await;
        let back = self.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        Held {
            access: tokens.text("access_token").to_owned(),
            sid: payload(tokens.text("id_token"))["sid"].as_str().unwrap().to_owned(),
        }
    }

    async fn counts(&self, held: &Held) -> bool {
        self.diary().userinfo(&held.access).await.status == 200
    }

    /// An operator says how many.
    async fn allows(&self, most: &str) -> PolicyChange {
        let asked = AskedChange {
            scope: Scope::Deployment,
            key: PolicyKey::SessionsPerAccount,
            value: Some(most.to_owned()),
        };
        let reason = Reason::parse("SE-14").unwrap();
        change(&self.office(), Tz::Asia__Almaty, &asked, &reason).await.unwrap()
    }
}

fn told_of(diary: &LogoutEndpoint) -> Vec<String> {
    let sid = |token: &String| payload(token)["sid"].as_str().unwrap().to_owned();
    diary.tokens().iter().map(sid).collect()
}

both_databases! {
    async fn one_session_too_many_ends_the_one_used_longest_ago_and_its_client_is_told(db) {
        let (app, diary) = deployment(db, "2").await;
        let (first, second) = (app.shares().await, app.shares().await);
        assert!(app.counts(&first).await && app.counts(&second).await, "as many as may run");
        let third = app.shares().await;
        assert!(!app.counts(&first).await, "its tokens die with it");
        assert!(app.counts(&second).await && app.counts(&third).await);
        app.jobs.logout.round().await.unwrap();
        assert_eq!(told_of(&diary), [first.sid]);
        let trace = app.trace(PERSON).await;
        let ended = trace.iter().filter(|event| *event == "signed_out sessions.per_account");
        assert_eq!(ended.count(), 1, "{trace:?}");
    }

    async fn on_one_device_the_older_session_is_replaced_and_nobody_is_told(db) {
        let (app, diary) = deployment(db, "1").await;
        let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
        let mut browser = app.browser();
        let back = app.first_sign_in(&mut browser, PERSON, &app.diary().request(&asked)).await;
        let tokens = app.diary().redeems(&app.diary().code(back.redirect())).await;
        // The browser lost its session and nothing else.
        browser.jar.retain(|name, _| name.starts_with("__Host-kiru_device_"));
        app.advance(minutes(2));
        let page = app.both_stages(&mut browser, PERSON, &app.diary().request(&[])).await;
        app.proves(&mut browser, &page).await.expect("allow");
        assert_eq!(app.live_sessions().await, 1);
        let refreshed = app.diary().refreshes(tokens.text("refresh_token")).await;
        assert_eq!(refreshed.status, 200, "nobody signed out: {}", refreshed.json);
        app.jobs.logout.round().await.unwrap();
        assert!(told_of(&diary).is_empty());
    }

    async fn a_lowered_rule_ends_running_sessions_at_once_and_a_raised_one_revives_none(db) {
        let (app, diary) = deployment(db, "3").await;
        let held = [app.shares().await, app.shares().await, app.shares().await];
        assert!(matches!(app.allows("4").await, PolicyChange::Set { .. }));
        assert!(app.counts(&held[0]).await);
        assert!(matches!(app.allows("1").await, PolicyChange::Set { .. }));
        let mut counts = Vec::new();
        for one in &held {
            counts.push(app.counts(one).await);
        }
        assert_eq!(counts, [false, false, true]);
        app.jobs.logout.round().await.unwrap();
        let mut told = told_of(&diary);
        told.sort();
        let mut ended = [held[0].sid.clone(), held[1].sid.clone()];
        ended.sort();
        assert_eq!(told, ended);
        app.allows("3").await;
        assert!(!app.counts(&held[0]).await);
        assert!(matches!(app.allows("0").await, PolicyChange::Refused { .. }), "nobody would get in");
    }

    async fn of_two_sign_ins_at_once_no_more_stay_than_may(db) {
        let (app, _diary) = deployment(db, "1").await;
        let first = app.shares().await;
        let node = app.another_node(db.another().await).await;
        let (mut one, mut other) = (app.browser(), app.browser().at(node.router.clone()));
        app.advance(seconds(61));
        let page = app.both_stages(&mut one, PERSON, &app.diary().request(&[])).await;
        app.advance(seconds(61));
        let page_of_other = app.both_stages(&mut other, PERSON, &app.diary().request(&[])).await;
        tokio::join!(one.press(&page, "shared"), other.press(&page_of_other, "shared"));
        assert!(!app.counts(&first).await);
        assert_eq!(app.live_sessions().await, 1);
    }
}
