//! The pages around a sign-in: help, languages, files, and what is not there.

use authority::locale::Locale;

use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn the_pages_of_the_footer_answer_in_three_languages(db) {
        let app = TestApp::on(db).await;
        for language in ["kk", "ru", "en"] {
            let mut browser = app.browser();
            language.clone_into(&mut browser.language);
            for path in ["/", "/help", "/privacy", "/accessibility", "/dev/components"] {
                let page = browser.get(path).await;
                page.status(200);
                assert!(page.body.contains(&format!("<html lang=\"{language}\">")), "{path} {language}");
            }
        }
    }

    /// Product B3 and C5: what to do when no message comes, also abroad, and how a key is kept.
    async fn the_help_page_teaches_in_three_languages(db) {
        let app = TestApp::on(db).await;
        for (language, roaming, factory_password) in [
            ("kk", "роумингті", "зауыттық құпиясөзін"),
            ("ru", "роуминг", "заводской пароль"),
            ("en", "roaming", "factory password"),
        ] {
            let mut browser = app.browser();
            language.clone_into(&mut browser.language);
            let page = browser.get("/help").await;
            for words in [roaming, factory_password, "1414", "pki.gov.kz", "NCALayer", "help@example.kz"] {
                assert!(page.body.contains(words), "{language}: {words}");
            }
        }
    }

    async fn the_language_switch_lasts_and_returns_to_its_page(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = browser.open(&app.diary().request(&[])).await;
        assert!(page.body.contains("<html lang=\"en\">"));
        let answer = browser.post("/language", &[("locale", "kk"), ("back", &page.asked)]).await;
        assert_eq!(answer.redirect(), page.asked);
        let page = browser.follow(answer).await;
        assert!(page.body.contains("<html lang=\"kk\">"));
        assert!(browser.get("/help").await.body.contains("<html lang=\"kk\">"));
    }

    async fn the_language_switch_leads_nowhere_else(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        for back in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""] {
            let answer = browser.post("/language", &[("locale", "ru"), ("back", back)]).await;
            assert_eq!(answer.redirect(), "/", "{back}");
        }
        let answer = browser.post("/language", &[("locale", "de"), ("back", "/help")]).await;
        assert_eq!(answer.redirect(), "/help");
        assert_eq!(browser.jar["__Host-kiru_locale"], "ru", "an unknown language changes nothing");
    }

    async fn the_language_a_client_asks_for_is_spoken(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = browser.open(&app.diary().request(&[("ui_locales", "de ru kk")])).await;
        assert!(page.body.contains("<html lang=\"ru\">"));
    }

    async fn files_are_served_by_their_content_only(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let page = browser.get("/help").await;
        let style = page.body.split("href=\"").find(|part| part.starts_with("/assets/")).unwrap();
        let style = style.split('"').next().unwrap();
        let file = browser.get(style).await;
        file.status(200);
        assert!(file.header("cache-control").contains("immutable"));
        for path in ["/assets/style.css", "/assets/..%2fCargo.toml", "/assets/", "/nothing", "/flow", "/flow/x"] {
            let page = browser.get(path).await;
            assert!(page.status.is_client_error(), "{path}: {}", page.status);
        }
    }

    async fn a_method_that_nobody_answers_is_refused(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        browser.post("/help", &[]).await.status(405);
        browser.get("/language").await.status(405);
    }

    async fn the_language_of_a_sign_in_is_saved_to_the_account_after_both_stages(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[("ui_locales", "kk")])).await;
        assert!(choose.body.contains("lang=\"kk\""), "{}", choose.body);
        let answer = browser.post("/language", &[("locale", "ru"), ("back", &choose.asked)]).await;
        let choose = browser.follow(answer).await;
        let sms = app.signs_in_with_eds(&mut browser, &choose, &app.person("aigerim")).await;
        let device = app.types_the_code(&mut browser, &sms).await;
        assert_eq!(app.user("aigerim").await.locale, Some(Locale::Kk), "as the operator wrote it");
        app.binds(&mut browser, &device).await.expect("allow");
        assert_eq!(app.user("aigerim").await.locale, Some(Locale::Ru));
    }
}
