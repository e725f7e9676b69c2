//! Consent.
mod rows;
