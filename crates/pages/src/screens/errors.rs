//! X7 to X11 and X13. Each carries `#error` with a stable English marker and `#error-reference`.

use authority::time::Timestamp;
use http::StatusCode;
use serde::Serialize;

use crate::Screen;
use crate::dates::{micros, optional_micros};

/// X7: the service asked wrongly. Never redirects; not the person's mistake.
#[derive(Clone, Debug, Serialize)]
pub struct WronglyAsked {
    /// The parameter at fault, `redirect_uri`, `client_id`, `request`…: the text of `#error`.
    pub parameter: String,
    /// What is wrong with it, for the developer, in English (the language of the specifications).
    pub description: String,
    /// The client identifier that was sent, when one was.
    pub client_id: Option<String>,
    /// The value that was sent, as far as the request itself contained it.
    pub sent: Option<String>,
    /// What is registered; only for sandbox clients and signed-in owners.
    pub registered: Vec<String>,
    /// The request's trace identifier.
    pub trace_id: Option<String>,
}

impl Screen for WronglyAsked {
    fn template(&self) -> &'static str {
        "errors/wrongly_asked.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// X8: the page is out of date, was opened twice or the back button was used. Marker `out_of_date`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OutOfDate;

impl Screen for OutOfDate {
    fn template(&self) -> &'static str {
        "errors/out_of_date.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// X9: something failed on our side. Marker `server_error`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OurFault {
    /// When trying again makes sense.
    #[serde(serialize_with = "micros")]
    pub retry_at: Timestamp,
    /// Planned maintenance ends then; none for a failure.
    #[serde(serialize_with = "optional_micros")]
    pub maintenance_until: Option<Timestamp>,
}

impl Screen for OurFault {
    fn template(&self) -> &'static str {
        "errors/our_fault.html"
    }

    fn status(&self) -> StatusCode {
        if self.maintenance_until.is_some() {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Crowd {
    /// Sign-ins that were begun and not finished.
    SignIns,
    /// Signatures that were refused.
    Signatures,
}

/// Too much at once from this network, or here: nobody's account is concerned. Marker `too_many_requests`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TooManyRequests {
    /// Of what.
    pub crowd: Crowd,
    /// When trying again makes sense.
    #[serde(serialize_with = "micros")]
    pub retry_at: Timestamp,
}

impl Screen for TooManyRequests {
    fn template(&self) -> &'static str {
        "errors/too_many_requests.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::TOO_MANY_REQUESTS
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// X10: no such page. Marker `not_found`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NoSuchPage;

impl Screen for NoSuchPage {
    fn template(&self) -> &'static str {
        "errors/no_such_page.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::NOT_FOUND
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// X11: the flow belongs to another browser. Marker `other_browser`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OtherBrowser;

impl Screen for OtherBrowser {
    fn template(&self) -> &'static str {
        "errors/other_browser.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn is_failure(&self) -> bool {
        true
    }
}

/// X13: a step that needs a script was posted without one. Marker `no_script`. Pages that need scripts also say it in `noscript`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NoScript;

impl Screen for NoScript {
    fn template(&self) -> &'static str {
        "errors/no_script.html"
    }

    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    fn is_failure(&self) -> bool {
        true
    }
}
