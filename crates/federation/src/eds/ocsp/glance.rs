//! What an answer says, believed or not: for operators, never to judge by.

use authority::time::Timestamp;

use super::answer::{self, CertificateStatus};
use super::response::{self, ResponderId};
use super::{CertId, OcspFault};

/// What stands in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glance {
    /// About which certificate; `None` when it is hashed otherwise than we ask.
    pub(crate) id: Option<CertId>,
    pub(crate) status: CertificateStatus,
    pub(crate) produced_at: Timestamp,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Option<Timestamp>,
    pub(crate) nonce: Option<Vec<u8>>,
    /// The responder's distinguished name, DER; `None` when it is named by its key.
    pub(crate) responder: Option<Vec<u8>>,
}

/// Reads it.
pub(crate) fn glance(der: &[u8]) -> Result<Glance, OcspFault> {
    let response = response::parse(der)?;
    Ok(Glance {
        id: response.single.id,
        status: answer::status(response.single.status),
        produced_at: response.produced_at,
        this_update: response.single.this_update,
        next_update: response.single.next_update,
        nonce: response.nonce,
        responder: match response.responder {
            ResponderId::Name(name) => Some(name.to_vec()),
            ResponderId::Key(_) => None,
        },
    })
}
