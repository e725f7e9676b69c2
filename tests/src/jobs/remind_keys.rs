//! Reminders of keys that end (product C2): when, once, to whom, and to whom not.

use std::time::Duration;

use authority::certificates::{Certificate, StopReason};
use authority::identifiers::PhoneNumber;
use authority::ids::CertificateId;
use authority::time::{days, hours, seconds};
use authority::users::{LockReason, UserState};
use jobs::remind_keys;
use messaging::parts::Parts;
use storage::{StorageError, certificates, phones};
use testkit::pki::CertificateProfile;

use crate::harness::TestApp;
use crate::journeys::keys::ending_in;
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

impl TestApp {
    /// The person signs with a key that ends so long from now.
    async fn uses_key_ending_in(&self, login: &str, n: usize, left: u64) {
        let person = self.with_another_key(login, n, ending_in(left));
        self.signs_with(&mut self.browser(), &person).await.expect("code");
        self.delivers_messages().await;
    }

    /// How many messages a round makes, and how many of them leave now.
    async fn reminds(&self) -> (usize, usize) {
        let made = remind_keys(&self.state.provider, self.now()).await.unwrap();
        let before = self.sent_messages().await;
        self.delivers_messages().await;
        (made, self.sent_messages().await - before)
    }

    async fn after(&self, wait: Duration) -> (usize, usize) {
        self.advance(wait);
        self.reminds().await
    }
}

both_databases! {
    async fn a_person_is_reminded_once_at_each_of_the_days_and_not_a_second_before(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in(LOGIN, 0, 31).await;
        assert_eq!(app.reminds().await, (0, 0));
        assert_eq!(app.after(days(1) - seconds(1)).await, (0, 0));
        assert_eq!(app.after(seconds(1)).await, (1, 1), "30 days");
        assert_eq!(app.after(seconds(1)).await, (0, 0));
        assert_eq!(app.after(days(23) - seconds(2)).await, (0, 0));
        assert_eq!(app.after(seconds(1)).await, (1, 1), "7 days");
        assert_eq!(app.after(days(6) - seconds(1)).await, (0, 0));
        assert_eq!(app.after(seconds(1)).await, (1, 1), "1 day");
        assert_eq!(app.after(days(1)).await, (0, 0), "it has ended");
        assert_eq!(app.after(days(400)).await, (0, 0));
    }

    async fn two_nodes_and_a_restart_in_between_remind_once(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in(LOGIN, 0, 7).await;
        let other = app.another_node(db.another().await).await;
        let (now, here, there) = (app.now(), &app.state.provider, &other.state.provider);
        let (one, two) = tokio::join!(remind_keys(here, now), remind_keys(there, now));
        assert_eq!(one.unwrap() + two.unwrap(), 1);
        drop(other);
        let restarted = app.another_node(db.another().await).await;
        assert_eq!(restarted.reminds().await, (0, 1), "what was made leaves, once");
        assert_eq!(app.reminds().await, (0, 0));
    }

    /// So that a backlog is not told by the hour at which it was begun.
    async fn a_round_ends_after_a_hundred_and_the_next_goes_on(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in(LOGIN, 0, 7).await;
        let known = app.certificates(LOGIN).await.remove(0);
        for number in 0_u8..149 {
            let mut serial = known.serial.clone();
            serial.push(number);
            let id = CertificateId::mint(app.now(), &mut kiru::chance::chance());
            let copy = &Certificate { id, serial, ..known.clone() };
            db.tx("test", |tx| async move { certificates::record(&tx, copy).await }).await.unwrap();
        }
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(remind_keys(&app.state.provider, app.now()).await.unwrap());
        }
        assert_eq!(made, [100, 50, 0]);
    }

    async fn who_comes_late_is_told_once_of_the_nearest_days(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in(LOGIN, 0, 5).await;
        assert_eq!(app.reminds().await, (1, 1), "of the seven days, not of the thirty too");
        assert_eq!(app.after(days(4)).await, (1, 1));
    }

    async fn a_stopped_or_revoked_key_and_one_that_was_renewed_remind_nobody(db) {
        let app = TestApp::on(db).await;
        for (n, login, reason) in [(0, LOGIN, StopReason::Stopped), (1, "nurlan", StopReason::Revoked)] {
            app.uses_key_ending_in(login, n, 7).await;
            app.stops(login, reason).await;
            app.delivers_messages().await;
        }
        app.uses_key_ending_in("daniyar", 2, 7).await;
        app.signs_with(&mut app.browser(), &app.person("daniyar")).await;
        app.delivers_messages().await;
        assert_eq!(app.reminds().await, (0, 0));
        // The newer one is stopped: the older is what counts again.
        let sql = "UPDATE certificates SET refused_at = 1, refused_reason = 'stopped' WHERE not_after_at IN \
                   (SELECT MAX(not_after_at) FROM certificates)";
        db.tamper(&[sql]).await;
        assert_eq!(app.reminds().await, (1, 1));
    }

    async fn a_damaged_row_keeps_nobody_else_from_their_reminder_and_is_reported(db) {
        let app = TestApp::on(db).await;
        for (n, login, left) in [(0, LOGIN, 5), (1, "nurlan", 6), (2, "daniyar", 7)] {
            app.uses_key_ending_in(login, n, left).await;
        }
        // Theirs would be the first.
        let of_first = format!("WHERE users.id = (SELECT user_id FROM certificates WHERE not_after_at = {})",
            app.certificates(LOGIN).await[0].not_after.as_micros());
        db.tamper(&[&format!("UPDATE users SET subject = '' {of_first}")]).await;
        let failed = remind_keys(&app.state.provider, app.now()).await;
        assert!(matches!(failed, Err(StorageError::Inconsistent(_))), "{failed:?}");
        let before = app.sent_messages().await;
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await - before, 2);
        assert!(remind_keys(&app.state.provider, app.now()).await.is_err(), "until it is repaired");
        app.delivers_messages().await;
        assert_eq!(app.sent_messages().await - before, 2, "the others once");
    }

    async fn a_key_of_another_kind_that_lasts_longer_is_no_renewal(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in("gulnara", 0, 7).await;
        let own = app.with_another_key("gulnara", 1, |profile| CertificateProfile {
            extended_usage: testkit::pki::CertificateProfile::individual(vec![], profile.not_before, profile.not_after).extended_usage,
            ..profile
        });
        app.signs_with(&mut app.browser(), &own).await.expect("code");
        app.delivers_messages().await;
        assert_eq!(app.reminds().await, (1, 1), "the organisation's key ends all the same");
    }

    async fn who_is_locked_or_has_no_phone_is_reminded_when_that_is_over(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in(LOGIN, 0, 7).await;
        app.puts(LOGIN, UserState::Locked { reason: LockReason::Own, at: app.now() }).await;
        assert_eq!(app.reminds().await, (0, 0));
        app.puts(LOGIN, UserState::Active).await;
        db.tamper(&["UPDATE phones SET ended_at = 1"]).await;
        assert_eq!(app.reminds().await, (0, 0));
        db.tamper(&["UPDATE phones SET ended_at = NULL"]).await;
        assert_eq!(app.reminds().await, (1, 1));
        let phone = phones::find_live(app.db(), app.user(LOGIN).await.id, app.keyring()).await.unwrap().unwrap();
        assert_eq!(phone.number, PhoneNumber::parse("+77990000011").unwrap());
    }

    async fn nobody_is_woken_unless_the_key_ends_before_the_morning(db) {
        let app = TestApp::on(db).await;
        // It is 09:00; 30 days before the end it will be 22:00 or 20:59:59.
        app.uses_key_ending_in(LOGIN, 0, 31).await;
        assert_eq!(app.after(days(1) + hours(13)).await, (1, 0), "22:00");
        assert_eq!(app.after(hours(11) - seconds(1)).await, (0, 0), "08:59:59");
        assert_eq!(app.after(seconds(1)).await, (0, 1), "09:00");
        app.advance(hours(13));
        let short = app.with_another_key("nurlan", 1, |profile| CertificateProfile {
            not_after: profile.not_before.plus(days(1) + hours(10)),
            ..profile
        });
        app.signs_with(&mut app.browser(), &short).await.expect("code");
        app.delivers_messages().await;
        assert_eq!(app.reminds().await, (1, 1), "22:00, and it ends at 08:00");
    }

    async fn the_message_is_in_the_persons_language_and_of_at_most_two_parts(db) {
        let app = TestApp::on(db).await;
        for (n, (login, words)) in [(LOGIN, "ЭЦҚ кілтінің мерзімі бітеді: 03.12 09:00"), ("daniyar", "срок ключа ЭЦП истекает 03.12 09:00")].into_iter().enumerate() {
            app.uses_key_ending_in(login, n, 7).await;
            assert_eq!(app.reminds().await, (1, 1));
            let text = app.newest_sms().await;
            assert!(text.contains(words) && text.contains("pki.gov.kz"), "{text}");
            assert!(Parts::of(&text).count <= 2, "{text}");
        }
    }

    async fn what_was_made_is_forgotten_with_the_end_of_the_key(db) {
        let app = TestApp::on(db).await;
        app.uses_key_ending_in(LOGIN, 0, 1).await;
        assert_eq!(app.reminds().await, (1, 1));
        app.advance(days(1));
        assert!(!jobs::expire(app.db(), app.now()).await.unwrap().0.iter().any(|(table, _)| *table == "key_reminders"));
        app.advance(seconds(1));
        assert!(jobs::expire(app.db(), app.now()).await.unwrap().0.contains(&("key_reminders", 1)));
    }

    async fn nobody_is_reminded_where_the_list_is_empty(db) {
        let app = TestApp::configured(db, "key_reminders = []\n").await;
        app.uses_key_ending_in(LOGIN, 0, 1).await;
        assert_eq!(app.reminds().await, (0, 0));
    }
}
