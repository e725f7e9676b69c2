//! crates/federation
