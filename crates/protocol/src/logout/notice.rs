//! What the outbox keeps of one notice to one client: identifiers and nothing else.

use authority::clients::ClientId;
use authority::ids::{SessionId, UserId};
use serde::{Deserialize, Serialize};
use storage::backchannel_logouts::Concerned;

/// The kind of such messages in the outbox.
pub const KIND: &str = "backchannel_logout";

/// Who has to be told of which session of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Who is told.
    pub client_id: ClientId,
    /// The session that ended.
    pub session_id: SessionId,
    /// Whose it was.
    pub user_id: UserId,
}

/// The payload is not one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the notice cannot be read")]
pub struct NoticeError;

#[derive(Serialize, Deserialize)]
struct Payload {
    client: String,
    session: String,
    user: String,
}

impl Notice {
    /// Reads what `payload` wrote.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(payload: &str) -> Result<Self, NoticeError> {
        let written: Payload = serde_json::from_str(payload).map_err(|_| NoticeError)?;
        Ok(Self {
            client_id: ClientId::parse(&written.client).map_err(|_| NoticeError)?,
            session_id: written.session.parse().map_err(|_| NoticeError)?,
            user_id: written.user.parse().map_err(|_| NoticeError)?,
        })
    }

    /// As the outbox keeps it.
    pub(super) fn payload(&self) -> String {
        // Three ids as text, so there is nothing to escape but the client's, which JSON does.
        serde_json::json!({
            "client": self.client_id.as_str(),
            "session": self.session_id.to_string(),
            "user": self.user_id.to_string(),
        })
        .to_string()
    }

    /// A session ends once, so each client is told of it once.
    pub(super) fn dedup_key(&self) -> String {
        format!("{KIND}:{}:{}", self.session_id, self.client_id)
    }
}

impl From<&Concerned> for Notice {
    fn from(concerned: &Concerned) -> Self {
        Self {
            client_id: concerned.client_id.clone(),
            session_id: concerned.session_id,
            user_id: concerned.user_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        Notice {
            client_id: ClientId::parse("a\"client").unwrap(),
            session_id: "01932d7c8f0070008000000000000001".parse().unwrap(),
            user_id: "01932d7c8f0070008000000000000002".parse().unwrap(),
        }
    }

    #[test]
    fn a_notice_is_read_as_it_was_written() {
        assert_eq!(Notice::parse(&notice().payload()), Ok(notice()));
    }

    #[test]
    fn what_is_no_notice_is_refused() {
        let good = notice().payload();
        for bad in [
            "",
            "{}",
            "[]",
            &good.replace("01932d7c8f0070008000000000000001", "1"),
            &good.replace("a\\\"client", ""),
        ] {
            assert_eq!(Notice::parse(bad), Err(NoticeError), "{bad}");
        }
    }
}
