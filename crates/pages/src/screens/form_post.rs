//! The answer by `response_mode=form_post` (OAuth 2.0 Form Post Response Mode §2, §4).

use serde::Serialize;

use super::HiddenField;
use crate::Screen;

/// Posts the answer to the client: at once by script, by the button `continue` without.
#[derive(Clone, Debug, Serialize)]
pub struct FormPost {
    /// The validated redirect URI. The frame's flow origin must be that of this URI.
    pub action: String,
    /// The members of the answer, in order.
    pub fields: Vec<HiddenField>,
}

impl Screen for FormPost {
    fn template(&self) -> &'static str {
        "form_post/form_post.html"
    }
}
