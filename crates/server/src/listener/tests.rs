use std::sync::Arc;

use axum::extract::Extension;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};

use super::*;
use crate::config::TlsFiles;

async fn loopback() -> (TcpListener, SocketAddr) {
    let socket = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

fn short() -> Patience {
    Patience {
        head: Duration::from_millis(200),
        ..Patience::default()
    }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let _cut = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_taken_port_is_named() {
    let (_socket, address) = loopback().await;
    let error = bind(address).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("port {} is taken", address.port()))
    );
}

#[tokio::test]
async fn a_request_carries_the_address_of_its_peer() {
    let (socket, address) = loopback().await;
    let router = Router::new().route(
        "/",
        get(|Extension(Peer(peer)): Extension<Peer>| async move { peer.to_string() }),
    );
    tokio::spawn(serve(socket, None, router, short(), std::future::pending()));
    let answer = exchange(address, REQUEST).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("\r\n\r\n127.0.0.1:"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_request_in_flight_at_the_stop_gets_its_answer_and_later_ones_find_nobody() {
    let (socket, address) = loopback().await;
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (seen, wait) = (Arc::clone(&begun), Arc::clone(&go_on));
    let slow = move || async move {
        seen.notify_one();
        wait.notified().await;
        "late but whole"
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(
        socket,
        None,
        Router::new().route("/", get(slow)),
        short(),
        async {
            let _ = stopped.await;
        },
    ));
    let answer = tokio::spawn(exchange(address, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    begun.notified().await;
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go_on.notify_one();
    let answer = answer.await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("late but whole"),
        "{answer}"
    );
    server.await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    for silence in [b"".as_slice(), b"P"] {
        let (socket, address) = loopback().await;
        tokio::spawn(serve(socket, None, Router::new(), short(), std::future::pending()));
        assert_eq!(exchange(address, silence).await, "");
    }
}

#[tokio::test]
async fn one_address_has_its_share_of_the_connections_and_no_more() {
    let (socket, address) = loopback().await;
    let patience = Patience {
        connections_of_one: 2,
        ..Patience::default()
    };
    let router = Router::new().route("/", get(|| async { "here" }));
    tokio::spawn(serve(socket, None, router, patience, std::future::pending()));
    let held = [
        TcpStream::connect(address).await.unwrap(),
        TcpStream::connect(address).await.unwrap(),
    ];
    assert_eq!(exchange(address, REQUEST).await, "", "closed at once");
    drop(held);
    while !exchange(address, REQUEST).await.ends_with("here") {
        tokio::task::yield_now().await;
    }
}

/// One HTTP/2 frame (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const END_STREAM_AND_HEADERS: u8 = 5;
/// `GET http://h/` (RFC 7541 §6).
const HEAD: &[u8] = &[0x82, 0x86, 0x84, 0x41, 1, b'h'];

/// Speaks HTTP/2 from the first byte and gives the frames of the answer: kind, stream, the first four bytes of the payload
/// or, of a GOAWAY, its error code.
async fn http2(address: SocketAddr, frames: &[Vec<u8>]) -> Vec<(u8, u32, u32)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend(frame(4, 0, 0, &[]));
    sent.extend(frames.concat());
    let _cut = stream.write_all(&sent).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _open = tokio::time::timeout(Duration::from_secs(2), read).await;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    let (mut rest, mut seen) = (answer.as_slice(), Vec::new());
    while rest.len() >= 9 {
        let length = usize::try_from(number(&rest[..3])).unwrap();
        let payload = &rest[9..9 + length];
        let detail = payload
            .get(if rest[3] == GOAWAY { 4..8 } else { 0..4 })
            .map_or(0, number);
        seen.push((rest[3], number(&rest[5..9]), detail));
        rest = &rest[9 + length..];
    }
    seen
}

async fn over_http2(router: Router) -> SocketAddr {
    let (socket, address) = loopback().await;
    tokio::spawn(serve(socket, None, router, Patience::default(), std::future::pending()));
    address
}

#[tokio::test]
async fn streams_that_are_reset_as_soon_as_they_begin_end_the_connection() {
    let waits = || async { std::future::pending::<()>().await };
    let address = over_http2(Router::new().route("/", get(waits))).await;
    let flood: Vec<_> = (0..500_u32)
        .flat_map(|n| {
            [
                frame(HEADERS, END_STREAM_AND_HEADERS, 2 * n + 1, HEAD),
                frame(RST_STREAM, 0, 2 * n + 1, &[0, 0, 0, 8]),
            ]
        })
        .collect();
    let answer = http2(address, &flood).await;
    // RFC 9113 §7: ENHANCE_YOUR_CALM.
    assert!(
        answer.iter().any(|(kind, _, code)| (*kind, *code) == (GOAWAY, 11)),
        "{answer:?}"
    );
}

#[tokio::test]
async fn no_more_than_64_streams_are_open_at_a_time() {
    let waits = || async { std::future::pending::<()>().await };
    let address = over_http2(Router::new().route("/", get(waits))).await;
    let many: Vec<_> = (0..70_u32)
        .map(|n| frame(HEADERS, END_STREAM_AND_HEADERS, 2 * n + 1, HEAD))
        .collect();
    let answer = http2(address, &many).await;
    // RFC 9113 §5.1.2: REFUSED_STREAM, for those beyond.
    let refused: Vec<_> = answer
        .iter()
        .filter(|(kind, _, code)| (*kind, *code) == (RST_STREAM, 7))
        .collect();
    assert_eq!(refused.len(), 6, "{answer:?}");
    assert!(refused.iter().all(|(_, stream, _)| *stream > 128));
}

#[tokio::test]
async fn a_header_list_beyond_32_kib_is_refused_and_a_smaller_one_is_not() {
    let address = over_http2(Router::new().route("/", get(|| async { "" }))).await;
    // A literal field without indexing: `x` with a value of so many bytes, in pieces of less than 127.
    let list = |fields: usize| {
        let mut head = HEAD.to_vec();
        for _ in 0..fields {
            head.extend([0, 1, b'x', 100]);
            head.extend([b'a'; 100]);
        }
        frame(HEADERS, END_STREAM_AND_HEADERS, 1, &head)
    };
    let small = http2(address, &[list(90)]).await;
    assert!(
        small.iter().any(|(kind, stream, _)| (*kind, *stream) == (HEADERS, 1)),
        "{small:?}"
    );
    assert!(
        !small.iter().any(|(kind, ..)| matches!(*kind, RST_STREAM | GOAWAY)),
        "{small:?}"
    );
    // 46 KiB as RFC 9113 §6.5.2 counts: each field with 32 bytes more.
    let mut huge = HEAD.to_vec();
    for _ in 0..350 {
        huge.extend([0, 1, b'x', 100]);
        huge.extend([b'a'; 100]);
    }
    let pieces: Vec<_> = huge.chunks(15_000).collect();
    let frames: Vec<_> = pieces
        .iter()
        .enumerate()
        .map(|(n, piece)| {
            let is_end = n + 1 == pieces.len();
            match n {
                0 => frame(HEADERS, 1, 1, piece),
                _ => frame(9, if is_end { 4 } else { 0 }, 1, piece),
            }
        })
        .collect();
    let answer = http2(address, &frames).await;
    let status_431 = |(kind, _, detail): &(u8, u32, u32)| *kind == HEADERS && (detail >> 24) != 0x88;
    let ended = |(kind, ..): &(u8, u32, u32)| matches!(*kind, RST_STREAM | GOAWAY);
    assert!(
        answer.iter().any(|frame| status_431(frame) || ended(frame)),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut() {
    let (socket, address) = loopback().await;
    tokio::spawn(serve(socket, None, Router::new(), short(), std::future::pending()));
    let answer = exchange(address, b"GET / HTTP/1.1\r\nHost: h\r\nX: ").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_head_beyond_all_limits_or_ambiguous_is_refused_by_the_connection() {
    let (socket, address) = loopback().await;
    tokio::spawn(serve(socket, None, Router::new(), short(), std::future::pending()));
    let huge = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "a".repeat(64 * 1024));
    assert!(exchange(address, huge.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let two_lengths = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    assert!(exchange(address, two_lengths).await.starts_with("HTTP/1.1 400"));
    let odd_coding = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n";
    assert!(exchange(address, odd_coding).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_body_announced_twice_ends_the_connection_after_its_answer() {
    let (socket, address) = loopback().await;
    tokio::spawn(serve(socket, None, Router::new(), short(), std::future::pending()));
    let smuggled = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: h\r\n\r\n";
    let answer = exchange(address, smuggled).await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

struct TlsFolder {
    folder: tempfile::TempDir,
    anchor: rustls::pki_types::CertificateDer<'static>,
}

impl TlsFolder {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("c.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("k.pem"), made.signing_key.serialize_pem()).unwrap();
        Self {
            folder,
            anchor: made.cert.der().clone(),
        }
    }

    fn files(&self) -> TlsFiles {
        TlsFiles::new(self.folder.path().join("c.pem"), self.folder.path().join("k.pem"))
    }

    fn client(&self, versions: &[&'static rustls::SupportedProtocolVersion]) -> tokio_rustls::TlsConnector {
        let mut anchors = rustls::RootCertStore::empty();
        anchors.add(self.anchor.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap();
        Arc::new(config.with_root_certificates(anchors).with_no_client_auth()).into()
    }
}

async fn over_tls() -> (TlsFolder, SocketAddr) {
    let folder = TlsFolder::new();
    let (socket, address) = loopback().await;
    let router = Router::new().route("/", get(|| async { "sealed" }));
    let tls = Tls::load(&folder.files()).unwrap();
    tokio::spawn(serve(socket, Some(tls), router, short(), std::future::pending()));
    (folder, address)
}

#[tokio::test]
async fn tls_1_3_and_1_2_are_spoken_and_1_3_is_preferred() {
    use rustls::version::{TLS12, TLS13};
    let (folder, address) = over_tls().await;
    let spoken: [(&[&'static rustls::SupportedProtocolVersion], _); 3] = [
        (&[&TLS12, &TLS13], rustls::ProtocolVersion::TLSv1_3),
        (&[&TLS12], rustls::ProtocolVersion::TLSv1_2),
        (&[&TLS13], rustls::ProtocolVersion::TLSv1_3),
    ];
    for (offered, expected) in spoken {
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = folder
            .client(offered)
            .connect("localhost".try_into().unwrap(), stream)
            .await
            .unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(expected));
        stream.write_all(REQUEST).await.unwrap();
        let mut answer = String::new();
        let _unclean_end = stream.read_to_string(&mut answer).await;
        assert!(answer.ends_with("sealed"), "{answer}");
    }
}

#[tokio::test]
async fn an_older_version_or_a_weak_suite_is_refused_with_an_alert() {
    let (_folder, address) = over_tls().await;
    // (version in the hello, cipher suite): TLS 1.0 and 1.1; TLS 1.2 with CBC, with RSA key exchange, with DHE.
    for (version, suite) in [
        (0x01, 0xc013_u16),
        (0x02, 0xc013),
        (0x03, 0xc013),
        (0x03, 0x009c),
        (0x03, 0x009e),
    ] {
        let mut hello = vec![0x03, version];
        hello.extend([7; 32]);
        hello.extend([0, 0, 2]);
        hello.extend(suite.to_be_bytes());
        // No compression; supported groups P-256, point formats, signature algorithm ecdsa_secp256r1_sha256.
        hello.extend([
            1, 0, 0, 22, 0, 10, 0, 4, 0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3,
        ]);
        let mut record = vec![0x16, 0x03, 0x01, 0, u8::try_from(hello.len() + 4).unwrap(), 1, 0, 0];
        record.push(u8::try_from(hello.len()).unwrap());
        record.extend(hello);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&record).await.unwrap();
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer).await;
        assert_eq!(answer.first(), Some(&0x15), "{version:x} {suite:x}: {answer:?}");
        assert!(
            matches!(answer.last(), Some(40 | 70)),
            "{version:x} {suite:x}: {answer:?}"
        );
    }
}

#[test]
fn broken_or_empty_trust_material_stops_the_start() {
    let folder = TlsFolder::new();
    let files = folder.files();
    assert!(Tls::load(&files).is_ok());
    let other = TlsFolder::new();
    let mixed = TlsFiles::new(files.certificate().to_owned(), other.files().key().to_owned());
    assert!(matches!(Tls::load(&mixed), Err(TlsError::Unfit { .. })));
    std::fs::write(files.key(), "").unwrap();
    assert!(matches!(Tls::load(&files), Err(TlsError::Unreadable { .. })));
    std::fs::write(files.certificate(), "").unwrap();
    assert!(matches!(Tls::load(&files), Err(TlsError::NoCertificate(_))));
    std::fs::remove_file(files.certificate()).unwrap();
    assert!(matches!(Tls::load(&files), Err(TlsError::Unreadable { .. })));
}
