//! Sign-in with an electronic digital signature (EDS): a CMS signature (RFC 5652) over a text that we wrote, made with a
//! key certified by a certification authority (RFC 5280) that the configuration names.
//!
//! | file | question it answers |
//! |---|---|
//! | `challenge` | what do we ask to have signed? |
//! | `verify` | in which order are the checks made? Start here |
//! | `armour`, `ber`, `cms` | what did arrive: text, encoding, SignedData? |
//! | `attributes` | does the signature cover our text? |
//! | `suite`, `algorithm`, `rsa` | which algorithms are accepted? |
//! | `certificate`, `extensions`, `path` | who vouches for the key? |
//! | `crl`, `revocation` | has it been withdrawn? |
//! | `purpose`, `identity` | what is the key for, and whose is it? |
//! | `refusal` | which rule was broken, and what is the person told? |

mod algorithm;
mod armour;
mod attributes;
mod ber;
mod certificate;
mod challenge;
mod cms;
mod crl;
mod extensions;
mod identity;
mod instant;
mod limits;
mod oid;
mod path;
mod purpose;
mod refusal;
mod revocation;
mod rsa;
mod settings;
mod suite;
mod verify;

#[cfg(test)]
mod tests;

pub use challenge::{Challenge, ChallengePurpose, ChallengeText};
pub use identity::{CertifiedNames, CertifiedOrganisation, IdentityFault, NationalIdentity};
pub use path::TrustFault;
pub use refusal::{
    AlgorithmFault, AttributeFault, ChainFault, ContentFault, EdsRefusal, FormatFault, PersonClass, PurposeFault,
    SignerFault, StatusFault,
};
pub use revocation::{CrlFault, CrlProblem, CrlState};
pub use settings::{EdsSettings, SettingsFault, TrustFile};
pub use verify::{EdsVerifier, VerifiedEds};
