//! Sign-in with an electronic digital signature (EDS): a CMS signature (RFC 5652) over a text that we wrote, or, when it is
//! switched on, an XML signature over the same as a document, made with a key certified by a certification authority (RFC 5280) that the configuration names.
//!
//! | file | question it answers |
//! |---|---|
//! | `challenge` | what do we ask to have signed? |
//! | `verify` | in which order are the checks made? Start here |
//! | `signed` | in which format is the answer, and does its signature verify? |
//! | `armour`, `ber`, `cms` | what did arrive: text, encoding, SignedData? |
//! | `xml` | the same for a signed document |
//! | `attributes` | does the signature cover our text? |
//! | `suite`, `algorithm`, `rsa` | which algorithms are accepted? |
//! | `certificate`, `extensions`, `path` | who vouches for the key? |
//! | `ocsp`, `responders` | does its issuer stand by it, asked now? |
//! | `status` | questions, answers, fetched lists |
//! | `crl`, `lists`, `revocation` | has it been withdrawn, as lists say? |
//! | `turns` | how many checks at a time? |
//! | `purpose`, `roles`, `identity` | what is the key for, and whose is it? |
//! | `settings`, `profile` | whom does the configuration believe? |
//! | `properties` | what holds for any bytes whatever? (tests and `fuzz/` only) |
//! | `inspect` | what does an operator see of a file? |
//! | `evidence` | what does a verdict rest on, years later? |
//! | `refusal` | which rule was broken, and what is the person told? |

mod algorithm;
mod armour;
mod attributes;
mod ber;
mod certificate;
mod challenge;
mod cms;
mod crl;
mod evidence;
mod extensions;
mod identity;
mod inspect;
mod instant;
mod limits;
mod lists;
mod ocsp;
mod oid;
mod path;
mod profile;
mod purpose;
mod refusal;
mod responders;
mod revocation;
mod roles;
mod rsa;
mod settings;
mod signed;
mod status;
mod suite;
mod turns;
mod verify;
mod xml;

#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
#[cfg(test)]
mod tests;

pub use const_oid::ObjectIdentifier;

pub use challenge::{Challenge, ChallengePurpose, ChallengeText, challenge_document};
pub use evidence::{
    EvidenceAbout, EvidenceObject, EvidenceReading, EvidenceRecord, evidence_file, verify as verify_evidence,
};
pub use identity::{CertifiedNames, CertifiedOrganisation, IdentityFault, NationalIdentity};
pub use inspect::{
    AnswerReading, CertificateReading, Inspection, ListReading, NamesReading, PathReading, RevocationReading,
    SignatureReading, Terms, ValidityReading,
};
pub use lists::CheckedList;
pub use ocsp::{CertificateStatus, OcspAnswer, OcspFault, OcspNonce, OcspPolicy, OcspQuestion};
pub use path::TrustFault;
pub use profile::{Contour, NCA_RK, NCA_RK_TEST, Profile, ProfileAuthority};
pub use refusal::{
    AlgorithmFault, AttributeFault, ChainFault, ContentFault, EdsRefusal, FormatFault, PersonClass, PurposeFault,
    SignerFault, StatusFault,
};
pub use responders::{CallProblem, Inquiry, Moment, OcspSettings, Responders};
pub use revocation::{CrlFault, CrlProblem, CrlState};
pub use roles::{Roles, UsageMeaning, UsageRole, UsageRoleError};
pub use settings::{EdsSettings, SettingsFault, TrustFile};
pub use turns::{TurnError, Turns};
pub use verify::{EdsVerifier, Examined, Grounds, StatusEvidence, StatusSource, VerifiedEds};
pub use xml::XmlFault;
