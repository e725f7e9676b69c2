//! People whom nobody knew, and people who are gone.

use authority::time::Timestamp;
use storage::{StorageError, identifiers};
use testkit::cms::{CmsRecipe, armour};
use testkit::people::DemoPerson;
use testkit::pki::SigningKey;

use crate::harness::{Page, TestApp};
use crate::storage::both_databases;

/// Somebody with an own key and certificate, but in no file.
pub(super) struct Newcomer {
    key: SigningKey,
    certificate: Vec<u8>,
}

impl Newcomer {
    pub(super) fn with_number(app: &TestApp, iin: &'static str) -> Self {
        let person = DemoPerson {
            iin,
            ..*DemoPerson::find("aigerim").unwrap()
        };
        let key = SigningKey::generate().unwrap();
        let certificate = app
            .keys
            .centre
            .nca()
            .issue(&person.certificate_profile(app.now()), &key)
            .unwrap();
        Self { key, certificate }
    }

    fn signs(&self, challenge: &str, at: Timestamp) -> String {
        armour(
            &CmsRecipe::honest(&self.key, &self.certificate, challenge.as_bytes(), at)
                .sign()
                .unwrap(),
        )
    }
}

pub(super) async fn signs_in(app: &TestApp, newcomer: &Newcomer) -> Page {
    let mut browser = app.browser();
    let choose = browser.open(&app.diary().request(&[])).await;
    let page = browser.press(&choose, "eds").await;
    let signature = newcomer.signs(&page.data_challenge(), app.now());
    let answer = browser
        .submit(&page.form("eds-form").with("signature", &signature))
        .await;
    browser.follow(answer).await
}

both_databases! {
    async fn a_person_nobody_knew_is_recorded_once_and_has_no_second_stage_yet(db) {
        let app = TestApp::on(db).await;
        let newcomer = Newcomer::with_number(&app, "850712400013");
        for _ in 0..2 {
            let page = signs_in(&app, &newcomer).await;
            page.status(200);
            assert!(!page.has("code"));
            assert!(page.body.contains("help@example.kz"));
        }
        assert_eq!(app.sent_messages().await, 0);
        let user = app.user_with_number("850712400013").await.unwrap();
        assert!(user.provisional, "no known contact has confirmed it");
        let events = storage::audit::list_for_user(db, user.id, 100).await.unwrap();
        let mut words: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
        words.sort_unstable();
        assert_eq!(words, ["certificate_recorded", "first_stage_passed", "first_stage_passed", "user_created"]);
    }

    async fn a_person_nobody_knew_is_recorded_once_by_two_nodes_at_once(db) {
        let app = TestApp::on(db).await;
        let node = app.another_node(db.another().await).await;
        let newcomer = Newcomer::with_number(&app, "850712400013");
        let (left, right) = tokio::join!(signs_in(&app, &newcomer), signs_in(&node, &newcomer));
        left.status(200);
        right.status(200);
        let user = app.user_with_number("850712400013").await.unwrap();
        let events = storage::audit::list_for_user(db, user.id, 100).await.unwrap();
        let made = events.iter().filter(|event| event.kind.as_str() == "user_created").count();
        assert_eq!(made, 1);
    }

    async fn a_person_who_is_gone_looks_like_one_without_a_phone_and_nobody_inherits(db) {
        let app = TestApp::on(db).await;
        let (user, now) = (app.user("daniyar").await.id, app.now());
        let buried = db.tx("test", |tx| async move { identifiers::record_tombstones(&tx, user, now).await });
        let buried: Result<u64, StorageError> = buried.await;
        assert!(buried.unwrap() > 0);
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        let gone = app.signs_in_with_eds(&mut browser, &choose, &app.person("daniyar")).await;
        let choose = browser.open(&app.diary().request(&[])).await;
        let phoneless = app.signs_in_with_eds(&mut browser, &choose, &app.person("saule")).await;
        gone.status(200);
        let heading = |page: &Page| page.body.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap().to_owned();
        assert_eq!(heading(&gone), heading(&phoneless));
        assert_eq!(app.sent_messages().await, 0);
        assert!(app.user_with_number(DemoPerson::find("daniyar").unwrap().iin).await.is_none());
    }
}
