#![doc = include_str!("../README.md")]

mod answer;
mod cabinet;
mod consent;
mod dbsc;
mod device;
mod flow;
mod information;
mod language;
mod places;
mod registration;
mod representation;
mod routes;
#[cfg(feature = "sandbox")]
mod sandbox;
mod sign_in;
mod state;
mod suspension;
mod visit;

/// Public for the benchmark that says what a device proof costs.
pub use device::proof as device_proof;
pub use places::{Places, PlacesError};
pub use routes::{ROUTES, router};
#[cfg(feature = "sandbox")]
pub use sign_in::egov::waiting::{WaitingCode, waiting_codes};
pub use state::{EgovMobile, WebSettings, WebState};
