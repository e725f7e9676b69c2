//! Sign-out at the provider ends the session and what was issued in it.

use super::steps::error;
use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn signing_out_ends_the_session_and_its_tokens_but_not_the_device(db) {
        let app = TestApp::on(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let back = app.first_sign_in(&mut browser, "aigerim", &diary.request(&[])).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let access_token = tokens.text("access_token").to_owned();
        assert_eq!(diary.userinfo(&access_token).await.status, 200);
        let session = browser.jar["__Host-kiru_session"].clone();
        let question = browser.open("/logout").await;
        question.status(200).expect("confirm");
        let out = browser.press(&question, "confirm").await;
        out.status(200).expect("signed-out");
        assert!(!browser.jar.contains_key("__Host-kiru_session"));
        assert!(browser.jar.keys().any(|name| name.starts_with("__Host-kiru_device_")));
        assert_eq!(diary.userinfo(&access_token).await.status, 401);
        // The old cookie, kept by somebody, is worth nothing.
        browser.jar.insert("__Host-kiru_session".to_owned(), session);
        let silent = browser.open(&diary.request(&[("prompt", "none")])).await;
        assert_eq!(error(&diary, &silent), "login_required");
        assert!(app.trace("aigerim").await.contains(&"signed_out".to_owned()));
    }
}
