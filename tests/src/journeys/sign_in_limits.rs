//! What strangers may begin and try before anything is proven (security rules RL-2, RL-7, AC-2).

use std::time::Duration;

use authority::throttle::{SIGNATURES_PER_FLOW, SIGNATURES_PER_NETWORK};
use authority::time::{minutes, seconds};
use storage::interactions;

use super::steps::{error, flow_path};
use crate::harness::{Browser, Page, TestApp};
use crate::storage::{TestDatabase, both_databases};

const JUNK: &str = "bm90IGEgc2lnbmF0dXJl";

/// Begins a sign-in.
async fn begins(app: &TestApp, browser: &mut Browser) -> Page {
    browser.open(&app.diary().request(&[])).await
}

/// A sign-in under way, with its browser.
struct Begun {
    browser: Browser,
    page: Page,
}

impl Begun {
    async fn by(app: &TestApp, browser: &Browser) -> Self {
        let mut browser = browser.clone();
        let page = begins(app, &mut browser).await;
        page.status(200).expect("eds");
        Self { browser, page }
    }

    /// Whether it gave way; its page says so and how to begin again.
    async fn is_over(&self) -> bool {
        let path = format!("{}/sign-in", flow_path(&self.page));
        let page = self.browser.clone().open(&path).await;
        page.has("error") && page.marker() == "out_of_date"
    }
}

fn is_refused(page: &Page) {
    page.status(429);
    assert_eq!(page.marker(), "too_many_requests");
    assert!(page.header("retry-after").parse::<u64>().is_ok_and(|wait| wait > 0));
}

/// Posts a signature that is none.
async fn junk(browser: &mut Browser, page: &Page) -> Page {
    let answer = browser.submit(&page.form("eds-form").with("signature", JUNK)).await;
    browser.follow(answer).await
}

/// How many rows the audit log has.
async fn audit_rows(db: &TestDatabase) -> i64 {
    use sea_orm::{ConnectionTrait, Statement};
    let raw = db.raw().await;
    let sql = "SELECT COUNT(*) AS total FROM audit_events";
    let row = raw
        .query_one_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap()
        .unwrap();
    raw.close().await.unwrap();
    row.try_get("", "total").unwrap()
}

both_databases! {
    async fn the_oldest_sign_in_of_a_network_that_proved_nothing_gives_way_to_one_too_many(db) {
        let app = TestApp::configured(db, "[sign_in]\nper_network = 3\n").await;
        let school = app.browser().from_network("203.0.113.7");
        let mut person = school.clone();
        let choose = begins(&app, &mut person).await;
        let on_the_way = app.signs_in_with_eds(&mut person, &choose, &app.person("aigerim")).await;
        let elsewhere = Begun::by(&app, &app.browser().from_network("203.0.113.8")).await;
        let mut begun = Vec::new();
        for _ in 0..4 {
            app.advance(seconds(1));
            begun.push(Begun::by(&app, &school).await);
        }
        let mut is_over = Vec::new();
        for one in &begun {
            is_over.push(one.is_over().await);
        }
        assert_eq!(is_over, [true, true, false, false], "two beside the one that is on the way");
        assert!(!elsewhere.is_over().await, "another network is another matter");
        app.types_the_code(&mut person, &on_the_way).await.status(200).expect("bind");
    }

    async fn a_network_above_a_lowered_limit_is_let_in_and_comes_down_to_it(db) {
        let wide = TestApp::configured(db, "[sign_in]\nper_network = 7\n").await;
        let school = wide.browser().from_network("203.0.113.7");
        for _ in 0..7 {
            Begun::by(&wide, &school).await;
        }
        let narrow = wide.another_node_with(db.another().await, "[sign_in]\nper_network = 5\n").await;
        Begun::by(&narrow, &school.at(narrow.router.clone())).await;
        assert_eq!(interactions::count_open(wide.db(), wide.now()).await.unwrap(), 5);
    }

    async fn where_all_are_on_the_way_one_too_many_is_refused_until_one_ends(db) {
        let app = TestApp::configured(db, "[sign_in]\nper_network = 2\n").await;
        let mut school = app.browser().from_network("203.0.113.7");
        let first = begins(&app, &mut school).await;
        app.signs_in_with_eds(&mut school, &first, &app.person("aigerim")).await;
        let second = begins(&app, &mut school).await;
        app.signs_in_with_eds(&mut school, &second, &app.person("nurlan")).await;
        let rows = audit_rows(db).await;
        for (language, words) in [("kk", "кейінірек"), ("ru", "позже"), ("en", "a little later")] {
            school.language = language.to_owned();
            let refused = begins(&app, &mut school).await;
            is_refused(&refused);
            assert!(refused.body.contains(words), "{}", refused.body);
            assert!(!refused.headers.contains_key("set-cookie"));
        }
        assert_eq!(audit_rows(db).await, rows, "a flood fills no log that is kept for good");
        begins(&app, &mut app.browser().from_network("203.0.113.8")).await.status(200).expect("eds");
        // Silent requests keep nothing and are answered as ever.
        let silent = school.get(&app.diary().request(&[("prompt", "none")])).await;
        assert_eq!(error(&app.diary(), &silent), "login_required");
        school.press(&first, "cancel").await;
        begins(&app, &mut school).await.status(200).expect("eds");
    }

    async fn sign_ins_that_nobody_finishes_make_room_after_half_an_hour(db) {
        let app = TestApp::configured(db, "[sign_in]\nper_network = 1\n").await;
        let mut browser = app.browser();
        let choose = begins(&app, &mut browser).await;
        app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        app.advance(minutes(30).saturating_sub(Duration::from_micros(1)));
        is_refused(&begins(&app, &mut browser).await);
        app.advance(Duration::from_micros(1));
        begins(&app, &mut browser).await.status(200).expect("eds");
    }

    async fn an_ipv6_subscriber_is_one_network(db) {
        let app = TestApp::configured(db, "[sign_in]\nper_network = 1\n").await;
        let first = Begun::by(&app, &app.browser().from_network("2001:db8:1:2::1")).await;
        Begun::by(&app, &app.browser().from_network("2001:db8:1:3::1")).await;
        assert!(!first.is_over().await);
        Begun::by(&app, &app.browser().from_network("2001:db8:1:2:ffff::9")).await;
        assert!(first.is_over().await);
    }

    async fn of_all_sign_ins_the_oldest_that_proved_nothing_gives_way_too(db) {
        let app = TestApp::configured(db, "[sign_in]\nat_once = 3\n").await;
        let mut person = app.browser().from_network("203.0.113.1");
        let choose = begins(&app, &mut person).await;
        let on_the_way = app.signs_in_with_eds(&mut person, &choose, &app.person("aigerim")).await;
        let mut begun = Vec::new();
        for host in 2..=4 {
            app.advance(seconds(1));
            begun.push(Begun::by(&app, &app.browser().from_network(&format!("203.0.113.{host}"))).await);
        }
        assert!(begun[0].is_over().await && !begun[1].is_over().await && !begun[2].is_over().await);
        assert_eq!(interactions::count_open(app.db(), app.now()).await.unwrap(), 3);
        app.types_the_code(&mut person, &on_the_way).await.status(200).expect("bind");
    }

    async fn of_all_sign_ins_one_too_many_is_refused_where_all_are_on_the_way(db) {
        let app = TestApp::configured(db, "[sign_in]\nat_once = 2\n").await;
        let mut last = None;
        for (host, login) in [(1, "aigerim"), (2, "nurlan")] {
            let mut browser = app.browser().from_network(&format!("203.0.113.{host}"));
            let page = begins(&app, &mut browser).await;
            app.signs_in_with_eds(&mut browser, &page, &app.person(login)).await;
            last = Some((browser, page));
        }
        let elsewhere = || app.browser().from_network("198.51.100.1");
        is_refused(&begins(&app, &mut elsewhere()).await);
        let (mut browser, page) = last.unwrap();
        browser.press(&page, "cancel").await;
        app.advance(seconds(5));
        begins(&app, &mut elsewhere()).await.status(200).expect("eds");
    }

    async fn nodes_share_the_limits_of_sign_ins_under_way(db) {
        let app = TestApp::configured(db, "[sign_in]\nper_network = 4\nat_once = 6\n").await;
        let node = app.another_node(db.another().await).await;
        let school = app.browser().from_network("203.0.113.7");
        let mut begun = Vec::new();
        for number in 0..5 {
            app.advance(seconds(1));
            let router = if number % 2 == 0 { app.router.clone() } else { node.router.clone() };
            begun.push(Begun::by(&app, &school.at(router)).await);
        }
        assert!(begun[0].is_over().await && !begun[1].is_over().await);
        // A node learns within five seconds what the other let in.
        app.advance(seconds(5));
        for host in ["198.51.100.1", "198.51.100.2"] {
            Begun::by(&app, &app.browser().from_network(host)).await;
        }
        app.advance(seconds(5));
        Begun::by(&app, &node.browser().from_network("198.51.100.3")).await;
        assert!(begun[1].is_over().await && !begun[2].is_over().await);
        assert_eq!(interactions::count_open(app.db(), app.now()).await.unwrap(), 6);
    }

    async fn twenty_at_once_at_a_full_network_s_limit_are_all_let_in_and_no_more_stay_than_may(db) {
        let app = TestApp::configured(db, "[sign_in]\nper_network = 5\n").await;
        let node = app.another_node(db.another().await).await;
        let school = app.browser().from_network("203.0.113.7");
        // The network is full, and nobody in it has proven anything.
        for _ in 0..5 {
            app.advance(seconds(1));
            Begun::by(&app, &school).await;
        }
        app.advance(seconds(1));
        let request = app.diary().request(&[]);
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..20 {
            let router = if number % 2 == 0 { &app.router } else { &node.router };
            let (mut browser, request) = (school.at(router.clone()), request.clone());
            crowd.spawn(async move { browser.get(&request).await.status.as_u16() });
        }
        let mut statuses = crowd.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303; 20], "each takes the place of one that proved nothing");
        assert_eq!(interactions::count_open(app.db(), app.now()).await.unwrap(), 5);
    }

    async fn ten_refused_signatures_end_the_attempt_and_the_flow_asks_for_no_more(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = begins(&app, &mut browser).await;
        let mut page = browser.press(&choose, "eds").await;
        for _ in 1..SIGNATURES_PER_FLOW {
            page = junk(&mut browser, &page).await;
            page.status(422).expect("eds-form");
        }
        let form = page.form("eds-form").with("signature", &app.person("aigerim").signs(&page.data_challenge()));
        let over = junk(&mut browser, &page).await;
        over.status(429).expect("cancel");
        assert_eq!(over.marker(), "too_many_signatures");
        let rows = audit_rows(db).await;
        // Neither what is posted now nor another challenge of this flow is looked at.
        for _ in 0..3 {
            browser.submit(&form).await;
            browser.press(&choose, "eds").await.status(429);
        }
        assert_eq!(audit_rows(db).await, rows);
        assert_eq!(app.sent_messages().await, 0);
        // The way back and another flow are open, and nothing is held against the person.
        let back = browser.press(&over, "cancel").await;
        assert_eq!(error(&app.diary(), &back), "access_denied");
        let choose = begins(&app, &mut browser).await;
        app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await.status(200).expect("code");
    }

    async fn ten_refusals_count_for_the_flow_also_over_several_attempts(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = begins(&app, &mut browser).await;
        for _ in 0..5 {
            let page = browser.press(&choose, "eds").await;
            junk(&mut browser, &page).await.status(422);
        }
        app.advance(minutes(16));
        for _ in 0..4 {
            let page = browser.press(&choose, "eds").await;
            junk(&mut browser, &page).await.status(422);
        }
        let page = browser.press(&choose, "eds").await;
        junk(&mut browser, &page).await.status(429);
    }

    async fn a_network_of_refused_signatures_is_refused_before_another_is_read(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let crowd = app.browser().from_network("203.0.113.7");
        let mut honest = crowd.clone();
        let choose = begins(&app, &mut honest).await;
        let waiting = honest.press(&choose, "eds").await;
        let mut left = SIGNATURES_PER_NETWORK.most();
        while left > 0 {
            let router = if left % 2 == 0 { app.router.clone() } else { node.router.clone() };
            let mut browser = crowd.at(router);
            let choose = begins(&app, &mut browser).await;
            let mut page = browser.press(&choose, "eds").await;
            for _ in 1..SIGNATURES_PER_FLOW.min(left + 1) {
                page = junk(&mut browser, &page).await;
                page.status(422);
                left -= 1;
            }
        }
        let rows = audit_rows(db).await;
        let form = waiting.form("eds-form").with("signature", &app.person("aigerim").signs(&waiting.data_challenge()));
        for router in [&app.router, &node.router] {
            let refused = honest.at(router.clone()).submit(&form).await;
            is_refused(&refused);
        }
        assert_eq!(audit_rows(db).await, rows, "nothing was looked at");
        // The same challenge is good still, from a network where nobody failed.
        let mut moved = honest.from_network("203.0.113.8");
        let answer = moved.submit(&form).await;
        moved.follow(answer).await.status(200).expect("code");
        // Here the window ends.
        app.advance(SIGNATURES_PER_NETWORK.ends_at(app.now()).since(app.now()));
        let choose = begins(&app, &mut honest).await;
        app.signs_in_with_eds(&mut honest, &choose, &app.person("nurlan")).await.status(200).expect("code");
        assert!(flow_path(&choose).starts_with("/flow/"));
    }
}
