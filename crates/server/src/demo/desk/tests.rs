use authority::time::{Clock, Timestamp};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use messaging::sms::SmsText;
use messaging::{Sender, SmsGateway as _, SmsMessage};
use testkit::keys::DemoKeys;
use testkit::ncalayer::AnswerMode;
use tower::ServiceExt as _;

use super::*;
use crate::chance::chance;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_262_400)
    }
}

/// Keys take long to make, so that all tests share one set.
fn keys() -> Arc<DemoKeys> {
    static KEYS: std::sync::OnceLock<Arc<DemoKeys>> = std::sync::OnceLock::new();
    Arc::clone(KEYS.get_or_init(|| Arc::new(DemoKeys::generate(Noon.now()).unwrap())))
}

fn desk() -> Desk {
    let socket = "127.0.0.1:7300".parse().unwrap();
    let addresses = Addresses {
        issuer: "http://localhost:7300".to_owned(),
        diary: "http://127.0.0.1:7301".to_owned(),
        desk: "http://127.0.0.1:7302".to_owned(),
        signer: "ws://127.0.0.1:13579".to_owned(),
        health: "http://127.0.0.1:7309".to_owned(),
        public: socket,
        health_socket: socket,
    };
    Desk {
        outbox: Arc::new(Outbox::in_memory(Arc::new(Noon))),
        signer: Arc::new(SignerState::new(keys(), Arc::new(Noon))),
        addresses,
        config_file: "/tmp/it's/kiru.toml".into(),
        zone: Tz::Asia__Almaty,
    }
}

async fn ask(desk: &Desk, request: axum::http::request::Builder, body: &str) -> (StatusCode, HeaderMap, String) {
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let (parts, body) = router(desk.clone()).oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
    (parts.status, parts.headers, text)
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path).header("host", "127.0.0.1:7302")
}

fn form(path: &str) -> axum::http::request::Builder {
    get(path)
        .method("POST")
        .header("content-type", "application/x-www-form-urlencoded")
}

async fn send(desk: &Desk, text: &str) {
    let message = SmsMessage {
        request_id: authority::ids::SmsId::mint(Noon.now(), &mut chance()),
        to: authority::identifiers::PhoneNumber::parse("+77990000011").unwrap(),
        sender: Sender::parse("1414").unwrap(),
        text: SmsText::parse(text).unwrap(),
    };
    desk.outbox.send(&message).await.unwrap();
}

#[tokio::test]
async fn messages_are_shown_newest_first_and_escaped() {
    let desk = desk();
    send(&desk, "first").await;
    send(&desk, "<b>482913</b>").await;
    let (_, _, json) = ask(&desk, get("/sms.json"), "").await;
    let list: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(list[0]["text"], "<b>482913</b>");
    assert_eq!(list[1]["to"], "+77990000011");
    assert!(list[0]["at"].as_str().unwrap().starts_with("2026-11-21T12:00:00"));
    let (_, _, page) = ask(&desk, get("/?lang=en"), "").await;
    assert!(page.contains("&lt;b&gt;482913&lt;/b&gt;") && !page.contains("<b>482913"));
    assert!(page.contains("17:00:00"), "the time is that of Almaty");
}

#[tokio::test]
async fn the_page_speaks_three_languages_and_leads_on() {
    let desk = desk();
    for (lang, title) in [("kk", "Демо үстелі"), ("ru", "Стол демонстрации"), ("en", "Demo desk")]
    {
        let (status, headers, page) = ask(&desk, get(&format!("/?lang={lang}")), "").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains(&format!("<html lang=\"{lang}\">")) && page.contains(title));
        assert!(page.contains("href=\"http://127.0.0.1:7301/\"") && page.contains("http://localhost:7300/help"));
        assert!(
            headers["content-security-policy"]
                .to_str()
                .unwrap()
                .starts_with("default-src 'none'")
        );
        assert!(!page.contains("style=") && !page.contains("onclick"));
    }
    let (_, _, page) = ask(&desk, get("/").header("accept-language", "ru"), "").await;
    assert!(page.contains("<html lang=\"ru\">"));
}

#[tokio::test]
async fn the_person_who_signs_next_is_chosen_by_login() {
    let desk = desk();
    let (status, headers, _) = ask(&desk, form("/signer/person"), "person=nurlan&lang=en").await;
    assert_eq!(
        (status, headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/?lang=en")
    );
    assert_eq!(desk.signer.next().as_deref(), Some("nurlan"));
    assert_eq!(
        ask(&desk, form("/signer/person"), "person=nobody").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(desk.signer.next().as_deref(), Some("nurlan"));
}

#[tokio::test]
async fn the_signer_can_be_told_to_ask_or_to_cancel() {
    let desk = desk();
    assert_eq!(
        ask(&desk, form("/signer/mode"), "mode=ask").await.0,
        StatusCode::SEE_OTHER
    );
    assert_eq!(desk.signer.mode(), AnswerMode::Ask);
    assert_eq!(
        ask(&desk, form("/signer/mode"), "mode=perhaps").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        ask(&desk, form("/signer/decide"), "id=1&decision=perhaps").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        ask(&desk, form("/signer/decide"), "id=1&decision=cancel").await.0,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn another_page_neither_reads_nor_writes_the_desk() {
    let desk = desk();
    let rebound = Request::builder().uri("/sms.json").header("host", "evil.kz");
    assert_eq!(ask(&desk, rebound, "").await.0, StatusCode::MISDIRECTED_REQUEST);
    for origin in ["http://evil.kz", "null", "http://127.0.0.1:7301"] {
        let (status, ..) = ask(&desk, form("/signer/person").header("origin", origin), "person=nurlan").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{origin}");
    }
    let own = form("/signer/person").header("origin", "http://127.0.0.1:7302");
    assert_eq!(ask(&desk, own, "person=nurlan").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn changes_tell_when_the_page_would_differ() {
    let desk = desk();
    let before = ask(&desk, get("/changes"), "").await.2;
    assert_eq!(ask(&desk, get("/changes"), "").await.2, before);
    send(&desk, "new").await;
    assert_ne!(ask(&desk, get("/changes"), "").await.2, before);
}
