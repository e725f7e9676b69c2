//! Before a page of the cabinet opens, the device proves its key; whoever copied the cookies stays outside.

use http::StatusCode;
use serde::Serialize;

use crate::Screen;
use crate::screens::ProofRequest;

/// The page that signs and posts by itself to `/cabinet/proof`; it says nothing about anybody.
#[derive(Clone, Debug, Serialize)]
pub struct ProveCabinet {
    /// What to sign.
    pub proof: ProofRequest,
    /// The session's id: the `flow` member.
    pub session_id: String,
}

impl Screen for ProveCabinet {
    fn template(&self) -> &'static str {
        "cabinet/prove.html"
    }

    fn modules(&self) -> &'static [&'static str] {
        &["device.js"]
    }
}

/// Why the cabinet stays closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedReason {
    /// The key of the device is not here, or another one signed.
    NotTheDevice,
    /// This browser cannot keep or use a key.
    CannotSign,
}

/// The cabinet stays closed: the button `continue` begins a sign-in.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CabinetClosed {
    /// Why.
    pub reason: ClosedReason,
}

impl Screen for CabinetClosed {
    fn template(&self) -> &'static str {
        "cabinet/closed.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn is_failure(&self) -> bool {
        true
    }
}
