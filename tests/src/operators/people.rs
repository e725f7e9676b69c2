//! Locking and unlocking by command (security rule AC-5).

use authority::audit::EventKind;
use authority::users::{LockReason, StateRefusal, UserState};
use kiru::operators::devices::{Unbinding, unbind};
use kiru::operators::people::{lock, unlock};
use sea_orm::{ConnectionTrait as _, Statement};
use storage::phones::SealedPhone;
use storage::users;

use super::{office, read, reason, said};
use crate::storage::fixtures::{NOW, insert_standing, insert_user, phone, rng};
use crate::storage::{TestDatabase, both_databases};

/// How many notices wait or were sent.
async fn told(db: &TestDatabase) -> i64 {
    let raw = db.raw().await;
    let sql = "SELECT COUNT(*) AS n FROM sms WHERE kind = 'notice'";
    let row = raw
        .query_one_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap()
        .unwrap();
    raw.close().await.unwrap();
    row.try_get("", "n").unwrap()
}

both_databases! {
    async fn a_lock_ends_everything_and_an_unlock_brings_nothing_of_it_back(db) {
        let (office, _) = office(db);
        let standing = insert_standing(db, true).await;
        let id = standing.user.id;
        assert_eq!(lock(&office, id, &reason()).await.unwrap(), Ok(()));
        let locked = read(db, id).await;
        assert_eq!(locked.state, UserState::Locked { reason: LockReason::Administrator, at: NOW });
        assert_eq!(locked.epoch, standing.user.epoch + 1);
        let again = lock(&office, id, &reason()).await.unwrap();
        assert_eq!(again, Err(StateRefusal::AlreadyLocked(LockReason::Administrator)));
        assert_eq!(unlock(&office, id, &reason()).await.unwrap(), Ok(()));
        assert_eq!(unlock(&office, id, &reason()).await.unwrap(), Err(StateRefusal::NotLocked));
        let unlocked = read(db, id).await;
        assert_eq!((unlocked.state, unlocked.epoch), (UserState::Active, locked.epoch));
        let words = ["administrator: because the test says so"];
        assert_eq!(said(db, EventKind::AccountLocked).await, words);
        assert_eq!(said(db, EventKind::AccountUnlocked).await, words);
    }

    async fn who_suspended_or_forgot_the_account_is_unlocked_and_who_left_school_is_not(db) {
        let (office, _) = office(db);
        for (reason_of_lock, outcome) in [
            (LockReason::Own, Ok(())),
            (LockReason::Inactive, Ok(())),
            (LockReason::LeftSchool, Err(StateRefusal::Reserved(LockReason::LeftSchool))),
            (LockReason::Incident, Err(StateRefusal::Reserved(LockReason::Incident))),
        ] {
            let id = insert_user(db).await.id;
            let state = UserState::Locked { reason: reason_of_lock, at: NOW };
            db.tx("test", |tx| async move { users::record_state(&tx, id, state, NOW).await }).await.unwrap();
            assert_eq!(unlock(&office, id, &reason()).await.unwrap(), outcome);
            assert_eq!(read(db, id).await.state == UserState::Active, outcome.is_ok());
        }
    }

    /// Security rule AC-14: what an operator does to an account is told to its person.
    async fn what_operators_do_is_told_by_sms(db) {
        let (office, _) = office(db);
        let standing = insert_standing(db, true).await;
        let id = standing.user.id;
        let phone = SealedPhone::seal(&phone(&standing.user), &office.keyring, &mut rng()).unwrap();
        let phone = &phone;
        db.tx("test", |tx| async move { storage::phones::insert(&tx, phone).await }).await.unwrap();
        assert_eq!(unbind(&office, id, &reason()).await.unwrap(), Unbinding::Ended(1));
        assert_eq!(told(db).await, 1);
        lock(&office, id, &reason()).await.unwrap().unwrap();
        assert_eq!(told(db).await, 2);
        unlock(&office, id, &reason()).await.unwrap().unwrap();
        assert_eq!(told(db).await, 3);
        unlock(&office, id, &reason()).await.unwrap().unwrap_err();
        assert_eq!(told(db).await, 3, "nothing was done, nothing is told");
    }

    async fn people_are_listed_page_by_page_each_once(db) {
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(insert_user(db).await.id);
        }
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let page = users::list(db, after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            listed.extend(page.iter().map(|user| user.id));
        }
        made.sort_unstable();
        assert_eq!(listed, made);
    }
}
