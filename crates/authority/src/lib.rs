//! # authority: what we hold true
//!
//! Users, devices, certificates, clients, authorization requests, sign-in attempts, sessions, consents, grants, policy,
//! throttles and audit events, as types and state machines. Pure and synchronous: time ([`time::Timestamp`]) and chance
//! (`&mut dyn CryptoRng`) are arguments, nothing here reads a clock, opens a socket or knows SQL.
//!
//! It imports no other crate of ours. Start reading at [`authentication::next_step`], which decides what an authorization
//! request needs next; [`authentication::SignInAttempt`] is what happens when that is a sign-in.

pub mod administrators;
pub mod assurance;
pub mod audit;
pub mod authentication;
pub mod authorization;
pub mod certificates;
pub mod clients;
pub mod consents;
pub mod devices;
pub mod error;
pub mod grants;
pub mod identifiers;
pub mod ids;
pub mod key_sharing;
pub mod locale;
pub mod policy;
pub mod powers;
pub mod registrations;
pub mod representation;
pub mod secret;
pub mod sessions;
pub mod stop_codes;
pub mod throttle;
pub mod time;
pub mod users;

#[cfg(test)]
mod interleavings;
