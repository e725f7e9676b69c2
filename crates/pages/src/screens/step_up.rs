//! S14 "confirm it is you again".

use serde::Serialize;

use super::HiddenField;
use crate::Screen;

/// Why the person is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepUpReason {
    /// Sessions are ended.
    EndSessions,
    /// The messages about sign-ins are changed.
    ChangeNotices,
    /// Keys are accepted no more, or again.
    ChangeKeys,
    /// The account is suspended.
    Suspend,
    /// A power of attorney is given.
    GivePower,
}

/// S14. The button `continue` posts to `start`; with `back`, the link `stay` leads there.
#[derive(Clone, Debug, Serialize)]
pub struct StepUp {
    /// Why.
    pub reason: StepUpReason,
    /// Path that starts the confirmation.
    pub start: String,
    /// Carried through.
    pub fields: Vec<HiddenField>,
    /// Path where "not now" leads; none in a flow, whose own way back stands below.
    pub back: Option<String>,
}

impl Screen for StepUp {
    fn template(&self) -> &'static str {
        "step_up/step_up.html"
    }
}
