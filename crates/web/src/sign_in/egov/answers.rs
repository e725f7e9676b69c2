//! What the app is told: always JSON, in the app's language, never kept.

use std::time::Duration;

use authority::authentication::QrRefusal;
use authority::locale::Locale;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use pages::{Pages, PhoneAppText};
use serde::Serialize;
use serde_json::json;
use storage::StorageError;

/// Why an app gets nothing, or its signature is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum AppRefusal {
    /// Nobody was shown this address.
    #[error("there is no such transaction")]
    Unknown,
    /// It is over, and nothing can be fetched.
    #[error("the transaction is over")]
    Over,
    /// It is over, and no signature is taken.
    #[error("the transaction takes no signature")]
    TooLate,
    /// Without the token that goes with the address.
    #[error("the token is missing or another's")]
    NotAuthorised,
    /// Neither our document signed nor a refusal.
    #[error("the body is no answer")]
    Malformed,
    /// The signature is not accepted.
    #[error("the signature was refused")]
    NotAccepted(QrRefusal),
    /// So many of this network were refused that none is read any more.
    #[error("too many refused signatures")]
    TooMany(Duration),
    /// Something failed on our side.
    #[error("the request failed")]
    OurFault(#[source] StorageError),
    /// Something that is not the database's.
    #[error("the request failed")]
    Broken,
}

impl From<StorageError> for AppRefusal {
    fn from(error: StorageError) -> Self {
        Self::OurFault(error)
    }
}

impl AppRefusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Over => StatusCode::GONE,
            Self::TooLate | Self::NotAuthorised | Self::Malformed | Self::NotAccepted(_) => StatusCode::FORBIDDEN,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::OurFault(error) if error.class() == authority::error::Class::Transient => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::OurFault(_) | Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn text(&self) -> PhoneAppText {
        match self {
            Self::Unknown | Self::Over | Self::TooLate => PhoneAppText::Over,
            Self::NotAuthorised | Self::Malformed => PhoneAppText::NotUnderstood,
            Self::NotAccepted(refusal) => match refusal {
                QrRefusal::Expired(_) | QrRefusal::NotYetValid(_) => PhoneAppText::OutOfTime,
                QrRefusal::Revoked(_) | QrRefusal::Withdrawn => PhoneAppText::Revoked,
                QrRefusal::TryLater(_) => PhoneAppText::TryLater,
                QrRefusal::UnknownCentre | QrRefusal::WrongKind | QrRefusal::Stopped(_) | QrRefusal::Shared(_) => {
                    PhoneAppText::OtherKey
                }
                QrRefusal::NotVerified | QrRefusal::OtherPerson | QrRefusal::SameKey => PhoneAppText::NotVerified,
            },
            Self::TooMany(_) | Self::OurFault(_) | Self::Broken => PhoneAppText::TryLater,
        }
    }

    /// The answer: `{"message": …}`.
    pub(super) fn respond(&self, pages: &Pages, locale: Locale) -> Response {
        let message = pages.phone_app_text(locale, self.text());
        let mut response = json_answer(self.status(), &json!({ "message": message }));
        let wait = match self {
            Self::TooMany(wait) => Some(wait.as_secs().saturating_add(1)),
            Self::OurFault(_) => Some(5),
            Self::Unknown
            | Self::Over
            | Self::TooLate
            | Self::NotAuthorised
            | Self::Malformed
            | Self::NotAccepted(_)
            | Self::Broken => None,
        };
        if let Some(wait) = wait {
            response.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        response
    }
}

/// The word of the protocol for a signature or refusal that was taken.
pub(super) fn success() -> Response {
    json_answer(StatusCode::OK, &json!({ "message": "success" }))
}

/// JSON with this status, never kept.
pub(super) fn json_answer<T: Serialize>(status: StatusCode, body: &T) -> Response {
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
