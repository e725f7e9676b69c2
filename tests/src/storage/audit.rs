//! The audit log: written with its effect, sealed without gaps, every change found (security rules DU-1, DU-2).

use authority::audit::{Actor, Event, EventKind};
use authority::ids::{EventId, UserId};
use authority::secret::{Kek, Keyring};
use authority::time::{Timestamp, seconds};
use storage::audit::{self, Problem, Seal, Verdict};
use storage::{Db, StorageError};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, keyring, race, rng};

fn event(user: Option<UserId>) -> Event {
    Event {
        user_id: user,
        address: Some("192.0.2.7".to_owned()),
        methods: "swk sms".to_owned(),
        reason: "wrong nonce".to_owned(),
        ..Event::new(EventId::from_uuid(fresh_uuid()), NOW, EventKind::SignedIn, Actor::User)
    }
}

async fn insert(db: &Db, count: usize) -> Vec<Event> {
    let events: Vec<Event> = (0..count).map(|_| event(None)).collect();
    let kept = &events;
    let inserted = db.tx("test", |tx| async move {
        for event in kept {
            audit::insert(&tx, event).await?;
        }
        Ok::<_, StorageError>(())
    });
    inserted.await.unwrap();
    events
}

async fn seal(db: &Db, now: Timestamp) -> Option<Seal> {
    db.tx("seal_audit", |tx| async move { audit::seal(&tx, keyring(), now).await })
        .await
        .unwrap()
}

/// Two seals: positions 1 to 3 and 4 to 6.
async fn six_events(db: &Db) {
    insert(db, 3).await;
    seal(db, NOW).await.unwrap();
    insert(db, 3).await;
    seal(db, NOW.plus(seconds(1))).await.unwrap();
}

async fn verify(db: &Db) -> Verdict {
    audit::verify(db, keyring()).await.unwrap()
}

const fn broken(position: i64, problem: Problem) -> Verdict {
    Verdict::Broken { position, problem }
}

both_databases! {
    async fn events_come_back_latest_first(db) {
        let user = UserId::from_uuid(fresh_uuid());
        let (first, second) = (&event(Some(user)), &Event { at: NOW.plus(seconds(1)), ..event(Some(user)) });
        db.tx("test", |tx| async move {
            audit::insert(&tx, first).await?;
            audit::insert(&tx, second).await
        }).await.unwrap();
        insert(db, 1).await;
        let list = audit::list_for_user(db, user, 10).await.unwrap();
        assert_eq!(format!("{list:?}"), format!("{:?}", [second, first]));
        assert_eq!(audit::list_for_user(db, user, 1).await.unwrap().len(), 1);
    }

    async fn a_rolled_back_effect_leaves_no_event(db) {
        let kept = &event(None);
        let failed = db.tx("test", |tx| async move {
            audit::insert(&tx, kept).await?;
            Err::<(), _>(StorageError::Contended("test"))
        });
        assert!(failed.await.is_err());
        assert!(seal(db, NOW).await.is_none());
    }

    async fn sealing_takes_all_that_is_pending_and_links_it_to_what_was(db) {
        assert!(seal(db, NOW).await.is_none());
        assert_eq!(verify(db).await, Verdict::Intact { events: 0 });
        insert(db, 3).await;
        assert_eq!(audit::find_oldest_pending(db).await.unwrap(), Some(NOW));
        let first = seal(db, NOW).await.unwrap();
        assert_eq!((first.first_position, first.position), (1, 3));
        assert_eq!(audit::find_oldest_pending(db).await.unwrap(), None);
        insert(db, 2).await;
        let second = seal(db, NOW).await.unwrap();
        assert_eq!((second.first_position, second.position), (4, 5));
        assert_eq!(verify(db).await, Verdict::Intact { events: 5 });
        assert!(seal(db, NOW).await.is_none());
    }

    async fn more_than_a_page_is_sealed_and_verified(db) {
        insert(db, 2_500).await;
        assert_eq!(seal(db, NOW).await.unwrap().position, 2_500);
        insert(db, 1).await;
        seal(db, NOW).await.unwrap();
        assert_eq!(verify(db).await, Verdict::Intact { events: 2_501 });
    }

    async fn sealers_and_writers_at_once_lose_nothing(db) {
        race(db, |instance, number| async move {
            insert(&instance, 2).await;
            if number % 5 == 0 {
                // Without a lease two sealers meet: one of them is told so and changes nothing.
                drop(instance.tx("seal_audit", |tx| async move { audit::seal(&tx, keyring(), NOW).await }).await);
            }
            Ok(())
        }).await;
        seal(db, NOW).await;
        assert_eq!(verify(db).await, Verdict::Intact { events: 100 });
    }

    async fn a_change_of_any_member_is_found_at_its_position(db) {
        for change in [
            "occurred_at = occurred_at + 1",
            "kind = 'signed_out'",
            "kind = 'nothing_happened'",
            "actor = 'operator'",
            "actor = 'nobody'",
            "user_id = id",
            "client_id = 'diary'",
            "client_id = ''",
            "device_id = id",
            "session_id = id",
            "address = NULL",
            "address = '192.0.2.8'",
            "methods = 'swk'",
            "reason = ''",
            "reference = 'x'",
        ] {
            let of_position = "WHERE id = (SELECT event_id FROM audit_links WHERE position = 2)";
            db.tamper(&["DELETE FROM audit_pending", "DELETE FROM audit_links", "DELETE FROM audit_seals", "DELETE FROM audit_events"]).await;
            six_events(db).await;
            assert_eq!(verify(db).await, Verdict::Intact { events: 6 });
            db.tamper(&[&format!("UPDATE audit_events SET {change} {of_position}")]).await;
            assert_eq!(verify(db).await, broken(2, Problem::EventChanged), "{change}");
        }
    }

    async fn a_changed_event_with_a_fitting_digest_is_found_too(db) {
        six_events(db).await;
        let other = event(None);
        let digest = storage::audit::hex(&other.digest());
        let literal = if db.url.starts_with("sqlite") { format!("x'{digest}'") } else { format!("'\\x{digest}'::bytea") };
        db.tamper(&[&format!(
            "UPDATE audit_events SET digest = {literal} WHERE id = (SELECT event_id FROM audit_links WHERE position = 5)"
        )]).await;
        assert_eq!(verify(db).await, broken(5, Problem::EventChanged));
    }

    async fn removals_are_found(db) {
        for (statements, verdict) in [
            (vec!["DELETE FROM audit_events WHERE id = (SELECT event_id FROM audit_links WHERE position = 4)"], broken(4, Problem::EventMissing)),
            (vec!["DELETE FROM audit_links WHERE position = 4"], broken(4, Problem::LinkMissing)),
            (vec!["DELETE FROM audit_links WHERE position >= 5"], broken(5, Problem::LinkMissing)),
            (vec!["DELETE FROM audit_seals WHERE position = 3"], broken(1, Problem::SealWrong)),
            (vec!["DELETE FROM audit_seals WHERE position = 6"], broken(4, Problem::SealWrong)),
            (vec!["DELETE FROM audit_seals WHERE position = 6", "DELETE FROM audit_links WHERE position > 3"], broken(4, Problem::EventUnlinked)),
        ] {
            db.tamper(&["DELETE FROM audit_links", "DELETE FROM audit_seals", "DELETE FROM audit_events"]).await;
            six_events(db).await;
            db.tamper(&statements).await;
            assert_eq!(verify(db).await, verdict, "{statements:?}");
        }
    }

    async fn swapped_positions_are_found(db) {
        six_events(db).await;
        db.tamper(&[
            "UPDATE audit_links SET position = 100 WHERE position = 2",
            "UPDATE audit_links SET position = 2 WHERE position = 3",
            "UPDATE audit_links SET position = 3 WHERE position = 100",
        ]).await;
        assert_eq!(verify(db).await, broken(2, Problem::LinkChanged));
    }

    async fn an_altered_seal_is_found(db) {
        for change in ["sealed_at = sealed_at + 1", "signature = head", "head = signature", "first_position = 2"] {
            db.tamper(&["DELETE FROM audit_links", "DELETE FROM audit_seals", "DELETE FROM audit_events"]).await;
            six_events(db).await;
            db.tamper(&[&format!("UPDATE audit_seals SET {change} WHERE position = 3")]).await;
            assert_eq!(verify(db).await, broken(1, Problem::SealWrong), "{change}");
        }
    }

    async fn a_chain_sealed_with_another_key_is_not_ours(db) {
        six_events(db).await;
        let other = Keyring::derive(&Kek::mint(&mut rng())).unwrap();
        assert_eq!(audit::verify(db, &other).await.unwrap(), broken(1, Problem::SealWrong));
    }

    async fn seals_are_handed_out_once(db) {
        six_events(db).await;
        let list = audit::list_unexported(db, 10).await.unwrap();
        assert_eq!(list.iter().map(|seal| seal.position).collect::<Vec<_>>(), vec![3, 6]);
        db.tx("export", |tx| async move { audit::record_exported(&tx, 3, NOW).await }).await.unwrap();
        assert_eq!(audit::list_unexported(db, 10).await.unwrap().len(), 1);
    }
}
