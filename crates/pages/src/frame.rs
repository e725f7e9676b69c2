//! What surrounds every screen: language, service, footer, and where forms may lead.

use authority::locale::Locale;
use authority::time::Timestamp;

use crate::{FlowOrigin, Reference};

/// Who asks: shown on top of every page of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceStrip {
    /// The client's name.
    pub name: String,
    /// Its verified domain, without scheme.
    pub domain: String,
    /// Where a page outside a running flow leads back to; must be an `http`/`https` address that was registered.
    pub back_uri: Option<String>,
    /// Path of the logo on this server, only for verified clients; none shows the first letter of the name.
    pub logo: Option<String>,
}

/// The running flow a page belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Path of the flow without a slash at the end: `/flow/{id}`. All forms of the screens post below it.
    pub path: String,
    /// The identifier itself, the `flow` member of device proofs.
    pub id: String,
    /// Where the flow will lead, for `form-action`.
    pub origin: FlowOrigin,
}

/// The frame of one page.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Language of the page.
    pub locale: Locale,
    /// The reference in the footer, also in the log line of the request.
    pub reference: Reference,
    /// The present instant, for "now it is 14:20".
    pub now: Timestamp,
    /// Who asks, when somebody does.
    pub service: Option<ServiceStrip>,
    /// The running flow, when there is one. With a flow, the back link is the form with the button `cancel`.
    pub flow: Option<Flow>,
    /// The token every form of the page carries in the hidden field `csrf`; empty on pages without flow and session.
    pub csrf: String,
    /// Path and query of a GET that shows this page again: where `POST /language` (fields `locale`, `back`, `csrf`) returns to.
    pub here: String,
    /// Shows the TEST bar: always set it on the sandbox way; sandbox deployments show it anyway.
    pub test_bar: bool,
}

impl Frame {
    /// A frame outside any flow.
    pub fn new(locale: Locale, reference: Reference, now: Timestamp) -> Self {
        Self {
            locale,
            reference,
            now,
            service: None,
            flow: None,
            csrf: String::new(),
            here: String::from("/"),
            test_bar: false,
        }
    }
}
