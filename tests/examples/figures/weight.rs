//! What S1, the first page a person sees, weighs on the wire.

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use kiru_tests::harness::{ISSUER, TestApp};
use serde_json::{Map, Value};
use tower::ServiceExt as _;

/// The page and what its HTML names, in bytes as a browser that takes brotli gets them. Fonts that only the style sheet
/// names, and modules that scripts import, are in the browser test's budget instead.
pub(crate) async fn of_s1(app: &TestApp) -> Value {
    let mut browser = app.browser();
    let page = browser.open(&app.diary().request(&[])).await;
    let cookies: Vec<String> = browser
        .jar
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut sizes = Map::new();
    sizes.insert(
        "html".to_owned(),
        size(app, &page.asked, &cookies.join("; ")).await.into(),
    );
    for part in page.body.split('"').filter(|part| part.starts_with("/assets/")) {
        if !sizes.contains_key(part) {
            sizes.insert(part.to_owned(), size(app, part, "").await.into());
        }
    }
    let all: u64 = sizes.values().filter_map(Value::as_u64).sum();
    sizes.insert("all".to_owned(), all.into());
    sizes.into()
}

async fn size(app: &TestApp, path: &str, cookie: &str) -> usize {
    let request = Request::get(path)
        .header("host", ISSUER.trim_start_matches("https://"))
        .header("accept-encoding", "br, gzip")
        .header("cookie", cookie)
        .body(Body::empty())
        .unwrap();
    let answer = app.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.into_body().collect().await.unwrap().to_bytes().len()
}
