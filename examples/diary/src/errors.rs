//! What can go wrong in a sign-in. The person reads a calm page; the cause goes to the log.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use openidconnect::core::CoreErrorResponseType;
use openidconnect::{
    ClaimsVerificationError, ConfigurationError, DiscoveryError, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse, UserInfoError,
};

use crate::fetch::FetchError;
use crate::language::Language;
use crate::pages::{self, Trouble};

type TokenRequestError = RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>;

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignInError {
    #[error("the provider's discovery document cannot be read")]
    Discovery(#[source] DiscoveryError<FetchError>),
    #[error("the response has the parameter {0:?} more than once")]
    Repeated(String),
    #[error("no sign-in of this browser has that state")]
    UnknownState,
    #[error("the response does not name the issuer that was asked")]
    WrongIssuer,
    #[error("the provider answered {error}: {description}")]
    Refused { error: String, description: String },
    #[error("the response holds neither code nor error")]
    NoCode,
    #[error("the discovery document lacks an endpoint")]
    Endpoint(#[from] ConfigurationError),
    #[error("the code was not redeemed")]
    TokenRequest(#[source] Box<TokenRequestError>),
    #[error("the token response holds no ID token")]
    NoIdToken,
    #[error("the ID token does not hold")]
    IdToken(#[from] ClaimsVerificationError),
    #[error("the key of the ID token is not known")]
    AccessTokenHash(#[source] SignatureVerificationError),
    #[error("the hash of the access token cannot be made: {0}")]
    AccessTokenHashing(String),
    #[error("the access token is not the one that the ID token was issued with")]
    OtherAccessToken,
    #[error("userinfo was not had")]
    UserInfo(#[source] Box<UserInfoError<FetchError>>),
}

impl SignInError {
    /// Logs the cause and answers the page for the person.
    pub(crate) fn page(self, language: Language) -> Response {
        tracing::warn!(error = %chain(&self), "a sign-in did not come to its end");
        let (status, trouble) = self.audience();
        (status, pages::trouble(language, &trouble)).into_response()
    }

    fn audience(self) -> (StatusCode, Trouble) {
        match self {
            Self::Discovery(_) => (StatusCode::BAD_GATEWAY, Trouble::ProviderSilent),
            Self::UnknownState => (StatusCode::BAD_REQUEST, Trouble::OutOfDate),
            Self::Refused { error, description } if error == "access_denied" => {
                (StatusCode::OK, Trouble::Declined { description })
            }
            Self::Refused { error, description } => (StatusCode::OK, Trouble::Refused { error, description }),
            Self::Repeated(_) | Self::WrongIssuer | Self::NoCode => (StatusCode::BAD_REQUEST, Trouble::NotTrusted),
            Self::Endpoint(_)
            | Self::TokenRequest(_)
            | Self::NoIdToken
            | Self::IdToken(_)
            | Self::AccessTokenHash(_)
            | Self::AccessTokenHashing(_)
            | Self::OtherAccessToken
            | Self::UserInfo(_) => (StatusCode::BAD_GATEWAY, Trouble::NotTrusted),
        }
    }
}

/// An error with all its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use openidconnect::{ClaimsVerificationError, SignatureVerificationError};

    use super::{SignInError, chain};
    use crate::pages::Trouble;

    #[test]
    fn declining_is_not_a_fault() {
        let refused = SignInError::Refused {
            error: "access_denied".to_owned(),
            description: String::new(),
        };
        let (status, trouble) = refused.audience();
        assert_eq!(status, StatusCode::OK);
        assert!(matches!(trouble, Trouble::Declined { .. }));
    }

    #[test]
    fn a_forged_state_is_a_page_out_of_date() {
        let (status, trouble) = SignInError::UnknownState.audience();
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(matches!(trouble, Trouble::OutOfDate));
    }

    #[test]
    fn tokens_that_do_not_hold_are_never_shown() {
        for error in [
            SignInError::NoIdToken,
            SignInError::OtherAccessToken,
            ClaimsVerificationError::InvalidNonce("a".to_owned()).into(),
        ] {
            let (status, trouble) = error.audience();
            assert_eq!(status, StatusCode::BAD_GATEWAY);
            assert!(matches!(trouble, Trouble::NotTrusted));
        }
    }

    #[test]
    fn the_log_line_has_the_whole_chain() {
        let cause = ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey);
        let line = chain(&SignInError::from(cause));
        assert_eq!(
            line,
            "the ID token does not hold: Signature verification failed: No matching key found"
        );
    }
}
