//! The same step at the same moment, on two nodes with pools of their own: everything one-time happens once.

use super::steps::flow_path;
use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn one_signature_posted_twice_at_once_proves_one_stage_and_sends_one_message(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let choose = one.open(&app.diary().request(&[])).await;
        let page = one.press(&choose, "eds").await;
        let form = page.form("eds-form").with("signature", &app.person("aigerim").signs(&page.data_challenge()));
        let mut two = one.at(node.router.clone());
        tokio::join!(one.submit(&form), two.submit(&form));
        assert_eq!(app.sent_messages().await, 1);
        let passed = app.trace("aigerim").await.iter().filter(|event| *event == "first_stage_passed").count();
        assert_eq!(passed, 1);
        one.open(&format!("{}/confirm", flow_path(&choose))).await.expect("code");
    }

    async fn one_code_typed_twice_at_once_proves_one_stage(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let choose = one.open(&app.diary().request(&[])).await;
        let sms = app.signs_in_with_eds(&mut one, &choose, &app.person("aigerim")).await;
        let code = app.newest_code().await;
        let mut two = one.at(node.router.clone());
        let (left, right) = tokio::join!(app.types(&mut one, &sms, &code), app.types(&mut two, &sms, &code));
        left.status(200).expect("bind");
        right.status(200).expect("bind");
        let passed = app.trace("aigerim").await.iter().filter(|event| *event == "second_stage_passed").count();
        assert_eq!(passed, 1);
    }

    async fn many_guesses_at_once_are_all_counted(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        let right: u32 = app.newest_code().await.parse().unwrap();
        let mut guesses = tokio::task::JoinSet::new();
        for n in 1..=20_u32 {
            let mut guesser = browser.at(if n % 2 == 0 { app.router.clone() } else { node.router.clone() });
            let form = sms.form_of("continue").with("code", &format!("{:06}", (right + n) % 1_000_000));
            guesses.spawn(async move { guesser.submit(&form).await.status.as_u16() });
        }
        let statuses = guesses.join_all().await;
        let compared = app.trace("aigerim").await.iter().filter(|event| event.starts_with("second_stage_refused")).count();
        assert_eq!(compared, 5, "{statuses:?}");
        // A page may say "closed" already when its own try was not the last.
        assert!(statuses.iter().filter(|status| **status == 422).count() <= 4, "{statuses:?}");
        // Not even the right code helps now.
        app.types(&mut browser, &sms, &format!("{right:06}")).await.status(429);
    }

    async fn one_binding_posted_twice_at_once_makes_one_device_and_one_session(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let page = app.both_stages(&mut one, "aigerim", &app.diary().request(&[])).await;
        let mut two = one.at(node.router.clone());
        tokio::join!(app.binds(&mut one, &page), app.binds(&mut two, &page));
        let sessions = [&one, &two].iter().filter(|browser| browser.jar.contains_key("__Host-kiru_session")).count();
        assert_eq!(sessions, 1);
        let trace = app.trace("aigerim").await;
        assert_eq!(trace.iter().filter(|event| *event == "device_bound").count(), 1, "{trace:?}");
        assert_eq!(trace.iter().filter(|event| *event == "signed_in").count(), 1, "{trace:?}");
    }

    async fn consent_given_twice_at_once_sends_one_code(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let page = app.both_stages(&mut one, "aigerim", &app.diary().request(&[])).await;
        let consent = app.binds(&mut one, &page).await;
        let form = consent.form_of("allow");
        let mut two = one.at(node.router.clone());
        let (left, right) = tokio::join!(one.submit(&form), two.submit(&form));
        let codes = [&left, &right].iter().filter(|page| page.location().is_some_and(|to| to.contains("code="))).count();
        assert_eq!(codes, 1, "{:?} {:?}", left.location(), right.location());
    }

    async fn a_session_that_ends_while_consent_is_given_agrees_to_nothing(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = app.both_stages(&mut browser, "aigerim", &app.diary().request(&[])).await;
        let consent = app.binds(&mut browser, &page).await;
        let form = consent.form_of("allow").with("remember", "yes");
        let user = app.user("aigerim").await.id;
        let (locked, is_locked) = tokio::sync::oneshot::channel();
        let (asked, is_asked) = tokio::sync::oneshot::channel::<()>();
        let hold = std::sync::Mutex::new(Some((locked, is_asked)));
        let db = app.db().clone();
        // An operator ends everything of the person; the form arrives before that is committed and waits for the row.
        let ends = tokio::spawn(async move {
            let hold = &hold;
            db.tx("test", |tx| async move {
                let (locked, is_asked) = hold.lock().unwrap().take().unwrap();
                storage::users::lock(&tx, user).await?;
                storage::sessions::end_all_for_user(&tx, user).await?;
                locked.send(()).unwrap();
                is_asked.await.unwrap();
                Ok::<_, storage::StorageError>(())
            }).await
        });
        is_locked.await.unwrap();
        let mut posted = tokio::spawn(async move { browser.submit(&form).await });
        let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut posted).await;
        assert!(early.is_err(), "the form has read what was true before, and waits");
        asked.send(()).unwrap();
        ends.await.unwrap().unwrap();
        let answer = posted.await.unwrap();
        assert!(answer.location().is_none_or(|to| !to.contains("code=")), "{:?}", answer.location());
        assert!(!app.trace("aigerim").await.iter().any(|event| event.starts_with("consent_granted")));
        assert!(storage::consents::list_for_user(app.db(), user).await.unwrap().is_empty());
    }

    async fn a_flow_goes_on_at_a_node_that_was_started_meanwhile(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let choose = browser.open(&diary.request(&[])).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        // The first node is gone; nothing of the sign-in was in its memory.
        let node = app.another_node(db.another().await).await;
        let mut browser = browser.at(node.router.clone());
        let device = node.types_the_code(&mut browser, &sms).await;
        let node = node.another_node(db.another().await).await;
        let mut browser = browser.at(node.router.clone());
        let consent = node.binds(&mut browser, &device).await;
        let back = browser.press(&consent, "allow").await;
        assert_eq!(node.diary().redeems(&diary.code(back.redirect())).await.status, 200);
    }
}
