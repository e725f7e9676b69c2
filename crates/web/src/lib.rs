//! crates/web
