//! Ending a binding by command.

use authority::audit::EventKind;
use authority::time::hours;
use authority::users::Exclusivity;
use kiru::operators::devices::{Rebinding, Unbinding, rebind, unbind};
use storage::{access_tokens, devices};

use super::{make_exclusive, office, read, reason, said};
use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, access_token, insert_standing, insert_user};

both_databases! {
    async fn unbinding_ends_devices_sessions_and_tokens_and_leaves_a_trace(db) {
        let (office, _) = office(db);
        let standing = insert_standing(db, true).await;
        let token = &access_token(&standing.grant);
        db.tx("test", |tx| async move { access_tokens::insert(&tx, token).await }).await.unwrap();
        let user = standing.user.id;
        assert_eq!(unbind(&office, user, &reason()).await.unwrap(), Unbinding::Ended(1));
        assert_eq!(unbind(&office, user, &reason()).await.unwrap(), Unbinding::Nothing);
        assert!(devices::list_live_for_user(db, user).await.unwrap().is_empty());
        assert!(read(db, user).await.epoch > standing.user.epoch);
        assert_eq!(said(db, EventKind::DeviceUnbound).await, ["because the test says so"]);
    }

    /// One operator must not end the 48 hours, not by a detour either (security rule DB-13).
    async fn while_only_the_newest_device_may_act_unbinding_is_refused(db) {
        let (office, clock) = office(db);
        let standing = insert_standing(db, false).await;
        let until = NOW.plus(hours(48));
        make_exclusive(db, standing.user.id, Exclusivity { device_id: standing.device.id, until }).await;
        clock.set(until.minus(std::time::Duration::from_micros(1)));
        assert_eq!(unbind(&office, standing.user.id, &reason()).await.unwrap(), Unbinding::Exclusive(until));
        assert_eq!(devices::list_live_for_user(db, standing.user.id).await.unwrap().len(), 1);
        assert_eq!(read(db, standing.user.id).await.epoch, standing.user.epoch);
        clock.set(until);
        assert_eq!(unbind(&office, standing.user.id, &reason()).await.unwrap(), Unbinding::Ended(1));
    }

    async fn a_forced_re_binding_ends_everything_at_once_and_the_48_hours_go_on(db) {
        let (office, _) = office(db);
        let standing = insert_standing(db, false).await;
        let exclusive = Exclusivity { device_id: standing.device.id, until: NOW.plus(hours(48)) };
        make_exclusive(db, standing.user.id, exclusive).await;
        let done = rebind(&office, standing.user.id, &reason()).await.unwrap();
        assert_eq!(done, Rebinding { ended: 1, exclusive_until: Some(exclusive.until) });
        let user = read(db, standing.user.id).await;
        assert_eq!((user.exclusive, user.epoch), (Some(exclusive), standing.user.epoch + 1));
        assert!(devices::list_live_for_user(db, user.id).await.unwrap().is_empty());
    }

    async fn a_forced_re_binding_ends_sessions_without_a_device_too(db) {
        let (office, _) = office(db);
        let user = insert_user(db).await;
        let done = rebind(&office, user.id, &reason()).await.unwrap();
        assert_eq!(done, Rebinding { ended: 0, exclusive_until: None });
        assert_eq!(read(db, user.id).await.epoch, user.epoch + 1);
        assert_eq!(said(db, EventKind::DeviceUnbound).await.len(), 1);
    }
}
