//! Administrators with keys of their own, and what takes two of them (security rules DB-13, AD-6).

mod approval;

use std::fmt;

use crate::ids::AdministratorId;
use crate::time::Timestamp;

pub use approval::{APPROVAL_TTL, ApprovalRefusal, ApprovalRequest, ApprovalStep};

/// What an administrator is called at the command line and in the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministratorName(String);

/// The text is no name of an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 64 lower-case letters, digits, dots, dashes or underscores")]
pub struct NameError;

impl AdministratorName {
    /// Reads a name.
    ///
    /// # Errors
    /// Another form.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AdministratorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An administrator: a name, and the key that signs what they do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// Our identifier.
    pub id: AdministratorId,
    /// What they are called; one live administrator has it.
    pub name: AdministratorName,
    /// The public key, P-256, as JWK JSON.
    pub public_jwk: String,
    /// The key's RFC 7638 thumbprint, base64url; a key belongs to one administrator for good.
    pub thumbprint: String,
    /// When they were named.
    pub added_at: Timestamp,
    /// Since when they are none any more.
    pub removed_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain() {
        assert!(AdministratorName::parse("asel.o-1_a").is_ok());
        for text in ["", "Asel", "asel o", "асель", "a/b", &"a".repeat(65)] {
            assert_eq!(AdministratorName::parse(text), Err(NameError), "{text}");
        }
    }
}
