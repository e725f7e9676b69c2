//! The demo as a whole: the example diary, a program that knows nothing of us but the issuer, is signed out by the provider
//! and says so (OpenID Connect Back-Channel Logout 1.0 §2.6, §2.7).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::time::Duration;

use axum::body::Body;
use http::{HeaderMap, Request};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::Instant;

use super::wire::{self, status_of};
use super::{HELD, kiru, run, wait_for};
use crate::harness::Browser;
use crate::oidc::arrange::through_the_sandbox;

/// Between finding a free port and listening on it and its neighbours, somebody else may take one.
const TRIES: u32 = 10;

/// `kiru demo` in a folder of its own. Dropping it kills it.
struct Demo {
    process: Child,
    folder: TempDir,
    provider: SocketAddr,
    diary: SocketAddr,
}

impl Demo {
    async fn start() -> Self {
        for _ in 0..TRIES {
            let mut demo = Self::spawn();
            let health = SocketAddr::from(([127, 0, 0, 1], demo.provider.port() + 9));
            let started = wait_for("the demo to be ready", async || {
                match demo.process.try_wait().unwrap() {
                    Some(status) => Some(Err(status)),
                    None => (demo.is_whole() && status_of(health, "/ready").await == 200).then_some(Ok(())),
                }
            });
            match started.await {
                Ok(()) => return demo,
                Err(status) => assert_eq!(status.code(), Some(3), "only a taken port may end it"),
            }
        }
        panic!("no free ports in {TRIES} tries");
    }

    fn spawn() -> Self {
        let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = held.local_addr().unwrap().port().min(65_000);
        drop(held);
        let folder = tempfile::tempdir().unwrap();
        let (data, port) = (folder.path().to_str().unwrap().to_owned(), base.to_string());
        let process = kiru(&["demo", "--data", &data, "--base-port", &port])
            .env(HELD, "")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            process,
            folder,
            provider: SocketAddr::from(([127, 0, 0, 1], base)),
            diary: SocketAddr::from(([127, 0, 0, 1], base + 1)),
        }
    }

    /// Written last, when everything listens.
    fn is_whole(&self) -> bool {
        self.folder.path().join("demo.json").exists()
    }

    /// A browser at the provider.
    fn browser(&self) -> Browser {
        let issuer = format!("http://localhost:{}", self.provider.port());
        Browser::new(wire::router(self.provider), &issuer)
    }

    /// What `kiru` says to a command about this demo.
    fn command(&self, arguments: &[&str]) -> (i32, String) {
        let config = self.folder.path().join("kiru.toml");
        let mut all = arguments.to_vec();
        all.extend(["--config", config.to_str().unwrap()]);
        run(&all)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The same browser's pages of the diary.
#[derive(Clone)]
struct Visitor {
    diary: SocketAddr,
    jar: BTreeMap<String, String>,
}

struct Seen {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Visitor {
    fn at(diary: SocketAddr) -> Self {
        let jar = BTreeMap::new();
        Self { diary, jar }
    }

    async fn get(&mut self, path: &str) -> Seen {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn ask(&mut self, mut request: Request<Body>) -> Seen {
        let headers = request.headers_mut();
        headers.insert("host", self.diary.to_string().parse().unwrap());
        let cookies: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.insert("cookie", cookies.join("; ").parse().unwrap());
        headers.insert("accept-language", "en".parse().unwrap());
        let Ok(answer) = wire::ask(self.diary, request).await else {
            panic!("the diary does not answer");
        };
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.jar.insert(name.to_owned(), value.to_owned());
        }
        Seen {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: String::from_utf8(answer.body().to_vec()).unwrap(),
        }
    }

    /// The button of the diary, the provider's pages, and back.
    async fn signs_in(&mut self, browser: &mut Browser) {
        let start = self.get("/sign-in").await;
        let request = start.headers["location"].to_str().unwrap().to_owned();
        let mut page = through_the_sandbox(browser, "aigerim", &request).await;
        if page.has("allow") {
            page = browser.press(&page, "allow").await;
        }
        let back = page.redirect().to_owned();
        let diary = format!("http://{}", self.diary);
        let callback = back
            .strip_prefix(&diary)
            .unwrap_or_else(|| panic!("{back} is not the diary's"));
        assert_eq!(self.get(callback).await.status, 303);
        assert_eq!(self.get("/session").await.status, 204);
        let home = self.get("/").await.body;
        assert!(home.contains(r#"id="who""#) && home.contains("/session.js"), "{home}");
    }

    /// Waits until the diary knows that the session is over; how long that took.
    async fn is_signed_out(&mut self, since: Instant) -> Duration {
        let visitor = self.clone();
        wait_for("the diary to be told", async || {
            let status = visitor.clone().get("/session").await.status;
            (status == 401).then(|| since.elapsed())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_diary_is_signed_out_by_the_provider_and_says_so() {
    let demo = Demo::start().await;
    let (mut browser, mut visitor) = (demo.browser(), Visitor::at(demo.diary));
    visitor.signs_in(&mut browser).await;
    let mut another = Visitor::at(demo.diary);

    let confirm = browser.open("/logout").await;
    let answer = browser.submit(&confirm.form_of("confirm")).await;
    let took = visitor.is_signed_out(Instant::now()).await;
    assert!(took <= Duration::from_secs(2), "took {took:?}");
    let page = browser.follow(answer).await;
    page.expect("signed-out");
    assert!(
        page.body.contains("Күнделік") && page.body.contains("answered"),
        "{}",
        page.body
    );
    for (language, words) in [
        ("kk", "Кіру қызметі сеансыңызды аяқтады"),
        ("ru", "Сервис входа завершил ваш сеанс"),
        ("en", "You were signed out by the sign-in service"),
    ] {
        visitor.get(&format!("/language/{language}")).await;
        let home = visitor.get("/").await.body;
        let title = format!(r#"<h1 id="signed-out-by-provider">{words}</h1>"#);
        assert!(home.contains(&title), "{home}");
    }
    assert_eq!(visitor.get("/me.json").await.status, 401);
    let stranger = another.get("/").await.body;
    assert!(
        !stranger.contains("signed-out-by-provider"),
        "only the browser whose session it was reads that"
    );

    visitor.signs_in(&mut browser).await;
    let (code, said) = demo.command(&["devices", "unbind", "aigerim", "--reason", "lost"]);
    assert_eq!(code, 0, "{said}");
    // Another process ended it, so nobody rings: the node sees it when it looks.
    let took = visitor.is_signed_out(Instant::now()).await;
    assert!(took <= Duration::from_secs(2), "took {took:?}");
    assert!(visitor.get("/").await.body.contains("signed-out-by-provider"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_diary_believes_no_logout_token_but_the_provider_s() {
    let demo = Demo::start().await;
    let (mut browser, mut visitor) = (demo.browser(), Visitor::at(demo.diary));
    visitor.signs_in(&mut browser).await;
    let post = |body: &str| {
        Request::post("/backchannel-logout")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    // {"alg":"none","typ":"logout+jwt"}, {"alg":"RS256","typ":"logout+jwt","kid":"k"}
    let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30.";
    let unknown = "eyJhbGciOiJSUzI1NiIsInR5cCI6ImxvZ291dCtqd3QiLCJraWQiOiJrIn0.e30.AAAA";
    for body in [
        "",
        "logout_token=",
        "logout_token=x",
        "token=x",
        &format!("logout_token={unsigned}"),
        &format!("logout_token={unknown}"),
    ] {
        let answer = visitor.ask(post(body)).await;
        assert_eq!(answer.status, 400, "{body}");
        let said: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(said["error"], "invalid_request");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    assert!(matches!(wire::ask(demo.diary, post(&"x".repeat(100_000))).await, Ok(answer) if answer.status() == 400));
    assert_eq!(visitor.get("/session").await.status, 204);
}
