//! Sessions: live only while nothing they rest on has ended (security rules SE-1, SE-3, SE-4, SE-16).

use authority::policy::Policy;
use authority::sessions::BrowserSession;
use authority::time::{days, hours, minutes};
use authority::users::{LockReason, UserState};
use storage::sessions::{self, SessionEnd};
use storage::{Moment, devices, users};

use crate::storage::fixtures::{NOW, fresh_digest, insert_standing, insert_user, race, session};
use crate::storage::{both_databases, when};

both_databases! {
    async fn a_cookie_finds_its_session_with_user_and_device(db) {
        let standing = insert_standing(db, false).await;
        let live = sessions::find_live(db, &standing.session.cookie_digest, when(NOW)).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", live.session), format!("{:?}", standing.session));
        assert_eq!((live.user.id, live.device.unwrap().id), (standing.user.id, standing.device.id));
        let by_id = sessions::find_live_for_user(db, standing.user.id, standing.session.id, when(NOW)).await.unwrap();
        assert_eq!(by_id.unwrap().session.id, standing.session.id);
        assert!(sessions::find_live(db, &fresh_digest(), when(NOW)).await.unwrap().is_none());
    }

    async fn a_session_without_a_device_is_found(db) {
        let user = &insert_user(db).await;
        let kept = &session(user, None);
        db.tx("test", |tx| async move { sessions::insert(&tx, kept).await }).await.unwrap();
        assert!(sessions::find_live(db, &kept.cookie_digest, when(NOW)).await.unwrap().unwrap().device.is_none());
    }

    async fn anothers_session_is_not_found_by_its_id(db) {
        let (mine, other) = (insert_standing(db, false).await, insert_standing(db, false).await);
        assert!(sessions::find_live_for_user(db, mine.user.id, other.session.id, when(NOW)).await.unwrap().is_none());
    }

    async fn a_lowered_policy_ends_sessions_from_before_and_a_raised_one_revives_none(db) {
        let standing = insert_standing(db, false).await;
        let cookie = &standing.session.cookie_digest;
        let micro = std::time::Duration::from_micros(1);
        let lives = |policy: Policy, at| async move {
            sessions::find_live(db, cookie, Moment::under(&policy, at)).await.unwrap().is_some()
        };
        let idle = || Policy { session_idle: minutes(10), ..Policy::default() };
        assert!(lives(idle(), NOW.plus(minutes(10)).minus(micro)).await);
        assert!(!lives(idle(), NOW.plus(minutes(10))).await);
        let absolute = || Policy { session_absolute: minutes(30), ..Policy::default() };
        assert!(lives(absolute(), NOW.plus(minutes(30)).minus(micro)).await);
        assert!(!lives(absolute(), NOW.plus(minutes(30))).await);
        let by_id = sessions::find_live_for_user(db, standing.user.id, standing.session.id, Moment::under(&idle(), NOW.plus(minutes(10))));
        assert!(by_id.await.unwrap().is_none());
        let raised = Policy { session_idle: hours(5), session_absolute: hours(20), ..Policy::default() };
        assert!(!lives(raised, standing.session.idle_until).await);
    }

    async fn idle_and_absolute_ends_are_exact(db) {
        let standing = insert_standing(db, false).await;
        let cookie = &standing.session.cookie_digest;
        let end = standing.session.idle_until;
        assert!(sessions::find_live(db, cookie, when(end.minus(std::time::Duration::from_micros(1)))).await.unwrap().is_some());
        assert!(sessions::find_live(db, cookie, when(end)).await.unwrap().is_none());
        db.tamper(&[&format!("UPDATE browser_sessions SET idle_until = {}", i64::MAX)]).await;
        assert!(sessions::find_live(db, cookie, when(end)).await.unwrap().is_some());
        assert!(sessions::find_live(db, cookie, when(standing.session.absolute_until)).await.unwrap().is_none());
    }

    async fn whatever_it_rests_on_ends_it_too(db) {
        for number in 0..5 {
            let standing = &insert_standing(db, false).await;
            let (user, session) = (standing.user.id, standing.session.id);
            let ended = db.tx("test", |tx| async move {
                let locked = UserState::Locked { reason: LockReason::Own, at: NOW };
                let closed = UserState::Closed { at: NOW };
                match number {
                    0 => sessions::end(&tx, session, SessionEnd::SignedOut, NOW).await.map(drop),
                    1 => sessions::end_all_for_user(&tx, user).await,
                    2 => devices::end(&tx, user, standing.device.id, "operator", NOW).await.map(drop),
                    3 => users::record_state(&tx, user, locked, NOW).await,
                    _ => users::record_state(&tx, user, closed, NOW).await,
                }
            });
            ended.await.unwrap();
            let live = sessions::find_live(db, &standing.session.cookie_digest, when(NOW)).await.unwrap();
            assert!(live.is_none(), "case {number}");
        }
    }

    async fn of_fifty_sign_outs_one_ends_the_session(db) {
        let id = insert_standing(db, false).await.session.id;
        let ended = race(db, |instance, _| async move {
            instance.tx("end", |tx| async move { sessions::end(&tx, id, SessionEnd::SignedOut, NOW).await }).await
        }).await;
        assert_eq!(ended.into_iter().filter(|ended| *ended).count(), 1);
    }

    async fn activity_is_recorded_once_a_minute_and_never_past_the_absolute_end(db) {
        let standing = insert_standing(db, false).await;
        let touch = |now| {
            let session = &standing.session;
            db.tx("touch", move |tx| async move { sessions::record_touch(&tx, session, &Policy::default(), now).await })
        };
        assert_eq!(touch(NOW.plus(minutes(1)).minus(std::time::Duration::from_micros(1))).await.unwrap(), standing.session.idle_until);
        let now = NOW.plus(minutes(1));
        assert_eq!(touch(now).await.unwrap(), now.plus(hours(1)));
        let live = sessions::find_live(db, &standing.session.cookie_digest, when(now)).await.unwrap().unwrap().session;
        assert_eq!((live.touched_at, live.idle_until), (now, now.plus(hours(1))));
    }

    async fn activity_never_revives_a_session_or_moves_its_end_back(db) {
        let standing = &insert_standing(db, false).await;
        let session = &standing.session;
        let later = NOW.plus(minutes(30));
        db.tx("test", |tx| async move {
            sessions::record_touch(&tx, session, &Policy::default(), later).await?;
            // An older request arrives late, with the session as it had read it.
            sessions::record_touch(&tx, session, &Policy::default(), NOW.plus(minutes(5))).await
        }).await.unwrap();
        let live = sessions::find_live(db, &session.cookie_digest, when(later)).await.unwrap().unwrap().session;
        assert_eq!(live.idle_until, later.plus(hours(1)));
        db.tx("test", |tx| async move {
            sessions::end(&tx, session.id, SessionEnd::Ended, later).await?;
            sessions::record_touch(&tx, session, &Policy::default(), later.plus(minutes(5))).await
        }).await.unwrap();
        assert!(sessions::find_live(db, &session.cookie_digest, when(later)).await.unwrap().is_none());
    }

    async fn a_session_id_or_cookie_is_never_used_twice(db) {
        let standing = &insert_standing(db, false).await;
        let again = &BrowserSession { cookie_digest: standing.session.cookie_digest, ..session(&standing.user, None) };
        assert!(db.tx("test", |tx| async move { sessions::insert(&tx, again).await }).await.is_err());
        let again = &BrowserSession { cookie_digest: fresh_digest(), ..standing.session.clone() };
        assert!(db.tx("test", |tx| async move { sessions::insert(&tx, again).await }).await.is_err());
    }

    async fn a_session_expires_after_its_grants(db) {
        let standing = insert_standing(db, false).await;
        let user = &standing.user;
        let free = &session(user, None);
        db.tx("test", |tx| async move { sessions::insert(&tx, free).await }).await.unwrap();
        let expire = |before| db.tx("expire", move |tx| async move { sessions::expire(&tx, before, 10).await });
        assert_eq!(expire(NOW).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(days(1))).await.unwrap(), 1, "the session of the grant stays");
    }

    async fn an_impossible_level_is_an_error(db) {
        let standing = insert_standing(db, false).await;
        for change in ["assurance = 'urn:example:gold'", "assurance = 'urn:kiru:acr:full', methods = '[\"pwd\"]'"] {
            db.tamper(&[&format!("UPDATE browser_sessions SET {change}")]).await;
            assert!(sessions::find_live(db, &standing.session.cookie_digest, when(NOW)).await.is_err(), "{change}");
        }
    }
}
