//! What the edge refuses, in the voice of its audience: JSON for programs, a calm page with a reference for people.
//! The texts are fixed; nothing that was sent is repeated (WI-3, OP-12).

use authority::locale::Locale;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{ACCEPT_LANGUAGE, ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use pages::screens::{NoSuchPage, OurFault, WronglyAsked};
use pages::{Frame, Reference};

use super::Edge;

/// Seconds after which trying again makes sense.
const RETRY: u64 = 5;

/// Why a request is not handled, or why its handler gave no answer of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The host is absent, doubled or contradicts itself (400).
    Host,
    /// The host is not ours (421).
    Misdirected,
    /// No such page, or a path with tricks (404).
    NoSuchPage,
    /// A method that nothing here answers (405).
    Method,
    /// The target is too long (414).
    TargetTooLong,
    /// More than 64 parameters (400).
    TooManyParameters,
    /// More than 16 KiB of headers (431).
    HeadersTooLarge,
    /// More than 50 cookies (431); those of old flows are cleared.
    TooManyCookies {
        /// Names of cookies that the answer clears.
        of_flows: Vec<String>,
    },
    /// More than 64 KiB of body (413).
    BodyTooLarge,
    /// The body did not arrive in time (408).
    SlowBody,
    /// A compressed body (415).
    ContentEncoding,
    /// The framework refused what was sent (its status).
    Malformed(StatusCode),
    /// All turns are taken (503).
    Busy,
    /// The handler took too long (503).
    Late,
    /// The handler panicked or failed without words (500).
    OurFault,
}

/// To whom a refusal speaks.
pub(super) struct Asker {
    program: bool,
    locale: Locale,
    reference: Reference,
}

/// Endpoints that programs call; everything else is for people.
const FOR_PROGRAMS: [&str; 7] = [
    "/token",
    "/userinfo",
    "/jwks",
    "/introspect",
    "/revoke",
    "/.well-known/",
    "/egov/",
];

impl Asker {
    pub(super) fn of(request: &Request, reference: Reference) -> Self {
        let path = request.uri().path();
        let language = request
            .headers()
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let locale = language.and_then(Locale::from_accept_language).unwrap_or(Locale::Kk);
        Self {
            program: FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix)),
            locale,
            reference,
        }
    }
}

impl Refusal {
    /// Passes an answer on, unless it is an error without words of ours (the framework's empty or plain-text ones).
    pub(super) fn hidden_in(answer: Response) -> Result<Response, Self> {
        let status = answer.status();
        let kind = answer.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let has_words = kind.is_some_and(|kind| !kind.starts_with(b"text/plain"));
        if has_words || !(status.is_client_error() || status.is_server_error()) {
            return Ok(answer);
        }
        // A bearer challenge is complete without words (RFC 6750 §3).
        if answer.headers().contains_key(http::header::WWW_AUTHENTICATE) {
            return Ok(answer);
        }
        Err(match status {
            StatusCode::NOT_FOUND => Self::NoSuchPage,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            status if status.is_server_error() => Self::OurFault,
            status => Self::Malformed(status),
        })
    }

    /// The answer, for this asker.
    pub(super) fn answer(self, asker: &Asker, edge: &Edge) -> Response {
        let status = self.status();
        let mut answer = if asker.program {
            self.for_programs(status)
        } else {
            self.for_people(asker, edge)
        };
        *answer.status_mut() = status;
        let headers = answer.headers_mut();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY));
        }
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        if matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
            // The rest of the body is not read, so the connection cannot be used again.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Self::TooManyCookies { of_flows } = &self {
            for name in of_flows {
                if let Ok(cookie) =
                    HeaderValue::from_str(&format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"))
                {
                    headers.append(SET_COOKIE, cookie);
                }
            }
        }
        answer
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Host | Self::TooManyParameters => StatusCode::BAD_REQUEST,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::NoSuchPage => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge | Self::TooManyCookies { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::ContentEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Malformed(status) => *status,
            Self::Busy | Self::Late => StatusCode::SERVICE_UNAVAILABLE,
            Self::OurFault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Which part of the request is at fault, and what is wrong with it, for a developer.
    fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::Host => ("host", "exactly one Host is needed"),
            Self::Misdirected => ("host", "this server does not answer for that host"),
            Self::NoSuchPage => ("path", "there is nothing at this path"),
            Self::Method => ("method", "this method is not answered here"),
            Self::TargetTooLong => ("target", "the request target is too long"),
            Self::TooManyParameters => ("parameters", "there are more than 64 parameters"),
            Self::HeadersTooLarge => ("headers", "the headers are larger than 16 KiB"),
            Self::TooManyCookies { .. } => ("cookies", "there are more than 50 cookies"),
            Self::BodyTooLarge => ("body", "the body is larger than 64 KiB"),
            Self::SlowBody => ("body", "the body did not arrive in time"),
            Self::ContentEncoding => ("content-encoding", "compressed bodies are not read"),
            Self::Malformed(_) => ("request", "the request cannot be read"),
            Self::Busy | Self::Late => ("server", "please try again"),
            Self::OurFault => ("server", "please try again later"),
        }
    }

    /// RFC 6749 §5.2.
    fn for_programs(&self, status: StatusCode) -> Response {
        let error = match status {
            StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request",
        };
        let (_, description) = self.words();
        let body = serde_json::json!({ "error": error, "error_description": description }).to_string();
        let mut answer = Response::new(Body::from(body));
        answer
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        answer
    }

    fn for_people(&self, asker: &Asker, edge: &Edge) -> Response {
        let now = edge.clock.now();
        let frame = Frame::new(asker.locale, asker.reference.clone(), now);
        if *self == Self::NoSuchPage {
            return edge.pages.render(&frame, &NoSuchPage);
        }
        if self.status().is_server_error() {
            let retry_at = now.plus(authority::time::seconds(RETRY));
            return edge.pages.render(
                &frame,
                &OurFault {
                    retry_at,
                    maintenance_until: None,
                },
            );
        }
        let (parameter, description) = self.words();
        let screen = WronglyAsked {
            parameter: parameter.to_owned(),
            description: description.to_owned(),
            client_id: None,
            sent: None,
            registered: Vec::new(),
            trace_id: None,
        };
        edge.pages.render(&frame, &screen)
    }
}
