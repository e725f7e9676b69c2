//! crates/authority
