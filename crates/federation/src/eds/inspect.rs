//! The operator's magnifying glass: the checks of a sign-in on a file, and everything that can be read of it, believed or not.
//!
//! The verdict comes from the functions that a sign-in uses, in their order; what is read beside it comes from the same
//! parsers and decides nothing. Nothing is stored, nobody is asked.
//!
//! | file | what is held under it |
//! |---|---|
//! | `signature` | an answer to a challenge |
//! | `certificate` | a certificate of a person |
//! | `list` | a revocation list |
//! | `answer` | an answer of an OCSP responder |
//! | `reading` | what is read, as JSON has it |
//! | `words` | names, numbers and instants for people to read |

mod answer;
mod certificate;
mod list;
mod reading;
mod signature;
pub(super) mod words;

use authority::time::Timestamp;
use serde::Serialize;

pub use answer::AnswerReading;
pub use list::ListReading;
pub use reading::{CertificateReading, NamesReading, PathReading, RevocationReading, ValidityReading};
pub use signature::SignatureReading;
pub(crate) use words::{hex, micros};

use super::refusal::EdsRefusal;

/// What was found: the verdict, and what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection<T> {
    /// It passed every check.
    pub ok: bool,
    /// The stable code of the first rule that it breaks.
    pub reason: Option<&'static str>,
    /// The code with the exact reason.
    pub detail: Option<String>,
    /// The time by which it was judged, RFC 3339.
    pub at: String,
    /// What was read.
    #[serde(flatten)]
    pub read: T,
}

/// By what a signature or certificate is judged, beside the settings of the verifier.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The time of the judgement.
    pub at: Timestamp,
    /// Answers of responders about it, DER; the first that is believed counts, else the lists.
    pub answers: &'a [Vec<u8>],
    /// The nonce that was sent: an answer with another one is not believed.
    pub nonce: Option<&'a [u8]>,
    /// Whether it matters that it was withdrawn.
    pub revocation: bool,
}

/// A broken rule: its code, and the code with the exact reason.
pub(crate) type Broken = (&'static str, String);

impl<T> Inspection<T> {
    pub(crate) fn new(verdict: Result<(), Broken>, at: Timestamp, read: T) -> Self {
        let (reason, detail) = verdict.err().unzip();
        Self {
            ok: reason.is_none(),
            reason,
            detail,
            at: words::instant(at),
            read,
        }
    }
}

fn broken(refusal: &EdsRefusal) -> Broken {
    (refusal.code(), refusal.detail())
}
