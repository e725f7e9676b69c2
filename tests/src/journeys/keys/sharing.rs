//! Keys that seem to be shared (product B6): what is reported, once, what is refused where the rules say so, and what leaves
//! honest people alone.

use authority::audit::EventKind;
use authority::policy::PolicyKey;
use authority::time::{days, minutes};
use serde_json::Value;

use crate::harness::{Browser, Page, TestApp};
use crate::process::deployment::Deployment;
use crate::storage::both_databases;

/// None of them has an organisation's key, so that nobody is asked in whose name.
const FAMILY: [&str; 3] = ["aigerim", "nurlan", "daniyar"];

/// The person signs in to the diary in this browser, where others have signed in before.
async fn comes(app: &TestApp, browser: &mut Browser, login: &str) -> Page {
    browser.jar.remove("__Host-kiru_session");
    app.advance(minutes(11));
    let device = app.both_stages(browser, login, &app.diary().request(&[])).await;
    if device.has("bind") {
        app.binds(browser, &device).await
    } else {
        app.proves(browser, &device).await
    }
}

/// What was reported about the person, in words.
async fn reported(app: &TestApp, login: &str) -> Vec<String> {
    let events = app.events(login).await;
    let suspected = events
        .into_iter()
        .filter(|event| event.kind == EventKind::KeySharingSuspected);
    suspected.map(|event| event.reason).collect()
}

/// The one object of a report.
fn json(text: &str) -> Value {
    let line = text.lines().find_map(|line| line.find('{').map(|start| &line[start..]));
    serde_json::from_str(line.unwrap()).unwrap()
}

both_databases! {
    async fn by_default_neither_a_family_nor_somebody_who_registers_again_is_caught(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        for login in FAMILY {
            comes(&app, &mut browser, login).await.status(200);
        }
        app.advance(minutes(11));
        app.registers(&mut app.browser(), "aigerim").await.status(200);
        for login in FAMILY {
            assert!(reported(&app, login).await.is_empty(), "{login}");
        }
    }

    async fn many_people_in_one_browser_are_reported_once_and_go_on(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SharingPeople, "2").await;
        let mut browser = app.browser();
        for login in FAMILY {
            comes(&app, &mut browser, login).await.status(200).expect("allow");
        }
        assert_eq!(reported(&app, "daniyar").await, ["browser of 3 people"]);
        for login in ["daniyar", "aigerim", "nurlan"] {
            comes(&app, &mut browser, login).await.status(200).expect("allow");
        }
        let mut all = Vec::new();
        for login in FAMILY {
            all.extend(reported(&app, login).await);
        }
        assert_eq!(all, ["browser of 3 people"], "once for the crossing");
        // In another browser the same people share nothing.
        app.advance(days(31));
        comes(&app, &mut browser, "aigerim").await.status(200);
        assert_eq!(reported(&app, "aigerim").await.len(), 0, "what is long ago does not count");
    }

    async fn one_key_on_many_devices_is_reported(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SharingDevices, "1").await;
        app.bound_browser("aigerim").await;
        assert!(reported(&app, "aigerim").await.is_empty());
        app.advance(minutes(11));
        app.registers(&mut app.browser(), "aigerim").await.status(200);
        assert_eq!(reported(&app, "aigerim").await, ["key on 2 devices"]);
    }

    async fn where_the_rules_say_so_the_sign_in_is_refused_after_both_stages(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::SharingPeople, "2").await;
        app.sets(PolicyKey::SharingBlocks, "on").await;
        let mut browser = app.browser();
        for login in &FAMILY[..2] {
            comes(&app, &mut browser, login).await.expect("allow");
        }
        for _ in 0..2 {
            let page = comes(&app, &mut browser, "daniyar").await;
            page.status(403);
            assert_eq!(page.marker(), "key_shared");
            assert!(!browser.jar.contains_key("__Host-kiru_session"));
        }
        assert_eq!(reported(&app, "daniyar").await, ["browser of 3 people"]);
        let trace = app.trace("daniyar").await;
        assert_eq!(trace.iter().filter(|one| *one == "sign_in_refused key_shared").count(), 2, "{trace:?}");
        assert!(!trace.contains(&"device_bound".to_owned()), "nothing was bound");
        comes(&app, &mut browser, "nurlan").await.expect("allow");
        // What was refused is in no count, but the report knows of it.
        let operator = Deployment::with_kek(db, app.kek());
        let lines = operator.succeeds(&["keys-sharing", "report"]);
        assert!(lines.contains("alarm: browser ") && !lines.contains("nothing seems to be shared"), "{lines}");
        let report = json(&operator.succeeds(&["keys-sharing", "report", "--json"]));
        assert_eq!(report["browsers"].as_array().unwrap().len(), 0, "{report}");
        let alarms = report["alarms"].as_array().unwrap();
        assert_eq!((alarms.len(), &alarms[0]["kind"]), (1, &"browser".into()), "{report}");
    }

    async fn the_report_names_keys_and_people_by_our_identifiers_only(db) {
        let app = TestApp::on(db).await;
        let operator = Deployment::with_kek(db, app.kek());
        assert!(operator.succeeds(&["keys-sharing", "report"]).contains("nothing seems to be shared"));
        app.sets(PolicyKey::SharingPeople, "1").await;
        app.sets(PolicyKey::SharingDevices, "1").await;
        let mut browser = app.browser();
        for login in &FAMILY[..2] {
            comes(&app, &mut browser, login).await.status(200);
        }
        app.advance(minutes(11));
        app.registers(&mut app.browser(), "aigerim").await.status(200);
        let text = operator.succeeds(&["keys-sharing", "report", "--json"]);
        let report = json(&text);
        assert_eq!(report["keys"].as_array().unwrap().len(), 1, "{text}");
        assert_eq!(report["keys"][0]["devices"], 2);
        assert_eq!(report["browsers"][0]["people"].as_array().unwrap().len(), 2);
        assert!(text.contains(&app.user("nurlan").await.id.to_string()));
        for secret in ["870514400010", "790223300015", "+7799"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
