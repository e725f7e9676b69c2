use axum::body::to_bytes;
use axum::extract::Extension;
use axum::routing::{get, post};
use http::StatusCode;
use tower::ServiceExt as _;

use super::*;
use crate::config::Config;

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> authority::time::Timestamp {
        authority::time::Timestamp::from_unix_seconds(1_795_262_400)
    }

    fn decisive(&self, _database: authority::time::Timestamp) -> authority::time::Timestamp {
        self.now()
    }
}

fn config() -> Config {
    let text = "[deployment]\nissuer = \"https://id.edu.kz\"\n[operator]\nname_kk = \"К\"\nname_ru = \"К\"\nname_en = \"K\"\n\
                telephone = \"1414\"\nemail = \"h@edu.kz\"\nhours_kk = \"9\"\nhours_ru = \"9\"\nhours_en = \"9\"\n\
                [listen]\ntrusted_proxies = [\"10.0.0.0/8\"]\nrequest_timeout = \"1s\"\n[database]\nurl = \"postgres://db/kiru\"\n\
                [secrets]\nkek_file = \"kek\"\n[eds]\nanchors = [\"r\"]\n";
    Config::from_text(
        std::path::Path::new("kiru.toml"),
        text,
        &std::collections::BTreeMap::new(),
    )
    .unwrap()
}

fn router() -> Router {
    let config = config();
    let pages = Pages::new(crate::app::pages_settings(&config)).unwrap();
    let edge = Edge::new(
        config.deployment(),
        config.listen(),
        pages,
        Arc::new(StoppedClock),
        || Reference::from_bytes([7; 5]),
    );
    let routes = Router::new()
        .route(
            "/who",
            get(|Extension(PeerAddress(address)): Extension<PeerAddress>| async move { address.to_string() }),
        )
        .route("/panic", get(|| async { panic!("a secret") as &'static str }))
        .route(
            "/token",
            post(|body: String| async move { body.len().to_string() }).get(|| async { panic!("x") as &'static str }),
        )
        .route("/never", get(|| async { std::future::pending::<()>().await }))
        .route(
            "/long",
            get(|| async { ([(http::header::CONTENT_TYPE, "text/css")], "a".repeat(5000)) }),
        );
    around(routes, edge)
}

async fn ask(request: http::request::Builder, body: impl Into<Body>) -> (Response, String) {
    let request = request.header("host", "id.edu.kz").body(body.into()).unwrap();
    let (parts, body) = router().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8_lossy(&to_bytes(body, 1 << 20).await.unwrap()).into_owned();
    (Response::from_parts(parts, Body::empty()), text)
}

#[tokio::test]
async fn a_handler_sees_the_client_behind_the_proxy() {
    let peer = Peer("10.0.0.1:4711".parse().unwrap());
    let request = Request::builder()
        .uri("/who")
        .header("x-forwarded-for", "1.1.1.1, 203.0.113.7")
        .extension(peer);
    assert_eq!(ask(request, "").await.1, "203.0.113.7");
    let spoofed = Request::builder()
        .uri("/who")
        .header("x-forwarded-for", "1.1.1.1")
        .extension(Peer("203.0.113.9:1".parse().unwrap()));
    assert_eq!(ask(spoofed, "").await.1, "203.0.113.9");
}

#[tokio::test]
async fn a_panic_becomes_a_page_or_json_with_a_reference_and_no_secret() {
    let (answer, page) = ask(Request::builder().uri("/panic"), "").await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        page.contains(Reference::from_bytes([7; 5]).as_str()) && !page.contains("a secret"),
        "{page}"
    );
    let (answer, json) = ask(Request::builder().uri("/token"), "").await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        json.contains("\"server_error\"") && answer.headers()["cache-control"] == "no-store",
        "{json}"
    );
}

#[tokio::test]
async fn another_host_gets_421() {
    let request = Request::builder()
        .uri("/who")
        .header("host", "evil.kz")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        router().oneshot(request).await.unwrap().status(),
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test]
async fn each_excess_has_its_status() {
    let get = |uri: &str| Request::builder().uri(uri);
    let post = || Request::builder().method("POST").uri("/token");
    let cases = [
        (ask(get("/nowhere"), "").await, 404),
        (ask(get("/who%2f"), "").await, 404),
        (ask(get("/who;x"), "").await, 404),
        (ask(get("/who").method("TRACE"), "").await, 405),
        (ask(get("/who").method("DELETE"), "").await, 405),
        (ask(get(&format!("/who?{}", "a".repeat(9000))), "").await, 414),
        (ask(get("/who").header("x", "a".repeat(17_000)), "").await, 431),
        (ask(get("/who").header("cookie", "a=b; ".repeat(51)), "").await, 431),
        (ask(post(), "a".repeat(65_537)).await, 413),
        (ask(post().header("content-length", "65537"), "").await, 413),
        (ask(post().header("content-encoding", "gzip"), "x").await, 415),
        (ask(post(), vec![0xff_u8]).await, 400),
        (ask(get("/never"), "").await, 503),
    ];
    for ((answer, body), status) in cases {
        assert_eq!(answer.status(), status, "{body}");
        assert!(!body.is_empty());
        for name in [
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "content-security-policy",
            "strict-transport-security",
        ] {
            assert!(answer.headers().contains_key(name), "{status} {name}");
        }
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
}

/// A body of which nothing comes.
fn stalled() -> Body {
    Body::from_stream(futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>())
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_refused_and_keeps_nobody_from_a_turn() {
    let router = router();
    let ask = |body: Body, peer: String| {
        let request = Request::builder()
            .method("POST")
            .uri("/token")
            .header("host", "id.edu.kz");
        let request = request.extension(Peer(peer.parse().unwrap())).body(body).unwrap();
        router.clone().oneshot(request)
    };
    let slow: Vec<_> = (0..600)
        .map(|n| tokio::spawn(ask(stalled(), format!("203.0.113.{}:1", n % 12))))
        .collect();
    for _ in 0..32 {
        tokio::task::yield_now().await;
    }
    let quick = ask(Body::from("abc"), "198.51.100.1:1".to_owned()).await.unwrap();
    assert_eq!(quick.status(), StatusCode::OK, "600 slow bodies hold no turn");
    for answer in slow {
        let answer = answer.await.unwrap().unwrap();
        assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(answer.headers()["connection"], "close");
    }
}

#[tokio::test(start_paused = true)]
async fn one_address_sends_at_most_64_bodies_at_a_time() {
    let router = router();
    let ask = |body: Body, peer: &str| {
        let request = Request::builder()
            .method("POST")
            .uri("/token")
            .header("host", "id.edu.kz");
        let request = request.extension(Peer(peer.parse().unwrap())).body(body).unwrap();
        router.clone().oneshot(request)
    };
    let slow: Vec<_> = (0..64).map(|_| tokio::spawn(ask(stalled(), "203.0.113.7:1"))).collect();
    // The runtime comes back here after some of the tasks only.
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
    let more = ask(Body::from("abc"), "203.0.113.7:2").await.unwrap();
    assert_eq!(more.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        ask(Body::from("abc"), "203.0.113.8:2").await.unwrap().status(),
        StatusCode::OK
    );
    drop(slow);
}

#[tokio::test]
async fn a_head_runs_no_handler_whose_get_has_effects() {
    for uri in ["/authorize?x=y", "/logout", "/flow/x/confirm"] {
        let (answer, body) = ask(Request::builder().method("HEAD").uri(uri), "").await;
        assert_eq!((answer.status(), body.as_str()), (StatusCode::OK, ""), "{uri}");
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
    let (answer, _) = ask(Request::builder().method("HEAD").uri("/panic"), "").await;
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR, "others run");
}

#[tokio::test]
async fn the_largest_body_passes() {
    let (answer, body) = ask(Request::builder().method("POST").uri("/token"), "a".repeat(65_536)).await;
    assert_eq!((answer.status(), body.as_str()), (StatusCode::OK, "65536"));
}

#[tokio::test]
async fn too_many_cookies_of_old_flows_are_cleared_by_the_refusal() {
    let cookies: Vec<_> = (0..51)
        .map(|number| format!("__Host-kiru_flow_{number:08x}=v"))
        .collect();
    let (answer, _) = ask(Request::builder().uri("/who").header("cookie", cookies.join("; ")), "").await;
    assert_eq!(answer.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 51);
}

#[tokio::test]
async fn texts_are_compressed_for_those_who_ask() {
    let (answer, _) = ask(
        Request::builder().uri("/long").header("accept-encoding", "br, gzip"),
        "",
    )
    .await;
    assert_eq!(answer.headers()["content-encoding"], "br");
    let (answer, _) = ask(Request::builder().uri("/long"), "").await;
    assert!(!answer.headers().contains_key("content-encoding"));
}
