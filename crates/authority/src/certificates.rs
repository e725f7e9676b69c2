//! What a certificate says about the person who used it.

use crate::ids::{CertificateId, OrganisationId, UserId};
use crate::time::Timestamp;

/// In which role a certificate was issued (extended key usage of the national centre).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificateRole {
    /// A natural person.
    Individual,
    /// The head of an organisation.
    Head,
    /// Somebody with the right to sign for an organisation.
    Signatory,
    /// Somebody who signs an organisation's financial documents.
    FinancialSignatory,
    /// A personnel officer of an organisation.
    HumanResources,
    /// An employee of an organisation.
    Employee,
    /// An organisation's certificate that names no role.
    Organisation,
}

impl CertificateRole {
    /// All roles.
    pub const ALL: [Self; 7] = [
        Self::Individual,
        Self::Head,
        Self::Signatory,
        Self::FinancialSignatory,
        Self::HumanResources,
        Self::Employee,
        Self::Organisation,
    ];

    /// The word that storage keeps and clients are told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Head => "head",
            Self::Signatory => "signatory",
            Self::FinancialSignatory => "financial_signatory",
            Self::HumanResources => "human_resources",
            Self::Employee => "employee",
            Self::Organisation => "organisation",
        }
    }

    /// The role of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// Where the private key is kept, as far as the certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStorage {
    /// A file (PKCS#12), which can be copied.
    File,
    /// Another or an unstated place.
    Unstated,
}

impl KeyStorage {
    /// The word that storage keeps.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Unstated => "unstated",
        }
    }

    /// The storage of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::File, Self::Unstated]
            .into_iter()
            .find(|storage| storage.as_str() == word)
    }
}

/// A certificate that proved a first stage here.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// Our identifier.
    pub id: CertificateId,
    /// Whose it is.
    pub user_id: UserId,
    /// The issuer's distinguished name, DER.
    pub issuer: Vec<u8>,
    /// The serial number, big-endian bytes.
    pub serial: Vec<u8>,
    /// The role it was issued in.
    pub role: CertificateRole,
    /// The organisation that it names.
    pub organisation: Option<OrganisationId>,
    /// Where its key is kept.
    pub key_storage: KeyStorage,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until, inclusive.
    pub not_after: Timestamp,
    /// First use here.
    pub first_used_at: Timestamp,
    /// Last use here.
    pub last_used_at: Timestamp,
}
