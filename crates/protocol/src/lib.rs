//! # protocol: OAuth 2.0 and OpenID Connect over HTTP
//!
//! **Owns** every endpoint that a client speaks to, and the ground that these endpoints share with the pages people see.
//! **Imports** `authority` (decides), `storage` (keeps), `jose` (signs), `pages` (shows); knows no SQL and no template.
//!
//! **Where to start reading:** the authorize module walks one request from the query to the redirect; its `resume` is
//! what the pages call after each finished step.
//!
//! The shared ground, for the crate `web`:
//!
//! * [`Provider`]: database, keys, clock, pages, settings; cheap to clone, the state of every handler.
//! * [`flow::Visit`]: what a request says about its browser: cookies, language, address, reference.
//! * [`flow::OpenFlow`]: an interaction together with the proof that this browser started it.
//! * [`flow::FormToken`], [`flow::check_origin`]: the two checks of every form that is posted to us.
//! * [`flow::live_session`]: the signed-in session of this browser.
//! * [`authorize::resume`]: what comes next in an open flow, after each finished step; [`authorize::refuse`]: the person
//!   cancelled or denied. Both give the one response that the client gets.
//! * [`Problem`]: the calm pages X7 to X11, each with a reference that is in the log too.

pub mod authorize;
mod discovery;
pub mod flow;
mod id_token_hint;
mod logout;
mod oauth_error;
mod parameters;
mod problem;
mod provider;
mod routes;
pub mod signing_keys;
mod token;
mod user_claims;
mod userinfo;

pub use parameters::{ParameterError, Parameters};
pub use problem::Problem;
pub use provider::{PeerAddress, Provider, ProviderSettings};
pub use routes::{Caller, ROUTES, Route, router};
pub use signing_keys::{KeySet, SigningKeys, SigningKeysError};
pub use token::client_secret_digest;
