//! The gateway of demonstrations: messages stay here, and a desk shows them.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use authority::identifiers::PhoneNumber;
use authority::ids::SmsId;
use authority::time::{Clock, Timestamp};
use serde::Serialize;
use serde_json::Value;
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;

use crate::sms::{SendError, SmsGateway, SmsMessage};

/// How many messages are kept; older ones make room.
pub const CAPACITY: usize = 200;

/// The largest size of the outbox file, in bytes; a full one starts over.
pub const MAX_FILE_LEN: u64 = 1024 * 1024;

/// A message that was "sent".
#[derive(Clone, Debug)]
pub struct Kept {
    /// Our name for it.
    pub request_id: SmsId,
    /// Who got it.
    pub to: PhoneNumber,
    /// Who it says it is from.
    pub sender: String,
    /// What it says.
    pub text: String,
    /// When it was sent.
    pub at: Timestamp,
}

impl Kept {
    /// The message as desks and files show it: `to` (E.164), `sender`, `text`, `at` (RFC 3339, UTC).
    pub fn to_json(&self) -> Value {
        #[derive(Serialize)]
        struct Shown<'a> {
            to: &'a str,
            sender: &'a str,
            text: &'a str,
            at: String,
        }
        let shown = Shown {
            to: self.to.expose(),
            sender: &self.sender,
            text: &self.text,
            at: self.at.to_rfc3339(),
        };
        serde_json::to_value(shown).unwrap_or_default()
    }
}

/// Keeps messages in memory, and writes them to a file of JSON lines when it has one.
pub struct Outbox {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    kept: VecDeque<Kept>,
    file: Option<Lines>,
}

struct Lines {
    file: File,
    len: u64,
}

impl Outbox {
    /// An outbox in memory.
    pub fn in_memory(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::new(State {
                kept: VecDeque::new(),
                file: None,
            }),
        }
    }

    /// An outbox that also appends each message to a file, readable by its owner only.
    ///
    /// # Errors
    /// The file cannot be opened for writing.
    pub async fn with_file(clock: Arc<dyn Clock>, path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        options.mode(0o600); // codes stand in it
        let file = options.open(path).await?;
        let len = file.metadata().await?.len();
        let state = State {
            kept: VecDeque::new(),
            file: Some(Lines { file, len }),
        };
        Ok(Self {
            clock,
            state: Mutex::new(state),
        })
    }

    /// The messages of this run, newest first, at most [`CAPACITY`].
    pub async fn newest_first(&self) -> Vec<Kept> {
        self.state.lock().await.kept.iter().rev().cloned().collect()
    }
}

#[async_trait]
impl SmsGateway for Outbox {
    async fn send(&self, message: &SmsMessage) -> Result<(), SendError> {
        let mut state = self.state.lock().await;
        if state.kept.iter().any(|kept| kept.request_id == message.request_id) {
            return Ok(());
        }
        let kept = Kept {
            request_id: message.request_id,
            to: message.to.clone(),
            sender: message.sender.as_str().to_owned(),
            text: message.text.expose().to_owned(),
            at: self.clock.now(),
        };
        if let Some(lines) = &mut state.file {
            lines.append(&kept).await.map_err(SendError::OutboxFile)?;
        }
        if state.kept.len() == CAPACITY {
            state.kept.pop_front();
        }
        state.kept.push_back(kept);
        Ok(())
    }
}

impl Lines {
    async fn append(&mut self, kept: &Kept) -> io::Result<()> {
        let line = format!("{}\n", kept.to_json());
        let len = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.len.saturating_add(len) > MAX_FILE_LEN {
            self.file.set_len(0).await?;
            self.len = 0;
        }
        self.file.write_all(line.as_bytes()).await?;
        self.file.flush().await?;
        self.len = self.len.saturating_add(len);
        Ok(())
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests;
