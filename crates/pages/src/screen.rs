//! What every screen says about itself.

use http::StatusCode;
use serde::Serialize;

/// One page: typed fields, serialised for its template; never a piece of HTML.
pub trait Screen: Serialize {
    /// The template's name below `templates/`.
    fn template(&self) -> &'static str;

    /// The HTTP status of the answer.
    fn status(&self) -> StatusCode {
        StatusCode::OK
    }

    /// Whether the person has to mend something: the page's title then begins with "Error:".
    fn is_failure(&self) -> bool {
        false
    }

    /// Names of the modules below `assets/` that the page loads.
    fn modules(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether the page opens a connection to NCALayer; its address then joins `connect-src`.
    fn speaks_to_ncalayer(&self) -> bool {
        false
    }

    /// Whether the page plays a sound of ours; `media-src` then names us.
    fn plays_sound(&self) -> bool {
        false
    }
}
