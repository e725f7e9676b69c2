//! The sandbox's first stage, on `/flow/{id}/sign-in`.

use serde::Serialize;

use crate::Screen;

/// The sandbox's first stage: field `person` posted to `{flow}/sign-in`.
#[derive(Clone, Debug, Serialize)]
pub struct SandboxPerson {
    /// What was typed before, shown again.
    pub person: String,
    /// Logins that can be typed, shown as a list.
    pub people: Vec<String>,
    /// The login is not in the people file.
    pub unknown: bool,
}

impl Screen for SandboxPerson {
    fn template(&self) -> &'static str {
        "choose/sandbox_person.html"
    }

    fn status(&self) -> http::StatusCode {
        if self.unknown {
            http::StatusCode::UNPROCESSABLE_ENTITY
        } else {
            http::StatusCode::OK
        }
    }

    fn is_failure(&self) -> bool {
        self.unknown
    }
}
