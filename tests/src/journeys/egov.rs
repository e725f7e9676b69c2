//! S3, the first stage on the phone (product B1, security rule CE-18, kz-eds §8): what an honest app does, and that only the
//! browser that showed the code goes on with it.

use authority::time::minutes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use testkit::phone::{Habit, scan};
use web::{WebSettings, WebState};

use super::egov_steps::{again, status, told};
use super::steps::flow_path;
use crate::harness::{TestApp, payload};
use crate::storage::both_databases;

const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; SM-A145F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";

both_databases! {
    async fn a_citizen_signs_in_with_a_signature_on_the_phone(db) {
        let app = TestApp::with_egov(db).await;
        let (diary, mut browser) = (app.diary(), app.browser());
        let page = app.phone_page(&mut browser).await;
        page.status(200).expect("new").expect("number").expect("other-way");
        assert_eq!(told(&mut browser, &page).await, "waiting");
        let asked = app.scans(&page).await;
        assert_eq!(told(&mut browser, &page).await, "scanned");
        let scanned = again(&mut browser, &page).await;
        assert!(scanned.body.contains("Scanned. Now sign on your phone") && !scanned.has("open-egov"));
        let answer = app.signs_on_phone("aigerim", &asked).await;
        assert_eq!((answer.status, answer.message()), (200, "success"));
        assert_eq!(app.sent_messages().await, 0, "nobody has gone on yet");
        assert_eq!(told(&mut browser, &page).await, "signed");
        let signed = again(&mut browser, &page).await;
        let sms = browser.press(&signed, "continue").await;
        let device = app.types_the_code(&mut browser, &sms).await;
        let consent = app.binds(&mut browser, &device).await;
        let back = app.allows_once(&mut browser, &consent).await;
        let tokens = diary.redeems(&diary.code(back.redirect())).await;
        let id_token = payload(tokens.text("id_token"));
        assert_eq!(id_token["acr"], "urn:kiru:acr:full-bound");
        assert_eq!(id_token["amr"], json!(["swk", "sms", "pop", "mfa"]));
        let trace = app.trace("aigerim").await;
        assert_eq!(trace.iter().filter(|event| *event == "first_stage_passed").count(), 1, "{trace:?}");
    }

    async fn the_app_is_told_who_asks_and_shows_host_service_time_and_number(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let code = page.code();
        assert!(code.starts_with("mobileSign:https://id.example.kz/egov/") && !code.contains(char::is_whitespace), "{code}");
        let scanned = scan(&code, "ru", &app.phone()).await.unwrap();
        let token = scanned.about["document"]["auth_token"].as_str().unwrap().to_owned();
        assert_eq!(token.len(), 43);
        let address = code.strip_prefix("mobileSign:").unwrap();
        assert_eq!(scanned.about, json!({
            "description": "Вход на сайт id.example.kz",
            "expiry_date": "2026-11-26T09:05:00.000+05:00",
            "organisation": {"nameRu": "ТОО Пример", "nameKz": "Мысал ЖШС", "nameEn": "Example LLP", "bin": "180140000028"},
            "document": {"uri": format!("{address}/document"), "auth_type": "Token", "auth_token": token},
        }));
        let asked = scanned.fetch(&app.phone()).await.unwrap();
        let number = page.text_of("number");
        let text = STANDARD.decode(asked.data()).unwrap();
        assert!(String::from_utf8(text).unwrap().starts_with("id.example.kz\nКіру / Вход / Sign-in\nservice=The diary\n"));
        assert_eq!(asked.documents, json!({
            "signMethod": "CMS_WITH_DATA", "version": 1,
            "documentsToSign": [{
                "id": 1, "nameRu": "Вход на сайт id.example.kz", "nameKz": "id.example.kz сайтына кіру", "nameEn": "Sign in to id.example.kz",
                "meta": [
                    {"name": "Сайт", "value": "id.example.kz"}, {"name": "Сервис", "value": "The diary"},
                    {"name": "Время", "value": "2026-11-26 09:00"}, {"name": "Число на странице", "value": number},
                ],
                "document": {"file": {"mime": "text/plain", "data": asked.data()}},
            }],
        }));
    }

    async fn an_app_that_signs_the_base64_text_is_understood(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        assert_eq!(app.acts_on_phone("aigerim", &asked, Habit::SignsText).await.status, 200);
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
    }

    async fn on_a_phone_the_apps_come_first_and_elsewhere_the_key_does(db) {
        let app = TestApp::with_egov(db).await;
        let mut computer = app.browser();
        let mut phone = app.browser();
        PHONE.clone_into(&mut phone.user_agent);
        for (browser, first, second) in [(&mut computer, "eds", "egov"), (&mut phone, "egov", "eds")] {
            let choose = browser.open(&app.diary().request(&[])).await;
            let at = |id: &str| choose.body.find(&format!("id=\"{id}\"")).unwrap();
            assert!(at(first) < at(second));
            let page = browser.press(&choose, "egov").await;
            let at = |id: &str| page.body.find(id).unwrap();
            assert_eq!(at("id=\"open-egov\"") < at("class=\"qr\""), first == "egov");
            assert!(page.link_of("open-business").starts_with("https://egovbusiness.page.link/?link=https%3A%2F%2Fid.example.kz%2Fegov%2F"));
        }
    }

    async fn without_an_agreement_nothing_of_it_is_there(db) {
        let app = TestApp::on(db).await;
        let mut browser = app.browser();
        let choose = browser.open(&app.diary().request(&[])).await;
        assert!(!choose.has("egov"));
        browser.get(&format!("{}/egov", flow_path(&choose))).await.status(404);
        let form = choose.form_of("eds");
        let posted = browser.submit(&crate::harness::Form { action: form.action.replace("/eds", "/egov"), ..form }).await;
        posted.status(404);
    }

    async fn the_result_goes_to_no_other_browser(db) {
        let app = TestApp::with_egov(db).await;
        let (mut browser, mut thief) = (app.browser(), app.browser());
        let page = app.phone_page(&mut browser).await;
        let stolen = app.phone_page(&mut thief).await;
        let asked = app.scans(&page).await;
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 200);
        let signed = again(&mut browser, &page).await;
        for path in ["egov", "egov/state", "egov/events"] {
            let answer = thief.get(&format!("{}/{path}", flow_path(&page))).await;
            answer.status(400);
            assert_eq!(answer.marker(), "other_browser");
        }
        let answer = thief.submit(&signed.form_of("continue")).await;
        answer.status(400);
        assert_eq!(answer.marker(), "other_browser");
        // In the thief's own flow there is still nothing to go on with.
        assert_eq!(told(&mut thief, &stolen).await, "waiting");
        let own = thief.post(&format!("{}/egov/continue", flow_path(&stolen)), &[("csrf", &csrf(&stolen))]).await;
        assert_eq!(thief.follow(own).await.data("live").split(':').next_back(), Some("waiting"));
        assert_eq!(app.sent_messages().await, 0);
        browser.press(&signed, "continue").await.expect("code");
    }

    async fn a_second_click_goes_on_instead_of_failing(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let asked = app.scans(&page).await;
        app.signs_on_phone("aigerim", &asked).await;
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
        browser.press(&signed, "continue").await.expect("code");
        again(&mut browser, &page).await.expect("code");
        assert_eq!(app.sent_messages().await, 1, "one message for one sign-in");
    }

    async fn a_node_that_was_started_meanwhile_goes_on_with_it(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let node = app.another_node(db.another().await).await;
        let asked = node.scans(&page).await;
        assert_eq!(node.signs_on_phone("aigerim", &asked).await.status, 200);
        assert_eq!(told(&mut browser, &page).await, "signed");
        let mut browser = browser.at(node.router.clone());
        let signed = again(&mut browser, &page).await;
        browser.press(&signed, "continue").await.expect("code");
    }

    async fn a_page_that_listens_hears_of_other_nodes_and_hears_the_end(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let path = format!("{}/egov/events", flow_path(&page));
        let WebState { provider, eds, sms, settings, .. } = app.state.clone();
        let often = WebSettings { live_interval: std::time::Duration::from_millis(5), ..(*settings).clone() };
        let node = web::router(WebState::new(provider, eds, sms, often));
        let mut listener = browser.at(node);
        let listening = tokio::spawn(async move { listener.get(&path).await });
        let asked = app.scans(&page).await;
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 200);
        let heard = listening.await.unwrap();
        assert_eq!(heard.header("content-type"), "text/event-stream");
        assert_eq!(heard.header("cache-control"), "no-store");
        let words: Vec<&str> = heard.body.lines().filter_map(|line| line.split(':').next_back()).collect();
        assert_eq!(words.iter().rev().find(|word| !word.is_empty()), Some(&"signed"), "{}", heard.body);
    }

    async fn no_page_of_another_site_hears_how_a_code_stands(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let state = format!("{}/egov/state", flow_path(&page));
        for path in [&state, &format!("{}/egov/events", flow_path(&page))] {
            let answer = browser.fetch_from("https://diary.example", path).await;
            answer.status(400);
            assert_eq!(answer.marker(), "out_of_date");
            assert!(!answer.body.contains("waiting"), "{path}");
        }
        let own = browser.fetch_from("https://id.example.kz", &state).await;
        assert!(own.body.ends_with(":waiting"), "{}", own.body);
    }

    async fn when_all_places_are_taken_the_page_asks_by_itself(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let page = app.phone_page(&mut browser).await;
        let WebState { provider, eds, sms, settings, .. } = app.state.clone();
        let full = web::router(WebState::new(provider, eds, sms, WebSettings { listeners: 0, ..(*settings).clone() }));
        let mut browser = browser.at(full);
        browser.get(&format!("{}/egov/events", flow_path(&page))).await.status(204);
        assert_eq!(told(&mut browser, &page).await, "waiting");
    }

    async fn five_minutes_end_exactly(db) {
        let app = TestApp::with_egov(db).await;
        let mut browser = app.browser();
        let early = app.phone_page(&mut browser).await;
        let asked = app.scans(&early).await;
        app.advance(minutes(5) - std::time::Duration::from_micros(1));
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 200, "the last instant");
        assert_eq!(told(&mut browser, &early).await, "signed");
        app.advance(std::time::Duration::from_micros(1));
        assert_eq!(told(&mut browser, &early).await, "expired");
        let waited = again(&mut browser, &early).await;
        assert!(waited.body.contains("The code is out of date"), "{}", waited.body);
        // A new code, for five minutes.
        let page = browser.press(&waited, "new").await;
        let (asked, code) = (app.scans(&page).await, page.code());
        app.advance(minutes(5));
        assert_eq!(app.signs_on_phone("aigerim", &asked).await.status, 403);
        assert_eq!(status(scan(&code, "kk", &app.phone()).await), 410);
        assert_eq!(told(&mut browser, &page).await, "expired");
        assert_eq!(app.sent_messages().await, 0);
    }
}

fn csrf(page: &crate::harness::Page) -> String {
    let fields = page.form_of("new").fields;
    fields.into_iter().find(|(name, _)| name == "csrf").unwrap().1
}
