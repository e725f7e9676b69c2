//! Devices: unique by slot, key and cookie; ending one ends what rests on it.

use authority::devices::{Device, DeviceKey};
use authority::time::{days, hours};
use storage::devices::{self, Binding};
use storage::users;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, device, fresh_digest, insert_standing, insert_user, race};

both_databases! {
    async fn a_device_comes_back_as_it_was_bound(db) {
        let user = &insert_user(db).await;
        for key in [device(user).key, DeviceKey::SandboxCookie] {
            let kept = &Device { key, slot: i16::try_from(crate::storage::fixtures::fresh() % 1000).unwrap(), ..device(user) };
            let bound = db.tx("test", |tx| async move { devices::insert(&tx, kept).await }).await;
            assert_eq!(bound.unwrap(), Binding::Bound);
            let found = devices::find_by_cookie(db, &kept.cookie_digest).await.unwrap().unwrap();
            assert_eq!((found.id, found.key, found.slot, found.name), (kept.id, kept.key.clone(), kept.slot, kept.name.clone()));
        }
        assert_eq!(devices::list_live_for_user(db, user.id).await.unwrap().len(), 2);
    }

    async fn a_slot_has_one_live_device(db) {
        let user = &insert_user(db).await;
        let (first, second) = (&device(user), &device(user));
        let bind = |kept| db.tx("test", move |tx| async move { devices::insert(&tx, kept).await });
        assert_eq!(bind(first).await.unwrap(), Binding::Bound);
        assert_eq!(bind(second).await.unwrap(), Binding::Taken);
        let ended = db.tx("test", |tx| async move { devices::end(&tx, user.id, first.id, "operator", NOW).await });
        assert!(ended.await.unwrap());
        assert_eq!(bind(second).await.unwrap(), Binding::Bound);
    }

    async fn a_key_is_bound_once_ever(db) {
        let (one, other) = (&insert_user(db).await, &insert_user(db).await);
        let first = &device(one);
        let copied = &Device { key: first.key.clone(), ..device(other) };
        let bound = db.tx("test", |tx| async move {
            devices::insert(&tx, first).await?;
            devices::end(&tx, one.id, first.id, "operator", NOW).await?;
            devices::insert(&tx, copied).await
        });
        assert_eq!(bound.await.unwrap(), Binding::Taken);
    }

    async fn of_fifty_bindings_at_once_one_holds(db) {
        let user = insert_user(db).await;
        let bound = race(db, |instance, _| {
            let kept = device(&user);
            async move {
                let kept = &kept;
                instance.tx("bind", |tx| async move {
                    users::lock(&tx, kept.user_id).await?;
                    devices::insert(&tx, kept).await
                }).await
            }
        }).await;
        assert_eq!(bound.into_iter().filter(|bound| *bound == Binding::Bound).count(), 1);
        assert_eq!(devices::list_live_for_user(db, user.id).await.unwrap().len(), 1);
    }

    async fn an_ended_device_is_not_found_by_its_cookie_nor_ended_twice(db) {
        let (user, stranger) = (&insert_user(db).await, &insert_user(db).await);
        let kept = &device(user);
        db.tx("test", |tx| async move { devices::insert(&tx, kept).await }).await.unwrap();
        let end = |owner| db.tx("test", move |tx| async move { devices::end(&tx, owner, kept.id, "operator", NOW).await });
        assert!(!end(stranger.id).await.unwrap(), "only the owner's device is ended");
        assert!(end(user.id).await.unwrap());
        assert!(!end(user.id).await.unwrap());
        assert!(devices::find_by_cookie(db, &kept.cookie_digest).await.unwrap().is_none());
        assert!(devices::find_by_cookie(db, &fresh_digest()).await.unwrap().is_none());
        assert!(devices::find_for_user(db, stranger.id, kept.id).await.unwrap().is_none());
        let found = devices::find_for_user(db, user.id, kept.id).await.unwrap().unwrap();
        assert_eq!(found.ended_at, Some(NOW));
        assert_eq!(devices::list_for_user(db, user.id).await.unwrap().len(), 1);
    }

    async fn a_use_is_recorded_on_live_devices_only(db) {
        let user = &insert_user(db).await;
        let kept = &device(user);
        let later = NOW.plus(hours(1));
        let found = db.tx("test", |tx| async move {
            devices::insert(&tx, kept).await?;
            devices::record_use(&tx, kept.id, later).await?;
            devices::end(&tx, user.id, kept.id, "operator", later).await?;
            devices::record_use(&tx, kept.id, later.plus(hours(1))).await?;
            devices::find_for_user(&tx, user.id, kept.id).await
        });
        assert_eq!(found.await.unwrap().unwrap().last_used_at, later);
    }

    async fn a_device_expires_only_when_nothing_refers_to_it(db) {
        let standing = &insert_standing(db, false).await;
        let user = &insert_user(db).await;
        let free = &device(user);
        let expired = db.tx("test", |tx| async move {
            devices::insert(&tx, free).await?;
            devices::end(&tx, user.id, free.id, "operator", NOW).await?;
            devices::end(&tx, standing.user.id, standing.device.id, "operator", NOW).await?;
            devices::expire(&tx, NOW.plus(days(1)), 10).await
        });
        assert_eq!(expired.await.unwrap(), 1);
        assert!(devices::find_for_user(db, standing.user.id, standing.device.id).await.unwrap().is_some());
    }

    async fn half_a_key_is_impossible(db) {
        let user = &insert_user(db).await;
        let kept = &device(user);
        db.tx("test", |tx| async move { devices::insert(&tx, kept).await }).await.unwrap();
        for change in ["public_jwk = NULL", "public_jwk = '{}', slot = 100000", "slot = 0, cookie_digest = thumbprint, thumbprint = NULL"] {
            db.tamper(&[&format!("UPDATE devices SET {change}")]).await;
            assert!(devices::list_live_for_user(db, user.id).await.is_err(), "{change}");
        }
    }
}
