//! The picture of a registration (ux R4): read or heard once, tried a few times, and what may take its place.

use authority::time::minutes;

use super::steps::flow_path;
use crate::harness::TestApp;
use crate::storage::both_databases;

both_databases! {
    async fn a_wrong_picture_code_brings_a_new_picture_and_five_close_the_step(db) {
        let app = TestApp::on(db).await;
        let (mut new, mut page) = app.at_the_picture("aigerim").await;
        let first = app.picture_digits("aigerim").await;
        for n in 1..=5 {
            let right = app.picture_digits("aigerim").await;
            let wrong = format!("{:06}", (right.expose().parse::<u32>().unwrap() + 1) % 1_000_000);
            page = new.submit(&page.form_of("continue").with("code", &wrong)).await;
            page.status(if n < 5 { 422 } else { 429 });
            assert!(!app.picture_digits("aigerim").await.matches(&right), "the picture is compared once");
        }
        assert!(!app.picture_digits("aigerim").await.matches(&first));
        // Not even the right code helps now; after a quarter of an hour it would.
        let path = format!("{}/registration", flow_path(&page));
        new.open(&path).await.status(429);
        let refused = app.trace("aigerim").await.iter().filter(|event| *event == "picture_refused R_PICTURE_WRONG").count();
        assert_eq!(refused, 5);
    }

    async fn a_picture_works_for_five_minutes(db) {
        let app = TestApp::on(db).await;
        let (mut new, page) = app.at_the_picture("aigerim").await;
        let digits = app.picture_digits("aigerim").await;
        app.advance(minutes(5));
        let picture = format!("{}/registration/picture", flow_path(&page));
        new.get(&picture).await.status(404);
        let answer = new.submit(&page.form_of("continue").with("code", digits.expose())).await;
        answer.status(422).expect("new-picture");
        new.get(&picture).await.status(200);
    }

    async fn the_picture_and_its_sound_are_the_same_each_time(db) {
        let app = TestApp::on(db).await;
        let (mut new, page) = app.at_the_picture("aigerim").await;
        let flow = flow_path(&page);
        let picture = new.get(&format!("{flow}/registration/picture")).await;
        assert_eq!((picture.header("content-type"), picture.header("cache-control")), ("image/png", "no-store"));
        let again = new.get(&format!("{flow}/registration/picture")).await;
        assert_eq!(picture.body, again.body);
        for language in ["kk", "ru", "en"] {
            let sound = new.get(&format!("{flow}/registration/sound?language={language}")).await;
            sound.status(200);
            assert_eq!(sound.header("content-type"), "audio/wav");
        }
        // Another browser sees and hears nothing of it.
        let mut stranger = app.browser();
        stranger.get(&format!("{flow}/registration/picture")).await.status(400);
    }

    async fn signing_once_more_takes_the_place_of_the_picture(db) {
        let app = TestApp::on(db).await;
        let (mut new, page) = app.at_the_picture("aigerim").await;
        let sign = new.press(&page, "eds").await;
        // Somebody else's signature is none.
        let form = sign.form("eds-form").with("signature", &app.person("nurlan").signs(&sign.data_challenge()));
        let refused = new.submit(&form).await;
        refused.status(422);
        let form = refused.form("eds-form").with("signature", &app.person("aigerim").signs(&refused.data_challenge()));
        let answer = new.submit(&form).await;
        let notice = new.follow(answer).await;
        app.agrees(&mut new, &notice).await.status(200);
        let trace = app.trace("aigerim").await;
        assert!(trace.contains(&"picture_refused P_UNEXPECTED".to_owned()), "{trace:?}");
        assert!(trace.contains(&"picture_passed eds".to_owned()), "{trace:?}");
    }
}
