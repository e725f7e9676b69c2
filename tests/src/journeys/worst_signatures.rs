//! Signatures that cost as much as one can, all at once (security rules RL-3, RL-4): so many are looked at at a time, the
//! others come back later, and nobody else is kept waiting. The only thread for checks is taken by the test, so that what is
//! under way stays under way until it is let go. What each costs is counted in `federation`, and measured by `figures`.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use authority::time::minutes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, StatusCode};
use kiru::health::{self, Readiness};
use sea_orm::{ConnectionTrait, Statement};
use tokio::task::{JoinSet, spawn_blocking, yield_now};
use tower::ServiceExt as _;
use web::{WebSettings, WebState};

use super::eds::{answers, eds_page};
use crate::harness::{Browser, Page, TestApp};
use crate::storage::{TestDatabase, soon};

/// More than may be looked at at a time.
const SURPLUS: usize = 12;

/// As long and as deep as is read: elements of indefinite length, the end of each looked for inside the one above.
fn worst() -> String {
    let (levels, most) = (31, 44 * 1024);
    let inside = [5, 0].repeat((most - 4 * levels) / 2);
    STANDARD.encode([[0x30, 0x80].repeat(levels), inside, vec![0; 2 * levels]].concat())
}

/// The thread for checks, until this is dropped.
struct Taken(#[expect(dead_code, reason = "dropping it lets the thread go")] Sender<()>);

fn take_the_thread() -> Taken {
    let (taken, waits) = channel();
    spawn_blocking(move || waits.recv());
    Taken(taken)
}

/// Runs the case where one check is made at a time, by a thread that a test can take.
fn with_one_thread_for_checks(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .max_blocking_threads(1)
        .enable_all()
        .build();
    runtime.unwrap().block_on(soon(case));
}

/// Each with a flow of its own on S2, and a worst case in hand.
async fn crowd(app: &TestApp) -> Vec<(Browser, Page)> {
    let mut crowd = Vec::new();
    for _ in 0..app.state.settings.verifications + SURPLUS {
        let mut browser = app.browser().from_network("198.51.100.7");
        let page = eds_page(app, &mut browser).await;
        crowd.push((browser, page));
    }
    crowd
}

fn all_post(crowd: Vec<(Browser, Page)>) -> JoinSet<Page> {
    let worst = worst();
    let post = |(mut browser, page): (Browser, Page)| {
        let form = page.form("eds-form").with("signature", &worst);
        async move { browser.submit(&form).await }
    };
    crowd.into_iter().map(post).collect()
}

/// Everybody else is answered: clients, people, and who looks whether the node is well.
async fn others_are_answered(app: &TestApp) {
    let diary = app.diary();
    for path in ["/.well-known/openid-configuration", "/jwks"] {
        assert_eq!(diary.get(path).await.status, 200, "{path}");
    }
    assert_eq!(diary.redeems("no code at all").await.summary(), "400 invalid_grant");
    let mut browser = app.browser().from_network("203.0.113.9");
    browser.get("/help").await.status(200);
    eds_page(app, &mut browser).await.status(200).expect("eds-form");
    let clock = Arc::clone(&app.state.provider.clock);
    let health = health::router(Arc::new(Readiness::new(app.db().clone(), clock)));
    for path in ["/live", "/ready"] {
        let request = Request::builder().uri(path).body(axum::body::Body::empty()).unwrap();
        assert_eq!(
            health.clone().oneshot(request).await.unwrap().status(),
            StatusCode::OK,
            "{path}"
        );
    }
}

/// How many challenges were taken to be answered.
async fn taken_challenges(db: &TestDatabase) -> i64 {
    let raw = db.raw().await;
    let sql = "SELECT COUNT(*) AS total FROM challenges WHERE consumed_at IS NOT NULL";
    let statement = Statement::from_string(raw.get_database_backend(), sql);
    let row = raw.query_one_raw(statement).await.unwrap().unwrap();
    raw.close().await.unwrap();
    row.try_get("", "total").unwrap()
}

/// As everywhere else, but in a runtime whose only thread for checks a test can take.
macro_rules! both_databases {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident) $body:block)*) => {$(
        $(#[$doc])*
        async fn $name($db: &TestDatabase) $body

        mod $name {
            use super::{TestDatabase, with_one_thread_for_checks};

            #[test]
            fn sqlite() {
                with_one_thread_for_checks(async {
                    let database = TestDatabase::sqlite().await;
                    super::$name(&database).await;
                    database.remove().await;
                });
            }

            #[cfg(kiru_test_postgres)]
            #[test]
            fn postgres() {
                with_one_thread_for_checks(async {
                    let database = TestDatabase::postgres().await;
                    super::$name(&database).await;
                    database.remove().await;
                });
            }
        }
    )*};
}

both_databases! {
    async fn a_crowd_of_worst_cases_holds_its_turns_and_nobody_else(db) {
        let app = TestApp::on(db).await;
        let mut all = {
            let crowd = crowd(&app).await;
            let taken = take_the_thread();
            let mut all = all_post(crowd);
            for _ in 0..SURPLUS {
                let refused = all.join_next().await.unwrap().unwrap();
                refused.status(503);
                assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
            }
            others_are_answered(&app).await;
            assert!(all.try_join_next().is_none());
            assert_eq!(
                all.len(),
                app.state.settings.verifications,
                "these are looked at, and no other"
            );
            drop(taken);
            all
        };
        while let Some(refused) = all.join_next().await {
            refused.unwrap().status(422).expect("eds-form");
        }
        // Every turn came back.
        let mut browser = app.browser();
        for _ in 0..=app.state.settings.verifications {
            let page = eds_page(&app, &mut browser).await;
            answers(
                &mut browser,
                &page,
                &app.person("aigerim").signs(&page.data_challenge()),
            )
            .await
            .expect("code");
        }
    }

    async fn a_person_behind_a_crowd_of_worst_cases_gets_a_turn(db) {
        let app = TestApp::on(db).await;
        let WebState {
            provider,
            eds,
            sms,
            settings,
            ..
        } = app.state.clone();
        let patient = WebSettings {
            verification_wait: minutes(4),
            ..(*settings).clone()
        };
        let router = web::router(WebState::new(provider, eds, sms, patient));
        let mut browser = app.browser().from_network("203.0.113.9");
        let page = eds_page(&app, &mut browser).await;
        let crowd = crowd(&app).await;
        let many = crowd.len();
        let taken = take_the_thread();
        let mut all = all_post(
            crowd
                .into_iter()
                .map(|(browser, page)| (browser.at(router.clone()), page))
                .collect(),
        );
        let until_taken = async |count: usize| {
            while taken_challenges(db).await < i64::try_from(count).unwrap() {
                yield_now().await;
            }
        };
        until_taken(many).await;
        let signature = app.person("aigerim").signs(&page.data_challenge());
        let mut browser = browser.at(router);
        let person = tokio::spawn(async move { answers(&mut browser, &page, &signature).await });
        until_taken(many + 1).await;
        assert!(
            all.try_join_next().is_none() && !person.is_finished(),
            "all of them wait"
        );
        drop(taken);
        person.await.unwrap().status(200).expect("code");
        while let Some(refused) = all.join_next().await {
            refused.unwrap().status(422);
        }
    }
}
