//! What messages about changes say, and in which language: that of the page on which the change was made.

use authority::locale::Locale;
use authority::policy::PolicyKey;
use kiru::operators::Reason;
use kiru::operators::exclusivity::{Approval, Signatory, end_early};

use crate::harness::TestApp;
use crate::operators::administrator;
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

both_databases! {
    async fn the_first_device_is_told_of_in_the_language_of_its_page(db) {
        let app = TestApp::on(db).await;
        for (language, words) in [("ru", "зарегистрировано новое устройство"), ("en", "a new device was registered")] {
            let login = if language == "ru" { LOGIN } else { "nurlan" };
            let mut browser = app.browser();
            language.clone_into(&mut browser.language);
            app.first_sign_in(&mut browser, login, &app.diary().request(&[("ui_locales", language)])).await;
            app.delivers_messages().await;
            let text = app.newest_sms().await;
            assert!(text.contains(words), "{language}: {text}");
        }
        assert_eq!(app.user(LOGIN).await.locale, Some(Locale::Ru));
    }

    async fn a_registered_device_is_told_of_in_the_language_of_its_page(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser(LOGIN).await;
        "en".clone_into(&mut new.language);
        new.jar.insert("__Host-kiru_locale".to_owned(), "en".to_owned());
        let elsewhere = app.both_stages(&mut new, LOGIN, &app.diary().request(&[("ui_locales", "en")])).await;
        let picture = app.wants_registration(&mut new, &elsewhere).await;
        let notice = app.reads_the_picture(&mut new, &picture, LOGIN).await;
        app.agrees(&mut new, &notice).await.status(200);
        app.delivers_messages().await;
        let text = app.newest_sms().await;
        assert!(text.contains("a new device was registered"), "{text}");
        assert_eq!(app.user(LOGIN).await.locale, Some(Locale::En));
    }

    async fn the_end_of_the_48_hours_is_not_told_as_the_end_of_the_device(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser(LOGIN).await;
        app.registers(&mut new, LOGIN).await.status(200);
        let (office, user) = (app.office(), app.user(LOGIN).await.id);
        let reason = Reason::parse("a lost phone").unwrap();
        let mut last = None;
        for name in ["asel", "dana"] {
            let (named, key) = administrator(&office, name).await;
            let by = Signatory { administrator: &named, key: &key };
            last = Some(end_early(&office, user, by, &reason).await.unwrap());
        }
        assert_eq!(last, Some(Approval::Ended));
        app.delivers_messages().await;
        let text = app.newest_sms().await;
        assert!(text.contains("the operator ended the one-device limit") && text.contains("/stop"), "{text}");
    }

    async fn without_hours_for_one_device_no_page_speaks_of_any(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::ExclusiveFor, "PT0S").await;
        let (mut new, notice) = app.at_the_notice(LOGIN).await;
        assert!(!notice.body.contains("now-box"), "{}", notice.body);
        let done = app.agrees(&mut new, &notice).await;
        done.status(200).expect("rename");
        assert_eq!(done.body.matches("<time").count(), 0, "{}", done.body);
    }
}
