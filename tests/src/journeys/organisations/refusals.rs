//! Who may not give or end a power of attorney, and what forms are refused (security rules DG-6, AD-1).

use authority::audit::EventKind;
use authority::time::{days, hours, minutes};
use storage::{StorageError, users};

use super::typed;
use crate::harness::TestApp;
use crate::storage::both_databases;

impl TestApp {
    async fn given(&self, login: &str) -> usize {
        let user = self.user(login).await.id;
        storage::powers::list_given(self.db(), user, None).await.unwrap().len()
    }
}

both_databases! {
    async fn a_power_needs_a_fresh_sign_in(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut browser, "/cabinet/powers/give").await;
        app.advance(minutes(6));
        let until = typed(app.now().plus(days(1)));
        let form = page.form_of("confirm").with("iin", "790223300015").with("until", &until);
        assert_eq!(browser.submit(&form).await.redirect(), "/cabinet/powers/give");
        let page = app.visits(&mut browser, "/cabinet/powers/give").await;
        page.expect("continue").expect("stay");
        assert!(!page.has("confirm"));
        assert_eq!(app.given("aigerim").await, 0);
    }

    async fn what_is_typed_wrongly_comes_back_with_its_reason(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let (past, later) = (typed(app.now().minus(hours(1))), typed(app.now().plus(days(2))));
        let (sooner, far) = (typed(app.now().plus(days(1))), typed(app.now().plus(days(3 * 366 + 1))));
        for (fields, field) in [
            (vec![("iin", "79022330001")], "iin"),
            (vec![("iin", "790223300016")], "iin"),
            (vec![("iin", "870514400010")], "iin"),
            (vec![("until", "")], "until"),
            (vec![("until", past.as_str())], "until"),
            (vec![("from", later.as_str()), ("until", sooner.as_str())], "until"),
            (vec![("until", far.as_str())], "until"),
            (vec![("from", "tomorrow")], "from"),
            (vec![("service", "nobody")], "service"),
            (vec![("principal", "organisation")], "principal"),
        ] {
            let page = app.gives(&mut browser, "nurlan", &fields).await;
            page.status(422).expect("confirm");
            assert!(page.body.contains(&format!("href=\"#{field}\"")), "{fields:?}: {}", page.body);
            assert!(page.header("location").is_empty());
        }
        assert_eq!(app.given("aigerim").await, 0);
        // The form that came back is good for another try.
        let page = app.gives(&mut browser, "nurlan", &[("iin", "790223300016")]).await;
        assert!(page.body.contains("value=\"790223300016\""));
        let answer = browser.submit(&page.form_of("confirm").with("iin", "790223300015")).await;
        assert_eq!(answer.redirect(), "/cabinet/powers");
        assert_eq!(app.given("aigerim").await, 1);
    }

    async fn an_agent_gives_nothing_on(db) {
        let app = TestApp::on(db).await;
        let mut head = app.browser();
        let names = app.arrives(&mut head, &app.person("gulnara"), &app.diary().request(&[])).await;
        app.acts(&mut head, &names, "myself", &app.diary()).await;
        app.comes_to_cabinet(&mut head, "gulnara").await;
        app.gives(&mut head, "nurlan", &[("principal", "organisation")]).await.expect("power-given-1");
        let mut agent = app.in_cabinet("nurlan").await;
        let page = app.visits(&mut agent, "/cabinet/powers/give").await;
        assert!(!page.has("for-organisation"));
        app.gives(&mut agent, "daniyar", &[("principal", "organisation")]).await.status(422);
        assert_eq!(app.given("nurlan").await, 0);
    }

    async fn a_head_with_a_personal_key_gives_nothing_for_the_organisation(db) {
        let app = TestApp::on(db).await;
        let mut head = app.browser();
        let personal = app.with_own_key("gulnara", |_| ());
        let consent = app.arrives(&mut head, &personal, &app.diary().request(&[])).await;
        app.allows_once(&mut head, &consent).await;
        app.advance(minutes(11));
        let choose = head.open("/cabinet").await;
        let sms = app.signs_in_with_eds(&mut head, &choose, &personal).await;
        let device = app.types_the_code(&mut head, &sms).await;
        app.proves(&mut head, &device).await;
        app.gives(&mut head, "nurlan", &[("principal", "organisation")]).await.status(422);
        app.gives(&mut head, "nurlan", &[]).await.expect("power-given-1");
    }

    async fn somebody_elses_power_is_none(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        let page = app.gives(&mut principal, "nurlan", &[]).await;
        let (one, end) = (page.link_of("power-given-1"), page.link_of("end-given-1"));
        let mut stranger = app.in_cabinet("daniyar").await;
        app.visits(&mut stranger, &one).await.status(404);
        app.visits(&mut stranger, &end).await.status(404);
        app.visits(&mut stranger, "/cabinet/powers/0193aaaaaaaa7bbb8cccddddeeeeffff").await.status(404);
        let own = app.visits(&mut stranger, "/cabinet/device").await;
        let mut form = own.form_of("rename-1");
        form.action.clone_from(&end);
        stranger.submit(&form).await.status(404);
        assert!(!app.trace("aigerim").await.iter().any(|event| event.starts_with("power_ended")));
    }

    async fn a_power_ends_once(db) {
        let app = TestApp::on(db).await;
        let mut principal = app.in_cabinet("aigerim").await;
        let page = app.gives(&mut principal, "nurlan", &[]).await;
        let end = page.link_of("end-given-1");
        let ask = app.visits(&mut principal, &end).await;
        app.presses(&mut principal, &ask, "confirm").await.expect("flash");
        app.visits(&mut principal, &end).await.status(404);
        let own = app.visits(&mut principal, "/cabinet/device").await;
        let mut form = own.form_of("rename-1");
        form.action = end;
        assert_eq!(principal.submit(&form).await.status, 400);
        let ended = app.events("aigerim").await.iter().filter(|event| event.kind == EventKind::PowerEnded).count();
        assert_eq!(ended, 1);
    }

    async fn nobody_is_sent_message_after_message_by_powers(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        for _ in 0..20 {
            app.gives(&mut browser, "nurlan", &[]).await.status(200);
        }
        app.gives(&mut browser, "nurlan", &[]).await.status(422);
        assert_eq!(app.given("aigerim").await, 20);
    }

    async fn a_provisional_account_gives_no_power(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.in_cabinet("aigerim").await;
        let page = app.visits(&mut browser, "/cabinet/powers/give").await;
        let user = app.user("aigerim").await.id;
        let set = app.db().tx("test", |tx| async move { users::record_provisional(&tx, user, true).await });
        set.await.map_err(|error: StorageError| error).unwrap();
        let until = typed(app.now().plus(days(1)));
        let form = page.form_of("confirm").with("iin", "790223300015").with("until", &until);
        let refused = browser.submit(&form).await;
        refused.status(422).expect("confirm");
        assert!(refused.body.contains("Your account is not confirmed yet, so it gives no power"), "{}", refused.body);
        assert_eq!(app.given("aigerim").await, 0);
        let early = app.visits(&mut browser, "/cabinet/powers/give").await;
        assert!(early.body.contains("Your account is not confirmed yet"), "{}", early.body);
    }
}
