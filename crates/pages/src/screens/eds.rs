//! S2: EDS with NCALayer. The script posts `signature` to `{flow}/eds/signature`, or, where it stands for the picture code
//! of a registration, to `{flow}/registration/eds/signature`.

use authority::time::Timestamp;
use serde::Serialize;

use crate::Screen;
use crate::dates::{micros, optional_micros};

/// Why the server did not accept the last signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignatureRefusal {
    /// A key that is not a person's.
    WrongKind,
    /// The certificate's time is over.
    Expired {
        /// When it ended.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// The certificate's time has not begun.
    NotYetValid {
        /// When it begins.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// The certification centre took it back.
    Revoked {
        /// When, if the list says so.
        #[serde(serialize_with = "optional_micros")]
        date: Option<Timestamp>,
    },
    /// The person stopped accepting the key here.
    Stopped {
        /// When.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// The key was stopped here because it seems to be shared.
    Shared {
        /// When.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// Issued by a centre that is not trusted here.
    UnknownCentre,
    /// Revocation could not be checked.
    TryLater {
        /// When trying again makes sense.
        #[serde(serialize_with = "micros")]
        at: Timestamp,
    },
    /// The text was signed too late; the page has a new one.
    OutOfDate,
    /// The signature does not verify, or is not one over this page's challenge.
    NotVerified,
    /// The key belongs to another person than the service expected.
    OtherPerson,
}

/// What the signature is for; decides where it goes and what the page says about that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EdsPurpose {
    /// The first stage, on `{flow}/eds`.
    SignIn,
    /// Instead of the code from a picture, on `{flow}/registration/eds`.
    Registration,
}

/// S2. The page starts signing when the person presses the button `continue`.
#[derive(Clone, Debug, Serialize)]
pub struct SignWithEds {
    /// What the signature is for.
    pub purpose: EdsPurpose,
    /// The challenge's bytes in standard base64, as NCALayer takes them.
    pub challenge: String,
    /// The same as an XML document, in standard base64, when signed documents are accepted too.
    pub document: Option<String>,
    /// How long the challenge may still be signed, in seconds.
    pub seconds: u64,
    /// The role a certificate must have to be selectable: extended key usage OIDs, all of them; empty for any.
    pub key_usages: Vec<String>,
    /// Why the last signature was refused.
    pub refusal: Option<SignatureRefusal>,
}

impl Screen for SignWithEds {
    fn template(&self) -> &'static str {
        "eds/sign.html"
    }

    fn status(&self) -> http::StatusCode {
        if self.refusal.is_some() {
            http::StatusCode::UNPROCESSABLE_ENTITY
        } else {
            http::StatusCode::OK
        }
    }

    fn is_failure(&self) -> bool {
        self.refusal.is_some()
    }

    fn modules(&self) -> &'static [&'static str] {
        &["ncalayer.js"]
    }

    fn speaks_to_ncalayer(&self) -> bool {
        true
    }
}

/// S2 is over in this flow: its signatures were refused too often. Marker `too_many_signatures`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TooManySignatures;

impl Screen for TooManySignatures {
    fn template(&self) -> &'static str {
        "eds/too_many.html"
    }

    fn status(&self) -> http::StatusCode {
        http::StatusCode::TOO_MANY_REQUESTS
    }

    fn is_failure(&self) -> bool {
        true
    }
}
