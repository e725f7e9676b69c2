//! Phones: one live each, encrypted, counted by number.

use authority::time::{days, hours};
use authority::users::Phone;
use storage::phones::{self, SealedPhone};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, insert_phone, insert_user, keyring, phone, race, rng};

both_databases! {
    async fn a_user_has_one_live_phone(db) {
        let user = &insert_user(db).await;
        let first = insert_phone(db, user).await;
        let second = &SealedPhone::seal(&phone(user), keyring(), &mut rng()).unwrap();
        let inserted = db.tx("test", |tx| async move { phones::insert(&tx, second).await }).await;
        assert!(!inserted.unwrap());
        let live = phones::find_live(db, user.id, keyring()).await.unwrap().unwrap();
        assert_eq!((live.id, live.number.expose(), live.linked_at), (first.id, first.number.expose(), NOW));
    }

    async fn an_ended_phone_makes_room_and_is_not_found(db) {
        let user = &insert_user(db).await;
        insert_phone(db, user).await;
        let end = || db.tx("test", |tx| async move { phones::end(&tx, user.id, NOW.plus(hours(1))).await });
        assert!(end().await.unwrap());
        assert!(!end().await.unwrap());
        assert!(phones::find_live(db, user.id, keyring()).await.unwrap().is_none());
        insert_phone(db, user).await;
    }

    async fn accounts_are_counted_by_number_without_storing_it(db) {
        let (one, other) = (&insert_user(db).await, &insert_user(db).await);
        let shared = insert_phone(db, one).await;
        let digest = phones::digest(keyring(), &shared.number);
        let same = &SealedPhone::seal(&Phone { number: shared.number.clone(), ..phone(other) }, keyring(), &mut rng()).unwrap();
        db.tx("test", |tx| async move { phones::insert(&tx, same).await }).await.unwrap();
        assert_eq!(phones::count_live_by_number(db, &digest).await.unwrap(), 2);
        db.tx("test", |tx| async move { phones::end(&tx, one.id, NOW).await }).await.unwrap();
        assert_eq!(phones::count_live_by_number(db, &digest).await.unwrap(), 1);
        let unknown = phones::digest(keyring(), &phone(one).number);
        assert_eq!(phones::count_live_by_number(db, &unknown).await.unwrap(), 0);
    }

    async fn of_fifty_links_at_once_one_holds(db) {
        let user = insert_user(db).await;
        let inserted = race(db, |instance, _| {
            let sealed = SealedPhone::seal(&phone(&user), keyring(), &mut rng()).unwrap();
            async move {
                let sealed = &sealed;
                instance.tx("link", |tx| async move { phones::insert(&tx, sealed).await }).await
            }
        }).await;
        assert_eq!(inserted.into_iter().filter(|inserted| *inserted).count(), 1);
    }

    async fn a_number_moved_to_another_row_does_not_open(db) {
        let (one, other) = (&insert_user(db).await, &insert_user(db).await);
        insert_phone(db, one).await;
        let later = NOW.plus(hours(1));
        let stolen = &Phone { linked_at: later, ..phone(other) };
        let sealed = &SealedPhone::seal(stolen, keyring(), &mut rng()).unwrap();
        db.tx("test", |tx| async move { phones::insert(&tx, sealed).await }).await.unwrap();
        let id = stolen.id.as_uuid();
        db.tamper(&[&format!(
            "UPDATE phones SET number_sealed = (SELECT p.number_sealed FROM phones AS p WHERE p.id <> phones.id) \
             WHERE linked_at = {}",
            later.as_micros()
        )]).await;
        let error = phones::find_live(db, other.id, keyring()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("impossible value in phones.number_sealed of row {id}"));
    }

    async fn only_phones_that_ended_long_ago_expire(db) {
        let (live, ended) = (&insert_user(db).await, &insert_user(db).await);
        insert_phone(db, live).await;
        insert_phone(db, ended).await;
        let expire = |before| db.tx("test", move |tx| async move { phones::expire(&tx, before, 10).await });
        db.tx("test", |tx| async move { phones::end(&tx, ended.id, NOW).await }).await.unwrap();
        assert_eq!(expire(NOW).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(days(1))).await.unwrap(), 1);
        assert!(phones::find_live(db, live.id, keyring()).await.unwrap().is_some());
    }
}
