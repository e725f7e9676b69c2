//! The operating system's randomness, handed to everything below the shell.

use rand_core::{CryptoRng, TryRngCore as _};

/// A source of chance. When the system's fails, so does whoever asked (OP-9).
pub fn chance() -> impl CryptoRng + Send + 'static {
    rand_core::OsRng.unwrap_err()
}
