//! # outbound: every call that leaves the server
//!
//! **Owns** the one HTTP client of the product and the guard around it: https only (where private
//! networks are reached, this machine also without), names resolved once and every address checked,
//! no redirects, bounds on time and size, and errors that tell the other side nothing about our
//! network. Nothing else may use reqwest.
//!
//! **Imports** nothing of ours.
//!
//! **Where to start reading:**
//!
//! * [`Outbound`] (`client.rs`): what others hold and call.
//! * [`Settings`] (`settings.rs`): extra trust anchors, the switch to private networks, the bounds.
//! * [`addresses`]: which addresses may be reached; `target.rs`: which URLs.
//! * [`Bounds`] (`signed.rs`): fetching what its author signed, also without TLS.
//! * [`OutboundError`] (`errors.rs`): one text for everybody, the reason for the log.

pub mod addresses;
mod client;
mod errors;
mod resolver;
mod settings;
mod signed;
mod target;

pub use client::{Answer, Outbound};
pub use errors::{OutboundError, Reason};
pub use settings::{MAX_ANSWER_LEN, MAX_TIMEOUT, Settings, SettingsError};
pub use signed::{Bounds, Fetched, MAX_SIGNED_LEN, MAX_SIGNED_TIMEOUT, Validators};
