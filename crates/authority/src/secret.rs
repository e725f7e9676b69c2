//! Secrets: what must not be printed, compared or stored as it is.
//!
//! [`PlainToken`] is shown to its owner once; [`TokenDigest`] is what the database keeps. Both digests and encryption at
//! rest use keys derived from one key-encryption key ([`Kek`]) that lives outside the database.

mod keyring;
mod token;

use std::fmt;

pub use keyring::{Kek, KekError, Keyring, KeyringError, OpenError, Purpose};
pub use token::{PlainToken, TokenDigest, TokenError};

/// A value that is never printed, never serialised and never compared with `==`.
#[derive(Clone)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Takes the value into hiding.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
