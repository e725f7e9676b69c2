//! The calm pages for what goes wrong in front of a person (ux X7 to X11). What happened is logged, once, with the
//! reference that the page shows; the page itself says nothing of it (security rule OP-12).

use std::error::Error;

use authority::error::Class;
use authority::time::{Timestamp, seconds};
use axum::response::Response;
use http::StatusCode;
use http::header::RETRY_AFTER;
use pages::Frame;
use pages::screens::{
    CannotRemember, Crowd, NoScript, NoSuchPage, OtherBrowser, OurFault, OutOfDate, RememberProblem, TooManyRequests,
    WronglyAsked,
};
use storage::StorageError;

use crate::Provider;
use crate::flow::Visit;

/// What went wrong.
#[derive(Debug)]
pub enum Problem {
    /// X7: the client asked wrongly; `#error` is the parameter's name.
    WronglyAsked(Box<Asked>),
    /// X8: opened twice, expired, or the back button.
    OutOfDate,
    /// X9: something failed on our side; the cause goes to the log.
    OurFault(StorageError),
    /// X9, for a failure that is not the database's.
    Broken(Box<dyn Error + Send + Sync>),
    /// X10.
    NoSuchPage,
    /// X11: the flow belongs to another browser.
    OtherBrowser,
    /// R7: the browser keeps no cookies.
    NoCookies,
    /// X13: the step needs a script.
    NoScript,
    /// 429: too much from this network, or here (security rules RL-2, RL-7).
    TooMany {
        /// Of what.
        crowd: Crowd,
        /// When trying again makes sense.
        retry_at: Timestamp,
    },
}

/// What a client asked wrongly.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The parameter at fault.
    pub parameter: &'static str,
    /// What is wrong with it, for the developer.
    pub description: String,
    /// The client identifier, as sent.
    pub client_id: Option<String>,
    /// The value, as sent.
    pub sent: Option<String>,
}

impl Problem {
    /// The page.
    pub fn respond(self, provider: &Provider, visit: &Visit) -> Response {
        let frame = visit.frame(provider);
        self.log(visit);
        match self {
            Self::WronglyAsked(asked) => provider.pages.render(&frame, &asked.screen(visit)),
            Self::OutOfDate => provider.pages.render(&frame, &OutOfDate),
            Self::NoSuchPage => provider.pages.render(&frame, &NoSuchPage),
            Self::OtherBrowser => provider.pages.render(&frame, &OtherBrowser),
            Self::NoCookies => provider.pages.render(&frame, &no_cookies(provider)),
            Self::NoScript => provider.pages.render(&frame, &NoScript),
            Self::TooMany { crowd, retry_at } => too_many(provider, &frame, TooManyRequests { crowd, retry_at }),
            Self::OurFault(error) => our_fault(provider, visit, error.class()),
            Self::Broken(_) => our_fault(provider, visit, Class::Bug),
        }
    }

    fn log(&self, visit: &Visit) {
        let reference = visit.reference.as_str();
        match self {
            Self::WronglyAsked(asked) => {
                tracing::info!(
                    reference,
                    class = "misused",
                    parameter = asked.parameter,
                    "{}",
                    asked.description
                );
            }
            Self::OutOfDate => tracing::info!(reference, class = "refused", "the page is out of date"),
            Self::NoSuchPage => tracing::info!(reference, class = "misused", "no such page"),
            Self::OtherBrowser => tracing::info!(reference, class = "refused", "the flow belongs to another browser"),
            Self::NoCookies => tracing::info!(reference, class = "refused", "the browser keeps no cookies"),
            Self::NoScript => tracing::info!(reference, class = "refused", "the step needs a script"),
            Self::TooMany { crowd, .. } => tracing::info!(reference, class = "refused", ?crowd, "too many at once"),
            Self::OurFault(error) => log_failure(error, Some(reference)),
            Self::Broken(error) => {
                tracing::error!(
                    reference,
                    class = "bug",
                    error = chain(error.as_ref()),
                    "the request failed"
                );
            }
        }
    }
}

impl Asked {
    fn screen(&self, visit: &Visit) -> WronglyAsked {
        let bounded = |text: &String| text.chars().filter(|c| !c.is_control()).take(512).collect::<String>();
        WronglyAsked {
            parameter: self.parameter.to_owned(),
            description: self.description.clone(),
            client_id: self.client_id.as_ref().map(bounded),
            sent: self.sent.as_ref().map(bounded),
            registered: Vec::new(),
            trace_id: Some(visit.reference.as_str().to_owned()),
        }
    }
}

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        Self::OurFault(error)
    }
}

/// Cookies are allowed for our own site. Nothing is told of the flow, which may not be this browser's.
fn no_cookies(provider: &Provider) -> CannotRemember {
    let issuer = provider.issuer();
    let host = url::Url::parse(issuer)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned));
    CannotRemember {
        site: host.unwrap_or_else(|| issuer.to_owned()),
        problem: RememberProblem::CookiesBlocked,
        open_in_android: None,
    }
}

fn too_many(provider: &Provider, frame: &Frame, screen: TooManyRequests) -> Response {
    let wait = screen.retry_at.since(frame.now);
    let mut response = provider.pages.render(frame, &screen);
    response
        .headers_mut()
        .insert(RETRY_AFTER, wait.as_secs().saturating_add(1).into());
    response
}

fn our_fault(provider: &Provider, visit: &Visit, class: Class) -> Response {
    let wait = seconds(60);
    let screen = OurFault {
        retry_at: provider.now().plus(wait),
        maintenance_until: None,
    };
    let mut response = provider.pages.render(&visit.frame(provider), &screen);
    if class == Class::Transient {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert(RETRY_AFTER, wait.as_secs().into());
    }
    response
}

/// Logs a failure of the database, once, at the boundary.
pub(crate) fn log_failure(error: &StorageError, reference: Option<&str>) {
    let (class, text) = (error.class(), chain(error));
    if class == Class::Bug {
        tracing::error!(reference, class = class.as_str(), error = text, "the request failed");
    } else {
        tracing::warn!(reference, class = class.as_str(), error = text, "the request failed");
    }
}

/// An error and all its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
