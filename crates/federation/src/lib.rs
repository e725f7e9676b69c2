//! Upstream identities: what others vouch for, checked.
//!
//! * **Owns** the checks of proofs that come from outside: [`eds`] verifies signatures made with the keys of a national
//!   certification authority and says who signed.
//! * **Stores nothing**, reads no clock, calls nobody but the responders that the configuration names (through `outbound`): time and chance
//!   are arguments, trust material
//!   comes from configuration.
//! * **May import** `authority` and `gost` (and `jose`, `outbound` when an upstream needs them); never `storage`.
//! * **Start reading** at [`eds::EdsVerifier`]: its `verify` lists the checks in their order.

pub mod eds;
