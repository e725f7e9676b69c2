//! Over a socket: one request, one answer, plain HTTP/1.1 (RFC 9112). The demo's provider speaks it on this machine.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{AppAnswer, AppRequest, Carrier, PhoneError};

/// The longest answer that is read.
const LONGEST: u64 = 256 * 1024;

/// A connection of its own for each request.
#[derive(Clone, Copy, Debug)]
pub struct OverTcp;

impl Carrier for OverTcp {
    async fn send(&self, request: AppRequest) -> Result<AppAnswer, PhoneError> {
        let (host, path) = split(&request.address).ok_or(PhoneError::OtherCode)?;
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(written(&request, host, path).as_bytes()).await?;
        let mut answer = String::new();
        stream.take(LONGEST).read_to_string(&mut answer).await?;
        read(&answer).ok_or_else(|| PhoneError::Unreachable(io::Error::from(io::ErrorKind::InvalidData)))
    }
}

/// Host with port, and path.
pub(super) fn split(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("http://")?;
    let at = rest.find('/')?;
    rest.split_at_checked(at)
}

fn written(request: &AppRequest, host: &str, path: &str) -> String {
    let body = request.body.as_deref().unwrap_or_default();
    let bearer = request.bearer.as_ref();
    let bearer = bearer
        .map(|token| format!("Authorization: Bearer {token}\r\n"))
        .unwrap_or_default();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Language: {language}\r\nConnection: close\r\n{bearer}\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
        method = request.method,
        language = request.language,
        length = body.len(),
    )
}

pub(super) fn read(answer: &str) -> Option<AppAnswer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(AppAnswer {
        status,
        json: serde_json::from_str(body).unwrap_or(Value::Null),
    })
}
