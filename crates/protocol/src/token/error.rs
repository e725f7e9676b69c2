//! What a client is told when it gets no token (RFC 6749 §5.2). One table.

use authority::error::Class;
use authority::grants::{RedeemError, RotateError};
use http::{HeaderValue, StatusCode};
use jose::SignError;
use storage::StorageError;

use super::client_authentication::ClientAuthenticationError;
use crate::ParameterError;
use crate::flow::Visit;
use crate::oauth_error::ErrorBody;
use crate::problem::log_failure;

/// Why no token was issued.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    /// The form cannot be read.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// A parameter is missing.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// The client did not authenticate.
    #[error(transparent)]
    Client(#[from] ClientAuthenticationError),
    /// Too many failed authentications of this client from this network. RFC 6749 has no word for it; 429 is RFC 6585 §4.
    #[error("too many failed client authentications")]
    TooManyFailures {
        /// Seconds until trying again makes sense.
        retry_after: u64,
    },
    /// We do not serve this grant type.
    #[error("the grant type is not served")]
    GrantTypeUnsupported,
    /// The client is not registered for it.
    #[error("the client may not use this grant type")]
    GrantTypeForbidden,
    /// The code was not redeemed.
    #[error(transparent)]
    Code(#[from] RedeemError),
    /// The refresh token was not exchanged.
    #[error(transparent)]
    Refresh(#[from] RotateError),
    /// The ID token could not be signed.
    #[error("the ID token could not be signed")]
    Signing(#[from] SignError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl TokenError {
    /// The answer; logs what happened, once.
    pub(super) fn report(&self, visit: &Visit) -> ErrorBody {
        let body = self.public();
        let (reference, outcome) = (visit.reference.as_str(), body.error);
        match self {
            Self::Storage(error) => log_failure(error, Some(reference)),
            Self::Signing(error) => tracing::error!(reference, class = "bug", %error, "an ID token was not signed"),
            Self::Parameters(_)
            | Self::Missing(_)
            | Self::Client(_)
            | Self::TooManyFailures { .. }
            | Self::GrantTypeUnsupported
            | Self::GrantTypeForbidden
            | Self::Code(_)
            | Self::Refresh(_) => tracing::info!(reference, outcome, reason = %self, "no token was issued"),
        }
        body
    }

    /// Replayed, expired and foreign codes look alike: whoever guesses learns nothing.
    pub(super) fn public(&self) -> ErrorBody {
        let refuse = |error, text: &'static str| ErrorBody::new(StatusCode::BAD_REQUEST, error, text);
        match self {
            Self::Parameters(error) => ErrorBody::new(StatusCode::BAD_REQUEST, "invalid_request", error.to_string()),
            Self::Missing(_) => ErrorBody::new(StatusCode::BAD_REQUEST, "invalid_request", self.to_string()),
            Self::Client(ClientAuthenticationError::Parameters(error)) => {
                ErrorBody::new(StatusCode::BAD_REQUEST, "invalid_request", error.to_string())
            }
            Self::Client(ClientAuthenticationError::SeveralMethods) => {
                refuse("invalid_request", "more than one client authentication method was used")
            }
            Self::Client(
                ClientAuthenticationError::Missing
                | ClientAuthenticationError::Malformed
                | ClientAuthenticationError::Unknown
                | ClientAuthenticationError::OtherMethod
                | ClientAuthenticationError::OtherClient
                | ClientAuthenticationError::WrongSecret,
            ) => invalid_client(),
            Self::TooManyFailures { retry_after } => ErrorBody {
                retry_after: Some(*retry_after),
                ..ErrorBody::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "temporarily_unavailable",
                    "too many failed client authentications from this network",
                )
            },
            Self::GrantTypeUnsupported => refuse("unsupported_grant_type", "the grant type is not supported"),
            Self::GrantTypeForbidden => refuse("unauthorized_client", "the client may not use this grant type"),
            Self::Code(
                RedeemError::Unknown
                | RedeemError::Expired
                | RedeemError::Replayed
                | RedeemError::OtherClient
                | RedeemError::OtherRedirectUri
                | RedeemError::VerifierMissing
                | RedeemError::VerifierWrong
                | RedeemError::VerifierUnexpected
                | RedeemError::GrantOver,
            ) => refuse("invalid_grant", "the authorization code is not valid for this request"),
            Self::Refresh(RotateError::ScopeGrew) => refuse("invalid_scope", "the scope exceeds what was granted"),
            Self::Refresh(
                RotateError::Unknown
                | RotateError::OtherClient
                | RotateError::Expired
                | RotateError::Overtaken
                | RotateError::Reused
                | RotateError::GrantOver,
            ) => refuse("invalid_grant", "the refresh token is not valid"),
            Self::Signing(SignError::Claims | SignError::Key) => ErrorBody::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "server_error",
                "please try again later",
            ),
            Self::Storage(error) => unavailable(error.class()),
        }
    }
}

/// The answer when the database fails: 503 when waiting helps.
pub(crate) fn unavailable(class: Class) -> ErrorBody {
    let text = "please try again later";
    match class {
        Class::Transient => ErrorBody::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", text),
        Class::Bug | Class::Refused | Class::Misused => {
            ErrorBody::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", text)
        }
    }
}

/// RFC 6749 §5.2; RFC 9110 §15.5.2 wants a challenge with every 401.
fn invalid_client() -> ErrorBody {
    ErrorBody {
        challenge: Some(HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"")),
        ..ErrorBody::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "client authentication failed",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_error() -> Vec<TokenError> {
        use ClientAuthenticationError as C;
        use {RedeemError as R, RotateError as T};
        let mut errors = vec![
            TokenError::Parameters(ParameterError::ContentType),
            TokenError::Parameters(ParameterError::Repeated("code")),
            TokenError::Missing("code"),
            TokenError::GrantTypeUnsupported,
            TokenError::GrantTypeForbidden,
            TokenError::TooManyFailures { retry_after: 7 },
            TokenError::Signing(SignError::Key),
            TokenError::Storage(StorageError::Contended("x")),
            TokenError::Storage(StorageError::Ignored("x")),
        ];
        let client = [
            C::Missing,
            C::Malformed,
            C::SeveralMethods,
            C::Unknown,
            C::OtherMethod,
            C::OtherClient,
            C::WrongSecret,
        ];
        errors.extend(client.map(TokenError::Client));
        let code = [
            R::Unknown,
            R::Expired,
            R::Replayed,
            R::OtherClient,
            R::OtherRedirectUri,
            R::VerifierMissing,
            R::VerifierWrong,
        ];
        errors.extend(code.map(TokenError::Code));
        errors.extend([R::VerifierUnexpected, R::GrantOver].map(TokenError::Code));
        let refresh = [
            T::Unknown,
            T::OtherClient,
            T::Expired,
            T::Reused,
            T::ScopeGrew,
            T::GrantOver,
        ];
        errors.extend(refresh.map(TokenError::Refresh));
        errors
    }

    #[test]
    fn the_table_of_answers_is_this() {
        let table: Vec<String> = every_error()
            .iter()
            .map(|error| {
                let body = error.public();
                format!(
                    "{} {}{}",
                    body.status.as_u16(),
                    body.error,
                    if body.challenge.is_some() { " Basic" } else { "" }
                )
            })
            .collect();
        let mut expected = vec!["400 invalid_request"; 3];
        expected.extend([
            "400 unsupported_grant_type",
            "400 unauthorized_client",
            "429 temporarily_unavailable",
            "500 server_error",
        ]);
        expected.extend(["503 temporarily_unavailable", "500 server_error"]);
        expected.extend([
            "401 invalid_client Basic",
            "401 invalid_client Basic",
            "400 invalid_request",
        ]);
        expected.extend(["401 invalid_client Basic"; 4]);
        expected.extend(["400 invalid_grant"; 9]);
        expected.extend(["400 invalid_grant"; 4]);
        expected.extend(["400 invalid_scope", "400 invalid_grant"]);
        assert_eq!(table, expected);
    }

    #[test]
    fn every_description_keeps_to_the_characters_of_rfc_6749() {
        for error in every_error() {
            let plain = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(error.public().description.bytes().all(plain), "{error}");
        }
    }
}
