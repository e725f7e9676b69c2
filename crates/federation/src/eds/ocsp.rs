//! Asking the issuer about one certificate (OCSP, RFC 6960; CE-8).
//!
//! | file | what |
//! |---|---|
//! | `question` | the request, and what its answer has to fit |
//! | `response` | what arrived, read strictly; nothing of it is believed yet |
//! | `answer` | the checks in their order, and what is believed then |
//! | `fault` | why an answer is not believed |
//! | `glance` | what an answer says, believed or not, for operators |

mod answer;
mod fault;
mod glance;
mod question;
mod response;

pub use answer::{CertificateStatus, OcspAnswer, OcspPolicy};
pub(crate) use answer::{Rules, judge};
pub use fault::OcspFault;
pub(crate) use glance::{Glance, glance};
pub(crate) use question::CertId;
pub use question::{OcspNonce, OcspQuestion};

#[cfg(test)]
mod tests;
