//! Bearer tokens in requests (RFC 6750 §2) and what the caller is told otherwise (§3). Never in the query (§2.3).

use authority::secret::PlainToken;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use storage::StorageError;

use crate::flow::Visit;
use crate::oauth_error::ErrorBody;
use crate::parameters::is_form;
use crate::problem::log_failure;
use crate::token::unavailable;
use crate::{ParameterError, Parameters};

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BearerError {
    /// No token at all: the caller may not know yet that one is needed.
    #[error("no token was sent")]
    Missing,
    /// The form cannot be read.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// The token came in two ways, or the header is none of RFC 6750.
    #[error("the token must be sent in exactly one way")]
    Malformed,
    /// Not a live token of ours.
    #[error("the token is unknown or over")]
    Invalid,
    /// The token was not issued for this.
    #[error("the token does not carry the scope openid")]
    Scope,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The token of the request.
pub(super) fn read(
    headers: &HeaderMap,
    body: Option<Result<Bytes, BytesRejection>>,
) -> Result<PlainToken, BearerError> {
    let posted = match body {
        Some(body) if is_form(headers) => {
            let parameters = Parameters::from_form(headers, body)?;
            parameters.get("access_token")?.map(str::to_owned)
        }
        Some(_) | None => None,
    };
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let header = match (values.next(), values.next()) {
        (Some(_), Some(_)) => return Err(BearerError::Malformed),
        (only, _) => only.map(HeaderValue::as_bytes).map(from_header).transpose()?,
    };
    let text = match (header, posted) {
        (Some(_), Some(_)) => return Err(BearerError::Malformed),
        (None, None) => return Err(BearerError::Missing),
        (Some(text), None) | (None, Some(text)) => text,
    };
    PlainToken::parse(&text).map_err(|_| BearerError::Invalid)
}

/// RFC 9110 §11.1: the scheme has no case.
fn from_header(header: &[u8]) -> Result<String, BearerError> {
    let (scheme, rest) = header.split_at_checked(7).ok_or(BearerError::Malformed)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return Err(BearerError::Malformed);
    }
    String::from_utf8(rest.trim_ascii().to_vec()).map_err(|_| BearerError::Malformed)
}

impl BearerError {
    /// The answer; logs what happened, once.
    pub(super) fn report(&self, visit: &Visit) -> ErrorBody {
        let reference = visit.reference.as_str();
        match self {
            Self::Storage(error) => log_failure(error, Some(reference)),
            Self::Missing | Self::Parameters(_) | Self::Malformed | Self::Invalid | Self::Scope => {
                tracing::info!(reference, reason = %self, "no claims were told");
            }
        }
        self.public()
    }

    fn public(&self) -> ErrorBody {
        let challenge = |body: ErrorBody, value: &'static str| ErrorBody {
            challenge: Some(HeaderValue::from_static(value)),
            ..body
        };
        match self {
            // RFC 6750 §3.1: without any credentials the challenge carries no error code.
            Self::Missing => challenge(
                ErrorBody::new(StatusCode::UNAUTHORIZED, "invalid_token", "an access token is needed"),
                "Bearer realm=\"userinfo\"",
            ),
            Self::Parameters(_) | Self::Malformed => challenge(
                ErrorBody::new(
                    StatusCode::BAD_REQUEST,
                    "invalid_request",
                    "the access token must be sent in exactly one way",
                ),
                "Bearer realm=\"userinfo\", error=\"invalid_request\"",
            ),
            Self::Invalid => challenge(
                ErrorBody::new(
                    StatusCode::UNAUTHORIZED,
                    "invalid_token",
                    "the access token is not valid",
                ),
                "Bearer realm=\"userinfo\", error=\"invalid_token\"",
            ),
            Self::Scope => challenge(
                ErrorBody::new(
                    StatusCode::FORBIDDEN,
                    "insufficient_scope",
                    "the access token lacks the scope openid",
                ),
                "Bearer realm=\"userinfo\", error=\"insufficient_scope\", scope=\"openid\"",
            ),
            Self::Storage(error) => unavailable(error.class()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_TYPE;
    use proptest::prelude::*;

    use super::*;

    fn request(authorization: &[&str], form: Option<&str>) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        if form.is_some() {
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            );
        }
        let body = form.map(|text| Ok(Bytes::copy_from_slice(text.as_bytes())));
        match read(&headers, body) {
            Ok(token) => Ok(token.expose().to_owned()),
            Err(error) => {
                let body = error.public();
                let challenge = body
                    .challenge
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace("Bearer realm=\"userinfo\"", "");
                Err(format!("{}{challenge}", body.status.as_u16()))
            }
        }
    }

    #[test]
    fn a_token_is_read_from_header_or_form() {
        let token = "t".repeat(43);
        assert_eq!(request(&[&format!("Bearer {token}")], None), Ok(token.clone()));
        assert_eq!(request(&[&format!("bEARER {token}")], Some("")), Ok(token.clone()));
        assert_eq!(request(&[], Some(&format!("access_token={token}"))), Ok(token));
    }

    #[test]
    fn the_table_of_refusals_is_this() {
        let bearer = format!("Bearer {}", "t".repeat(43));
        let invalid = Err("400, error=\"invalid_request\"".to_owned());
        assert_eq!(request(&[], None), Err("401".to_owned()));
        assert_eq!(
            request(&["Bearer short"], None),
            Err("401, error=\"invalid_token\"".to_owned())
        );
        assert_eq!(request(&["Basic abc"], None), invalid);
        assert_eq!(request(&[&bearer, &bearer], None), invalid);
        assert_eq!(request(&[&bearer], Some("access_token=x")), invalid);
        assert_eq!(request(&[], Some("access_token=x&access_token=x")), invalid);
        let scope = BearerError::Scope.public();
        assert_eq!(
            (scope.status, scope.error),
            (StatusCode::FORBIDDEN, "insufficient_scope")
        );
        let down = BearerError::Storage(StorageError::Contended("x")).public();
        assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE);
    }

    proptest! {
        #[test]
        fn any_header_is_answered_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = from_header(&bytes);
        }
    }
}
