//! A software signer that speaks NCALayer's WebSocket protocol, as programs on people's computers do.
//!
//! | file | what |
//! |---|---|
//! | `state` | who signs next, and whether the answer comes at once: the desk of the demo sets it |
//! | `request` | what a page may ask: `kz.gov.pki.knca.basics` (`sign`), `kz.gov.pki.knca.commonUtils`, everything else |
//! | `answer` | the forms of the answers |
//! | `signing` | choosing the key as the request allows, and signing |
//! | `serve` | the socket: greeting, one request at a time |
//!
//! It differs from the real program in three ways, on purpose: there is no dialogue but the desk; it signs with expired and
//! revoked keys too, so that the server's own checks can be seen at work; and a request without `chain` finds the demo
//! centre's keys, as if that were the national one.

mod answer;
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
