//! crates/pages
