//! Ending the 48 hours early takes two administrators (security rule DB-13).

use std::sync::Arc;

use authority::administrators::{AdministratorName, ApprovalRefusal};
use authority::audit::EventKind;
use authority::ids::DeviceId;
use authority::time::{Clock as _, hours, seconds};
use authority::users::Exclusivity;
use jose::{Algorithm, FileKey};
use kiru::operators::administrators::remove;
use kiru::operators::exclusivity::{Approval, ApprovalFailure, Signatory, end_early};

use super::{administrator, at_another_node, make_exclusive, office, read, reason, said};
use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, insert_user};

fn exclusive() -> Exclusivity {
    Exclusivity {
        device_id: DeviceId::from_uuid(fresh_uuid()),
        until: NOW.plus(hours(48)),
    }
}

both_databases! {
    async fn two_administrators_end_it_and_both_steps_leave_a_trace(db) {
        let (office, _) = office(db);
        let user = insert_user(db).await.id;
        make_exclusive(db, user, exclusive()).await;
        let ((asel, asels), (dana, danas)) = (administrator(&office, "asel").await, administrator(&office, "dana").await);
        let first = end_early(&office, user, Signatory { administrator: &asel, key: &asels }, &reason()).await.unwrap();
        let Approval::Requested { id, until } = first else { panic!("{first:?}") };
        assert_eq!(until, NOW.plus(hours(24)));
        assert!(read(db, user).await.exclusive.is_some(), "one administrator is not two");
        let second = end_early(&office, user, Signatory { administrator: &dana, key: &danas }, &reason()).await.unwrap();
        assert_eq!(second, Approval::Ended);
        assert_eq!(read(db, user).await.exclusive, None);
        assert_eq!(said(db, EventKind::ApprovalRequested).await, [format!("{id} asel: because the test says so")]);
        assert_eq!(said(db, EventKind::ExclusivityEnded).await, [format!("{id} dana: because the test says so")]);
        let third = end_early(&office, user, Signatory { administrator: &asel, key: &asels }, &reason()).await;
        assert!(matches!(third, Err(ApprovalFailure::NotRunning)), "{third:?}");
    }

    async fn the_same_administrator_twice_is_refused(db) {
        let (office, _) = office(db);
        let user = insert_user(db).await.id;
        make_exclusive(db, user, exclusive()).await;
        let (asel, key) = administrator(&office, "asel").await;
        let by = Signatory { administrator: &asel, key: &key };
        end_early(&office, user, by, &reason()).await.unwrap();
        let again = end_early(&office, user, by, &reason()).await;
        assert!(matches!(again, Err(ApprovalFailure::Refused(ApprovalRefusal::SameAdministrator))), "{again:?}");
        assert!(read(db, user).await.exclusive.is_some());
    }

    async fn another_key_than_the_names_is_refused(db) {
        let (office, _) = office(db);
        let user = insert_user(db).await.id;
        make_exclusive(db, user, exclusive()).await;
        let ((asel, asels), (dana, _)) = (administrator(&office, "asel").await, administrator(&office, "dana").await);
        end_early(&office, user, Signatory { administrator: &asel, key: &asels }, &reason()).await.unwrap();
        for key in [&asels, &FileKey::generate(Algorithm::Es256).unwrap()] {
            let forged = end_early(&office, user, Signatory { administrator: &dana, key }, &reason()).await;
            assert!(matches!(forged, Err(ApprovalFailure::WrongKey)), "{forged:?}");
        }
        assert!(read(db, user).await.exclusive.is_some());
    }

    async fn after_a_day_or_another_registration_the_request_has_to_be_made_anew(db) {
        let (office, clock) = office(db);
        let user = insert_user(db).await.id;
        make_exclusive(db, user, exclusive()).await;
        let ((asel, asels), (dana, danas)) = (administrator(&office, "asel").await, administrator(&office, "dana").await);
        let (asel, dana) = (Signatory { administrator: &asel, key: &asels }, Signatory { administrator: &dana, key: &danas });
        end_early(&office, user, asel, &reason()).await.unwrap();
        clock.advance(hours(24));
        let late = end_early(&office, user, dana, &reason()).await.unwrap();
        assert!(matches!(late, Approval::Requested { .. }), "{late:?}");
        make_exclusive(db, user, Exclusivity { until: clock.now().plus(hours(48)), ..exclusive() }).await;
        let other = end_early(&office, user, asel, &reason()).await.unwrap();
        assert!(matches!(other, Approval::Requested { .. }), "{other:?}");
        assert_eq!(end_early(&office, user, dana, &reason()).await.unwrap(), Approval::Ended);
    }

    async fn nothing_is_asked_for_when_the_time_is_over_to_the_microsecond(db) {
        let (office, clock) = office(db);
        let user = insert_user(db).await.id;
        let exclusive = exclusive();
        make_exclusive(db, user, exclusive).await;
        let (asel, key) = administrator(&office, "asel").await;
        clock.set(exclusive.until);
        let late = end_early(&office, user, Signatory { administrator: &asel, key: &key }, &reason()).await;
        assert!(matches!(late, Err(ApprovalFailure::NotRunning)), "{late:?}");
        clock.set(exclusive.until.minus(std::time::Duration::from_micros(1)));
        assert!(end_early(&office, user, Signatory { administrator: &asel, key: &key }, &reason()).await.is_ok());
    }

    async fn who_was_removed_neither_asks_nor_is_agreed_with(db) {
        let (office, clock) = office(db);
        let user = insert_user(db).await.id;
        make_exclusive(db, user, exclusive()).await;
        let ((asel, asels), (dana, danas)) = (administrator(&office, "asel").await, administrator(&office, "dana").await);
        let (asel, dana) = (Signatory { administrator: &asel, key: &asels }, Signatory { administrator: &dana, key: &danas });
        end_early(&office, user, asel, &reason()).await.unwrap();
        assert!(remove(&office, &AdministratorName::parse("asel").unwrap()).await.unwrap());
        clock.advance(seconds(1));
        for by in [dana, dana] {
            let agreed = end_early(&office, user, by, &reason()).await;
            assert!(matches!(agreed, Err(ApprovalFailure::NotAdministrator)), "{agreed:?}");
        }
        assert!(read(db, user).await.exclusive.is_some());
    }

    async fn of_many_words_at_once_one_asks_and_one_of_the_other_agrees(db) {
        let (office, _) = office(db);
        let other = at_another_node(&office, db).await;
        let user = insert_user(db).await.id;
        make_exclusive(db, user, exclusive()).await;
        let both = [administrator(&office, "asel").await, administrator(&office, "dana").await].map(Arc::new);
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..8 {
            let node = if number < 4 { office.clone() } else { other.clone() };
            let who = Arc::clone(&both[number % 2]);
            tasks.spawn(async move {
                end_early(&node, user, Signatory { administrator: &who.0, key: &who.1 }, &reason()).await
            });
        }
        let outcomes = tasks.join_all().await;
        let count = |wanted: fn(&Approval) -> bool| outcomes.iter().flatten().filter(|outcome| wanted(outcome)).count();
        assert_eq!(count(|outcome| matches!(outcome, Approval::Requested { .. })), 1, "{outcomes:?}");
        assert_eq!(count(|outcome| *outcome == Approval::Ended), 1, "{outcomes:?}");
        assert_eq!(read(db, user).await.exclusive, None);
        assert_eq!(said(db, EventKind::ExclusivityEnded).await.len(), 1);
        other.db.clone().close().await.unwrap();
    }
}
