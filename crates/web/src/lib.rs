#![doc = include_str!("../README.md")]

mod answer;
mod consent;
mod device;
mod flow;
mod information;
mod language;
mod routes;
#[cfg(feature = "sandbox")]
mod sandbox;
mod sign_in;
mod state;
mod visit;

pub use routes::{ROUTES, router};
pub use state::{WebSettings, WebState};
