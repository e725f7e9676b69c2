#![doc = include_str!("../README.md")]

pub mod authorize;
pub mod cabinet;
pub mod certificates;
mod discovery;
pub mod flow;
mod id_token_hint;
pub mod logout;
pub mod notices;
mod oauth_error;
mod parameters;
pub mod policy;
pub mod powers;
mod problem;
mod provider;
pub mod representation;
mod routes;
pub mod session_limit;
pub mod signing_keys;
pub mod suspension;
mod token;
mod user_claims;
mod userinfo;

pub use parameters::{ParameterError, Parameters};
pub use problem::Problem;
pub use provider::{PeerAddress, Provider, ProviderSettings};
pub use routes::{Caller, ROUTES, Route, router};
pub use signing_keys::{KeySet, SigningKeys, SigningKeysError};
pub use token::client_secret_digest;
