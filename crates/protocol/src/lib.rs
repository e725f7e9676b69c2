#![doc = include_str!("../README.md")]

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
