//! A certificate that is revoked during a session (CE-12): what rests on it ends, clients are told, once.

use authority::time::{days, hours, minutes};
use testkit::responder::OcspMode;

use crate::harness::Town;
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";
const STOPPED: &str = "certificate_stopped revoked";

both_databases! {
    async fn a_session_its_refresh_token_and_its_access_token_end_and_the_client_is_told_once(db) {
        let town = Town::by_lists(db).await;
        let app = &town.app;
        let endpoint = app.told_of_ends().await;
        town.publishes().await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        let back = app.first_sign_in(&mut browser, LOGIN, &request).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let (access, refresh) = (tokens.text("access_token").to_owned(), tokens.text("refresh_token").to_owned());
        assert_eq!(town.watches().await, 0);

        town.revokes(LOGIN);
        town.advance(minutes(2));
        town.centre.publish_changes().unwrap();
        town.fetches().await;
        assert_eq!(diary.userinfo(&access).await.status, 200, "nobody has looked yet");
        assert_eq!(town.watches().await, 1);

        assert_eq!(diary.userinfo(&access).await.status, 401);
        assert_eq!(diary.refreshes(&refresh).await.summary(), "400 invalid_grant");
        browser.open(&diary.request(&[])).await.status(200).expect("eds");
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1);

        // Not again: by another node, after a restart, at the next list.
        town.advance(minutes(10));
        town.publishes().await;
        assert_eq!(town.watches().await, 0);
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1);
        assert_eq!(app.trace(LOGIN).await.iter().filter(|one| *one == STOPPED).count(), 1);
    }

    async fn of_two_nodes_that_learn_it_at_once_one_ends_it(db) {
        let town = Town::by_lists(db).await;
        town.publishes().await;
        let other = town.app.another_node(db.another().await).await;
        town.app.bound_browser(LOGIN).await;
        town.revokes(LOGIN);
        town.advance(minutes(10));
        town.publishes().await;
        jobs::ListsInUse::default().take_over(other.db(), &other.jobs.lists, other.now()).await.unwrap();
        let (mut one, now) = (town.watch(), town.app.now());
        let lists = &other.jobs.lists;
        let mut two = jobs::RevocationWatch::new(std::sync::Arc::clone(&lists.eds));
        let (one, two) = tokio::join!(one.round(&town.app.state.provider, now), two.round(&other.state.provider, now));
        assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
        assert_eq!(town.app.trace(LOGIN).await.iter().filter(|one| *one == STOPPED).count(), 1);
    }

    async fn others_go_on_and_so_does_a_key_that_nobody_can_say_anything_about(db) {
        let town = Town::on(db, "").await;
        town.publishes().await;
        for login in [LOGIN, "nurlan"] {
            town.app.bound_browser(login).await;
        }
        town.revokes("nurlan");
        town.advance(minutes(10));
        town.publishes().await;
        assert_eq!(town.watches().await, 1);
        assert!(!town.app.trace(LOGIN).await.contains(&STOPPED.to_owned()));
        // The lists end and the responder is down: that is no revocation.
        town.revokes(LOGIN);
        town.centre.answers(OcspMode::Down);
        town.advance(hours(1));
        assert_eq!(town.watches().await, 0);
    }

    async fn where_no_list_covers_a_key_the_responder_is_asked_once_an_hour(db) {
        let town = Town::on(db, "").await;
        town.app.bound_browser(LOGIN).await;
        let asked = || town.centre.counts().0;
        let before = asked();
        let (mut watch, provider) = (town.watch(), &town.app.state.provider);
        for _ in 0..3 {
            assert_eq!(watch.round(provider, town.app.now()).await.unwrap(), []);
        }
        assert_eq!(asked(), before + 1);
        town.revokes(LOGIN);
        town.advance(hours(1));
        assert_eq!(watch.round(provider, town.app.now()).await.unwrap().len(), 1);
        assert_eq!(asked(), before + 2);
        // A stopped key is not asked about any more.
        town.advance(days(1));
        assert_eq!(watch.round(provider, town.app.now()).await.unwrap(), []);
        assert_eq!(asked(), before + 2);
    }

    async fn a_question_that_nobody_answered_is_asked_again_in_the_next_round(db) {
        let town = Town::on(db, "").await;
        town.app.bound_browser(LOGIN).await;
        town.revokes(LOGIN);
        let asked = || town.centre.counts().0;
        let before = asked();
        let (mut watch, provider) = (town.watch(), &town.app.state.provider);
        for mode in [OcspMode::Down, OcspMode::Stale, OcspMode::ByEndEntity] {
            town.centre.answers(mode);
            assert_eq!(watch.round(provider, town.app.now()).await.unwrap(), []);
        }
        assert_eq!(asked(), before + 3);
        town.centre.answers(OcspMode::Honest);
        assert_eq!(watch.round(provider, town.app.now()).await.unwrap().len(), 1);
    }

    async fn a_responder_that_is_down_ends_the_asking_of_a_round(db) {
        let town = Town::on(db, "").await;
        for login in [LOGIN, "nurlan", "gulnara", "daniyar"] {
            town.app.bound_browser(login).await;
        }
        let asked = || town.centre.counts().0;
        let (mut watch, provider) = (town.watch(), &town.app.state.provider);
        town.centre.answers(OcspMode::Down);
        for _ in 0..2 {
            let before = asked();
            assert_eq!(watch.round(provider, town.app.now()).await.unwrap(), []);
            assert_eq!(asked(), before + 3);
        }
        // When it is back, everybody is asked about at once.
        town.centre.answers(OcspMode::Honest);
        let before = asked();
        assert_eq!(watch.round(provider, town.app.now()).await.unwrap(), []);
        assert_eq!(asked(), before + 4);
    }

    async fn a_list_that_is_being_checked_delays_no_answer(db) {
        let town = Town::on(db, "").await;
        town.app.bound_browser(LOGIN).await;
        town.revokes(LOGIN);
        let turns = town.app.jobs.lists.turns.clone();
        let (done, held) = std::sync::mpsc::channel::<()>();
        let (begins, begun) = tokio::sync::oneshot::channel();
        let checking = tokio::spawn(async move {
            turns.run(move || begins.send(()).is_ok() && held.recv().is_err()).await.unwrap()
        });
        begun.await.unwrap();
        assert_eq!(town.watches().await, 1);
        drop(done);
        assert!(checking.await.unwrap());
    }

    /// What the root revoked certifies nobody any more, those who are in already included (CE-12).
    async fn an_authority_that_its_root_revoked_ends_what_rests_on_its_certificates_and_clients_are_told(db) {
        let town = Town::on(db, "").await;
        let app = &town.app;
        let endpoint = app.told_of_ends().await;
        town.root_publishes(false);
        let (diary, mut browser) = (app.diary(), app.browser());
        let request = diary.request(&[("scope", "openid offline_access"), ("prompt", "consent")]);
        let back = app.first_sign_in(&mut browser, LOGIN, &request).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let (access, refresh) = (tokens.text("access_token").to_owned(), tokens.text("refresh_token").to_owned());
        assert_eq!(town.watches().await, 0);

        town.advance(minutes(2));
        town.root_publishes(true);
        // Its responder goes on saying that all is well.
        assert_eq!(town.watches().await, 1);
        assert_eq!(diary.userinfo(&access).await.status, 401);
        assert_eq!(diary.refreshes(&refresh).await.summary(), "400 invalid_grant");
        browser.open(&diary.request(&[])).await.status(200).expect("eds");
        app.jobs.logout.round().await.unwrap();
        assert_eq!(endpoint.tokens().len(), 1);
        assert_eq!(app.trace(LOGIN).await.iter().filter(|one| *one == STOPPED).count(), 1);
        assert_eq!(town.watches().await, 0, "once");
    }

    async fn a_certificate_of_another_centre_goes_on_when_an_authority_was_revoked(db) {
        let town = Town::on(db, "").await;
        town.root_publishes(false);
        let gost = "dana";
        for login in [LOGIN, gost] {
            town.app.bound_browser(login).await;
        }
        town.root_publishes(true);
        assert_eq!(town.watches().await, 1);
        assert!(!town.app.trace(gost).await.contains(&STOPPED.to_owned()));
    }

    async fn a_certificate_that_was_never_issued_is_stopped_like_a_revoked_one(db) {
        let town = Town::on(db, "").await;
        let diary = town.app.diary();
        let mut browser = town.app.bound_browser(LOGIN).await;
        // Knowing nothing is no revocation.
        town.centre.answers(OcspMode::Unknown);
        assert_eq!(town.watches().await, 0);
        town.centre.answers(OcspMode::NeverIssued);
        assert_eq!(town.watches().await, 1);
        browser.open(&diary.request(&[])).await.status(200).expect("eds");
        assert_eq!(town.app.trace(LOGIN).await.iter().filter(|one| *one == STOPPED).count(), 1);
    }
}
