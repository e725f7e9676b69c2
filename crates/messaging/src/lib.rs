//! crates/messaging
