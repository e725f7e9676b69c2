//! Certification centres like the national one, of RSA or GOST keys: a root, an issuing authority below it, people's
//! certificates with the names, numbers, roles and extensions of the real ones, revocation lists, and answers about certificates.

mod centre;
mod certificate;
mod crl;
mod extensions;
mod folder;
mod key;
mod ocsp;
pub(crate) mod oids;
mod suite;

pub use centre::{Authority, TestCentre};
pub use certificate::{Attribute, CertificateProfile, ExtendedUsage, KeyUsage};
pub use crl::{CrlProfile, Revocation};
pub use folder::{pem, private_pem};
pub use key::SigningKey;
pub use ocsp::{OcspProfile, OcspStatus, RequestedStatus};
pub use suite::Suite;

pub(crate) use certificate::{dotted_name, thumbprint};
pub(crate) use folder::{read_pair, write_pair};

/// Why the centre cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// The crypto library refused to make, read or use a key.
    #[error("a key could not be made, read or used")]
    Key,
    /// A file of the centre could not be read or written.
    #[error("{path}: a file of the test centre could not be read or written")]
    File {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file of the centre does not hold what it should.
    #[error("{path}: not a file of the test centre")]
    Content {
        /// Which.
        path: String,
    },
}

#[cfg(test)]
mod tests;
