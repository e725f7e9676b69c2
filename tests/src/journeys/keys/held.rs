//! A hold that the centre lifts (RFC 5280 §5.3.1): whoever was held out comes in again, by the centre's own newer word only.

use authority::certificates::StopReason;
use authority::time::{hours, minutes, seconds};

use testkit::responder::OcspMode;

use super::shared::certified_anew;
use crate::harness::{Page, Town};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";
const ACCEPTED: &str = "certificate_accepted revoked";
/// certificateHold.
const HOLD: u8 = 6;

async fn signs(town: &Town, login: &str) -> Page {
    let app = &town.app;
    app.signs_with(&mut app.browser(), &app.person(login)).await
}

async fn accepted(town: &Town, login: &str) -> usize {
    let trace = town.app.trace(login).await;
    trace.iter().filter(|one| *one == ACCEPTED).count()
}

/// The centre holds the person's key and lifts that, in its next complete list or in a list of changes.
async fn held_and_lifted(db: &storage::Db, by_changes: bool) {
    let town = Town::by_lists(db).await;
    let app = &town.app;
    town.publishes().await;
    let (diary, mut browser) = (app.diary(), app.browser());
    let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
    let back = app.first_sign_in(&mut browser, LOGIN, &request).await;
    let tokens = diary.redeems(&diary.code(back.redirect())).await;
    let serial = app.person(LOGIN).key().key.serial();

    town.centre.revoke(&serial, HOLD);
    town.advance(minutes(10));
    town.publishes().await;
    assert_eq!(town.watches().await, 1);
    signs(&town, LOGIN).await.status(422).expect("eds-form");
    assert_eq!(accepted(&town, LOGIN).await, 0);

    town.centre.lift(&serial);
    town.advance(minutes(10));
    if by_changes {
        town.centre.publish_changes().unwrap();
    } else {
        town.centre.publish().unwrap();
    }
    town.fetches().await;
    signs(&town, LOGIN).await.status(200).expect("code");
    assert_eq!(accepted(&town, LOGIN).await, 1, "in the log, once");
    assert!(app.certificates(LOGIN).await[0].stop.is_none());
    assert_eq!(diary.userinfo(tokens.text("access_token")).await.status, 401);
    assert_eq!(
        diary.refreshes(tokens.text("refresh_token")).await.summary(),
        "400 invalid_grant"
    );
    assert_eq!(town.watches().await, 0);
}

both_databases! {
    async fn after_a_hold_was_lifted_the_key_opens_again_and_what_ended_stays_ended(db) {
        held_and_lifted(db, false).await;
    }

    async fn a_list_of_changes_lifts_a_hold_as_well(db) {
        held_and_lifted(db, true).await;
    }

    async fn a_word_that_was_made_before_we_learnt_of_the_stop_lifts_nothing(db) {
        let town = Town::on(db, "").await;
        for login in [LOGIN, "nurlan"] {
            town.app.bound_browser(login).await;
            assert!(town.app.stops(login, StopReason::Revoked).await);
        }
        // The centre's clock may be five minutes ahead of ours.
        town.advance(minutes(5));
        signs(&town, LOGIN).await.status(422).expect("eds-form");
        town.advance(minutes(6));
        assert!(town.app.certificates(LOGIN).await[0].stop.is_some());
        signs(&town, LOGIN).await.status(200).expect("code");

        town.app.bound_browser("gulnara").await;
        town.advance(minutes(6));
        assert!(town.app.stops("gulnara", StopReason::Revoked).await);
        town.advance(minutes(1));
        signs(&town, "gulnara").await.status(422).expect("eds-form");
        assert_eq!((accepted(&town, LOGIN).await, accepted(&town, "gulnara").await), (1, 0));

        signs(&town, "nurlan").await.status(200).expect("code");
        assert!(town.app.stops("nurlan", StopReason::Revoked).await);
        town.advance(minutes(5) + seconds(1));
        signs(&town, "nurlan").await.status(200).expect("code");
        assert_eq!(accepted(&town, "nurlan").await, 2, "each time by a newer word");
    }

    /// Otherwise the job that looks into lists would stop it again, and the next sign-in accept it, for as long as the list counts.
    async fn while_a_list_names_it_no_answer_lifts_a_hold(db) {
        let town = Town::on(db, "").await;
        town.app.bound_browser(LOGIN).await;
        let serial = town.app.person(LOGIN).key().key.serial();
        town.centre.revoke(&serial, HOLD);
        town.advance(minutes(10));
        town.publishes().await;
        assert_eq!(town.watches().await, 1);
        town.centre.lift(&serial);
        town.advance(minutes(10));
        signs(&town, LOGIN).await.status(422).expect("eds-form");
        assert_eq!((accepted(&town, LOGIN).await, town.watches().await), (0, 0));
        town.publishes().await;
        signs(&town, LOGIN).await.status(200).expect("code");
        assert_eq!((accepted(&town, LOGIN).await, town.watches().await), (1, 0));
    }

    /// A list cannot know of what was never issued; where responders are asked, they have to say it.
    async fn where_responders_are_asked_no_list_lifts_a_hold(db) {
        let town = Town::on(db, "").await;
        town.app.bound_browser(LOGIN).await;
        assert!(town.app.stops(LOGIN, StopReason::Revoked).await);
        town.advance(minutes(10));
        town.publishes().await;
        town.centre.answers(OcspMode::Down);
        signs(&town, LOGIN).await.status(422).expect("eds-form");
        town.centre.answers(OcspMode::Honest);
        signs(&town, LOGIN).await.status(200).expect("code");
    }

    async fn a_key_that_was_stopped_for_another_reason_too_is_not_told_as_accepted(db) {
        let town = Town::on(db, "").await;
        let app = &town.app;
        app.bound_browser(LOGIN).await;
        let first = certified_anew(app, LOGIN).await;
        let second = app.certificates(LOGIN).await.iter().find(|one| one.id != first).unwrap().id;
        assert!(app.stops_key(LOGIN, first, StopReason::Revoked).await);
        assert!(app.stops_key(LOGIN, second, StopReason::Shared).await);
        town.advance(minutes(11));
        signs(&town, LOGIN).await.status(422).expect("eds-form");
        assert_eq!(accepted(&town, LOGIN).await, 0);
    }

    async fn no_word_of_the_centre_lifts_what_it_did_not_stop(db) {
        let town = Town::on(db, "").await;
        for (login, reason) in [(LOGIN, StopReason::Stopped), ("nurlan", StopReason::Shared)] {
            town.app.bound_browser(login).await;
            assert!(town.app.stops(login, reason).await);
            town.advance(hours(2));
            signs(&town, login).await.status(422).expect("eds-form");
            assert_eq!(town.app.certificates(login).await[0].stop.map(|stop| stop.reason), Some(reason));
        }
    }

    /// The key of the signature in the place of the picture need not be the one of the first stage.
    async fn a_lifted_hold_ends_where_a_device_is_registered_as_well(db) {
        let town = Town::on(db, "").await;
        let app = &town.app;
        app.bound_browser(LOGIN).await;
        town.advance(minutes(11));
        let second = app.with_another_key(LOGIN, 1, |profile| profile);
        app.signs_with(&mut app.browser(), &second).await.expect("code");
        let held = app.certificates(LOGIN).await[0].id;
        for (reason, accepts) in [(StopReason::Stopped, 0), (StopReason::Revoked, 1)] {
            assert!(app.stops_key(LOGIN, held, reason).await);
            town.advance(minutes(11));
            let mut new = app.browser();
            let elsewhere = app.arrives_elsewhere(&mut new, LOGIN).await;
            let page = app.wants_registration(&mut new, &elsewhere).await;
            let sign = new.press(&page, "eds").await;
            let form = sign.form("eds-form").with("signature", &second.signs(&sign.data_challenge()));
            let answer = new.submit(&form).await;
            answer.status(if accepts == 1 { 303 } else { 422 });
            assert_eq!(accepted(&town, LOGIN).await, accepts, "{reason:?}");
            if reason == StopReason::Stopped {
                assert!(app.accepts_again(LOGIN).await);
            }
        }
    }
}
