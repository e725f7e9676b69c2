//! Users: round trips, the lock, impossible rows.

use authority::error::Class;
use authority::identifiers::{Bin, Checksum};
use authority::ids::{DeviceId, UserId};
use authority::locale::Locale;
use authority::time::hours;
use authority::users::{Exclusivity, LockReason, User, UserState};
use storage::{Inconsistent, StorageError, users};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_user, user};

fn assert_same(left: &User, right: &User) {
    assert_eq!(format!("{left:?}"), format!("{right:?}"));
}

both_databases! {
    async fn every_state_comes_back_as_it_was_kept(db) {
        let mut states = vec![UserState::Invited, UserState::Active, UserState::Closed { at: NOW }];
        states.extend(LockReason::ALL.map(|reason| UserState::Locked { reason, at: NOW.minus(hours(1)) }));
        for state in states {
            let kept = &User {
                state,
                provisional: true,
                exclusive: Some(Exclusivity { device_id: DeviceId::from_uuid(fresh_uuid()), until: NOW.plus(hours(48)) }),
                organisation: Some(Bin::parse("050140000017", Checksum::Ignored).unwrap()),
                last_interactive_at: Some(NOW),
                locale: Some(Locale::Kk),
                ..user()
            };
            db.tx("test", |tx| async move { users::insert(&tx, kept, NOW).await }).await.unwrap();
            assert_same(&users::find(db, kept.id).await.unwrap().unwrap(), kept);
            assert_same(&users::find_by_subject(db, &kept.subject).await.unwrap().unwrap(), kept);
        }
    }

    async fn nobody_is_found_by_an_unknown_id(db) {
        assert!(users::find(db, UserId::from_uuid(fresh_uuid())).await.unwrap().is_none());
        let locked = db.tx("test", |tx| async move { users::lock(&tx, UserId::from_uuid(fresh_uuid())).await }).await;
        assert!(locked.unwrap().is_none());
    }

    async fn a_state_is_recorded_with_reason_and_instant(db) {
        let user = &insert_user(db).await;
        let state = UserState::Locked { reason: LockReason::Own, at: NOW.plus(hours(1)) };
        db.tx("test", |tx| async move { users::record_state(&tx, user.id, state, NOW).await }).await.unwrap();
        assert_eq!(users::find(db, user.id).await.unwrap().unwrap().state, state);
    }

    async fn a_sign_in_activates_an_invited_user_and_opens_no_locked_one(db) {
        let locked = UserState::Locked { reason: LockReason::Administrator, at: NOW };
        for (before, after) in [(UserState::Invited, UserState::Active), (UserState::Active, UserState::Active), (locked, locked)] {
            let kept = &User { state: before, ..user() };
            let found = db.tx("test", |tx| async move {
                users::insert(&tx, kept, NOW).await?;
                users::record_sign_in(&tx, kept.id, NOW.plus(hours(1))).await?;
                users::find(&tx, kept.id).await
            });
            let found = found.await.unwrap().unwrap();
            assert_eq!((found.state, found.last_interactive_at), (after, Some(NOW.plus(hours(1)))));
        }
    }

    async fn locale_and_provisional_are_recorded(db) {
        let user = &insert_user(db).await;
        let found = db.tx("test", |tx| async move {
            users::record_locale(&tx, user.id, Locale::En).await?;
            users::record_provisional(&tx, user.id, true).await?;
            users::find(&tx, user.id).await
        });
        let found = found.await.unwrap().unwrap();
        assert_eq!((found.locale, found.provisional), (Some(Locale::En), true));
    }

    async fn an_impossible_row_is_named_by_table_and_column(db) {
        for (column, change) in [
            ("state", "state = 'asleep'"),
            ("state", "state = 'locked'"),
            ("state", "reason = 'own'"),
            ("reason", "state = 'locked', reason = 'because'"),
            ("locale", "locale = 'xx'"),
            ("subject", "subject = ''"),
        ] {
            db.tamper(&["DELETE FROM users"]).await;
            let user = insert_user(db).await;
            db.tamper(&[&format!("UPDATE users SET {change}")]).await;
            let error = users::find(db, user.id).await.unwrap_err();
            assert_eq!(error.class(), Class::Bug);
            let StorageError::Inconsistent(place) = error else { panic!("{change}: {error:?}") };
            let id = user.id.as_uuid().to_string();
            assert_eq!(place, Inconsistent { table: "users", column, id }, "{change}");
        }
    }
}
