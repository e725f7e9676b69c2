use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Bounds, Fetched, Validators};
use crate::errors::Reason;
use crate::settings::Settings;
use crate::target::parse_signed;
use crate::{Outbound, OutboundError};

const BOUNDS: Bounds = Bounds {
    timeout: Duration::from_secs(5),
    max_len: 10,
};

/// A server without TLS on 127.0.0.1 that answers every request alike; what it was asked, and where it is.
async fn server(answer: &'static str) -> (Arc<Mutex<String>>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://127.0.0.1:{}/list", listener.local_addr().unwrap().port());
    let asked = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).await.unwrap();
            *kept.lock().unwrap() = String::from_utf8_lossy(&request[..length]).into_owned();
            let _ = stream.write_all(answer.as_bytes()).await;
            if answer.is_empty() {
                std::future::pending::<()>().await;
            }
        }
    });
    (asked, url)
}

fn here() -> Outbound {
    Outbound::new(Settings {
        reach_private_networks: true,
        ..Settings::default()
    })
    .unwrap()
}

fn reason(result: Result<Fetched, OutboundError>) -> String {
    result.unwrap_err().reason().to_string()
}

#[test]
fn what_is_signed_may_come_without_tls_but_from_its_own_port_and_a_public_address() {
    for url in [
        "http://crl.pki.gov.kz/a.crl",
        "https://crl.pki.gov.kz/a.crl",
        "http://crl.pki.gov.kz:80/",
    ] {
        assert!(parse_signed(url, false).is_ok(), "{url}");
    }
    for url in [
        "http://crl.pki.gov.kz:8080/",
        "http://crl.pki.gov.kz:443/",
        "https://crl.pki.gov.kz:80/",
        "http://user@crl.pki.gov.kz/",
        "ftp://crl.pki.gov.kz/",
        "file:///etc/passwd",
        "ldap://crl.pki.gov.kz/",
        "",
    ] {
        assert!(matches!(parse_signed(url, false), Err(Reason::Url)), "{url}");
    }
    for url in [
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/",
    ] {
        assert!(matches!(parse_signed(url, false), Err(Reason::Address)), "{url}");
    }
    assert!(matches!(
        parse_signed("http://169.254.169.254/", true),
        Err(Reason::Address)
    ));
}

#[tokio::test]
async fn the_version_that_is_known_is_named_and_not_fetched_again() {
    let known = Validators {
        etag: Some("\"a\"".to_owned()),
        last_modified: Some("Thu, 26 Nov 2026 04:00:00 GMT".to_owned()),
    };
    let (asked, url) = server("HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\n\r\n").await;
    assert_eq!(
        here().get_signed(&url, &known, BOUNDS).await.unwrap(),
        Fetched::NotModified
    );
    let asked = asked.lock().unwrap().to_ascii_lowercase();
    assert!(asked.contains("if-none-match: \"a\"\r\n"), "{asked}");
    assert!(
        asked.contains("if-modified-since: thu, 26 nov 2026 04:00:00 gmt\r\n"),
        "{asked}"
    );
}

#[tokio::test]
async fn an_object_comes_with_what_the_server_says_about_its_version() {
    let (_, url) =
        server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"b\"\r\nLast-Modified: today\r\n\r\nhi").await;
    let fetched = here().get_signed(&url, &Validators::default(), BOUNDS).await.unwrap();
    let Fetched::Answer(answer, validators) = fetched else {
        panic!("{fetched:?}");
    };
    assert_eq!(
        (answer.status.as_u16(), answer.body.as_slice()),
        (200, b"hi".as_slice())
    );
    assert_eq!(validators.etag.as_deref(), Some("\"b\""));
    assert_eq!(validators.last_modified.as_deref(), Some("today"));
}

#[tokio::test]
async fn redirects_are_not_followed_nor_long_answers_read_nor_silence_waited_for() {
    let none = Validators::default();
    let (_, url) = server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(
        reason(here().get_signed(&url, &none, BOUNDS).await),
        "the answer is a redirect"
    );
    let (_, url) = server("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901").await;
    assert_eq!(
        reason(here().get_signed(&url, &none, BOUNDS).await),
        "the answer is too large"
    );
    let (_, url) = server("").await;
    let short = Bounds {
        timeout: Duration::from_millis(50),
        ..BOUNDS
    };
    assert_eq!(
        reason(here().get_signed(&url, &none, short).await),
        "the answer took too long"
    );
    assert_eq!(
        reason(Outbound::closed().get_signed(&url, &none, BOUNDS).await),
        "outbound calls are closed"
    );
}

#[tokio::test]
async fn a_question_is_posted_with_its_media_type() {
    let (asked, url) = server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let body = ("application/ocsp-request", b"question".to_vec());
    let answer = here().post_for_signed(&url, body, BOUNDS).await.unwrap();
    assert_eq!(answer.body, b"ok");
    let asked = asked.lock().unwrap().to_ascii_lowercase();
    assert!(asked.starts_with("post /list http/1.1\r\n"), "{asked}");
    assert!(asked.contains("content-type: application/ocsp-request\r\n"), "{asked}");
}
