mod desk;
mod forms;
mod malformed;

use std::sync::{Arc, LazyLock};

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use federation::eds::{EdsRefusal, EdsVerifier};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::*;
use crate::clock::TestClock;
use crate::keys::DemoKeys;

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_262_400);
const CHALLENGE: &str = "id.example.kz\nКіру / Вход / Sign-in\n";

static KEYS: LazyLock<Arc<DemoKeys>> = LazyLock::new(|| Arc::new(DemoKeys::generate(NOW).unwrap()));

fn signer() -> Arc<SignerState> {
    Arc::new(SignerState::new(Arc::clone(&KEYS), Arc::new(TestClock::at(NOW))))
}

fn verifier() -> EdsVerifier {
    EdsVerifier::new(&KEYS.eds_settings(NOW).unwrap()).unwrap()
}

/// A page with its socket.
struct Page<S>(WebSocketStream<S>);

impl Page<TcpStream> {
    /// Connects and takes the greeting.
    async fn connect(state: &Arc<SignerState>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, Arc::clone(state), std::future::pending()));
        let stream = TcpStream::connect(address).await.unwrap();
        let (socket, _) = tokio_tungstenite::client_async("ws://127.0.0.1/", stream)
            .await
            .unwrap();
        let mut page = Self(socket);
        assert_eq!(page.receive().await, json!({"result": {"version": "1.4"}}));
        page
    }
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Page<S> {
    async fn send(&mut self, text: impl ToString) {
        self.0.send(Message::text(text.to_string())).await.unwrap();
    }

    async fn receive(&mut self) -> Value {
        let message = self.0.next().await.unwrap().unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    async fn asks(&mut self, request: &Value) -> Value {
        self.send(request).await;
        self.receive().await
    }
}

/// What a sign-in page sends.
fn login_request() -> Value {
    json!({
        "module": "kz.gov.pki.knca.basics",
        "method": "sign",
        "args": {
            "allowedStorages": ["PKCS12", "AKKaztokenStore", "AKKZIDCardStore"],
            "format": "cms",
            "data": STANDARD.encode(CHALLENGE),
            "signingParams": {"decode": true, "encapsulate": true, "digested": false},
            "signerParams": {"extKeyUsageOids": []},
            "locale": "ru"
        }
    })
}

/// A request to the older module.
fn utils(method: &str, args: Value) -> Value {
    let mut request = json!({"module": "kz.gov.pki.knca.commonUtils", "method": method});
    request["args"] = args;
    request
}

/// The same with one member changed, given by its pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut request = login_request();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    request.pointer_mut(parent).unwrap()[name] = value;
    request
}

#[tokio::test]
async fn a_page_gets_a_signature_that_the_server_accepts() {
    let state = signer();
    let mut page = Page::connect(&state).await;
    for login in ["aigerim", "gulnara", "dana"] {
        assert!(state.set_next(login));
        let answer = page.asks(&login_request()).await;
        let signature = answer["body"]["result"].as_str().unwrap();
        assert!(signature.starts_with("-----BEGIN CMS-----\n"));
        let verified = verifier().verify(signature, CHALLENGE.as_bytes(), NOW).unwrap();
        assert_eq!(verified.identity().iin.expose(), KEYS.find(login).unwrap().person.iin);
        assert_eq!(answer["status"], true);
    }
    assert!(!state.set_next("nobody"));
    assert_eq!(state.next().as_deref(), Some("dana"));
}

#[tokio::test]
async fn expired_and_revoked_keys_sign_too_and_the_server_refuses_them() {
    let state = signer();
    let mut page = Page::connect(&state).await;
    let mut refusal = async |login| {
        state.set_next(login);
        let answer = page.asks(&login_request()).await;
        verifier()
            .verify(answer["body"]["result"].as_str().unwrap(), CHALLENGE.as_bytes(), NOW)
            .unwrap_err()
    };
    assert!(matches!(refusal("irina").await, EdsRefusal::Expired { .. }));
    assert!(matches!(refusal("yerlan").await, EdsRefusal::Revoked { .. }));
}

#[tokio::test]
async fn booleans_come_as_text_too_and_text_need_not_be_base64() {
    let mut page = Page::connect(&signer()).await;
    let mut request = with("/args/data", json!(CHALLENGE));
    request["args"]["signingParams"] = json!({"decode": "false", "encapsulate": "true", "digested": "false"});
    let answer = page.asks(&request).await;
    assert!(
        verifier()
            .verify(answer["body"]["result"].as_str().unwrap(), CHALLENGE.as_bytes(), NOW)
            .is_ok()
    );
}

#[tokio::test]
async fn an_array_is_answered_with_an_array() {
    let mut page = Page::connect(&signer()).await;
    for texts in [vec![CHALLENGE], vec![CHALLENGE, "other"]] {
        let data: Vec<String> = texts.iter().map(|text| STANDARD.encode(text)).collect();
        let answer = page.asks(&with("/args/data", json!(data))).await;
        let results = answer["body"]["result"].as_array().unwrap().clone();
        assert_eq!(results.len(), texts.len());
        for (result, text) in results.iter().zip(texts) {
            assert!(
                verifier()
                    .verify(result.as_str().unwrap(), text.as_bytes(), NOW)
                    .is_ok()
            );
        }
    }
}

#[tokio::test]
async fn a_detached_signature_is_made_when_asked_for() {
    let mut page = Page::connect(&signer()).await;
    let answer = page.asks(&with("/args/signingParams/encapsulate", json!(false))).await;
    let signature = answer["body"]["result"].as_str().unwrap();
    assert!(verifier().verify(signature, CHALLENGE.as_bytes(), NOW).is_ok());
    assert!(verifier().verify(signature, b"other", NOW).is_err());
}

#[tokio::test]
async fn a_cancelled_dialogue_has_a_body_without_result() {
    let state = signer();
    let mut page = Page::connect(&state).await;
    state.set_mode(AnswerMode::Cancel);
    assert_eq!(page.asks(&login_request()).await, json!({"status": true, "body": {}}));
    state.set_mode(AnswerMode::Fail);
    assert_eq!(page.asks(&login_request()).await["code"], "SIGNING_FAILURE");
}

#[tokio::test]
async fn a_key_that_the_request_does_not_allow_cannot_be_chosen() {
    let mut page = Page::connect(&signer()).await;
    let nca = crate::pki::pem("CERTIFICATE", KEYS.centre.nca().certificate());
    let root = crate::pki::pem("CERTIFICATE", KEYS.centre.root().certificate());
    for (pointer, value, is_allowed) in [
        ("/args/allowedStorages", json!(null), true),
        ("/args/allowedStorages", json!(["AKKZIDCardStore"]), false),
        ("/args/signerParams/extKeyUsageOids", json!(["1.2.398.3.3.4.1.1"]), true),
        (
            "/args/signerParams/extKeyUsageOids",
            json!(["1.2.398.3.3.4.1.1", "1.3.6.1.5.5.7.3.2"]),
            false,
        ),
        (
            "/args/signerParams/extKeyUsageOids",
            json!(["1.2.398.3.3.4.1.2"]),
            false,
        ),
        ("/args/signerParams/iin", json!(KEYS.people[0].person.iin), true),
        ("/args/signerParams/iin", json!("900315300123"), false),
        ("/args/signerParams/bin", json!("180140000028"), false),
        ("/args/signerParams/chain", json!([]), true),
        ("/args/signerParams/chain", json!([nca]), true),
        ("/args/signerParams/chain", json!([root]), false),
    ] {
        let answer = page.asks(&with(pointer, value.clone())).await;
        assert_eq!(answer["status"], true);
        assert_eq!(answer["body"].get("result").is_some(), is_allowed, "{pointer} {value}");
    }
}

#[tokio::test]
async fn a_heartbeat_comes_back_and_is_no_request() {
    let mut page = Page::connect(&signer()).await;
    page.send("--heartbeat--").await;
    let echo = page.0.next().await.unwrap().unwrap();
    assert_eq!(echo.to_text().unwrap(), "--heartbeat--");
    let answer = page.asks(&utils("getActiveTokens", json!([]))).await;
    assert_eq!(answer, json!({"code": "200", "responseObject": []}));
}

#[tokio::test]
async fn the_old_module_signs_too() {
    let state = signer();
    let mut page = Page::connect(&state).await;
    let request = |storage: &str, data: &str| {
        let args = json!([storage, "SIGNATURE", data, true]);
        json!({"module": "kz.gov.pki.knca.commonUtils", "method": "createCAdESFromBase64", "args": args})
    };
    let good = request("PKCS12", &STANDARD.encode(CHALLENGE));
    let answer = page.asks(&good).await;
    assert_eq!(answer["code"], "200");
    assert!(
        verifier()
            .verify(answer["responseObject"].as_str().unwrap(), CHALLENGE.as_bytes(), NOW)
            .is_ok()
    );

    let info = page
        .asks(&json!({"module": "kz.gov.pki.knca.commonUtils", "method": "getKeyInfo", "args": ["PKCS12"]}))
        .await;
    assert!(
        info["responseObject"]["pem"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    for (request, message) in [
        (request("AKKZIDCardStore", ""), "storage.empty"),
        (request("Pocket", ""), "storage.unknown"),
        (request("", ""), "storageName.param.empty"),
    ] {
        assert_eq!(page.asks(&request).await, json!({"code": "500", "message": message}));
    }
    let unknown = json!({"module": "kz.gov.pki.knca.commonUtils", "method": "format", "args": []});
    assert_eq!(page.asks(&unknown).await["code"], "500");
    state.set_mode(AnswerMode::Cancel);
    assert_eq!(
        page.asks(&good).await,
        json!({"code": "500", "message": "action.canceled"})
    );
}

#[tokio::test]
async fn pages_connect_by_tls_as_to_the_real_program() {
    let (tls, certificate) = tls_for_loopback().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve_tls(listener, tls, signer(), std::future::pending()));

    let mut roots = RootCertStore::empty();
    roots.add(certificate.into()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(address).await.unwrap();
    let stream = connector.connect(address.ip().into(), stream).await.unwrap();
    let (socket, _) = tokio_tungstenite::client_async("wss://127.0.0.1/", stream)
        .await
        .unwrap();
    let mut page = Page(socket);
    assert_eq!(page.receive().await["result"]["version"], "1.4");
    assert_eq!(page.asks(&login_request()).await["status"], true);
}
