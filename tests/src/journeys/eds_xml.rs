//! The first stage by a signed XML document (CE-17): a second format of the same proof, when the configuration accepts it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use testkit::xml::{XmlLayout, XmlRecipe};

use super::eds::{answers, eds_page};
use crate::harness::{Page, TestApp};
use crate::storage::both_databases;

const ON: &str = "[eds]\nxml = true\n";

/// The document that the page offers.
fn document(page: &Page) -> String {
    String::from_utf8(STANDARD.decode(page.data("document")).unwrap()).unwrap()
}

fn signs(app: &TestApp, login: &str, document: &str, layout: XmlLayout) -> String {
    let person = app.person(login);
    let key = person.key();
    XmlRecipe::honest(&key.key, &key.certificate, document, layout)
        .sign()
        .unwrap()
}

/// What the page says was wrong.
fn summary(page: &Page) -> &str {
    let (_, rest) = page.body.split_once("class=\"summary\"").unwrap();
    rest.split_once("</div>").unwrap().0
}

both_databases! {
    async fn a_signed_document_opens_the_second_stage_when_it_is_switched_on(db) {
        let app = TestApp::configured(db, ON).await;
        for (login, layout) in [("aigerim", XmlLayout::Compact), ("nurlan", XmlLayout::Santuario)] {
            let mut browser = app.browser();
            let page = eds_page(&app, &mut browser).await;
            let document = document(&page);
            assert!(document.starts_with("<challenge><host>id.example.kz</host>"), "{document}");
            assert!(document.contains("<service>The diary</service>"), "{document}");
            // A form field ends its lines with carriage return and line feed.
            let signed = signs(&app, login, &document, layout).replace('\n', "\r\n");
            answers(&mut browser, &page, &signed).await.status(200).expect("code").expect("cancel");
            assert!(app.trace(login).await.contains(&"first_stage_passed".to_owned()), "{login}");
        }
        assert_eq!(app.sent_messages().await, 2);
    }

    async fn switched_on_a_cms_signature_opens_it_too(db) {
        let app = TestApp::configured(db, ON).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        answers(&mut browser, &page, &app.person("aigerim").signs(&page.data_challenge())).await.expect("code");
    }

    async fn switched_off_it_is_refused_and_the_page_offers_no_document(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        assert!(!page.body.contains("data-document"));
        let document = federation::eds::challenge_document(&page.data_challenge()).unwrap();
        let answer = answers(&mut browser, &page, &signs(&app, "aigerim", &document, XmlLayout::Compact)).await;
        answer.status(422).expect("eds-form");
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn a_document_of_another_flow_is_refused_and_the_first_try_consumes_the_challenge(db) {
        let app = TestApp::configured(db, ON).await;
        let (mut browser, mut other) = (app.browser(), app.browser());
        let page = eds_page(&app, &mut browser).await;
        let stolen = document(&eds_page(&app, &mut other).await);
        let right = signs(&app, "aigerim", &document(&page), XmlLayout::Compact);
        let again = answers(&mut browser, &page, &signs(&app, "aigerim", &stolen, XmlLayout::Compact)).await;
        again.status(422).expect("eds-form");
        assert_ne!(document(&again), document(&page), "a new challenge");
        answers(&mut browser, &page, &right).await.status(422);
        assert_eq!(app.sent_messages().await, 0);
    }

    async fn a_wrapped_document_is_refused_like_anything_before_the_signature(db) {
        let app = TestApp::configured(db, ON).await;
        let mut browser = app.browser();
        let page = eds_page(&app, &mut browser).await;
        let signed = signs(&app, "aigerim", &document(&page), XmlLayout::Compact);
        let wrapped = answers(&mut browser, &page, &format!("<x>{signed}</x>")).await;
        wrapped.status(422).expect("eds-form");
        let malformed = answers(&mut browser, &wrapped, "bm90IGEgc2lnbmF0dXJl").await;
        malformed.status(422).expect("eds-form");
        assert_eq!(summary(&wrapped), summary(&malformed), "one message for both (CE-15)");
        assert_eq!(app.sent_messages().await, 0);
    }
}
