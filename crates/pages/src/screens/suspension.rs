//! Suspending an account and coming back: the confirm page, R8 "stop code" on `/stop`, and what was stopped. X5 stands with
//! the other locks.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::Screen;
use crate::dates::micros;

/// Asks before the account is suspended: the button `suspend` posts to `action`, the link `stay` leads to `back`.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmSuspend {
    /// Path that the form posts to: `{flow}/suspend`, or that of the cabinet.
    pub action: String,
    /// Path where "no" leads: back to the page that led here.
    pub back: String,
    /// For how many hours the account rests before the person may return.
    pub rest_hours: u64,
}

impl Screen for ConfirmSuspend {
    fn template(&self) -> &'static str {
        "suspension/confirm.html"
    }
}

/// Why a stop code stopped nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StopProblem {
    /// Not sixteen digits; nothing was counted.
    Malformed,
    /// No such code, or none that works any more.
    Wrong,
    /// It was used before.
    Used,
    /// Its time is over.
    Expired,
    /// Too many wrong codes from here.
    TooMany {
        /// When the next one may be tried.
        #[serde(serialize_with = "micros")]
        until: Timestamp,
    },
}

/// R8, on `/stop`, without any sign-in: the field `code` (sixteen digits, spaces allowed), the button `stop`.
#[derive(Clone, Debug, Serialize)]
pub struct StopPage {
    /// What was wrong with the last code.
    pub problem: Option<StopProblem>,
}

impl Screen for StopPage {
    fn template(&self) -> &'static str {
        "suspension/stop.html"
    }

    fn status(&self) -> StatusCode {
        match self.problem {
            Some(StopProblem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Some(StopProblem::Malformed | StopProblem::Wrong | StopProblem::Used | StopProblem::Expired) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            None => StatusCode::OK,
        }
    }

    fn is_failure(&self) -> bool {
        self.problem.is_some()
    }
}

/// The account is suspended: what was stopped, how to come back. After R8 or [`ConfirmSuspend`]; says nothing about whose
/// account it is.
#[derive(Clone, Debug, Serialize)]
pub struct Stopped {
    /// From when on the person may return by a full sign-in.
    #[serde(serialize_with = "micros")]
    pub return_from: Timestamp,
}

impl Screen for Stopped {
    fn template(&self) -> &'static str {
        "suspension/stopped.html"
    }
}
