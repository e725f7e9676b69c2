//! S6 "enter the SMS code" and X2 "too many wrong codes", on `/flow/{id}/confirm`.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use super::ProofRequest;
use crate::Screen;
use crate::dates::{micros, optional_micros};

/// What went wrong, or what the person must know, since the page was shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CodeProblem {
    /// Not six digits; no attempt was counted.
    Malformed,
    /// Another code was sent.
    Wrong {
        /// Attempts left.
        left: u32,
    },
    /// The code's time is over.
    Expired,
    /// The gateway did not take the message.
    SendingFailed,
    /// No more messages for now.
    ResendLimit {
        /// When the next one may be asked for.
        #[serde(serialize_with = "micros")]
        until: Timestamp,
    },
}

/// S6. Field `code` posted to `{flow}/confirm`; "send again" posts to `{flow}/confirm/resend` (button `resend`).
#[derive(Clone, Debug, Serialize)]
pub struct EnterSmsCode {
    /// Offers a signature on the phone instead, which posts to `{flow}/egov`.
    pub egov: bool,
    /// The masked number, `+7 ••• ••• 47 18`.
    pub phone: String,
    /// When the code stops working; none while no code was sent for this sign-in.
    #[serde(serialize_with = "optional_micros")]
    pub until: Option<Timestamp>,
    /// From when on a new code may be asked for; a moment not after the frame's `now` shows the button.
    #[serde(serialize_with = "optional_micros")]
    pub resend_at: Option<Timestamp>,
    /// A new code has just been sent on request.
    pub sent_again: bool,
    /// What keys of this browser sign beside the code; none when it holds no device cookie.
    pub proof: Option<ProofRequest>,
    /// What went wrong.
    pub problem: Option<CodeProblem>,
    /// Only on the sandbox way: the code, filled in and shown in `#sandbox-code`. The template that shows it is there only
    /// with the feature `sandbox`.
    pub shown_code: Option<String>,
}

impl Screen for EnterSmsCode {
    fn template(&self) -> &'static str {
        "sms_code/enter.html"
    }

    fn status(&self) -> StatusCode {
        match self.problem {
            Some(CodeProblem::Malformed | CodeProblem::Wrong { .. } | CodeProblem::Expired) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Some(CodeProblem::ResendLimit { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Some(CodeProblem::SendingFailed) | None => StatusCode::OK,
        }
    }

    fn is_failure(&self) -> bool {
        self.problem.is_some()
    }

    fn modules(&self) -> &'static [&'static str] {
        if self.proof.is_some() {
            &["otp.js", "countdown.js", "device.js"]
        } else {
            &["otp.js", "countdown.js"]
        }
    }
}

/// X2: only this step is closed, until a clock time.
#[derive(Clone, Debug, Serialize)]
pub struct TooManyCodes {
    /// When codes are accepted again.
    #[serde(serialize_with = "micros")]
    pub until: Timestamp,
    /// The step is the picture code of a registration: signing with EDS stays open, button `eds`.
    pub registration: bool,
    /// Offers a signature on the phone instead, which posts to `{flow}/egov`.
    pub egov: bool,
}

impl Screen for TooManyCodes {
    fn template(&self) -> &'static str {
        "sms_code/too_many.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::TOO_MANY_REQUESTS
    }

    fn is_failure(&self) -> bool {
        true
    }
}
