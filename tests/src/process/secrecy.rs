//! What a whole sign-in by EDS and SMS leaves behind, with everything logged that can be: no code, number, name, cookie,
//! token or proof in the log, in the audit rows, or in an answer that is not theirs (security rules OT-6, JT-13). Run against
//! the demo, whose messages its desk shows.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};

use authority::time::Clock as _;
use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Request, Response};
use kiru::clock::NodeClock;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DbBackend, Statement};
use serde_json::Value;
use testkit::clock::TestClock;
use testkit::keys::DemoKeys;
use testkit::people::DemoPerson;

use super::node::{free_addresses, signal};
use super::wire::{ask, status_of};
use super::{HELD, kiru, wait_for};
use crate::harness::{Browser, DeviceKey, Person, Proof, RelyingParty, VERIFIER};

const LOGIN: &str = "aigerim";
const TRIES: u32 = 50;

/// A running demo. Dropping it kills it.
struct Demo {
    process: Child,
    folder: tempfile::TempDir,
    base: u16,
    answers: Arc<Mutex<Vec<Answered>>>,
}

/// What somebody got.
#[derive(Clone)]
struct Answered {
    path: String,
    /// Without cookies and `Location`, where credentials belong.
    text: String,
}

impl Demo {
    async fn start() -> Self {
        for _ in 0..TRIES {
            // Below the ports that the system gives to connections, of which the other tests have many.
            let base = 10_000 + free_addresses()[0].port() % 2_200 * 10;
            let folder = tempfile::tempdir().unwrap();
            let process = kiru(&[
                "demo",
                "--data",
                folder.path().join("data").to_str().unwrap(),
                "--base-port",
                &base.to_string(),
            ])
            .env("KIRU_LOG__LEVEL", "trace")
            .env("KIRU_LOG__FORMAT", "json")
            .env(HELD, "")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
            let mut demo = Self {
                process,
                folder,
                base,
                answers: Arc::default(),
            };
            let health = demo.at(9);
            let started = wait_for("the demo to be ready", async || {
                match demo.process.try_wait().unwrap() {
                    Some(status) => Some(Err(status)),
                    None => (status_of(health, "/ready").await == 200).then_some(Ok(())),
                }
            });
            match started.await {
                Ok(()) => return demo,
                Err(status) if status.code() == Some(3) => {}
                Err(status) => panic!("the demo ended with {status}:\n{}", demo.log()),
            }
        }
        panic!("no free ports in {TRIES} tries");
    }

    fn at(&self, offset: u16) -> SocketAddr {
        ([127, 0, 0, 1], self.base + offset).into()
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn issuer(&self) -> String {
        format!("http://localhost:{}", self.base)
    }

    /// The provider; each answer is also written down.
    fn router(&self) -> Router {
        let (address, answers) = (self.at(0), Arc::clone(&self.answers));
        Router::new().fallback(move |request: Request<Body>| {
            let answers = Arc::clone(&answers);
            async move {
                let path = request.uri().path().to_owned();
                let Ok(answer) = ask(address, request).await else {
                    panic!("no answer from {path}")
                };
                let (parts, body) = answer.into_parts();
                let told = parts
                    .headers
                    .iter()
                    .filter(|(name, _)| !["set-cookie", "location"].contains(&name.as_str()));
                let text = format!("{:?}\n{}", told.collect::<Vec<_>>(), String::from_utf8_lossy(&body));
                answers.lock().unwrap().push(Answered { path, text });
                Response::from_parts(parts, Body::from(body))
            }
        })
    }

    /// The six digits of the newest message, from the desk.
    async fn newest_code(&self) -> String {
        let request = Request::get("/sms.json")
            .header("host", self.at(2).to_string())
            .body(Body::empty())
            .unwrap();
        let Ok(answer) = ask(self.at(2), request).await else {
            panic!("no desk")
        };
        let messages: Value = serde_json::from_slice(answer.body()).unwrap();
        messages[0]["text"].as_str().unwrap()[..6].to_owned()
    }

    /// A client's request: path, fields, `Authorization`.
    async fn client_asks(&self, path: &str, fields: &[(&str, &str)], authorization: &str) -> Value {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(path)
            .header("host", format!("localhost:{}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("authorization", authorization)
            .body(Body::from(body))
            .unwrap();
        let response = tower::ServiceExt::oneshot(self.router(), request).await.unwrap();
        let body = http_body_util::BodyExt::collect(response.into_body())
            .await
            .unwrap()
            .to_bytes();
        serde_json::from_slice(&body).unwrap_or_default()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Everything in the sign-in that is somebody's secret.
#[derive(Default)]
struct Secrets {
    /// Never in an answer either.
    sent: Vec<String>,
    /// In one answer only, their own.
    given: Vec<String>,
}

/// A whole sign-in with a wrong signature and a wrong code on the way, up to the tokens and a second use of the code.
async fn signs_in(demo: &Demo) -> Secrets {
    let clock = TestClock::at(NodeClock::start().now());
    let keys = Arc::new(DemoKeys::open(&demo.data().join("centre"), clock.now()).unwrap());
    let person = Person::new(keys, LOGIN, clock.clone());
    let mut client = RelyingParty::new(demo.router(), "diary");
    client.secret = fs::read_to_string(demo.data().join("diary-secret")).unwrap();
    client.redirect_uri = format!("http://127.0.0.1:{}/callback", demo.base + 1);
    let mut browser = Browser::new(demo.router(), &demo.issuer());
    let mut secrets = Secrets::default();
    let mut jar = std::collections::BTreeSet::new();

    let choose = browser.open(&client.request(&[])).await;
    let mut page = browser.press(&choose, "eds").await;
    for wrong in [true, false] {
        let challenge = if wrong {
            "another challenge".to_owned()
        } else {
            page.data_challenge()
        };
        let signature = person.signs(&challenge);
        let answer = browser
            .submit(&page.form("eds-form").with("signature", &signature))
            .await;
        secrets.sent.push(signature.lines().nth(1).unwrap().to_owned());
        page = browser.follow(answer).await;
    }
    page.expect("code");
    let code = demo.newest_code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for typed in [wrong, &code] {
        let answer = browser.submit(&page.form_of("continue").with("code", typed)).await;
        page = browser.follow(answer).await;
    }
    secrets.sent.push(code);
    jar.extend(browser.jar.values().cloned());
    let key = DeviceKey::generate();
    let now = page.data("now").parse::<i64>().unwrap() / 1_000_000;
    let proof = key.sign(&Proof::for_page(&page, now));
    let form = page
        .form_of("bind")
        .with("public_key", &key.public_jwk())
        .with("proof", &proof);
    secrets.sent.push(proof);
    let answer = browser.submit(&form).await;
    let consent = browser.follow(answer).await;
    jar.extend(browser.jar.values().cloned());
    let back = browser.press(&consent, "allow").await;
    let code = client.response(back.redirect(), "code").unwrap();
    let basic = format!("Basic {}", STANDARD.encode(format!("diary:{}", client.secret)));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    let tokens = demo.client_asks("/token", &fields, &basic).await;
    let access_token = tokens["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("{tokens}"))
        .to_owned();
    demo.client_asks("/userinfo", &[], &format!("Bearer {access_token}"))
        .await;
    assert_eq!(
        demo.client_asks("/token", &fields, &basic).await["error"],
        "invalid_grant"
    );
    demo.client_asks("/userinfo", &[], &format!("Bearer {access_token}"))
        .await;
    secrets
        .given
        .extend([access_token, tokens["id_token"].as_str().unwrap().to_owned()]);
    secrets.sent.extend([
        code,
        client.secret.clone(),
        basic,
        VERIFIER.to_owned(),
        "a state".to_owned(),
    ]);
    assert!(
        jar.iter().filter(|value| value.len() >= 43).count() >= 3,
        "cookies of flow, session and device: {jar:?}"
    );
    secrets.sent.extend(jar.into_iter().filter(|value| value.len() >= 43));
    secrets
}

/// Whether a secret stands there by itself, and not as a part of some longer number or digest.
fn stands(text: &str, secret: &str) -> bool {
    text.match_indices(secret).any(|(at, _)| {
        let beside = [text[..at].chars().next_back(), text[at + secret.len()..].chars().next()];
        beside.iter().flatten().all(|letter| !letter.is_ascii_alphanumeric())
    })
}

/// Each value of a log line, without the instant and the digests.
fn members(line: &Value) -> String {
    let line = line.as_object().unwrap();
    let told = line
        .iter()
        .filter(|(name, _)| !["timestamp", "event.id", "event.digest", "seal.head"].contains(&name.as_str()));
    told.map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// The audit rows as texts.
async fn audit_rows(folder: &Path) -> Vec<String> {
    let mut options = ConnectOptions::new(format!("sqlite:{}", folder.join("kiru.db").display()));
    // See `storage::Db`: a connection that may end for its age can take a core with it.
    options.idle_timeout(None).max_lifetime(None);
    let db = Database::connect(options).await.unwrap();
    let sql = "SELECT kind || ' ' || actor || ' ' || coalesce(client_id, '') || ' ' || coalesce(address, '') || ' ' || methods \
               || ' ' || reason || ' ' || coalesce(reference, '') AS text FROM audit_events";
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .unwrap();
    let rows = rows
        .iter()
        .map(|row| row.try_get::<String>("", "text").unwrap())
        .collect();
    db.close().await.unwrap();
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_whole_sign_in_leaves_no_secret_in_log_audit_or_answers() {
    let mut demo = Demo::start().await;
    let Secrets { sent, given } = signs_in(&demo).await;
    signal(demo.process.id(), "TERM");
    let ended = wait_for("the demo to end", async || demo.process.try_wait().unwrap()).await;
    assert_eq!(ended.code(), Some(0), "{}", demo.log());

    let person = DemoPerson::find(LOGIN).unwrap();
    let phone = person.phone.unwrap();
    let names = [person.family_name, person.given_name, person.patronymic.unwrap()];
    let upper = names.map(str::to_uppercase);
    let numbers = [person.iin, phone, &phone[1..], &phone[2..]];
    let personal: Vec<&str> = names
        .into_iter()
        .chain(upper.iter().map(String::as_str))
        .chain(numbers)
        .collect();

    let log = demo.log();
    let lines: Vec<Value> = log
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let routes: Vec<_> = lines.iter().filter_map(|line| line["route"].as_str()).collect();
    assert!(
        routes.contains(&"/flow/{id}/eds/signature") && routes.contains(&"/flow/{id}/device"),
        "{routes:?}"
    );
    let told: Vec<String> = lines.iter().map(members).collect();
    // What is no JSON line is the demo's own talk and the test runner's.
    let talk: Vec<&str> = log.lines().filter(|line| !line.starts_with('{')).collect();
    let rows = audit_rows(&demo.data()).await;
    for kind in [
        "first_stage_refused",
        "first_stage_passed",
        "second_stage_refused",
        "second_stage_passed",
        "device_bound",
        "signed_in",
    ] {
        assert!(rows.iter().any(|row| row.contains(kind)), "{kind} in {rows:?}");
    }
    let kept = told
        .iter()
        .map(String::as_str)
        .chain(talk)
        .chain(rows.iter().map(String::as_str));
    for text in kept {
        for secret in sent
            .iter()
            .chain(&given)
            .map(String::as_str)
            .chain(personal.iter().copied())
        {
            assert!(!stands(text, secret), "{secret} in {text}");
        }
    }

    let answers = demo.answers.lock().unwrap().clone();
    for Answered { path, text } in &answers {
        for secret in sent.iter().map(String::as_str).chain(numbers) {
            assert!(!stands(text, secret), "{secret} in the answer from {path}: {text}");
        }
        for token in &given {
            assert!(
                path == "/token" || !text.contains(token.as_str()),
                "{token} in the answer from {path}"
            );
        }
    }
}
