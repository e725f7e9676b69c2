//! Locks, told after both stages only: X3 unused, X4 left school, X5 own, X6 administrator or incident.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::Screen;
use crate::dates::{micros, optional_micros};

/// X3: unused for three months.
#[derive(Clone, Debug, Serialize)]
pub struct UnusedTooLong {
    /// The last use.
    #[serde(serialize_with = "micros")]
    pub since: Timestamp,
}

/// The key seems to be shared, and the rules refuse that. Marker `key_shared`.
#[derive(Clone, Debug, Serialize)]
pub struct KeyShared {
    /// The code to tell the operator.
    pub case_reference: String,
}

impl Screen for KeyShared {
    fn template(&self) -> &'static str {
        "locks/key_shared.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// X4: studies ended.
#[derive(Clone, Debug, Serialize)]
pub struct LeftSchool {
    /// The school's name, when a roster has told it.
    pub school: Option<String>,
    /// When access ended.
    #[serde(serialize_with = "micros")]
    pub date: Timestamp,
}

/// X5: suspended by the person. The button `return` posts to `{flow}/return`.
#[derive(Clone, Debug, Serialize)]
pub struct SuspendedByOwner {
    /// When.
    #[serde(serialize_with = "micros")]
    pub date: Timestamp,
    /// From when on the person may return.
    #[serde(serialize_with = "micros")]
    pub return_from: Timestamp,
    /// Whether that is now: shows the button.
    pub can_return: bool,
}

/// X6: locked by an administrator or in an incident.
#[derive(Clone, Debug, Serialize)]
pub struct AdministratorLock {
    /// The case's number.
    pub case_reference: String,
    /// The reason in plain words, as the administrator wrote it.
    pub reason: Option<String>,
    /// When it is reviewed.
    #[serde(serialize_with = "optional_micros")]
    pub review_at: Option<Timestamp>,
    /// Locked in the course of an incident rather than by one decision.
    pub incident: bool,
}

macro_rules! locks {
    ($($name:ident $template:literal;)*) => {$(
        impl Screen for $name {
            fn template(&self) -> &'static str {
                $template
            }

            fn status(&self) -> StatusCode {
                StatusCode::FORBIDDEN
            }

            fn is_failure(&self) -> bool {
                true
            }
        }
    )*};
}

locks! {
    UnusedTooLong "locks/unused.html";
    LeftSchool "locks/left_school.html";
    SuspendedByOwner "locks/own.html";
    AdministratorLock "locks/administrator.html";
}
