//! What many records of evidence share: certificates of authorities and revocation lists.

use std::sync::Arc;

use aws_lc_rs::digest;

/// A shared object with its digest, which is computed once: a list has megabytes. Cloning shares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceObject {
    digest: [u8; 32],
    content: Arc<[u8]>,
}

impl EvidenceObject {
    pub(crate) fn of(content: Arc<[u8]>) -> Self {
        let mut sum = [0; 32];
        sum.copy_from_slice(digest::digest(&digest::SHA256, &content).as_ref());
        Self { digest: sum, content }
    }

    /// SHA-256 of the content.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// DER.
    pub const fn content(&self) -> &Arc<[u8]> {
        &self.content
    }
}
