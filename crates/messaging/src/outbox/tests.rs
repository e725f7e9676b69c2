use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use authority::identifiers::PhoneNumber;
use authority::ids::SmsId;
use authority::time::{Clock, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::{CAPACITY, MAX_FILE_LEN, Outbox};
use crate::sms::{SendError, Sender, SmsGateway as _, SmsMessage, SmsText};

/// A clock that is one second later at each look.
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(1_795_262_400 + self.0.fetch_add(1, Ordering::SeqCst))
    }

    fn decisive(&self, _database: Timestamp) -> Timestamp {
        self.now()
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(Ticking(AtomicI64::new(0)))
}

pub(crate) fn message(id: u128, text: &str) -> SmsMessage {
    SmsMessage {
        request_id: SmsId::from_uuid(Uuid::from_u128(id)),
        to: PhoneNumber::parse("+77012344718").unwrap(),
        sender: Sender::parse("1414").unwrap(),
        text: SmsText::parse(text).unwrap(),
    }
}

#[tokio::test]
async fn messages_are_listed_newest_first() {
    let outbox = Outbox::in_memory(clock());
    outbox.send(&message(1, "first")).await.unwrap();
    outbox.send(&message(2, "second\nline")).await.unwrap();
    let shown: Vec<_> = outbox.newest_first().await.iter().map(super::Kept::to_json).collect();
    let line = |text: &str, at: &str| json!({"to": "+77012344718", "sender": "1414", "text": text, "at": at});
    assert_eq!(
        shown,
        [
            line("second\nline", "2026-11-21T12:00:01Z"),
            line("first", "2026-11-21T12:00:00Z")
        ]
    );
}

#[tokio::test]
async fn a_request_is_sent_once() {
    let outbox = Outbox::in_memory(clock());
    outbox.send(&message(1, "first")).await.unwrap();
    outbox.send(&message(1, "again")).await.unwrap();
    let kept = outbox.newest_first().await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].text, "first");
}

#[tokio::test]
async fn old_messages_make_room() {
    let outbox = Outbox::in_memory(clock());
    for id in 0..=CAPACITY {
        outbox.send(&message(id as u128, &id.to_string())).await.unwrap();
    }
    let kept = outbox.newest_first().await;
    assert_eq!(kept.len(), CAPACITY);
    assert_eq!(kept[0].text, CAPACITY.to_string());
    assert_eq!(kept[CAPACITY - 1].text, "1");
}

#[tokio::test]
async fn each_message_is_a_line_of_the_file_and_a_restart_appends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.jsonl");
    for id in 1..=2 {
        let outbox = Outbox::with_file(clock(), &path).await.unwrap();
        outbox.send(&message(id, &format!("text {id}\nend"))).await.unwrap();
        assert_eq!(outbox.newest_first().await.len(), 1);
    }
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["text"], "text 2\nend");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.jsonl");
    Outbox::with_file(clock(), &path).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_full_file_starts_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sms.jsonl");
    std::fs::write(&path, vec![b'\n'; usize::try_from(MAX_FILE_LEN).unwrap()]).unwrap();
    let outbox = Outbox::with_file(clock(), &path).await.unwrap();
    outbox.send(&message(1, "text")).await.unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_message_that_cannot_be_written_is_not_sent() {
    let outbox = Outbox::with_file(clock(), std::path::Path::new("/dev/full"))
        .await
        .unwrap();
    let error = outbox.send(&message(1, "text")).await.unwrap_err();
    assert!(matches!(error, SendError::OutboxFile(_)), "{error:?}");
    assert!(outbox.newest_first().await.is_empty());
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Outbox::with_file(clock(), folder.path()).await.is_err());
}
