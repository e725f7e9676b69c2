//! Interactions: kept requests, changed by compare-and-set, answered once.

use authority::authorization::{ClaimName, ClaimsRequest, Interaction, InteractionStep, Progress};
use authority::ids::{InteractionId, SessionId};
use authority::locale::Locale;
use authority::time::{hours, minutes};
use storage::interactions::Source;
use storage::{Write, attempts, interactions};

use crate::storage::both_databases;
use crate::storage::fixtures::{NOW, fresh_digest, fresh_uuid, insert_attempt, insert_client, interaction, race};

/// A network of its own, with room.
fn anywhere() -> Source {
    Source {
        network: fresh_digest(),
        most: 100,
    }
}

async fn insert(db: &storage::Db) -> Interaction {
    let client = insert_client(db).await;
    let kept = interaction(&client);
    let row = &kept;
    db.tx(
        "test",
        |tx| async move { interactions::insert(&tx, row, &anywhere()).await },
    )
    .await
    .unwrap();
    kept
}

both_databases! {
    async fn a_network_has_so_many_open_interactions_and_others_their_own(db) {
        let client = &insert_client(db).await;
        let source = Source { network: fresh_digest(), most: 3 };
        let add = |source: Source, later: authority::time::Timestamp| async move {
            let kept = &Interaction { started_at: later, ..interaction(client) };
            let inserted = db.tx("test", |tx| async move { interactions::insert(&tx, kept, &source).await });
            (inserted.await.unwrap(), kept.id)
        };
        let mut ids = Vec::new();
        for _ in 0..3 {
            let (inserted, id) = add(source, NOW).await;
            assert!(inserted);
            ids.push(id);
        }
        assert!(!add(source, NOW).await.0);
        assert!(interactions::find(db, add(source, NOW).await.1).await.unwrap().is_none());
        assert!(add(anywhere(), NOW).await.0);
        assert_eq!(interactions::count_open(db, NOW).await.unwrap(), 4);
        // One that is answered makes room, and so do those whose time is over.
        let answered = ids[0];
        assert!(db.tx("take", |tx| async move { interactions::take(&tx, answered, NOW).await }).await.unwrap());
        assert_eq!(interactions::count_open(db, NOW).await.unwrap(), 3);
        assert!(add(source, NOW).await.0);
        assert!(!add(source, NOW).await.0);
        let over = interaction(client).expires_at;
        assert!(add(source, over).await.0);
    }

    async fn at_one_moment_no_more_pass_than_ask_at_it(db) {
        let client = insert_client(db).await;
        let source = Source { network: fresh_digest(), most: 10 };
        let one = interaction(&client);
        race(db, |instance, _| {
            let one = one.clone();
            async move {
            let kept = &Interaction { id: InteractionId::from_uuid(fresh_uuid()), ..one };
            instance.tx("test", |tx| async move { interactions::insert(&tx, kept, &source).await }).await
            }
        }).await;
        let open = interactions::count_open(db, NOW).await.unwrap();
        assert!((10..=50).contains(&open), "{open}");
        let late = &interaction(&client);
        assert!(!db.tx("test", |tx| async move { interactions::insert(&tx, late, &source).await }).await.unwrap());
    }

    async fn a_request_comes_back_as_it_was_kept(db) {
        let client = insert_client(db).await;
        let mut kept = interaction(&client);
        kept.request.ui_locale = Some(Locale::Kk);
        kept.request.claims = ClaimsRequest { userinfo: vec![ClaimName::Iin], auth_time: true, ..ClaimsRequest::default() };
        let kept = &kept;
        db.tx("test", |tx| async move { interactions::insert(&tx, kept, &anywhere()).await }).await.unwrap();
        let found = interactions::find(db, kept.id).await.unwrap().unwrap();
        assert_eq!(found.request, kept.request);
        assert!(found.browser_digest.matches(&kept.browser_digest));
        assert_eq!((found.step, found.progress, found.version), (kept.step, kept.progress, kept.version));
        assert_eq!((found.started_at, found.expires_at), (kept.started_at, kept.expires_at));
    }

    async fn progress_is_recorded_by_who_read_the_latest_version_only(db) {
        let read = insert(db).await;
        let progress = Progress {
            session: Some(SessionId::from_uuid(fresh_uuid())),
            signed_in: true,
            ..Progress::default()
        };
        let first = &Interaction { progress, ..read.clone() };
        let second = &Interaction { progress: Progress { consented: true, ..progress }, ..read.clone() };
        let record = |row| db.tx("test", move |tx| async move { interactions::record(&tx, row).await });
        assert_eq!(record(first).await.unwrap(), Write::Done);
        assert_eq!(record(second).await.unwrap(), Write::Lost);
        let found = interactions::find(db, read.id).await.unwrap().unwrap();
        assert_eq!((found.progress, found.version), (progress, read.version + 1));
    }

    async fn each_member_of_progress_is_kept_apart_from_the_others(db) {
        let mut read = insert(db).await;
        let (chosen, proven) = (SessionId::from_uuid(fresh_uuid()), SessionId::from_uuid(fresh_uuid()));
        for progress in [
            Progress { proven_session: Some(proven), ..Progress::default() },
            Progress { session: Some(chosen), proven_session: Some(proven), ..Progress::default() },
            Progress { session: Some(chosen), consented: true, ..Progress::default() },
            Progress { signed_in: true, ..Progress::default() },
            Progress::default(),
        ] {
            read.progress = progress;
            let row = &read;
            let recorded = db.tx("test", |tx| async move { interactions::record(&tx, row).await }).await;
            assert_eq!(recorded.unwrap(), Write::Done);
            read = interactions::find(db, read.id).await.unwrap().unwrap();
            assert_eq!(read.progress, progress);
        }
        let mut kept = interaction(&insert_client(db).await);
        kept.progress.proven_session = Some(proven);
        let row = &kept;
        db.tx("test", |tx| async move { interactions::insert(&tx, row, &anywhere()).await }).await.unwrap();
        assert_eq!(interactions::find(db, kept.id).await.unwrap().unwrap().progress, kept.progress);
    }

    async fn of_two_proofs_read_at_the_same_version_one_is_recorded(db) {
        let read = insert(db).await;
        let done = race(db, move |instance, _| {
            let read = read.clone();
            async move {
            let progress = Progress { proven_session: Some(SessionId::from_uuid(fresh_uuid())), ..Progress::default() };
            let row = &Interaction { progress, ..read.clone() };
            instance.tx("test", |tx| async move { interactions::record(&tx, row).await }).await
            }
        }).await;
        assert_eq!(done.into_iter().filter(|write| *write == Write::Done).count(), 1);
    }

    async fn of_fifty_responses_one_leaves(db) {
        let kept = insert(db).await;
        let taken = race(db, |instance, _| async move {
            instance.tx("respond", |tx| async move { interactions::take(&tx, kept.id, NOW).await }).await
        }).await;
        assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 1);
        let found = interactions::find(db, kept.id).await.unwrap().unwrap();
        assert_eq!(found.step, InteractionStep::Consumed { at: NOW });
    }

    async fn a_completed_interaction_takes_no_more_progress(db) {
        let read = insert(db).await;
        let read = &read;
        db.tx("test", |tx| async move { interactions::take(&tx, read.id, NOW).await }).await.unwrap();
        let late = &interactions::find(db, read.id).await.unwrap().unwrap();
        let recorded = db.tx("test", |tx| async move { interactions::record(&tx, late).await }).await;
        assert_eq!(recorded.unwrap(), Write::Lost);
    }

    async fn an_expired_interaction_is_not_answered(db) {
        let kept = insert(db).await;
        let take = |now| db.tx("test", move |tx| async move { interactions::take(&tx, kept.id, now).await });
        assert!(!take(kept.expires_at).await.unwrap());
        assert!(take(kept.expires_at.minus(minutes(1))).await.unwrap());
    }

    async fn an_interaction_expires_with_its_attempts(db) {
        let attempt = insert_attempt(db).await;
        let expire = |before| db.tx("test", move |tx| async move { interactions::expire(&tx, before, 10).await });
        assert_eq!(expire(NOW).await.unwrap(), 0);
        assert_eq!(expire(NOW.plus(hours(1))).await.unwrap(), 1);
        assert!(attempts::find_latest(db, attempt.interaction_id).await.unwrap().is_none());
    }

    async fn a_request_of_another_client_is_impossible(db) {
        let kept = insert(db).await;
        insert_client(db).await;
        db.tamper(&["UPDATE interactions SET client_id = (SELECT MAX(id) FROM clients WHERE id <> interactions.client_id)"]).await;
        assert!(interactions::find(db, kept.id).await.is_err());
        db.tamper(&["UPDATE interactions SET request = '{}'"]).await;
        assert!(interactions::find(db, kept.id).await.is_err());
    }
}
