//! crates/protocol
