//! S1 "choose how to sign in" and S16 "continue as", both on `/flow/{id}/sign-in`.

use serde::Serialize;

use crate::Screen;

/// S1: the ways to sign in. EDS posts to `{flow}/eds`.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way that is there or not")]
pub struct ChooseWay {
    /// This browser signed in with EDS before: the tile is marked.
    pub eds_was_last: bool,
    /// The browser seems to be on a phone: signing there comes first.
    pub on_phone: bool,
    /// Offers signing on the phone, which posts to `{flow}/egov`.
    pub egov: bool,
    /// Offers the sandbox way (`?way=sandbox`), in the demo. Its template is there only with the feature `sandbox`.
    pub test_way: bool,
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
