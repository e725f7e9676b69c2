//! How many messages leave, and where to (security rule OT-4, product B3).

use std::time::Duration;

use authority::identifiers::Checksum;
use authority::time::{days, minutes, seconds};
use kiru::apply::{ApplyError, apply_people, parse_people};
use serde_json::{Value, json};
use testkit::people::DemoPerson;

use crate::harness::{Browser, Page, TestApp};
use crate::storage::{TestDatabase, both_databases};

/// People with keys that are valid and phones that are theirs.
const FIVE: [&str; 5] = ["aigerim", "nurlan", "gulnara", "daniyar", "alice"];

/// S6 of a fresh flow, or what is there instead.
async fn sms_page(app: &TestApp, browser: &mut Browser, login: &str) -> Page {
    let choose = browser.open(&app.diary().request(&[])).await;
    app.signs_in_with_eds(browser, &choose, &app.person(login)).await
}

fn says_when(page: &Page) {
    page.status(429).expect("code");
    assert!(page.body.contains("No new code was sent yet"), "{}", page.body);
}

/// The alarms in the audit log, by per cent.
async fn alarms(db: &TestDatabase) -> Vec<i64> {
    use sea_orm::{ConnectionTrait, Statement};
    let raw = db.raw().await;
    let sql = "SELECT reason FROM audit_events WHERE kind = 'sms_budget_reached'";
    let rows = raw
        .query_all_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap();
    raw.close().await.unwrap();
    let reason = |row: &sea_orm::QueryResult| row.try_get::<String>("", "reason").unwrap().parse().unwrap();
    let mut alarms: Vec<i64> = rows.iter().map(reason).collect();
    alarms.sort_unstable();
    alarms
}

/// The person gets this number.
async fn shares(app: &TestApp, login: &str, phone: &'static str) {
    let person = DemoPerson {
        phone: Some(phone),
        ..*DemoPerson::find(login).unwrap()
    };
    app.know(&[person]).await;
}

both_databases! {
    async fn a_number_of_a_country_that_is_not_served_gets_no_message_and_the_page_says_what_to_do(db) {
        let app = TestApp::configured(db, "denied_prefixes = [\"+7700\"]\n").await;
        for foreign in ["+447700900123", "+77001234567"] {
            shares(&app, "aigerim", foreign).await;
            let mut browser = app.browser();
            for (language, words) in [
                ("kk", "Бұл нөмірге СМС жіберілмейді"),
                ("ru", "На этот номер СМС не отправляются"),
                ("en", "No SMS goes to this number"),
            ] {
                browser.language = language.to_owned();
                let page = sms_page(&app, &mut browser, "aigerim").await;
                page.status(200).expect("cancel");
                assert!(page.body.contains(words) && page.body.contains("help@example.kz"), "{}", page.body);
                assert!(!page.has("code") && !page.has("resend") && !page.body.contains(foreign));
                // Asking again by hand sends nothing either.
                let path = format!("{}/confirm/resend", super::steps::flow_path(&page));
                let csrf = page.form_of("cancel").fields[0].clone();
                let again = browser.post(&path, &[(&csrf.0, &csrf.1)]).await;
                assert!(browser.follow(again).await.body.contains(words));
            }
        }
        assert_eq!(app.sent_messages().await, 0);
        shares(&app, "aigerim", "+77990000011").await;
        sms_page(&app, &mut app.browser(), "aigerim").await.status(200).expect("code");
    }

    async fn a_network_asks_for_so_many_messages_in_an_hour(db) {
        let app = TestApp::configured(db, "per_network = 2\n").await;
        let at = |host: &str| app.browser().from_network(host);
        sms_page(&app, &mut at("2001:db8:1:2::1"), "aigerim").await.status(200).expect("code");
        sms_page(&app, &mut at("2001:db8:1:2::2"), "nurlan").await.status(200).expect("code");
        let mut third = at("2001:db8:1:2::3");
        let page = sms_page(&app, &mut third, "gulnara").await;
        says_when(&page);
        assert!(!page.body.contains("We sent a code"), "{}", page.body);
        assert_eq!(app.sent_messages().await, 2);
        sms_page(&app, &mut at("2001:db8:1:3::1"), "daniyar").await.status(200).expect("code");
        app.advance(minutes(60).saturating_sub(Duration::from_micros(1)));
        says_when(&sms_page(&app, &mut third, "gulnara").await);
        app.advance(Duration::from_micros(1));
        sms_page(&app, &mut third, "gulnara").await.status(200).expect("code");
        assert_eq!(app.sent_messages().await, 4);
    }

    async fn neighbouring_numbers_get_so_many_messages_in_a_day(db) {
        let app = TestApp::configured(db, "per_range = 2\n").await;
        let mut browsers: Vec<Browser> = (1..=4).map(|n| app.browser().from_network(&format!("203.0.113.{n}"))).collect();
        sms_page(&app, &mut browsers[0], "aigerim").await.status(200).expect("code");
        sms_page(&app, &mut browsers[1], "nurlan").await.status(200).expect("code");
        says_when(&sms_page(&app, &mut browsers[2], "gulnara").await);
        shares(&app, "daniyar", "+77012345678").await;
        sms_page(&app, &mut browsers[3], "daniyar").await.status(200).expect("code");
        app.advance(days(1));
        sms_page(&app, &mut browsers[2], "gulnara").await.status(200).expect("code");
    }

    async fn the_budget_of_a_day_alarms_at_four_fifths_and_at_its_end_once_each(db) {
        let app = TestApp::configured(db, "daily_budget = 5\n").await;
        for (number, login) in (1..).zip(FIVE) {
            sms_page(&app, &mut app.browser(), login).await.status(200).expect("code");
            let expected: &[i64] = match number {
                1..=3 => &[],
                4 => &[80],
                _ => &[80, 100],
            };
            assert_eq!(alarms(db).await, expected);
        }
        app.advance(minutes(11));
        for login in FIVE {
            says_when(&sms_page(&app, &mut app.browser().from_network("203.0.113.9"), login).await);
        }
        assert_eq!(app.sent_messages().await, 5);
        assert_eq!(alarms(db).await, [80, 100]);
        app.advance(days(1));
        for login in FIVE {
            sms_page(&app, &mut app.browser(), login).await.status(200).expect("code");
        }
        assert_eq!(alarms(db).await, [80, 80, 100, 100]);
    }

    async fn two_nodes_at_once_spend_no_more_than_the_budget_and_alarm_once(db) {
        let app = TestApp::configured(db, "daily_budget = 3\n").await;
        let node = app.another_node(db.another().await).await;
        let mut forms = Vec::new();
        for (number, login) in FIVE.into_iter().enumerate() {
            let mut browser = app.browser();
            let choose = browser.open(&app.diary().request(&[])).await;
            let page = browser.press(&choose, "eds").await;
            let form = page.form("eds-form").with("signature", &app.person(login).signs(&page.data_challenge()));
            let router = if number % 2 == 0 { app.router.clone() } else { node.router.clone() };
            forms.push((browser.at(router), form));
        }
        let mut posts = tokio::task::JoinSet::new();
        for (mut browser, form) in forms {
            posts.spawn(async move { browser.submit(&form).await.status.as_u16() });
        }
        assert_eq!(posts.join_all().await, [303; 5]);
        assert_eq!(app.sent_messages().await, 3);
        assert_eq!(alarms(db).await, [100], "four fifths of three are three");
    }

    async fn people_who_share_a_number_share_its_limits_at_two_nodes_too(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        shares(&app, "nurlan", "+77990000011").await;
        for _ in 0..3 {
            let mut posts = tokio::task::JoinSet::new();
            for (login, router) in [("aigerim", app.router.clone()), ("nurlan", node.router.clone())] {
                let mut browser = app.browser();
                let choose = browser.open(&app.diary().request(&[])).await;
                let page = browser.press(&choose, "eds").await;
                let form = page.form("eds-form").with("signature", &app.person(login).signs(&page.data_challenge()));
                let mut browser = browser.at(router);
                posts.spawn(async move { browser.submit(&form).await.status.as_u16() });
            }
            assert_eq!(posts.join_all().await, [303; 2]);
            app.advance(seconds(60));
        }
        assert_eq!(app.sent_messages().await, 3, "one a minute, whoever asks");
        says_when(&sms_page(&app, &mut app.browser(), "nurlan").await);
    }

    async fn a_message_that_failed_delays_the_next_and_counts_for_nothing_else(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let mut page = sms_page(&app, &mut browser, "aigerim").await;
        for _ in 0..12 {
            db.tamper(&["UPDATE sms SET failed_at = created_at, sent_at = NULL"]).await;
            app.advance(seconds(59));
            let early = sms_page(&app, &mut browser, "aigerim").await;
            says_when(&early);
            app.advance(seconds(1));
            page = sms_page(&app, &mut browser, "aigerim").await;
            page.status(200).expect("code");
        }
        assert_eq!(app.sent_messages().await, 13);
        app.types_the_code(&mut browser, &page).await.expect("bind");
    }

    async fn a_number_serves_three_people_and_no_fourth(db) {
        let app = TestApp::on(db).await;
        let phone = "+77990000011";
        shares(&app, "nurlan", phone).await;
        shares(&app, "gulnara", phone).await;
        let fourth = entry("daniyar", phone);
        let entries = parse_people(&Value::from(vec![fourth]).to_string(), true, Checksum::Required).unwrap();
        let apply = || async { apply_people(&app.office(), &entries).await };
        let refused = apply().await.unwrap_err();
        assert!(matches!(&refused, ApplyError::PhoneShared { entry, most: 3 } if entry == "daniyar"), "{refused}");
        assert!(!refused.to_string().contains(phone));
        // Nothing of the entry was written: the old number is the person's still.
        sms_page(&app, &mut app.browser(), "daniyar").await.status(200).expect("code");
        // Those who have it may be written again, and one who leaves it makes room.
        shares(&app, "gulnara", phone).await;
        shares(&app, "nurlan", "+77990000012").await;
        apply().await.unwrap();
    }

    async fn of_two_who_link_a_number_at_once_one_gets_the_last_place(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let phone = "+77990000011";
        shares(&app, "nurlan", phone).await;
        let parse = |login| parse_people(&Value::from(vec![entry(login, phone)]).to_string(), true, Checksum::Required).unwrap();
        let (one, two) = (parse("gulnara"), parse("daniyar"));
        let (left, right) = (app.office(), node.office());
        let (left, right) = tokio::join!(
            apply_people(&left, &one),
            apply_people(&right, &two),
        );
        assert_eq!(usize::from(left.is_ok()) + usize::from(right.is_ok()), 1, "{left:?} {right:?}");
    }
}

fn entry(login: &str, phone: &str) -> Value {
    let person = DemoPerson::find(login).unwrap();
    json!({"login": login, "iin": person.iin, "phone": phone})
}
