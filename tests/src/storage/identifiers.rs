//! Identifiers: unique for all time, tombstones inherit nothing (security rule AC-9).

use authority::time::hours;
use authority::users::IdentifierKind;
use storage::identifiers::{self, Identified, Identifier, Insertion};
use storage::users;

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh, insert_user, keyring, race};

fn iin() -> Identifier<'static> {
    let value = identifiers::digest(keyring(), IdentifierKind::Iin, "KZ", &format!("{:012}", fresh()));
    Identifier {
        kind: IdentifierKind::Iin,
        authority: "KZ",
        value,
    }
}

both_databases! {
    async fn an_identifier_leads_to_its_user_and_no_other_does(db) {
        let (user, iin) = (&insert_user(db).await, &iin());
        let inserted = db.tx("test", |tx| async move { identifiers::insert(&tx, iin, user.id, NOW).await }).await;
        assert_eq!(inserted.unwrap(), Insertion::Inserted);
        let found = users::find_by_identifier(db, iin.kind, iin.authority, &iin.value).await.unwrap().unwrap();
        assert_eq!(found.id, user.id);
        for other in [
            Identifier { kind: IdentifierKind::SandboxLogin, ..*iin },
            Identifier { authority: "RU", ..*iin },
            self::iin(),
        ] {
            assert!(users::find_by_identifier(db, other.kind, other.authority, &other.value).await.unwrap().is_none());
            assert_eq!(identifiers::find(db, &other).await.unwrap(), None);
        }
    }

    async fn a_taken_identifier_names_who_has_it(db) {
        let (first, second, iin) = (&insert_user(db).await, &insert_user(db).await, &iin());
        let both = db.tx("test", |tx| async move {
            identifiers::insert(&tx, iin, first.id, NOW).await?;
            identifiers::insert(&tx, iin, second.id, NOW).await
        });
        assert_eq!(both.await.unwrap(), Insertion::Taken(Identified::User(first.id)));
    }

    async fn a_tombstone_leads_to_nobody_and_is_never_given_again(db) {
        let (gone, namesake, iin) = (&insert_user(db).await, &insert_user(db).await, &iin());
        let at = NOW.plus(hours(1));
        let outcome = db.tx("test", |tx| async move {
            identifiers::insert(&tx, iin, gone.id, NOW).await?;
            assert_eq!(identifiers::record_tombstones(&tx, gone.id, at).await?, 1);
            identifiers::insert(&tx, iin, namesake.id, at).await
        });
        assert_eq!(outcome.await.unwrap(), Insertion::Taken(Identified::Tombstone(at)));
        assert!(users::find_by_identifier(db, iin.kind, iin.authority, &iin.value).await.unwrap().is_none());
    }

    async fn of_fifty_first_sign_ins_one_makes_the_user(db) {
        let iin = iin();
        let outcomes = race(db, |instance, _| async move {
            let user = &crate::storage::fixtures::user();
            let iin = &iin;
            instance.tx("first_sign_in", |tx| async move {
                users::insert(&tx, user, NOW).await?;
                Ok::<_, storage::StorageError>((user.id, identifiers::insert(&tx, iin, user.id, NOW).await?))
            }).await
        }).await;
        let winners: Vec<_> = outcomes.iter().filter(|(_, outcome)| *outcome == Insertion::Inserted).collect();
        assert_eq!(winners.len(), 1);
        let winner = winners[0].0;
        assert!(outcomes.iter().all(|(user, outcome)| *user == winner || *outcome == Insertion::Taken(Identified::User(winner))));
    }

    async fn a_row_that_is_neither_live_nor_a_tombstone_is_impossible(db) {
        let (user, iin) = (&insert_user(db).await, &iin());
        db.tx("test", |tx| async move { identifiers::insert(&tx, iin, user.id, NOW).await }).await.unwrap();
        db.tamper(&["UPDATE identifiers SET tombstoned_at = 1"]).await;
        assert!(identifiers::find(db, iin).await.is_err());
        db.tamper(&["UPDATE identifiers SET tombstoned_at = NULL, user_id = NULL"]).await;
        assert!(identifiers::find(db, iin).await.is_err());
    }
}
