//! S3: signing with eGov Mobile or eGov Business. New code: posts to `{flow}/egov` (id `new`). Going on: posts to
//! `{flow}/egov/continue` (id `continue`). The script `live.js` hears `{flow}/egov/events`, or asks `{flow}/egov/state`.

use authority::time::Timestamp;
use serde::Serialize;

use crate::Screen;
use crate::dates::{micros, optional_micros};

pub use crate::qr::QrPicture;

/// Which stage the signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PhonePurpose {
    /// The first.
    SignIn,
    /// The second, with another key of the same person.
    Confirm,
}

/// How the code stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PhoneState {
    /// It is shown.
    Waiting,
    /// The phone has the request.
    Scanned,
    /// It was signed: the page goes on by itself, or with its button.
    Signed,
    /// The person declined.
    Declined,
    /// Its time is over.
    Expired,
    /// The signature is not accepted.
    Refused {
        /// Why.
        refusal: PhoneRefusal,
    },
    /// There were too many codes in this flow.
    TooMany,
}

/// Why a signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PhoneRefusal {
    /// It does not verify, or is not one over this page's challenge.
    NotVerified,
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
        /// When.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// No key for signing in.
    WrongKind,
    /// Issued by a centre that is not trusted here.
    UnknownCentre,
    /// Revocation could not be checked.
    TryLater {
        /// When trying again makes sense.
        #[serde(serialize_with = "micros")]
        at: Timestamp,
    },
    /// Another person's than expected.
    OtherPerson,
    /// The key of the first stage again.
    SameKey,
    /// The person stopped the key here.
    Stopped {
        /// When.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// The rules against sharing stopped the key here.
    Shared {
        /// When.
        #[serde(serialize_with = "micros")]
        date: Timestamp,
    },
    /// The certification centre took it back.
    Withdrawn,
}

/// Links that open an app on the same phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneLinks {
    /// eGov Mobile.
    pub citizens: String,
    /// eGov Business, where it is offered.
    pub business: Option<String>,
}

/// S3.
#[derive(Clone, Debug, Serialize)]
pub struct SignOnPhone {
    /// Which stage it is for.
    pub purpose: PhonePurpose,
    /// How the code stands.
    pub state: PhoneState,
    /// The word that the server tells as long as nothing changes.
    pub live: Option<String>,
    /// The code, while it is shown.
    pub qr: Option<QrPicture>,
    /// The same for this phone.
    pub links: Option<PhoneLinks>,
    /// The number that the app must show.
    pub number: Option<String>,
    /// Until when the code works.
    #[serde(serialize_with = "optional_micros")]
    pub until: Option<Timestamp>,
    /// The browser seems to be on a phone: the links come first.
    pub on_phone: bool,
    /// Our host, which the app shows too.
    pub host: String,
}

impl Screen for SignOnPhone {
    fn template(&self) -> &'static str {
        "egov/sign.html"
    }

    fn status(&self) -> http::StatusCode {
        match self.state {
            PhoneState::TooMany => http::StatusCode::TOO_MANY_REQUESTS,
            PhoneState::Waiting
            | PhoneState::Scanned
            | PhoneState::Signed
            | PhoneState::Declined
            | PhoneState::Expired
            | PhoneState::Refused { .. } => http::StatusCode::OK,
        }
    }

    fn is_failure(&self) -> bool {
        matches!(self.state, PhoneState::Refused { .. } | PhoneState::TooMany)
    }

    fn modules(&self) -> &'static [&'static str] {
        match self.state {
            PhoneState::Waiting | PhoneState::Scanned | PhoneState::Signed => &["live.js"],
            PhoneState::Declined | PhoneState::Expired | PhoneState::Refused { .. } | PhoneState::TooMany => &[],
        }
    }
}

/// X2 of signing on the phone as the second stage: only that is closed, for a while or until somebody opens it. Leads back to
/// `{flow}/confirm`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PhoneClosed {
    /// When signatures are accepted again; none where that is not a question of time.
    #[serde(serialize_with = "optional_micros")]
    pub until: Option<Timestamp>,
}

impl Screen for PhoneClosed {
    fn template(&self) -> &'static str {
        "egov/closed.html"
    }

    fn status(&self) -> http::StatusCode {
        http::StatusCode::TOO_MANY_REQUESTS
    }

    fn is_failure(&self) -> bool {
        true
    }
}
