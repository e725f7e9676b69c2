//! S1 "choose how to sign in", S16 "continue as", and the sandbox's first stage. All on `/flow/{id}/sign-in`.

use serde::Serialize;

use crate::Screen;

/// S1: the ways to sign in. EDS posts to `{flow}/eds`.
#[derive(Clone, Debug, Serialize)]
pub struct ChooseWay {
    /// This browser signed in with EDS before: the tile is marked.
    pub eds_was_last: bool,
    /// Offers the sandbox way (`?way=sandbox`); only ever true in the demo.
    pub sandbox_link: bool,
}

impl Screen for ChooseWay {
    fn template(&self) -> &'static str {
        "choose/choose.html"
    }
}

/// S16: a live session may answer. Posts to `{flow}/sign-in`: field `choice` = `continue` (id `continue`) or `other` (id `other`).
#[derive(Clone, Debug, Serialize)]
pub struct ContinueAs {
    /// The person's name.
    pub name: String,
    /// One or two initials for the badge.
    pub initials: String,
    /// The masked IIN, `•••••• ••4718`.
    pub masked_iin: String,
}

impl Screen for ContinueAs {
    fn template(&self) -> &'static str {
        "choose/continue_as.html"
    }
}

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
