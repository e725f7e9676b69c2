//! `/dev/components`: every component in every state; for demo and sandbox only.

use serde::Serialize;

use crate::Screen;

/// The component page.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Components;

impl Screen for Components {
    fn template(&self) -> &'static str {
        "components/components.html"
    }
}
