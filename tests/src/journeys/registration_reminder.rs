//! The message that R2 offers: it leaves when the hours begin, once, and to the phone of the account only.

use authority::time::{Timestamp, hours, minutes};
use kiru::operators::{Reason, people};
use storage::{StorageError, phones};

use super::registration_steps::just_before;
use crate::harness::{Browser, Page, START, TestApp};
use crate::storage::both_databases;

/// R2, at 18:00 of the first day, with the instant of the next opening.
async fn too_late(app: &TestApp, login: &str) -> (Browser, Page, Timestamp) {
    app.bound_browser(login).await;
    let closes = START.plus(hours(9));
    app.goes_to(closes);
    let mut new = app.browser();
    let elsewhere = app.arrives_elsewhere(&mut new, login).await;
    let refused = new.press(&elsewhere, "register").await;
    assert_eq!(refused.marker(), "registration_window_closed");
    (new, refused, closes.plus(hours(15)))
}

both_databases! {
    async fn a_reminder_leaves_when_the_hours_begin_and_once(db) {
        let app = TestApp::on(db).await;
        let (mut new, refused, opens_at) = too_late(&app, "aigerim").await;
        app.delivers_messages().await;
        let before = app.sent_messages().await;
        assert!(!refused.has("reminded"), "nobody asked yet");
        for _ in 0..2 {
            let asked = new.press(&refused, "remind").await;
            asked.status(403).expect("reminded");
            assert_eq!(asked.marker(), "registration_window_closed");
            assert!(!asked.has("remind"), "it is asked for once");
        }
        app.goes_to(just_before(opens_at));
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before, "not before the hours begin");
        app.goes_to(opens_at);
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before + 1);
        let text = app.newest_sms().await;
        assert!(text.contains("18:00") && !text.contains("/stop"), "{text}");
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before + 1, "it leaves once");
    }

    async fn a_reminder_that_could_not_leave_all_day_is_worth_nothing(db) {
        let app = TestApp::on(db).await;
        let (mut new, refused, opens_at) = too_late(&app, "aigerim").await;
        app.delivers_messages().await;
        let before = app.sent_messages().await;
        new.press(&refused, "remind").await.expect("reminded");
        app.goes_to(opens_at.plus(hours(9)));
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before);
    }

    async fn a_phone_that_was_ended_is_not_reminded(db) {
        let app = TestApp::on(db).await;
        let (mut new, refused, opens_at) = too_late(&app, "aigerim").await;
        app.delivers_messages().await;
        let before = app.sent_messages().await;
        new.press(&refused, "remind").await.expect("reminded");
        let (user, now) = (app.user("aigerim").await.id, app.now());
        let end = app.db().tx("end", |tx| async move { phones::end(&tx, user, now).await });
        end.await.map_err(|error: StorageError| error).unwrap();
        let again = new.press(&refused, "remind").await;
        assert!(!again.has("remind") && !again.has("reminded"), "without a phone none is offered");
        app.goes_to(opens_at);
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, before);
    }

    async fn nobody_is_reminded_of_what_is_done_or_no_more_possible(db) {
        let app = TestApp::on(db).await;
        let (mut new, refused, opens_at) = too_late(&app, "aigerim").await;
        new.press(&refused, "remind").await.expect("reminded");
        let (office, user) = (app.office(), app.user("aigerim").await.id);
        let reason = Reason::parse("a test").unwrap();
        people::lock(&office, user, &reason).await.unwrap().unwrap();
        app.delivers_messages().await;
        let sent = app.sent_messages().await;
        app.goes_to(just_before(opens_at.minus(hours(14))));
        people::unlock(&office, user, &reason).await.unwrap().unwrap();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        let again = new.press(&elsewhere, "register").await;
        app.delivers_messages().await;
        let sent = app.sent_messages().await.max(sent);
        app.goes_to(opens_at);
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, sent, "what was asked for before the lock is gone");
        assert!(again.has("remind") && !again.has("reminded"), "and may be asked for again");
    }

    async fn inside_the_hours_or_for_another_reason_nobody_is_reminded(db) {
        let app = TestApp::on(db).await;
        let (mut new, _, opens_at) = too_late(&app, "aigerim").await;
        app.goes_to(opens_at);
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        let mut form = elsewhere.form_of("register");
        form.action = format!("{}/reminder", form.action);
        let led_back = new.submit(&form).await;
        new.follow(led_back).await.expect("register");
        app.advance(minutes(11));
        app.registers(&mut app.browser(), "aigerim").await.status(200);
        assert_eq!(new.submit(&form).await.marker(), "only_newest_device");
        app.delivers_messages().await;
        let sent = app.sent_messages().await;
        app.goes_to(opens_at.plus(hours(24)));
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await, sent);
    }
}
