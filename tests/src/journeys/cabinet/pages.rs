//! What the pages of the cabinet say.

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::time::{days, minutes};
use kiru::chance::chance;
use storage::{StorageError, audit};

use crate::harness::TestApp;
use crate::storage::both_databases;

impl TestApp {
    /// So many refused sign-ins of a person, a minute after another, the latest `age` ago.
    async fn refused_sign_ins(&self, login: &str, count: u64, age: std::time::Duration) {
        let user = self.user(login).await.id;
        let latest = self.now().minus(age);
        let events: Vec<Event> = (0..count)
            .map(|n| {
                let at = latest.minus(minutes(n));
                Event {
                    user_id: Some(user),
                    reference: Some(format!("CODE-{n:04}")),
                    address: Some("203.0.113.77".to_owned()),
                    ..Event::new(
                        EventId::mint(at, &mut chance()),
                        at,
                        EventKind::SecondStageRefused,
                        Actor::User,
                    )
                }
            })
            .collect();
        insert_events(self, &events).await;
    }
}

/// Writes events into the log, as if they had happened.
pub(super) async fn insert_events(app: &TestApp, events: &[Event]) {
    let done = app.db().tx("test", |tx| async move {
        for event in events {
            audit::insert(&tx, event).await?;
        }
        Ok::<_, StorageError>(())
    });
    done.await.unwrap();
}

both_databases! {
    async fn the_history_is_read_page_by_page_without_a_gap(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        app.refused_sign_ins("aigerim", 60, minutes(30)).await;
        let (mut path, mut seen) = ("/cabinet/history".to_owned(), Vec::new());
        for _ in 0..4 {
            let page = app.visits(&mut browser, &path).await;
            page.status(200);
            let codes = page.body.split("CODE-").skip(1).map(|rest| rest[..4].to_owned());
            seen.extend(codes);
            let Some((_, rest)) = page.body.split_once("id=\"older\" href=\"") else { break };
            path = rest.split('"').next().unwrap().replace("&amp;", "&");
        }
        let expected: Vec<String> = (0..60).map(|n| format!("{n:04}")).collect();
        assert_eq!(seen, expected);
    }

    async fn the_history_ends_after_a_year_and_hides_part_of_the_address(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        app.refused_sign_ins("aigerim", 1, days(364)).await;
        let page = app.visits(&mut browser, "/cabinet/history").await;
        assert!(page.body.contains("CODE-0000") && page.body.contains("203.0.113.•"), "{}", page.body);
        assert!(!page.body.contains("203.0.113.77"));
        app.advance(days(2));
        app.comes_to_cabinet(&mut browser, "aigerim").await;
        assert!(!app.visits(&mut browser, "/cabinet/history").await.body.contains("CODE-0000"));
    }

    async fn another_persons_sign_ins_are_not_in_the_history(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        app.bound_browser("nurlan").await;
        app.refused_sign_ins("nurlan", 3, minutes(1)).await;
        assert!(!app.visits(&mut browser, "/cabinet/history").await.body.contains("CODE-"));
    }

    async fn every_page_is_told_in_three_languages_and_never_kept(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        for (language, word) in [("kk", "Жеке кабинет"), ("ru", "Личный кабинет"), ("en", "My cabinet")] {
            browser.post("/language", &[("locale", language), ("back", "/cabinet")]).await;
            for path in super::PAGES {
                let page = app.visits(&mut browser, path).await;
                page.status(200);
                assert!(page.body.contains(word), "{path}: {}", page.body);
                assert_eq!(page.header("cache-control"), "no-store", "{path}");
            }
        }
    }
}
