//! Whether the centre stands by a certificate, asked at the sign-in: its responder, its lists, and neither (CE-8, CE-16).

use std::io::ErrorKind;
use std::net::TcpListener;

use authority::time::{days, hours, minutes, seconds};
use testkit::keys::PersonKey;
use testkit::people::DemoPerson;
use testkit::pki::{CertificateProfile, SigningKey, TestCentre};
use testkit::responder::{ListMode, OcspMode};

use crate::harness::{Page, Town};
use crate::storage::both_databases;

const LOGIN: &str = "aigerim";

/// S2 of a fresh flow, answered by the person's key.
async fn signs(town: &Town) -> Page {
    let mut browser = town.app.browser();
    let choose = browser.open(&town.app.diary().request(&[])).await;
    town.app
        .signs_in_with_eds(&mut browser, &choose, &town.app.person(LOGIN))
        .await
}

/// The first stage is proven; a second code within a minute is not sent, which does not matter here.
async fn gets_in(town: &Town) {
    signs(town).await.expect("code");
}

/// Refused, in these words.
async fn is_told(town: &Town, words: &str) {
    let page = signs(town).await;
    page.status(422).expect("eds-form");
    assert!(page.body.contains(words), "{}", page.body);
}

const LATER: &str = "The certificate cannot be checked now";
const REVOKED: &str = "This certificate was revoked";

both_databases! {
    async fn a_certificate_that_the_responder_calls_good_gets_in_without_any_list(db) {
        let town = Town::on(db, "").await;
        gets_in(&town).await;
        assert_eq!(town.centre.counts().0, 1, "asked once");
        // The answer counts for five minutes.
        gets_in(&town).await;
        assert_eq!(town.centre.counts().0, 1, "and remembered");
        town.advance(minutes(5) + seconds(1));
        gets_in(&town).await;
        assert_eq!(town.centre.counts().0, 2, "and asked again");
    }

    async fn a_certificate_that_the_responder_calls_revoked_is_refused_whatever_the_lists_say(db) {
        let town = Town::on(db, "").await;
        town.publishes().await;
        town.revokes(LOGIN);
        is_told(&town, REVOKED).await;
        assert_eq!(town.app.sent_messages().await, 0);
    }

    async fn a_certificate_that_the_responder_does_not_know_or_never_issued_is_refused(db) {
        let town = Town::on(db, "").await;
        town.publishes().await;
        town.centre.answers(OcspMode::Unknown);
        is_told(&town, LATER).await;
        town.centre.answers(OcspMode::NeverIssued);
        let page = signs(&town).await;
        page.status(422);
        assert!(page.body.contains(REVOKED) && !page.body.contains("1970"), "{}", page.body);
        assert_eq!(town.app.sent_messages().await, 0);
    }

    async fn when_the_responder_is_of_no_use_a_fresh_list_decides(db) {
        let town = Town::on(db, "").await;
        town.publishes().await;
        for mode in [OcspMode::Down, OcspMode::Stale, OcspMode::OtherNonce, OcspMode::NoNonce, OcspMode::ByEndEntity, OcspMode::TriesLater(2)] {
            town.centre.answers(mode);
            gets_in(&town).await;
        }
        town.server.goes_down().await;
        gets_in(&town).await;
        town.revokes(LOGIN);
        gets_in(&town).await;
    }

    async fn a_responder_that_asks_to_try_later_is_asked_once_more(db) {
        let town = Town::on(db, "").await;
        town.centre.answers(OcspMode::TriesLater(1));
        gets_in(&town).await;
        assert_eq!(town.centre.counts().0, 2);
    }

    async fn a_responder_that_is_slow_is_given_up_and_a_fresh_list_decides(db) {
        let town = Town::on(db, "").await;
        town.publishes().await;
        town.centre.answers(OcspMode::Slow(seconds(60)));
        let began = tokio::time::Instant::now();
        gets_in(&town).await;
        assert!(began.elapsed() < seconds(20), "{:?}", began.elapsed());
    }

    async fn no_address_of_a_certificate_is_called(db) {
        let town = Town::on(db, "").await;
        town.centre.answers(OcspMode::Down);
        let named = TcpListener::bind("127.0.0.1:0").unwrap();
        named.set_nonblocking(true).unwrap();
        let host = named.local_addr().unwrap().to_string();
        let (known, unknown) = (&town.app.keys.centre, TestCentre::generate(town.app.now()).unwrap());
        // Of a centre whose responder and lists are of no use, and of one whose certificate would be there.
        for (centre, words) in [(known, LATER), (&unknown, "issued by a centre that is not accepted here")] {
            let person = DemoPerson::find(LOGIN).unwrap();
            let profile = CertificateProfile { host: Some(host.clone()), ..person.certificate_profile(town.app.now()) };
            let key = SigningKey::generate().unwrap();
            let certificate = centre.nca().issue(&profile, &key).unwrap();
            let names = |text: &str| certificate.windows(text.len()).filter(|at| *at == text.as_bytes()).count();
            assert_eq!(names(&format!("http://{host}/")), 4, "responder, issuer, list, changes");
            let person = town.app.person(LOGIN).with(PersonKey { person, certificate, key });
            let mut browser = town.app.browser();
            let choose = browser.open(&town.app.diary().request(&[])).await;
            let page = town.app.signs_in_with_eds(&mut browser, &choose, &person).await;
            page.status(422).expect("eds-form");
            assert!(page.body.contains(words), "{}", page.body);
        }
        town.fetches().await;
        town.watches().await;
        assert_eq!(named.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody came");
    }

    async fn when_nobody_can_say_the_person_comes_back_later_and_is_not_shut_out(db) {
        let town = Town::on(db, "").await;
        town.centre.answers(OcspMode::Down);
        let app = &town.app;
        let mut browser = app.browser();
        let mut page = browser.open(&app.diary().request(&[])).await;
        page = browser.press(&page, "eds").await;
        // More often than signatures may be refused.
        for _ in 0..12 {
            let signature = app.person(LOGIN).signs(&page.data_challenge());
            let answer = browser.submit(&page.form("eds-form").with("signature", &signature)).await;
            page = browser.follow(answer).await;
            page.status(422).expect("eds-form");
            assert!(page.body.contains(LATER), "{}", page.body);
        }
        town.centre.answers(OcspMode::Honest);
        let signature = app.person(LOGIN).signs(&page.data_challenge());
        let answer = browser.submit(&page.form("eds-form").with("signature", &signature)).await;
        browser.follow(answer).await.status(200).expect("code");
    }

    async fn lists_alone_decide_where_no_responder_is_named_and_changes_count(db) {
        let town = Town::by_lists(db).await;
        is_told(&town, LATER).await;
        town.publishes().await;
        gets_in(&town).await;
        town.revokes(LOGIN);
        town.centre.publish_changes().unwrap();
        town.advance(minutes(10));
        town.fetches().await;
        is_told(&town, REVOKED).await;
        // A list that ended says nothing any more.
        town.advance(days(8));
        is_told(&town, LATER).await;
    }

    async fn a_remembered_answer_does_not_outlive_its_time(db) {
        let town = Town::on(db, "").await;
        gets_in(&town).await;
        town.centre.answers(OcspMode::Down);
        town.advance(minutes(20));
        is_told(&town, LATER).await;
    }

    async fn a_remembered_answer_counts_longer_only_where_the_operator_says_so(db) {
        let town = Town::on(db, "ocsp_grace = \"30m\"").await;
        gets_in(&town).await;
        town.centre.answers(OcspMode::Down);
        town.advance(minutes(20));
        gets_in(&town).await;
        town.advance(minutes(20));
        is_told(&town, LATER).await;
    }

    async fn an_answer_without_nonce_is_not_believed(db) {
        let town = Town::on(db, "").await;
        town.centre.answers(OcspMode::NoNonce);
        is_told(&town, LATER).await;
    }

    async fn an_answer_without_nonce_is_believed_where_the_operator_says_so(db) {
        let town = Town::on(db, "ocsp_nonce = false").await;
        town.centre.answers(OcspMode::NoNonce);
        gets_in(&town).await;
    }

    async fn what_a_newer_list_revoked_a_remembered_answer_does_not_save(db) {
        let town = Town::on(db, "").await;
        gets_in(&town).await;
        town.advance(minutes(1));
        town.revokes(LOGIN);
        town.centre.answers(OcspMode::Down);
        town.publishes().await;
        is_told(&town, REVOKED).await;
    }

    async fn lists_that_are_damaged_or_older_change_nothing(db) {
        let town = Town::by_lists(db).await;
        town.centre.publish().unwrap();
        town.advance(hours(1));
        town.revokes(LOGIN);
        town.publishes().await;
        is_told(&town, REVOKED).await;
        for mode in [ListMode::Damaged, ListMode::Previous, ListMode::Down] {
            town.centre.serves(mode);
            town.advance(minutes(10));
            town.fetches().await;
            is_told(&town, REVOKED).await;
        }
    }
}
