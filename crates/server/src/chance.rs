//! The operating system's randomness, handed to everything below the shell.

use rand_core::{CryptoRng, TryRngCore as _};

/// A source of chance. When the system's fails, so does whoever asked (OP-9).
#[expect(clippy::disallowed_types, reason = "the shell is where chance comes from")]
pub fn chance() -> impl CryptoRng + Send + 'static {
    rand_core::OsRng.unwrap_err()
}
