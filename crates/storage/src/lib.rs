//! crates/storage
