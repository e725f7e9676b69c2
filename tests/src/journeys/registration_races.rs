//! A registration against everything that may happen at the same moment on another node: one outcome, the loser is told and
//! gets no session (security rules DB-5, DB-8 to DB-10, DB-13, AC-4).

use std::time::Duration;

use authority::stop_codes::{STOP_CODE_TTL, StopCode, StopDigits};
use authority::time::{hours, minutes, seconds};
use authority::users::{LockReason, UserState};
use kiru::chance::chance;
use storage::{StorageError, devices, sessions, stop_codes, users};

use super::steps::flow_path;
use crate::harness::{Browser, Form, START, TestApp};
use crate::storage::holder::{Holder, both_wait};
use crate::storage::{TestDatabase, both_databases};

impl TestApp {
    /// A new browser in front of the notice, with what agreeing posts.
    async fn before_consent(&self, browser: &mut Browser) -> Form {
        let elsewhere = self.arrives_elsewhere(browser, "aigerim").await;
        let picture = self.wants_registration(browser, &elsewhere).await;
        let notice = self.reads_the_picture(browser, &picture, "aigerim").await;
        self.agreement(browser, &notice)
    }

    /// How many sessions of the person count.
    pub(crate) async fn live_sessions(&self) -> u64 {
        let (user, moment) = (self.user("aigerim").await.id, storage::Moment::as_given(self.now()));
        sessions::count_live(self.db(), user, moment).await.unwrap()
    }

    async fn live_devices(&self) -> usize {
        let user = self.user("aigerim").await.id;
        devices::list_live_for_user(self.db(), user).await.unwrap().len()
    }

    /// How many devices were registered.
    async fn registered(&self) -> usize {
        let trace = self.trace("aigerim").await;
        trace
            .iter()
            .filter(|event| event.starts_with("device_registered"))
            .count()
    }
}

fn is_signed_in(browser: &Browser) -> bool {
    browser.jar.contains_key("__Host-kiru_session")
}

/// Who of two asks for the person's row first. PostgreSQL gives it in that order, SQLite in any.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Commit,
    SignIn,
}

/// The proof of the old device at one node and the commit at the other have both read what was true before, and wait for
/// the person's row.
async fn commit_against_sign_in(db: &TestDatabase, first: First) {
    let app = TestApp::on(db).await;
    let old = app.bound_browser("aigerim").await;
    app.advance(minutes(11));
    let node = app.another_node(db.another().await).await;
    let (mut new, mut old) = (app.browser(), old.at(node.router.clone()));
    let page = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
    assert_eq!(page.data("purpose"), "sign_in");
    app.advance(seconds(61));
    let form = app.before_consent(&mut new).await;
    let proof = page
        .form_of("continue")
        .with("proof", &old.keys[&page.data("device-id")].sign(&app.proof(&page)));
    let other = db.another().await;
    let holder = Holder::takes(other.clone(), app.user("aigerim").await.id).await;
    let commits = async move { (new.submit(&form).await, new) };
    let proves = async move { (old.submit(&proof).await, old) };
    let ((registered, new), (answer, mut old)) = match first {
        First::Commit => both_wait(holder, commits, proves).await,
        First::SignIn => {
            let (proven, committed) = both_wait(holder, proves, commits).await;
            (committed, proven)
        }
    };
    // Whoever was faster, the registration holds, and the one session is that of the new device.
    registered.status(303);
    assert!(is_signed_in(&new));
    assert_eq!(
        (
            app.registered().await,
            app.live_devices().await,
            app.live_sessions().await
        ),
        (1, 1, 1)
    );
    if is_signed_in(&old) {
        // The sign-in was faster; what it minted is over.
        assert!(app.trace("aigerim").await.contains(&"signed_in".to_owned()));
        old.open(&app.diary().request(&[])).await.expect("eds");
    } else {
        let told = old.follow(answer).await;
        told.status(403);
        assert_eq!(told.marker(), "only_newest_device");
    }
    other.close().await.unwrap();
}

both_databases! {
    async fn of_two_registrations_at_once_one_holds_and_the_other_is_told(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let node = app.another_node(db.another().await).await;
        let (mut one, mut two) = (app.browser(), app.browser().at(node.router.clone()));
        let left = app.arrives_elsewhere(&mut one, "aigerim").await;
        app.advance(minutes(2));
        let right = app.arrives_elsewhere(&mut two, "aigerim").await;
        let picture = app.wants_registration(&mut one, &left).await;
        let left = app.reads_the_picture(&mut one, &picture, "aigerim").await;
        let form = app.agreement(&mut one, &left);
        // The later registration takes the place of the earlier one.
        let picture = app.wants_registration(&mut two, &right).await;
        let right = app.reads_the_picture(&mut two, &picture, "aigerim").await;
        let other = app.agreement(&mut two, &right);
        let (left, right) = tokio::join!(one.submit(&form), two.submit(&other));
        right.status(303);
        assert!(left.location().is_none_or(|to| to.ends_with("/device")), "{} {:?}", left.status, left.location());
        assert!(!one.jar.contains_key("__Host-kiru_session"));
        assert!(two.jar.contains_key("__Host-kiru_session"));
        assert_eq!(devices::list_live_for_user(app.db(), app.user("aigerim").await.id).await.unwrap().len(), 1);
    }

    async fn a_commit_posted_twice_at_once_registers_one_device(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let node = app.another_node(db.another().await).await;
        let mut one = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut one, "aigerim").await;
        let picture = app.wants_registration(&mut one, &elsewhere).await;
        let notice = app.reads_the_picture(&mut one, &picture, "aigerim").await;
        let form = app.agreement(&mut one, &notice);
        let mut two = one.at(node.router.clone());
        tokio::join!(one.submit(&form), two.submit(&form));
        let sessions = [&one, &two].iter().filter(|browser| browser.jar.contains_key("__Host-kiru_session")).count();
        assert_eq!(sessions, 1);
        let trace = app.trace("aigerim").await;
        assert_eq!(trace.iter().filter(|event| event.starts_with("device_registered")).count(), 1, "{trace:?}");
    }

    async fn a_sign_in_from_the_old_device_loses_against_a_registration(db) {
        let app = TestApp::on(db).await;
        let mut old = app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let mut new = app.browser();
        let elsewhere = app.arrives_elsewhere(&mut new, "aigerim").await;
        app.advance(seconds(61));
        // The old device stands before its proof when the registration is committed.
        let proof = app.both_stages(&mut old, "aigerim", &app.diary().request(&[])).await;
        let picture = app.wants_registration(&mut new, &elsewhere).await;
        let notice = app.reads_the_picture(&mut new, &picture, "aigerim").await;
        app.agrees(&mut new, &notice).await.status(200);
        let late = app.proves(&mut old, &proof).await;
        late.status(403);
        assert_eq!(late.marker(), "only_newest_device");
        assert!(!is_signed_in(&old));
    }

    async fn a_commit_that_waits_before_a_sign_in_of_the_old_device_leaves_the_old_one_nothing(db) {
        commit_against_sign_in(db, First::Commit).await;
    }

    async fn a_sign_in_of_the_old_device_that_waits_before_a_commit_is_over_with_it(db) {
        commit_against_sign_in(db, First::SignIn).await;
    }

    async fn the_loser_of_two_registrations_is_answered_409_and_gets_no_session(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let node = app.another_node(db.another().await).await;
        let (mut one, mut two) = (app.browser(), app.browser().at(node.router.clone()));
        let slower = app.before_consent(&mut one).await;
        app.advance(minutes(2));
        let faster = app.before_consent(&mut two).await;
        two.submit(&faster).await.status(303);
        // It was agreed to on the page that is still open in the first browser.
        let answer = one.submit(&slower).await;
        answer.status(409);
        assert_eq!(answer.marker(), "only_newest_device");
        let registration = slower.action.strip_suffix("/consent").unwrap();
        one.open(registration).await.status(409);
        assert!(!is_signed_in(&one) && is_signed_in(&two));
        assert_eq!((app.registered().await, app.live_devices().await, app.live_sessions().await), (1, 1, 1));
    }

    async fn of_a_commit_and_a_beginning_that_both_wait_for_the_account_one_goes_on_and_the_other_is_told(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let node = app.another_node(db.another().await).await;
        let (mut one, mut two) = (app.browser(), app.browser().at(node.router.clone()));
        let elsewhere = app.arrives_elsewhere(&mut two, "aigerim").await;
        app.advance(minutes(2));
        let form = app.before_consent(&mut one).await;
        let other = db.another().await;
        let holder = Holder::takes(other.clone(), app.user("aigerim").await.id).await;
        let begin = elsewhere.form_of("register");
        let commits = async move { (one.submit(&form).await, one) };
        let begins = async move { (two.submit(&begin).await, two) };
        let ((answer, mut one), (begun, mut two)) = both_wait(holder, commits, begins).await;
        let begun = two.follow(begun).await;
        assert!(!is_signed_in(&two));
        if is_signed_in(&one) {
            assert_eq!(begun.marker(), "only_newest_device");
            assert_eq!((app.registered().await, app.live_devices().await, app.live_sessions().await), (1, 1, 1));
        } else {
            begun.status(200).expect("new-picture");
            let told = one.follow(answer).await;
            assert_eq!(told.marker(), "bound_elsewhere");
            // The session of the old device goes on.
            assert_eq!((app.registered().await, app.live_devices().await, app.live_sessions().await), (0, 1, 1));
        }
        other.close().await.unwrap();
    }

    async fn a_refresh_beside_a_registration_gives_nothing_that_counts(db) {
        let app = TestApp::on(db).await;
        let (diary, mut old) = (app.diary(), app.browser());
        let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        let back = app.first_sign_in(&mut old, "aigerim", &request).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        app.advance(minutes(11));
        let node = app.another_node(db.another().await).await;
        let mut new = app.browser();
        let form = app.before_consent(&mut new).await;
        let (elsewhere, presented) = (node.diary(), tokens.text("refresh_token").to_owned());
        let other = db.another().await;
        let holder = Holder::takes(other.clone(), app.user("aigerim").await.id).await;
        let commits = async move { (new.submit(&form).await, new) };
        let refreshes = async move { elsewhere.refreshes(&presented).await };
        let ((registered, new), refreshed) = both_wait(holder, commits, refreshes).await;
        registered.status(303);
        assert!(is_signed_in(&new));
        if db.url.starts_with("postgres") {
            // The registration had the row first, so the refresh is told.
            assert_eq!(refreshed.summary(), "400 invalid_grant");
        }
        if refreshed.status == 200 {
            assert_eq!(diary.userinfo(refreshed.text("access_token")).await.status, 401);
            assert_eq!(diary.refreshes(refreshed.text("refresh_token")).await.summary(), "400 invalid_grant");
        }
        assert_eq!(diary.refreshes(tokens.text("refresh_token")).await.summary(), "400 invalid_grant");
        other.close().await.unwrap();
    }

    async fn a_lock_beside_a_registration_leaves_nobody_signed_in(db) {
        let app = TestApp::on(db).await;
        let mut new = app.new_browser("aigerim").await;
        let form = app.before_consent(&mut new).await;
        let (user, now, other) = (app.user("aigerim").await.id, app.now(), db.another().await);
        let locks = other.tx("lock", |tx| async move {
            let state = UserState::Locked { reason: LockReason::Administrator, at: now };
            users::lock(&tx, user).await?;
            users::record_state(&tx, user, state, now).await?;
            users::raise_epoch(&tx, user).await
        });
        let (answer, locked) = tokio::join!(new.submit(&form), locks);
        locked.map_err(|error: StorageError| error).unwrap();
        assert_eq!((app.live_sessions().await, app.live_devices().await), (0, 1));
        if is_signed_in(&new) {
            // The registration was faster; what it minted is over.
            assert_eq!(app.registered().await, 1);
            new.open(&app.diary().request(&[])).await.expect("eds");
        } else {
            assert_eq!(app.registered().await, 0);
            let told = new.follow(answer).await;
            assert_eq!(told.marker(), "locked_administrator");
        }
        other.close().await.unwrap();
    }

    async fn a_commit_that_waited_over_the_window_s_end_comes_too_late(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        let closes = START.plus(hours(9));
        app.advance(closes.minus(minutes(1)).since(app.now()));
        let mut new = app.browser();
        let form = app.before_consent(&mut new).await;
        let other = db.another().await;
        let holder = Holder::takes(other.clone(), app.user("aigerim").await.id).await;
        let mut posted = tokio::spawn(async move { (new.submit(&form).await, new) });
        let early = tokio::time::timeout(Duration::from_millis(300), &mut posted).await;
        assert!(early.is_err(), "the node has read its page inside the window, and waits");
        app.advance(closes.since(app.now()));
        holder.lets_go().await;
        let (answer, new) = posted.await.unwrap();
        answer.status(403);
        assert_eq!(answer.marker(), "registration_window_closed");
        assert!(!is_signed_in(&new));
        assert!(app.exclusivity("aigerim").await.is_none());
        assert_eq!((app.registered().await, app.live_devices().await), (0, 1));
        other.close().await.unwrap();
    }

    async fn a_stop_code_beside_a_registration_leaves_the_account_suspended_and_nobody_signed_in(db) {
        let app = TestApp::on(db).await;
        app.bound_browser("aigerim").await;
        app.advance(minutes(11));
        let node = app.another_node(db.another().await).await;
        let mut new = app.browser();
        let form = app.before_consent(&mut new).await;
        let digits = StopDigits::mint(&mut chance());
        let code = &StopCode {
            digest: digits.digest(app.keyring()),
            user_id: app.user("aigerim").await.id,
            registration_id: None,
            issued_at: app.now(),
            expires_at: app.now().plus(STOP_CODE_TTL),
            used_at: None,
        };
        assert!(db.tx("test", |tx| async move { stop_codes::insert(&tx, code).await }).await.unwrap());
        let mut anybody = node.browser();
        let page = anybody.get("/stop").await;
        let stop = page.form_of("stop").with("code", &digits.grouped());
        let (answer, stopped) = tokio::join!(new.submit(&form), anybody.submit(&stop));
        stopped.status(200).expect("stopped");
        let state = app.user("aigerim").await.state;
        assert!(matches!(state, UserState::Locked { reason: LockReason::Own, .. }), "{state:?}");
        assert_eq!((app.live_sessions().await, app.live_devices().await), (0, 1));
        if is_signed_in(&new) {
            assert_eq!(app.registered().await, 1);
            new.open(&app.diary().request(&[])).await.expect("eds");
        } else {
            assert_eq!(app.registered().await, 0);
            let told = new.follow(answer).await;
            assert_eq!(told.marker(), "locked_own");
            assert_eq!(flow_path(&told), form.action.strip_suffix("/registration/consent").unwrap());
        }
    }
}
