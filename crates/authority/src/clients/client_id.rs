//! The client identifier.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A client identifier: 1 to 255 printable ASCII characters (RFC 6749 appendix A.1, less the space).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// The text cannot be a client identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a client identifier has 1 to 255 printable ASCII characters")]
pub struct ClientIdError;

impl ClientId {
    /// Reads an identifier.
    ///
    /// # Errors
    /// Empty, too long, or with a character that is not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        let known = (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if known {
            Ok(Self(text.to_owned()))
        } else {
            Err(ClientIdError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdError;

    fn try_from(text: String) -> Result<Self, ClientIdError> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}
