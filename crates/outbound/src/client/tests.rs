use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::Outbound;
use crate::errors::{OutboundError, Reason};
use crate::settings::{MAX_ANSWER_LEN, MAX_TIMEOUT, Settings, SettingsError};

/// A peer on 127.0.0.1 that answers every request with the same bytes.
struct Peer {
    port: u16,
    certificate_pem: String,
    requests: Arc<AtomicUsize>,
}

impl Peer {
    async fn answering(answer: Vec<u8>) -> Self {
        Self::named(&["localhost", "127.0.0.1"], answer).await
    }

    async fn named(names: &[&str], answer: Vec<u8>) -> Self {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let (acceptor, counter) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&requests));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                counter.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(&answer).await;
                if answer.is_empty() {
                    std::future::pending::<()>().await; // hold the connection and say nothing
                }
                let _ = stream.shutdown().await;
            }
        });
        Self {
            port,
            certificate_pem: cert.pem(),
            requests,
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            extra_trust_pem: Some(self.certificate_pem.clone()),
            reach_private_networks: true,
            ..Settings::default()
        }
    }

    fn url(&self, host: &str) -> String {
        format!("https://{host}:{}/", self.port)
    }
}

fn ok(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

fn client(settings: Settings) -> Outbound {
    Outbound::new(settings).unwrap()
}

fn assert_uniform(error: &OutboundError) {
    assert_eq!(error.to_string(), "the outbound call failed");
}

#[tokio::test]
async fn a_peer_under_an_extra_trust_anchor_is_read() {
    let peer = Peer::answering(ok("{}")).await;
    for host in ["127.0.0.1", "localhost"] {
        let answer = client(peer.settings()).get(&peer.url(host)).await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.content_type.as_deref(), Some("application/json"));
        assert_eq!(answer.body, b"{}");
    }
    let client = client(peer.settings());
    assert_eq!(
        client
            .post_form(&peer.url("localhost"), &[("a", "b")])
            .await
            .unwrap()
            .body,
        b"{}"
    );
    assert_eq!(
        client.post_json(&peer.url("localhost"), &["a"]).await.unwrap().body,
        b"{}"
    );
}

#[tokio::test]
async fn a_peer_without_a_trusted_certificate_is_refused() {
    let (peer, other) = (Peer::answering(ok("{}")).await, Peer::answering(ok("{}")).await);
    let settings = Settings {
        extra_trust_pem: Some(other.certificate_pem),
        ..peer.settings()
    };
    let error = client(settings).get(&peer.url("127.0.0.1")).await.unwrap_err();
    assert!(matches!(error.reason(), Reason::Transport(_)), "{error:?}");
    assert_uniform(&error);
    assert_eq!(peer.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let peer = Peer::named(&["other.example"], ok("{}")).await;
    let error = client(peer.settings()).get(&peer.url("127.0.0.1")).await.unwrap_err();
    assert!(format!("{error:?}").contains("NotValidForName"), "{error:?}");
    assert_eq!(peer.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn without_the_switch_loopback_is_out_of_reach() {
    let peer = Peer::answering(ok("{}")).await;
    let closed = client(Settings {
        reach_private_networks: false,
        ..peer.settings()
    });
    let literal = closed.get("https://127.0.0.1/").await.unwrap_err();
    assert!(matches!(literal.reason(), Reason::Address), "{literal:?}");
    let named = closed.get("https://localhost/").await.unwrap_err();
    assert!(matches!(named.reason(), Reason::Address), "{named:?}");
    let port = closed.get(&peer.url("localhost")).await.unwrap_err();
    assert!(matches!(port.reason(), Reason::Url), "{port:?}");
    assert_uniform(&named);
    assert_eq!(peer.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let goal = Peer::answering(ok("{}")).await;
    for status in [301, 302, 303, 307, 308] {
        let location = goal.url("127.0.0.1");
        let text = format!("HTTP/1.1 {status} Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let peer = Peer::answering(text.into_bytes()).await;
        let error = client(peer.settings()).get(&peer.url("127.0.0.1")).await.unwrap_err();
        assert!(matches!(error.reason(), Reason::Redirect), "{error:?}");
    }
    assert_eq!(goal.requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused() {
    let full = Peer::answering(ok(&"x".repeat(MAX_ANSWER_LEN))).await;
    let body = client(full.settings()).get(&full.url("127.0.0.1")).await.unwrap().body;
    assert_eq!(body.len(), MAX_ANSWER_LEN);
    let unannounced = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(MAX_ANSWER_LEN + 1));
    for answer in [ok(&"x".repeat(MAX_ANSWER_LEN + 1)), unannounced.into_bytes()] {
        let peer = Peer::answering(answer).await;
        let error = client(peer.settings()).get(&peer.url("127.0.0.1")).await.unwrap_err();
        assert!(matches!(error.reason(), Reason::TooLarge), "{error:?}");
        assert_uniform(&error);
    }
}

#[tokio::test]
async fn a_silent_peer_is_given_up() {
    let peer = Peer::answering(Vec::new()).await;
    let settings = Settings {
        timeout: Duration::from_millis(200),
        ..peer.settings()
    };
    let error = client(settings).get(&peer.url("127.0.0.1")).await.unwrap_err();
    assert!(matches!(error.reason(), Reason::Timeout), "{error:?}");
    assert_uniform(&error);
}

#[tokio::test]
async fn a_failure_is_an_answer_with_its_status() {
    let peer = Peer::answering(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let answer = client(peer.settings()).get(&peer.url("127.0.0.1")).await.unwrap();
    assert_eq!(answer.status, 503);
}

#[tokio::test]
async fn whoever_wants_the_status_reads_no_body() {
    let endless = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\nx", u64::MAX / 2);
    let peer = Peer::answering(endless.into_bytes()).await;
    let status = client(peer.settings())
        .post_form_for_status(&peer.url("127.0.0.1"), &[("a", "b")])
        .await
        .unwrap();
    assert_eq!(status, 200);
    let peer =
        Peer::answering(b"HTTP/1.1 302 Go\r\nLocation: https://example.kz/\r\nContent-Length: 0\r\n\r\n".to_vec())
            .await;
    let calls = client(peer.settings());
    let refused = calls
        .post_form_for_status(&peer.url("127.0.0.1"), &[])
        .await
        .unwrap_err();
    assert!(matches!(refused.reason(), Reason::Redirect), "{refused:?}");
}

#[tokio::test]
async fn a_closed_client_calls_nobody() {
    let closed = Outbound::closed();
    for error in [
        closed.get("https://example.kz/").await.unwrap_err(),
        closed.post_form("https://example.kz/", &[]).await.unwrap_err(),
        closed.post_json("https://example.kz/", "").await.unwrap_err(),
    ] {
        assert!(matches!(error.reason(), Reason::Closed));
        assert_uniform(&error);
    }
}

#[test]
fn settings_beyond_the_bounds_are_refused() {
    let check = |settings| Outbound::new(settings).err();
    let default = Settings::default;
    assert_eq!(check(default()), None);
    let timeout = MAX_TIMEOUT + Duration::from_millis(1);
    assert_eq!(check(Settings { timeout, ..default() }), Some(SettingsError::Timeout));
    assert_eq!(
        check(Settings {
            timeout: Duration::ZERO,
            ..default()
        }),
        Some(SettingsError::Timeout)
    );
    let beyond = MAX_ANSWER_LEN + 1;
    assert_eq!(
        check(Settings {
            max_answer_len: beyond,
            ..default()
        }),
        Some(SettingsError::MaxAnswerLen)
    );
    assert_eq!(
        check(Settings {
            max_answer_len: 0,
            ..default()
        }),
        Some(SettingsError::MaxAnswerLen)
    );
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no certificate", broken] {
        let extra_trust_pem = Some(pem.to_owned());
        assert_eq!(
            check(Settings {
                extra_trust_pem,
                ..default()
            }),
            Some(SettingsError::ExtraTrust),
            "{pem}"
        );
    }
}
