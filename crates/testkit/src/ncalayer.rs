//! A software signer that speaks NCALayer's WebSocket protocol, as programs on people's computers do.
//!
//! | file | what |
//! |---|---|
//! | `state` | who signs next, and whether the answer comes at once: the desk of the demo sets it |
//! | `request` | what a page may ask: `kz.gov.pki.knca.basics` (`sign`: CMS, CMS of a hash, XML, bare signature), everything else |
//! | `common_utils` | the same for the older `kz.gov.pki.knca.commonUtils` |
//! | `key_info` | what `getKeyInfo` tells |
//! | `answer` | the forms of the answers |
//! | `signing` | choosing the key as the request allows, and signing |
//! | `serve` | the socket: greeting, one request at a time |
//!
//! It differs from the real program, on purpose: there is no dialogue but the desk; it signs with expired and revoked keys
//! too, so that the server's own checks can be seen at work; a request without `chain` finds the keys of the demo's
//! centres, as if those were the national one; and it has no time stamps, so that
//! what needs one is answered with a failure; XML it signs whole and in the canonical form in which it comes.

mod answer;
mod common_utils;
mod key_info;
mod request;
mod serve;
mod signing;
mod state;

#[cfg(test)]
mod tests;

pub use serve::{serve, serve_tls, tls_for_loopback};
pub use state::{AnswerMode, Decision, PendingRequest, SignerState};

/// The port on which pages look for NCALayer.
pub const PORT: u16 = 13579;
