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
use crate::clock::NodeClock;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_262_400)
    }

    fn decisive(&self, _database: Timestamp) -> Timestamp {
        self.now()
    }
}

/// Keys take long to make, so that all tests share one set.
fn keys() -> Arc<DemoKeys> {
    static KEYS: std::sync::OnceLock<Arc<DemoKeys>> = std::sync::OnceLock::new();
    Arc::clone(KEYS.get_or_init(|| Arc::new(DemoKeys::generate(Noon.now()).unwrap())))
}

async fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap().keep();
    let url = format!("sqlite:{}", folder.join("kiru.db").display());
    let db = Db::connect(&url, storage::PoolSettings::default()).await.unwrap();
    db.migrate().await.unwrap();
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
        clock: Arc::new(DemoClock::open(Arc::new(NodeClock::start()), folder.join("clock")).unwrap()),
        db,
        codes: Arc::new(|| Box::pin(async { Vec::new() })),
        phone: Arc::default(),
        eds: Arc::new(EdsVerifier::new(&keys().eds_settings(Noon.now()).unwrap()).unwrap()),
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
    let desk = desk().await;
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
    let desk = desk().await;
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
    let desk = desk().await;
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
async fn something_is_wrong_with_the_key_until_the_desk_takes_it_back() {
    let desk = desk().await;
    for (word, trouble) in page::KEYS {
        let before = ask(&desk, get("/changes"), "").await.2;
        let wrong = desk.signer.trouble() != trouble;
        let (status, ..) = ask(&desk, form("/signer/key"), &format!("key={word}")).await;
        assert_eq!((status, desk.signer.trouble()), (StatusCode::SEE_OTHER, trouble));
        assert_eq!(ask(&desk, get("/changes"), "").await.2 != before, wrong, "{word}");
        let (_, _, page) = ask(&desk, get("/"), "").await;
        assert!(page.contains(&format!("name=\"key\" value=\"{word}\" checked")));
    }
    assert!(desk.eds.crls().is_empty(), "nobody can say what was revoked");
    desk.renew_lists(desk.clock.now());
    assert!(desk.eds.crls().is_empty(), "the clock brings no lists");
    assert_eq!(
        ask(&desk, form("/signer/key"), "key=none").await.0,
        StatusCode::BAD_REQUEST
    );
    ask(&desk, form("/signer/key"), "key=own").await;
    assert_eq!(desk.eds.crls().len(), 2);
}

#[tokio::test]
async fn the_signer_can_be_told_to_ask_or_to_cancel() {
    let desk = desk().await;
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
    let desk = desk().await;
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
    let desk = desk().await;
    let before = ask(&desk, get("/changes"), "").await.2;
    assert_eq!(ask(&desk, get("/changes"), "").await.2, before);
    send(&desk, "new").await;
    assert_ne!(ask(&desk, get("/changes"), "").await.2, before);
}

#[tokio::test]
async fn the_codes_that_wait_are_listed_and_the_page_hears_of_them() {
    let desk = desk().await;
    let before = ask(&desk, get("/changes"), "").await.2;
    assert!(
        ask(&desk, get("/?lang=en"), "")
            .await
            .2
            .contains("Its QR code appears here")
    );
    let code = web::WaitingCode {
        number: "42".to_owned(),
        text: "mobileSign:http://localhost:7300/egov/secret".to_owned(),
        until: Noon.now(),
    };
    let desk = Desk {
        codes: Arc::new(move || {
            let code = code.clone();
            Box::pin(async move { vec![code] })
        }),
        ..desk
    };
    let changed = ask(&desk, get("/changes"), "").await.2;
    assert!(changed != before && !changed.contains("secret"));
    let (_, _, page) = ask(&desk, get("/?lang=en"), "").await;
    assert!(
        page.contains("value=\"mobileSign:http://localhost:7300/egov/secret\"") && page.contains("<strong>42</strong>")
    );
    let (_, _, told) = ask(&desk, get("/phone.json"), "").await;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["codes"][0]["number"], &told["shows"]),
        (&"42".into(), &serde_json::json!([]))
    );
}

#[tokio::test]
async fn the_phone_reads_codes_of_this_demo_only_and_says_when_nobody_answers() {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", socket.local_addr().unwrap());
    drop(socket); // nobody listens there now
    let desk = desk().await;
    let addresses = Addresses {
        issuer: issuer.clone(),
        ..desk.addresses.clone()
    };
    let desk = Desk { addresses, ..desk };
    for body in [
        "person=nobody&code=mobileSign:http://localhost:7300/egov/x".to_owned(),
        "person=aigerim&code=mobileSign:http://localhost:7300/egov/x".to_owned(),
        format!("person=aigerim&code=mobileSign:{issuer}.evil.kz/egov/x"),
        format!("person=aigerim&code={issuer}/egov/x"),
        "person=aigerim&code=".to_owned(),
    ] {
        assert_eq!(
            ask(&desk, form("/phone/scan"), &body).await.0,
            StatusCode::BAD_REQUEST,
            "{body}"
        );
    }
    for (decision, status) in [("perhaps", StatusCode::BAD_REQUEST), ("sign", StatusCode::SEE_OTHER)] {
        let body = format!("decision={decision}");
        assert_eq!(ask(&desk, form("/phone/decide"), &body).await.0, status, "{decision}");
    }
    assert!(
        !ask(&desk, get("/?lang=en"), "").await.2.contains("phone-said"),
        "nothing was read"
    );
    let before = ask(&desk, get("/changes"), "").await.2;
    let body = format!("person=aigerim&code=mobileSign:{issuer}/egov/x&lang=ru");
    let (status, headers, _) = ask(&desk, form("/phone/scan"), &body).await;
    assert_eq!(
        (status, headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/?lang=ru")
    );
    assert_ne!(ask(&desk, get("/changes"), "").await.2, before);
    assert!(ask(&desk, get("/?lang=ru"), "").await.2.contains("не смог связаться"));
    let foreign = form("/phone/scan").header("origin", "http://evil.kz");
    assert_eq!(ask(&desk, foreign, &body).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_clock_is_set_advanced_held_and_given_back() {
    let desk = desk().await;
    let shown = |text: &str| Timestamp::from_rfc3339(text).unwrap();
    let at = "2026-12-01T17:59:59%2B05:00";
    let (status, headers, _) = ask(&desk, form("/clock"), &format!("now={at}&stands=on&lang=ru")).await;
    assert_eq!(
        (status, headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/?lang=ru")
    );
    assert_eq!(desk.clock.now(), shown("2026-12-01T17:59:59+05:00"));
    let (_, _, page) = ask(&desk, get("/?lang=en"), "").await;
    assert!(
        page.contains("01.12.2026 17:59:59") && page.contains("(Asia/Almaty)") && page.contains("id=\"clock-run\"")
    );
    assert_eq!(desk.eds.crls().len(), 2, "RSA and GOST keys are known to be in force");
    ask(&desk, form("/clock"), "advance=PT1S&stands=on").await;
    assert_eq!(desk.clock.now(), shown("2026-12-01T18:00:00+05:00"));
    assert_eq!(ask(&desk, form("/clock"), "set=run").await.0, StatusCode::SEE_OTHER);
    assert!(!desk.clock.stands() && desk.clock.now() >= shown("2026-12-01T18:00:00+05:00"));
    assert_eq!(ask(&desk, form("/clock"), "set=real").await.0, StatusCode::SEE_OTHER);
    assert!(desk.clock.is_real());
}

#[tokio::test]
async fn what_is_no_time_leaves_the_clock_alone() {
    let desk = desk().await;
    for (body, named) in [
        ("", "exactly one"),
        ("now=tomorrow", "now: "),
        ("now=2026-12-01T18:00:00", "now: "),
        ("now=2200-01-01T00:00:00Z", "now: "),
        ("advance=48", "advance: "),
        ("advance=PT1S&now=2026-12-01T18:00:00Z", "exactly one"),
        ("set=back", "set: "),
        ("advance=PT1S&stands=maybe", "stands: "),
    ] {
        let (status, _, said) = ask(&desk, form("/clock"), body).await;
        assert!(
            status == StatusCode::BAD_REQUEST && said.contains(named),
            "{body}: {status} {said}"
        );
    }
    let foreign = form("/clock").header("origin", "http://evil.kz");
    assert_eq!(ask(&desk, foreign, "advance=PT1S").await.0, StatusCode::FORBIDDEN);
    assert!(desk.clock.is_real());
    assert_eq!(ask(&desk, get("/clock"), "").await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_buttons_lead_to_the_edges_of_the_time_that_runs() {
    let desk = desk().await;
    let until = desk.clock.now().plus(authority::time::hours(40)).whole_seconds();
    let changes = ask(&desk, get("/changes"), "").await.2;
    let user = authority::users::User {
        id: authority::ids::UserId::mint(Noon.now(), &mut chance()),
        subject: authority::users::Subject::mint(&mut chance()),
        state: authority::users::UserState::Active,
        provisional: false,
        epoch: 0,
        exclusive: Some(authority::users::Exclusivity {
            device_id: authority::ids::DeviceId::mint(Noon.now(), &mut chance()),
            until,
        }),
        organisation: None,
        last_interactive_at: None,
        locale: None,
    };
    let user = &user;
    let kept = desk.db.tx("test", |tx| async move {
        storage::users::insert(&tx, user, Noon.now()).await
    });
    kept.await.unwrap();
    assert_ne!(ask(&desk, get("/changes"), "").await.2, changes);
    let (_, _, page) = ask(&desk, get("/?lang=en"), "").await;
    let iso = |at: Timestamp| at.to_utc().unwrap().to_rfc3339();
    let before = until.minus(authority::time::seconds(1));
    assert!(page.contains(&format!(
        "id=\"clock-lock-last\" name=\"now\" value=\"{}\"",
        iso(before)
    )));
    assert!(page.contains(&format!("id=\"clock-lock-end\" name=\"now\" value=\"{}\"", iso(until))));
}
