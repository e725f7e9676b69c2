//! # kiru-tests: what the product does, through its own doors
//!
//! One test binary, a folder per specification: `oidc` for the endpoints, `journeys` for people with browsers, `storage`
//! for the databases, `operators` for what they do by command, `architecture` and `coverage` for the house itself. `harness` builds the production `App` with a
//! test clock and temporary databases, `accounts` fills one for figures; nothing listens on a port but in `process`, whose tests run real servers. Cases named
//! `postgres` exist when `KIRU_TEST_POSTGRES` names a server.

pub mod accounts;
pub mod harness;

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod process;
#[cfg(test)]
mod storage;
