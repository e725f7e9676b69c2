//! The servers of a certification centre: its responder (OCSP, RFC 6960 §A.1) and its revocation lists (RFC 5280 §5), over
//! real HTTP without TLS, as the national centre serves them. Tests and the desk of the demo tell it what to get wrong.
//!
//! | path | what |
//! |---|---|
//! | `POST /ocsp` | `application/ocsp-request` → `application/ocsp-response` |
//! | `GET /complete.crl`, `/changes.crl` | the lists, with `ETag` and `Last-Modified`, and 304 |

mod files;
mod serve;
mod state;

pub use serve::CentreServer;
pub use state::{CentreState, ListMode, OcspMode};
