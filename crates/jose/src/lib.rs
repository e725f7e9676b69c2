//! crates/jose
