//! The two stages of a sign-in.
//!
//! * `choose`: S1 and S16. `eds`: S2. `egov`: S3. `sms`: S6, S11, X2.
//! * `first_stage`: who a verified signature belongs to, and what is recorded of it.
//! * `signer`: whose certificate it is, and keeping it.
//! * `second_stage`: comparing a code. `messages`: minting one and sending it.
//! * `verification`: whether an answer to a challenge holds, in one place for all pages that ask for a signature.
//! * `stops`: whether a certificate is accepted here still. `certificate_facts`, `refusals`: pure.

mod certificate_facts;
pub(crate) mod choose;
pub(crate) mod eds;
pub(crate) mod egov;
pub(crate) mod evidence;
pub(crate) mod first_stage;
mod messages;
pub(crate) mod refusals;
mod second_stage;
mod send_limits;
pub(crate) mod signer;
pub(crate) mod sms;
pub(crate) mod stops;
pub(crate) mod verification;
