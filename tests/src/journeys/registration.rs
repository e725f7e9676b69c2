//! Registering a new device (product A3 to A6): the whole way, its clocks, its proofs, and what it ends.

use authority::policy::PolicyKey;
use authority::time::{days, hours, minutes};
use authority::users::UserState;
use aws_lc_rs::digest;
use storage::{StorageError, consent_texts, devices, registrations, users};

use super::registration_steps::just_before;
use super::steps::flow_path;
use crate::harness::{DeviceKey, TestApp};
use crate::storage::both_databases;

both_databases! {
    async fn the_new_device_is_registered_and_everything_else_ends(db) {
        let app = TestApp::on(db).await;
        let (diary, mut old) = (app.diary(), app.browser());
        let back = app.first_sign_in(&mut old, "aigerim", &diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")])).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let (refresh, access) = (tokens.text("refresh_token").to_owned(), tokens.text("access_token").to_owned());
        let before = app.user("aigerim").await;

        app.advance(minutes(2));
        // What the old device has under way: a code that nobody redeemed yet, and a page that asks for consent.
        let known = app.comes_back(&mut old, &diary.request(&[])).await;
        let consent = old.press(&known, "continue").await;
        let unredeemed = diary.code(app.allows_once(&mut old, &consent).await.redirect());
        let known = app.comes_back(&mut old, &diary.request(&[])).await;
        let under_way = old.press(&known, "continue").await;
        let allow = under_way.expect("allow").form_of("allow");

        let mut new = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        assert_eq!(elsewhere.marker(), "bound_elsewhere");
        let picture = app.wants_registration(&mut new, &elsewhere).await;
        picture.status(200).expect("new-picture").expect("listen").expect("eds");
        let notice = app.reads_the_picture(&mut new, &picture, "aigerim").await;
        notice.status(200).expect("agree").expect("decline");
        assert!(notice.body.contains("Yes, I agree, please register the device"), "{}", notice.body);
        // Until here nothing has changed.
        assert_eq!(diary.userinfo(&access).await.status, 200);

        let done = app.agrees(&mut new, &notice).await;
        done.status(200);
        assert!(done.body.contains("Device successfully registered!"), "{}", done.body);
        let after = app.user("aigerim").await;
        assert_eq!(after.epoch, before.epoch + 1);
        let live = devices::list_live_for_user(app.db(), after.id).await.unwrap();
        assert_eq!(live.len(), 1);
        let exclusive = after.exclusive.unwrap();
        assert_eq!((exclusive.device_id, exclusive.until), (live[0].id, app.now().plus(hours(48))));

        // No time has passed: what was under way ends with the registration, and with nothing else.
        assert_eq!(diary.redeems(&unredeemed).await.summary(), "400 invalid_grant");
        let allowed = old.submit(&allow).await;
        assert!(allowed.location().is_none_or(|to| !to.contains("code=")), "{:?}", allowed.location());
        old.follow(allowed).await.expect("eds");

        // The new device goes on to the diary; the old one has nothing left.
        let consent = new.open(&done.asked.replace("/registration", "/consent")).await;
        let back = app.allows_once(&mut new, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        assert_eq!(tokens.status, 200);
        assert_eq!(diary.userinfo(&access).await.status, 401);
        assert_eq!(diary.refreshes(&refresh).await.summary(), "400 invalid_grant");
        let page = old.open(&diary.request(&[])).await;
        page.expect("eds");
        app.advance(minutes(9));
        let refused = app.both_stages(&mut old, "aigerim", &diary.request(&[])).await;
        refused.status(403);
        assert_eq!(refused.marker(), "only_newest_device");
        assert!(!refused.has("register"));

        let trace = app.trace("aigerim").await;
        for event in ["registration_started", "picture_passed picture", "other_device_refused exclusive"] {
            assert!(trace.contains(&event.to_owned()), "{event}: {trace:?}");
        }
        assert!(trace.iter().any(|event| event.starts_with("device_registered")), "{trace:?}");
    }

    async fn the_agreed_text_is_kept_under_its_hash(db) {
        let app = TestApp::on(db).await;
        let (mut new, notice) = app.at_the_notice("aigerim").await;
        let open = registrations::find_open(app.db(), app.user("aigerim").await.id).await.unwrap().unwrap();
        assert_eq!(registrations::find_consent(app.db(), open.id).await.unwrap(), None, "nothing is agreed to yet");
        app.agrees(&mut new, &notice).await.status(200);
        let hash = registrations::find_consent(app.db(), open.id).await.unwrap().unwrap();
        let text = consent_texts::find(app.db(), &hash).await.unwrap().unwrap();
        assert!(text.contains("Yes, I agree, please register the device"), "{text}");
        assert_eq!(digest::digest(&digest::SHA256, text.as_bytes()).as_ref(), hash);
        let shown = notice.form_of("agree").fields.into_iter().find(|(name, _)| name == "notice").unwrap().1;
        assert_eq!(shown, storage::audit::hex(&hash), "what was shown is what is kept");
    }

    async fn the_message_tells_of_the_device_and_carries_a_stop_code(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser("aigerim").await;
        app.registers(&mut new, "aigerim").await.status(200);
        app.delivers_messages().await;
        let text = app.newest_sms().await;
        assert!(text.contains("Chrome, Windows"), "{text}");
        assert!(text.contains("/stop"), "{text}");
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        assert!(digits.len() >= 16, "{text}");
    }

    async fn outside_the_hours_nothing_begins_and_nothing_commits(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        let closes = crate::harness::START.plus(hours(9));
        // The last microsecond of the day is inside; the registration is not committed in it.
        app.goes_to(closes.minus(minutes(1)));
        let mut new = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        app.goes_to(just_before(closes));
        let picture = app.wants_registration(&mut new, &elsewhere).await;
        picture.status(200);
        let notice = app.reads_the_picture(&mut new, &picture, "aigerim").await;
        let form = app.agreement(&mut new, &notice);
        app.goes_to(closes);
        let answer = new.submit(&form).await;
        answer.status(403);
        assert_eq!(answer.marker(), "registration_window_closed");
        assert!(answer.body.contains("09:00") && answer.body.contains("18:00"), "{}", answer.body);
        assert!(app.exclusivity("aigerim").await.is_none());
        assert!(!new.jar.contains_key("__Host-kiru_session"));
        let other = new.press(&elsewhere, "register").await;
        assert_eq!(other.marker(), "registration_window_closed");
        assert!(app.trace("aigerim").await.contains(&"registration_refused R_WINDOW".to_owned()));
        // At nine the next morning it begins.
        app.goes_to(just_before(closes.plus(hours(15))));
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        assert_eq!(new.press(&elsewhere, "register").await.marker(), "registration_window_closed");
        app.goes_to(closes.plus(hours(15)));
        new.press(&elsewhere, "register").await.status(200).expect("new-picture");
    }

    async fn for_forty_eight_hours_no_other_device_acts_or_is_registered(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser("aigerim").await;
        app.registers(&mut new, "aigerim").await.status(200);
        let until = app.exclusivity("aigerim").await.unwrap().until;
        let mut third = app.browser();
        app.goes_to(until.minus(minutes(2)));
        let page = app.both_stages(&mut third, "aigerim", &app.diary().request(&[])).await;
        page.status(403);
        assert_eq!(page.marker(), "only_newest_device");
        app.goes_to(just_before(until));
        let path = format!("{}/device", flow_path(&page));
        assert_eq!(third.open(&path).await.marker(), "only_newest_device");
        // Whoever posts past the page is refused as well.
        let csrf = page.form_of("cancel").fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
        let begin = format!("{}/registration", flow_path(&page));
        let answer = third.post(&begin, &[("csrf", &csrf)]).await;
        assert_eq!(answer.marker(), "only_newest_device");
        app.goes_to(until);
        let elsewhere = third.open(&path).await;
        assert_eq!(elsewhere.marker(), "bound_elsewhere");
        third.press(&elsewhere, "register").await.status(200).expect("new-picture");
    }

    async fn no_proof_can_be_left_out_or_altered(db) {
        let app = TestApp::on(db).await;
        let (mut new, notice) = app.at_the_notice("aigerim").await;
        let untouched = || async {
            assert!(app.exclusivity("aigerim").await.is_none());
            assert_eq!(devices::list_live_for_user(app.db(), app.user("aigerim").await.id).await.unwrap().len(), 1);
        };
        let key = DeviceKey::generate();
        let right = notice.form_of("agree").with("public_key", &key.public_jwk()).with("proof", &key.sign(&app.proof(&notice)));
        // Another text, a text shown long ago or one of the future.
        for (field, value) in [("notice", "00"), ("shown_at", "0"), ("shown_at", "99999999999")] {
            let answer = new.submit(&right.clone().with(field, value)).await;
            assert!(answer.redirect().ends_with("/registration"), "{field}");
            untouched().await;
        }
        // A picture asked for anew takes the proof back.
        let another = new.post(&format!("{}/registration/picture", flow_path(&notice)), &[("csrf", &csrf_of(&notice))]).await;
        let page = new.follow(another).await;
        page.expect("new-picture");
        let answer = new.submit(&right).await;
        assert!(answer.redirect().ends_with("/registration"));
        untouched().await;
        // Another key than the one posted.
        let notice = app.reads_the_picture(&mut new, &page, "aigerim").await;
        let other = DeviceKey::generate();
        let forged = notice.form_of("agree").with("public_key", &other.public_jwk()).with("proof", &key.sign(&app.proof(&notice)));
        let answer = new.submit(&forged).await;
        assert!(answer.redirect().ends_with("/device"), "{}", answer.redirect());
        untouched().await;
        // Nothing has changed: the account is bound to the other device still, and this one may be registered.
        let elsewhere = new.follow(answer).await;
        elsewhere.status(403).expect("register");
        assert_eq!(elsewhere.marker(), "bound_elsewhere");
        assert!(!new.jar.contains_key("__Host-kiru_session"));
    }

    async fn declining_leaves_everything_as_it_is(db) {
        let app = TestApp::on(db).await;
        let mut old = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut new = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        let picture = app.wants_registration(&mut new, &elsewhere).await;
        let notice = app.reads_the_picture(&mut new, &picture, "aigerim").await;
        let back = new.press(&notice, "decline").await;
        assert_eq!(back.marker(), "bound_elsewhere");
        let form = app.agreement(&mut new, &notice);
        let late = new.submit(&form).await;
        assert!(late.redirect().ends_with("/device"), "{:?}", late.location());
        assert!(app.exclusivity("aigerim").await.is_none());
        assert!(app.trace("aigerim").await.contains(&"registration_declined".to_owned()));
        app.advance(minutes(11));
        let page = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
        app.proves(&mut old, &page).await.expect("allow");
    }

    async fn a_provisional_account_registers_nothing(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        let user = app.user("aigerim").await.id;
        app.db().tx("test", |tx| async move { users::record_provisional(&tx, user, true).await }).await.map_err(|error: StorageError| error).unwrap();
        app.advance(minutes(11));
        let mut new = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        let answer = new.press(&elsewhere, "register").await;
        answer.status(403);
        assert!(app.trace("aigerim").await.contains(&"registration_refused R_PROVISIONAL".to_owned()));
    }

    async fn a_locked_account_registers_nothing(db) {
        let app = TestApp::on(db).await;
        let (mut new, notice) = app.at_the_notice("aigerim").await;
        let form = app.agreement(&mut new, &notice);
        app.puts("aigerim", UserState::Locked { reason: authority::users::LockReason::Administrator, at: app.now() }).await;
        let answer = new.submit(&form).await;
        let page = new.follow(answer).await;
        assert_eq!(page.marker(), "locked_administrator");
        assert!(app.exclusivity("aigerim").await.is_none());
    }

    async fn two_devices_are_allowed_where_the_rule_says_so_and_only_the_newest_acts_at_first(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::DevicesPerAccount, "2").await;
        app.sets(PolicyKey::ExclusiveFor, "PT2H").await;
        let mut old = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut new = app.browser();
        app.registers(&mut new, "aigerim").await.status(200);
        let user = app.user("aigerim").await.id;
        assert_eq!(devices::list_live_for_user(app.db(), user).await.unwrap().len(), 2);
        app.advance(minutes(11));
        let refused = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
        assert_eq!(refused.marker(), "only_newest_device");
        app.advance(hours(2));
        let page = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
        app.proves(&mut old, &page).await.expect("allow");
    }

    async fn the_number_of_registrations_in_a_month_can_be_limited(db) {
        let app = TestApp::on(db).await;
        app.sets(PolicyKey::PerMonth, "1").await;
        app.sets(PolicyKey::ExclusiveFor, "PT0S").await;
        let mut new = app.new_browser("aigerim").await;
        app.registers(&mut new, "aigerim").await.status(200);
        let registered_at = app.now();
        app.advance(minutes(11));
        let mut third = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut third, "aigerim").await;
        third.press(&elsewhere, "register").await.status(403);
        assert!(app.trace("aigerim").await.contains(&"registration_refused R_TOO_MANY".to_owned()));
        app.goes_to(registered_at.plus(days(30)));
        let elsewhere = app.arrives_elsewhere(&mut third, "aigerim").await;
        third.press(&elsewhere, "register").await.status(200);
    }

    /// Security rule DB-11: whoever changed the phone a moment ago does not move the account with it.
    async fn a_phone_that_was_linked_recently_registers_nothing_until_it_has_rested(db) {
        let app = TestApp::on(db).await;
        let linked_at = app.now();
        app.sets(PolicyKey::PhoneRest, "PT3H").await;
        let mut new = app.new_browser("aigerim").await;
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        let refused = new.press(&elsewhere, "register").await;
        refused.status(403);
        assert_eq!(refused.marker(), "registration_not_now");
        assert!(refused.body.contains("12:00"), "when it is possible: {}", refused.body);
        assert!(app.trace("aigerim").await.contains(&"registration_refused R_PHONE_NEW".to_owned()));
        app.goes_to(linked_at.plus(hours(3)).minus(minutes(1)));
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        app.goes_to(just_before(linked_at.plus(hours(3))));
        new.press(&elsewhere, "register").await.status(403);
        app.goes_to(linked_at.plus(hours(3)));
        new.press(&elsewhere, "register").await.status(200).expect("new-picture");
    }

    async fn the_new_device_gets_the_name_that_its_person_gives_it(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser("aigerim").await;
        let done = app.registers(&mut new, "aigerim").await;
        let named = new.submit(&done.form_of("rename").with("name", " Ас үй <b> ")).await;
        named.status(200);
        let live = devices::list_live_for_user(app.db(), app.user("aigerim").await.id).await.unwrap();
        assert_eq!(live[0].name, "Ас үй b");
        new.submit(&done.form_of("rename").with("name", " <> ")).await;
        let live = devices::list_live_for_user(app.db(), app.user("aigerim").await.id).await.unwrap();
        assert_eq!(live[0].name, "Ас үй b");
        // Nobody else sees the page.
        let mut stranger = app.browser();
        stranger.open(&done.asked).await.status(400);
        assert_eq!(registrations::list_committed(app.db(), app.user("aigerim").await.id, crate::harness::START).await.unwrap().len(), 1);
    }
}

fn csrf_of(page: &crate::harness::Page) -> String {
    let fields = page.form_of("cancel").fields;
    fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1
}
