//! Stopping (security rule DU-13): out of rotation, no new connections, and whoever is in the middle gets the answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::deployment::Deployment;
use super::minting::signed_in;
use super::node::{Node, signal};
use super::wait_for;
use super::wire::{NEVER_SENT, status_of};
use crate::harness::{ISSUER, VERIFIER};
use crate::storage::both_databases;

/// A redemption whose body has not left yet, although the server works on it: it asked for the body.
struct Begun {
    stream: TcpStream,
    body: String,
}

impl Begun {
    async fn redemption(node: &Node, code: &str) -> Self {
        let diary = node.diary();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &diary.redirect_uri),
                ("code_verifier", VERIFIER),
            ])
            .finish();
        let head = format!(
            "POST /token HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {basic}\r\nExpect: 100-continue\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n",
            host = ISSUER.trim_start_matches("https://"),
            basic = STANDARD.encode(format!("{}:{}", diary.client_id, diary.secret)),
            length = body.len(),
        );
        let mut stream = TcpStream::connect(node.public).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // RFC 9110 §10.1.1: this answer comes when a handler wants the body, so the request is in flight from here on.
        let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut asked).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&asked), "HTTP/1.1 100 Continue\r\n\r\n");
        Self { stream, body }
    }

    /// Sends the body and reads the answer to the end of the connection.
    async fn answer(mut self) -> String {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

both_databases! {
    async fn a_request_in_flight_at_sigterm_gets_its_answer(db) {
        let deployment = Deployment::on(db);
        let mut node = deployment.start().await;
        let (_, code) = signed_in(&node, "asel").await;
        let begun = Begun::redemption(&node, &code).await;
        assert_eq!(status_of(node.health, "/ready").await, 200);

        signal(node.pid(), "TERM");
        wait_for("the node to leave the rotation", async || {
            (status_of(node.health, "/ready").await == 503).then_some(())
        })
        .await;
        assert_eq!(status_of(node.health, "/live").await, 200, "it is stopping, not dead");
        wait_for("new connections to be refused", async || {
            (status_of(node.public, "/jwks").await == NEVER_SENT).then_some(())
        })
        .await;

        let answer = begun.answer().await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("\"access_token\""), "{answer}");
        assert_eq!(node.ended().await.code(), Some(0), "{}", node.said());
        deployment.verify_audit();
    }
}
