//! crates/outbound
