//! Records of evidence: encrypted for their row, what they share kept once, deleted with their age (security rule CE-15).

use std::sync::Arc;

use authority::audit::{Actor, Event, EventKind};
use authority::ids::{AttemptId, EventId, UserId};
use authority::time::{days, seconds};
use storage::audit::{Problem, Verdict};
use storage::evidence::{self, About, Evidence, SealedEvidence, SharedObject};
use storage::{Db, StorageError, audit, users};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_uuid, keyring, race, rng, user};

const RECORD: &[u8] = br#"{"iin":"900315300123"}"#;

fn list() -> Arc<[u8]> {
    Arc::from(b"a revocation list".as_slice())
}

async fn known_user(db: &Db) -> UserId {
    let user = &user();
    db.tx("test", |tx| async move { users::insert(&tx, user, NOW).await })
        .await
        .unwrap();
    user.id
}

fn about(user: UserId) -> About {
    About {
        event: EventId::from_uuid(fresh_uuid()),
        attempt: AttemptId::from_uuid(fresh_uuid()),
        user,
        at: NOW,
    }
}

/// Keeps a record as a first stage does: with the event that carries its digest.
async fn keep(db: &Db, about: About, record: &[u8], objects: Vec<Arc<[u8]>>) {
    let shared = |content: Arc<[u8]>| SharedObject {
        digest: aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content)
            .as_ref()
            .try_into()
            .unwrap(),
        content,
    };
    let objects = objects.into_iter().map(shared).collect();
    let sealed = &SealedEvidence::seal(about, record, objects, keyring(), &mut rng()).unwrap();
    let event = &Event {
        user_id: Some(about.user),
        evidence: Some(sealed.digest()),
        ..Event::new(about.event, about.at, EventKind::FirstStagePassed, Actor::User)
    };
    let kept = db.tx("test", |tx| async move {
        evidence::insert(&tx, sealed).await?;
        audit::insert(&tx, event).await
    });
    kept.await.map_err(|error: StorageError| error).unwrap();
}

async fn find(db: &Db, about: About) -> Option<Evidence> {
    evidence::find(db, about.event, keyring()).await.unwrap()
}

async fn count(db: &crate::storage::TestDatabase, table: &str) -> u64 {
    use sea_orm::{ConnectionTrait as _, Statement};
    let raw = db.raw().await;
    let sql = format!("SELECT COUNT(*) AS total FROM {table}");
    let row = raw
        .query_one_raw(Statement::from_string(raw.get_database_backend(), sql))
        .await
        .unwrap()
        .unwrap();
    let total: i64 = row.try_get("", "total").unwrap();
    raw.close().await.unwrap();
    u64::try_from(total).unwrap()
}

both_databases! {
    async fn a_record_comes_back_as_it_was_written(db) {
        let about = about(known_user(db).await);
        keep(db, about, RECORD, vec![list(), Arc::from(b"a certificate".as_slice())]).await;
        let found = find(db, about).await.unwrap();
        assert_eq!((found.about, found.record.as_slice()), (about, RECORD));
        let mut objects = found.objects;
        objects.sort();
        assert_eq!(objects, [b"a certificate".to_vec(), b"a revocation list".to_vec()]);
        assert_eq!(evidence::find_of_attempt(db, about.attempt).await.unwrap(), Some(about));
        assert_eq!(evidence::list_for_user(db, about.user, 10).await.unwrap(), [about]);
        let other = AttemptId::from_uuid(fresh_uuid());
        assert_eq!(evidence::find_of_attempt(db, other).await.unwrap(), None);
    }

    async fn what_records_share_is_kept_once(db) {
        let user = known_user(db).await;
        for _ in 0..3 {
            keep(db, about(user), RECORD, vec![list()]).await;
        }
        assert_eq!((count(db, "evidence").await, count(db, "evidence_objects").await), (3, 1));
        assert_eq!(count(db, "evidence_uses").await, 3);
    }

    async fn of_fifty_sign_ins_with_the_same_list_each_keeps_its_record(db) {
        let user = known_user(db).await;
        race(db, |db, _| async move {
            keep(&db, about(user), RECORD, vec![list()]).await;
            Ok(())
        })
        .await;
        assert_eq!((count(db, "evidence").await, count(db, "evidence_objects").await), (50, 1));
    }

    /// Whoever reads the database alone learns nobody's number.
    async fn the_record_is_not_readable_in_the_database(db) {
        let about = about(known_user(db).await);
        keep(db, about, RECORD, Vec::new()).await;
        let needle = if db.url.starts_with("postgres") {
            "encode(record_sealed, 'escape') LIKE '%900315300123%'"
        } else {
            "instr(record_sealed, CAST('900315300123' AS BLOB)) > 0"
        };
        assert_eq!(count(db, &format!("evidence WHERE {needle}")).await, 0);
        assert_eq!(count(db, "evidence").await, 1);
    }

    async fn an_altered_record_or_object_is_not_given_out(db) {
        let user = known_user(db).await;
        let (one, other) = (about(user), about(user));
        keep(db, one, RECORD, vec![list()]).await;
        keep(db, other, b"another", vec![list()]).await;
        // A record of one event in the row of another.
        db.tamper(&["UPDATE evidence SET record_sealed = (SELECT record_sealed FROM evidence e ORDER BY event_id DESC LIMIT 1)"]).await;
        assert!(evidence::find(db, one.event, keyring()).await.is_err());
        assert!(evidence::find(db, other.event, keyring()).await.is_ok());
        let content = if db.url.starts_with("postgres") { "'\\x00'" } else { "X'00'" };
        db.tamper(&[&format!("UPDATE evidence_objects SET content = {content}")]).await;
        assert!(evidence::find(db, other.event, keyring()).await.is_err());
    }

    /// The record is covered by the chain through its digest.
    async fn another_digest_of_a_record_breaks_the_audit_chain(db) {
        let about = about(known_user(db).await);
        keep(db, about, RECORD, Vec::new()).await;
        let sealed = db.tx("seal_audit", |tx| async move { audit::seal(&tx, keyring(), NOW.plus(seconds(1))).await });
        sealed.await.unwrap().unwrap();
        assert_eq!(audit::verify(db, keyring()).await.unwrap(), Verdict::Intact { events: 1 });
        db.tamper(&["UPDATE audit_events SET evidence_digest = NULL"]).await;
        let broken = Verdict::Broken { position: 1, problem: Problem::EventChanged };
        assert_eq!(audit::verify(db, keyring()).await.unwrap(), broken);
    }

    async fn old_records_go_and_then_what_nobody_uses_any_more(db) {
        let user = known_user(db).await;
        let (old, young) = (about(user), About { at: NOW.plus(days(2)), ..about(user) });
        keep(db, old, RECORD, vec![list(), Arc::from(b"a root".as_slice())]).await;
        keep(db, young, RECORD, vec![Arc::from(b"a root".as_slice())]).await;
        let before = NOW.plus(days(1));
        let expired = db.tx("expire", |tx| async move {
            let records = evidence::expire(&tx, before, 10).await?;
            Ok::<_, StorageError>((records, evidence::expire_objects(&tx, before, 10).await?))
        });
        assert_eq!(expired.await.unwrap(), (1, 1), "the root is in use");
        assert_eq!(find(db, old).await, None);
        assert_eq!(find(db, young).await.unwrap().objects, [b"a root".to_vec()]);
        let again = db.tx("expire", |tx| async move { evidence::expire(&tx, NOW, 10).await });
        assert_eq!(again.await.map_err(|error: StorageError| error).unwrap(), 0, "at its instant exactly it stays");
    }
}
