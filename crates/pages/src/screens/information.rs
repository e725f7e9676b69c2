//! The pages of the footer: `/help`, `/privacy`, `/accessibility`.

use serde::Serialize;

use crate::Screen;

/// Help: the ways to sign in, codes that do not come, devices, whom to ask.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Help;

/// Privacy: what is kept, why, how long, who receives it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Privacy;

/// Accessibility: what is promised, what is known not to work, whom to tell.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Accessibility;

impl Screen for Help {
    fn template(&self) -> &'static str {
        "information/help.html"
    }
}

impl Screen for Privacy {
    fn template(&self) -> &'static str {
        "information/privacy.html"
    }
}

impl Screen for Accessibility {
    fn template(&self) -> &'static str {
        "information/accessibility.html"
    }
}
