//! Flows beside one another and out of order: tabs, clients, back buttons, old pages.

use authority::time::{minutes, seconds};

use super::steps::{error, flow_path};
use crate::harness::{Browser, TestApp};
use crate::storage::both_databases;

both_databases! {
    async fn two_tabs_do_not_disturb_each_other(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let left = browser.open(&diary.request(&[("state", "left")])).await;
        let right = browser.open(&diary.request(&[("state", "right")])).await;
        assert_ne!(flow_path(&left), flow_path(&right));
        let sms = app.signs_in_with_eds(&mut browser, &left, &app.person("aigerim")).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        let consent = app.binds(&mut browser, &device).await;
        let back = browser.press(&consent, "allow").await;
        assert_eq!(diary.response(back.redirect(), "state").as_deref(), Some("left"));
        // The other tab, shown again, needs neither stages nor consent any more.
        let back = app.comes_back(&mut browser, &format!("{}/sign-in", flow_path(&right))).await;
        assert_eq!(diary.response(back.redirect(), "state").as_deref(), Some("right"));
    }

    async fn two_people_at_two_clients_at_once(db) {
        let app = TestApp::on(db).await;
        let (mut one, mut two) = (app.browser(), app.browser());
        let (diary, library) = (app.diary(), app.library());
        let (left, right) = (diary.request(&[]), library.request(&[]));
        let (first, second) = tokio::join!(one.open(&left), two.open(&right));
        let first = app.signs_in_with_eds(&mut one, &first, &app.person("aigerim")).await;
        let first_code = app.newest_code().await;
        let second = app.signs_in_with_eds(&mut two, &second, &app.person("nurlan")).await;
        let second_code = app.newest_code().await;
        // Codes are their owners'.
        app.types(&mut one, &first, &second_code).await.status(422);
        let first = app.types(&mut one, &first, &first_code).await;
        let second = app.types(&mut two, &second, &second_code).await;
        let (first, second) = tokio::join!(app.binds(&mut one, &first), app.binds(&mut two, &second));
        let (first, second) = (one.press(&first, "allow").await, two.press(&second, "allow").await);
        let first = diary.redeems(&diary.code(first.redirect())).await;
        let second = library.redeems(&library.code(second.redirect())).await;
        let sub = |token: &str| crate::harness::payload(token)["sub"].as_str().unwrap().to_owned();
        assert_eq!(sub(first.text("id_token")), app.user("aigerim").await.subject.as_str());
        assert_eq!(sub(second.text("id_token")), app.user("nurlan").await.subject.as_str());
    }

    async fn the_last_answer_leaves_once(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let device = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let consent = app.binds(&mut browser, &device).await;
        let form = consent.form_of("allow");
        let first = browser.submit(&form).await;
        assert!(first.redirect().contains("code="));
        let second = browser.submit(&form).await;
        second.status(400);
        assert_eq!(second.marker(), "out_of_date");
    }

    async fn declining_tells_the_client_and_leaves_a_trace(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let device = app.both_stages(&mut browser, "aigerim", &diary.request(&[])).await;
        let consent = app.binds(&mut browser, &device).await;
        let back = browser.press(&consent, "deny").await;
        assert_eq!(error(&diary, &back), "access_denied");
        assert!(app.trace("aigerim").await.contains(&"consent_denied".to_owned()));
    }

    async fn steps_cannot_be_skipped(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let (path, csrf) = (flow_path(&choose), choose.form_of("eds").fields[0].1.clone());
        for segment in ["confirm", "device", "consent"] {
            browser.open(&format!("{path}/{segment}")).await.status(200).expect("eds");
            let posted = browser.post(&format!("{path}/{segment}"), &[("csrf", &csrf), ("code", "123456"), ("proof", "x"), ("decision", "allow")]).await;
            browser.follow(posted).await.status(200).expect("eds");
        }
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        for segment in ["device", "consent"] {
            let posted = browser.post(&format!("{path}/{segment}"), &[("csrf", &csrf), ("proof", "x"), ("decision", "allow")]).await;
            let page = browser.follow(posted).await;
            assert!(page.has("code") || page.has("eds"), "{segment}: {}", page.body);
            assert!(!browser.jar.contains_key("__Host-kiru_session"));
        }
        app.types_the_code(&mut browser, &sms).await.expect("bind");
    }

    async fn a_flow_ends_after_half_an_hour_and_an_attempt_after_a_quarter(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        app.advance(minutes(15));
        let late = app.types(&mut browser, &sms, &app.newest_code().await).await;
        late.status(200).expect("eds");
        app.advance(minutes(15));
        let over = browser.get(&format!("{}/sign-in", flow_path(&choose))).await;
        over.status(400);
        assert_eq!(over.marker(), "out_of_date");
    }

    async fn a_browser_that_keeps_no_cookies_is_told_so_on_its_first_page(db) {
        let app = TestApp::on(db).await;
        for site in ["cross-site", "same-site"] {
            let mut browser = app.browser();
            let path = browser.get(&app.diary().request(&[])).await.redirect().to_owned();
            browser.jar.clear();
            app.advance(seconds(59));
            let page = browser.arrives(&path, site).await;
            page.status(403).expect("address");
            assert_eq!((page.marker().as_str(), page.text_of("address").as_str()), ("cannot_remember", "id.example.kz"));
            assert!(page.body.contains("Allow cookies for this site"), "{}", page.body);
            assert!(!page.body.contains("diary.example"), "nothing is told of the flow");
            assert!(browser.jar.is_empty(), "{:?}", browser.jar.keys());
            // The words depend on the flow's name alone, not on whether it ever was.
            let (id, mut unknown) = (path.split('/').nth(2).unwrap(), app.browser());
            let other = unknown.arrives(&path.replace(&id[20..], "0123456789ab"), site).await;
            assert_eq!((other.status, other.marker()), (page.status, page.marker()));
        }
    }

    async fn another_browser_is_not_taken_for_one_without_cookies(db) {
        let app = TestApp::on(db).await;
        let mut mine = app.browser();
        let path = mine.get(&app.diary().request(&[])).await.redirect().to_owned();
        let told = async |mut browser: Browser, site: &str| {
            let page = browser.arrives(&path, site).await;
            page.status(400);
            page.marker()
        };
        // Typed or tapped, or with any cookie of ours, or too late.
        assert_eq!(told(app.browser(), "none").await, "other_browser");
        let mut known = app.browser();
        known.jar.insert("__Host-kiru_locale".to_owned(), "en".to_owned());
        assert_eq!(told(known, "cross-site").await, "other_browser");
        app.advance(seconds(61));
        assert_eq!(told(app.browser(), "cross-site").await, "other_browser");
        // Its own browser goes on.
        mine.arrives(&path, "cross-site").await.status(200).expect("eds");
    }

    async fn a_flow_that_nobody_knows_looks_like_anothers(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        for id in ["0193aaaaaaaa7bbb8cccddddeeeeffff", "x", "%00", "0193AAAAAAAA7BBB8CCCDDDDEEEEFFFF"] {
            let page = browser.get(&format!("/flow/{id}/sign-in")).await;
            assert!(page.status.is_client_error(), "{id}: {}", page.status);
        }
        let page = browser.get("/flow/0193aaaaaaaa7bbb8cccddddeeeeffff/sign-in").await;
        page.status(400);
        assert_eq!(page.marker(), "other_browser");
    }

    async fn the_session_of_another_tab_does_not_slip_into_a_flow(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let device = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let consent = app.binds(&mut browser, &device).await;
        // Somebody else signs in in the same browser before the first flow is answered.
        app.advance(seconds(61));
        let other = app.both_stages(&mut browser, "nurlan", &app.library().request(&[("prompt", "login")])).await;
        app.binds(&mut browser, &other).await.expect("allow");
        let answer = browser.submit(&consent.form_of("allow")).await;
        let page = browser.follow(answer).await;
        page.status(200).expect("eds");
    }

    async fn pages_of_a_flow_are_never_kept_and_never_framed(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = browser.open(&app.diary().request(&[])).await;
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "DENY");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https://diary.example;"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("access-control-allow-origin"), "");
    }
}
