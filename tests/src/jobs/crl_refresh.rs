//! Fetching revocation lists: one node fetches, all use; what cannot be used changes nothing (CE-8, CE-16).

use authority::time::{minutes, seconds};
use jobs::{ListsInUse, Refreshed};
use storage::revocation_objects::{self, FetchedObject, RevocationObject};
use testkit::responder::ListMode;

use crate::harness::Town;
use crate::storage::both_databases;

async fn refreshes(town: &Town) -> Vec<Refreshed> {
    town.app
        .jobs
        .lists
        .refresh(town.app.db(), town.app.now())
        .await
        .unwrap()
}

both_databases! {
    async fn each_address_is_asked_in_its_time_and_an_unchanged_list_is_not_fetched_again(db) {
        let town = Town::by_lists(db).await;
        town.centre.publish().unwrap();
        town.centre.publish_changes().unwrap();
        assert_eq!(refreshes(&town).await, [Refreshed::New, Refreshed::New]);
        assert_eq!(refreshes(&town).await, [], "nothing is due");
        town.advance(minutes(10));
        assert_eq!(refreshes(&town).await, [Refreshed::Unchanged, Refreshed::Unchanged]);
        assert_eq!(town.centre.counts(), (0, 2, 2), "two were served, two found unchanged");
    }

    async fn an_address_of_no_use_is_asked_again_a_minute_later_and_its_list_stays(db) {
        let town = Town::by_lists(db).await;
        town.centre.publish().unwrap();
        town.advance(seconds(60));
        town.centre.publish().unwrap();
        town.centre.publish_changes().unwrap();
        refreshes(&town).await;
        let url = town.server.complete_url();
        let kept = revocation_objects::find(db, &url).await.unwrap().unwrap();
        for mode in [ListMode::Down, ListMode::Damaged, ListMode::Previous] {
            town.centre.serves(mode);
            town.advance(minutes(10));
            assert_eq!(refreshes(&town).await[0], Refreshed::Failed, "{mode:?}");
            assert_eq!(revocation_objects::find(db, &url).await.unwrap().unwrap(), kept, "{mode:?}");
            town.advance(seconds(59));
            assert_eq!(refreshes(&town).await, [], "not yet");
            town.advance(seconds(1));
            assert_eq!(refreshes(&town).await[0], Refreshed::Failed, "{mode:?}");
        }
    }

    async fn every_node_uses_what_one_fetched(db) {
        let town = Town::by_lists(db).await;
        let other = town.app.another_node(db.another().await).await;
        town.publishes().await;
        assert!(other.state.eds.crls().is_empty());
        let mut lists = ListsInUse::default();
        assert!(lists.take_over(other.db(), &other.jobs.lists, other.now()).await.unwrap());
        assert_eq!(other.state.eds.crls().len(), 1);
        assert!(!lists.take_over(other.db(), &other.jobs.lists, other.now()).await.unwrap(), "nothing is new");
        town.advance(minutes(10));
        town.publishes().await;
        assert!(lists.take_over(other.db(), &other.jobs.lists, other.now()).await.unwrap());
    }

    async fn of_two_nodes_that_fetch_at_once_one_keeps_the_list(db) {
        let town = Town::by_lists(db).await;
        let other = town.app.another_node(db.another().await).await;
        town.centre.publish().unwrap();
        let now = town.app.now();
        let (one, two) = tokio::join!(
            town.app.jobs.lists.refresh(town.app.db(), now),
            other.jobs.lists.refresh(other.db(), now)
        );
        one.unwrap();
        two.unwrap();
        let kept = revocation_objects::find(db, &town.server.complete_url()).await.unwrap().unwrap();
        assert_eq!(kept.version, 1);
    }

    async fn a_database_that_was_set_back_takes_no_node_back_to_an_older_list(db) {
        let town = Town::by_lists(db).await;
        let (app, url) = (&town.app, town.server.complete_url());
        let (lists, mut in_use) = (&app.jobs.lists, ListsInUse::default());
        let kept = || async { revocation_objects::find(db, &url).await.unwrap().unwrap() };
        let writes = |old: RevocationObject, replaces| {
            let object = FetchedObject {
                url: old.url,
                replaces,
                der: old.der.unwrap(),
                number: None,
                this_update: app.now(),
                next_update: app.now(),
                etag: None,
                last_modified: None,
            };
            async move {
                let (object, now) = (&object, app.now());
                let done = db.tx("test", |tx| async move { revocation_objects::record_fetched(&tx, object, (now, now)).await });
                assert!(done.await.unwrap());
            }
        };
        town.centre.publish().unwrap();
        refreshes(&town).await;
        let old = kept().await;
        assert!(in_use.take_over(db, lists, app.now()).await.unwrap());
        town.advance(minutes(10));
        town.revokes("aigerim");
        town.centre.publish().unwrap();
        refreshes(&town).await;
        assert!(in_use.take_over(db, lists, app.now()).await.unwrap());
        let (newest, used) = (kept().await, app.state.eds.crls());
        assert_eq!(used[0].entries, 1);

        // It is validly signed and its time is not over; it only does not know the last revocation.
        writes(old, newest.version).await;
        for _ in 0..2 {
            assert!(!in_use.take_over(db, lists, app.now()).await.unwrap());
            assert_eq!(app.state.eds.crls(), used, "what was used stays");
        }
        // What the centre publishes next is taken over as always.
        town.advance(minutes(10));
        town.revokes("nurlan");
        town.centre.publish().unwrap();
        refreshes(&town).await;
        assert!(in_use.take_over(db, lists, app.now()).await.unwrap());
        assert_eq!(app.state.eds.crls()[0].entries, 2);
    }

    async fn a_list_of_another_kind_drives_out_no_list_that_still_counts(db) {
        let town = Town::by_lists(db).await;
        let (app, url) = (&town.app, town.server.complete_url());
        let (lists, mut in_use) = (&app.jobs.lists, ListsInUse::default());
        town.centre.publish().unwrap();
        town.advance(seconds(1));
        town.centre.publish_changes().unwrap();
        refreshes(&town).await;
        assert!(in_use.take_over(db, lists, app.now()).await.unwrap());
        let used = app.state.eds.crls();
        assert_eq!(used.len(), 2);
        db.tamper(&[&format!(
            "UPDATE revocation_objects SET version = version + 1, \
             der = (SELECT der FROM revocation_objects WHERE url <> '{url}') WHERE url = '{url}'"
        )]).await;
        assert!(!in_use.take_over(db, lists, app.now()).await.unwrap());
        assert_eq!(app.state.eds.crls(), used, "what was used stays");
    }

    async fn a_list_that_somebody_wrote_into_the_database_is_not_believed(db) {
        let town = Town::by_lists(db).await;
        town.publishes().await;
        town.advance(minutes(10));
        let url = town.server.complete_url();
        let kept = revocation_objects::find(db, &url).await.unwrap().unwrap();
        let forged = FetchedObject {
            url: url.clone(),
            replaces: kept.version,
            der: b"nothing".to_vec(),
            number: None,
            this_update: town.app.now(),
            next_update: town.app.now(),
            etag: None,
            last_modified: None,
        };
        let (forged, now) = (&forged, town.app.now());
        db.tx("test", |tx| async move { revocation_objects::record_fetched(&tx, forged, (now, now)).await })
            .await
            .unwrap();
        assert!(!ListsInUse::default().take_over(db, &town.app.jobs.lists, town.app.now()).await.unwrap());
        assert_eq!(town.app.state.eds.crls().len(), 1, "what was used stays");
    }
}
