//! Whatever is committed gets its place in the chain, once.

use authority::audit::{Actor, Event, EventKind};
use authority::ids::EventId;
use authority::time::{Timestamp, seconds};
use jobs::seal_audit;
use storage::Db;
use storage::audit::{self, Verdict};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, keyring, race, rng};

async fn happens(db: &Db, at: Timestamp) {
    let event = Event::new(EventId::mint(at, &mut rng()), at, EventKind::SignedIn, Actor::User);
    let event = &event;
    db.tx("event", |tx| async move { audit::insert(&tx, event).await })
        .await
        .unwrap();
}

both_databases! {
    async fn what_is_pending_is_sealed_once_and_the_chain_holds(db) {
        for second in 0..5 {
            happens(db, NOW.plus(seconds(second))).await;
        }
        assert!(seal_audit(db, keyring(), NOW.plus(seconds(5))).await.unwrap().is_some());
        assert!(seal_audit(db, keyring(), NOW.plus(seconds(6))).await.unwrap().is_none());
        assert!(matches!(audit::verify(db, keyring()).await.unwrap(), Verdict::Intact { events: 5 }));
    }

    async fn a_sealer_that_was_away_catches_up_in_one_round(db) {
        let backlog = usize::try_from(storage::audit::Seal::MOST).unwrap() + 5;
        let mut ids = rng();
        let events: Vec<_> = (0..backlog)
            .map(|_| Event::new(EventId::mint(NOW, &mut ids), NOW, EventKind::SignedIn, Actor::User))
            .collect();
        let events = &events;
        db.tx("events", |tx| async move {
            for event in events {
                audit::insert(&tx, event).await?;
            }
            Ok::<_, storage::StorageError>(())
        }).await.unwrap();
        let last = seal_audit(db, keyring(), NOW.plus(seconds(90))).await.unwrap().unwrap();
        assert_eq!((last.covered(), last.position), (5, i64::try_from(backlog).unwrap()));
        assert!(audit::find_oldest_pending(db).await.unwrap().is_none());
    }

    async fn two_sealers_at_once_make_one_chain(db) {
        for second in 0..20 {
            happens(db, NOW.plus(seconds(second))).await;
        }
        let sealed = race(db, |db, _| async move { Ok(seal_audit(&db, keyring(), NOW.plus(seconds(60))).await.ok().flatten()) }).await;
        assert!(sealed.iter().flatten().count() >= 1);
        assert!(audit::find_oldest_pending(db).await.unwrap().is_none());
        assert!(matches!(audit::verify(db, keyring()).await.unwrap(), Verdict::Intact { events: 20 }));
    }

    async fn a_chain_whose_end_was_cut_off_is_missed_at_the_seal_that_was_handed_out(db) {
        for second in 0..3 {
            happens(db, NOW.plus(seconds(second))).await;
        }
        let seal = seal_audit(db, keyring(), NOW.plus(seconds(5))).await.unwrap().unwrap();
        assert!(audit::list_unexported(db, 10).await.unwrap().is_empty(), "it was handed out");
        assert_eq!(audit::find_head(db, seal.position).await.unwrap().unwrap(), seal.head);
        db.tamper(&["DELETE FROM audit_links", "DELETE FROM audit_seals", "DELETE FROM audit_events"]).await;
        assert!(matches!(audit::verify(db, keyring()).await.unwrap(), Verdict::Intact { events: 0 }));
        assert!(audit::find_head(db, seal.position).await.unwrap().is_none());
    }
}
