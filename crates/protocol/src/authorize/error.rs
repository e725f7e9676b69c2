//! What a client is told by redirect (RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6). One table; the client's words and ours.

use crate::ParameterError;

/// Why an authorization request of a known client ends without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each variant is said in its message")]
pub enum RequestError {
    #[error("the parameter {0} is repeated")]
    Repeated(&'static str),
    #[error("the parameter {0} is longer than allowed")]
    TooLong(&'static str),
    #[error("the parameter {0} is malformed")]
    Malformed(&'static str),
    #[error("response_type is missing")]
    ResponseTypeMissing,
    #[error("the only response_type served is code")]
    ResponseTypeUnsupported,
    #[error("the response_modes served are query and form_post")]
    ResponseModeUnsupported,
    #[error("request objects are not supported")]
    RequestUnsupported,
    #[error("request_uri is not supported")]
    RequestUriUnsupported,
    #[error("the registration parameter is not supported")]
    RegistrationUnsupported,
    #[error("the client may not use the authorization code grant")]
    GrantTypeForbidden,
    #[error("scope must contain openid, and the client must be allowed to ask for it")]
    ScopeWithoutOpenId,
    #[error("this client must send a code_challenge with code_challenge_method S256")]
    ChallengeMissing,
    #[error("the only code_challenge_method served is S256")]
    ChallengeMethodUnsupported,
    #[error("prompt none excludes other values")]
    PromptContradicts,
    #[error("id_token_hint is not an ID token of ours for this client")]
    HintInvalid,
    #[error("the request names two different subjects")]
    SubjectsContradict,
    #[error("nobody is signed in, or not the way the request demands")]
    LoginRequired,
    #[error("the person has to agree first")]
    ConsentRequired,
    #[error("the person has to answer a question first")]
    InteractionRequired,
    #[error("another person signed in than the one expected")]
    OtherPerson,
    #[error("the person did not allow it")]
    AccessDenied,
    #[error("the assurance that was asked for cannot be reached")]
    AssuranceUnmet,
    #[error("the server failed; please try again later")]
    ServerError,
    #[error("the server is not available at the moment; please try again later")]
    Unavailable,
}

impl RequestError {
    /// The `error` parameter.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Repeated(_)
            | Self::TooLong(_)
            | Self::Malformed(_)
            | Self::ResponseTypeMissing
            | Self::ResponseModeUnsupported
            | Self::ChallengeMissing
            | Self::ChallengeMethodUnsupported
            | Self::PromptContradicts
            | Self::HintInvalid
            | Self::SubjectsContradict => "invalid_request",
            Self::ResponseTypeUnsupported => "unsupported_response_type",
            Self::RequestUnsupported => "request_not_supported",
            Self::RequestUriUnsupported => "request_uri_not_supported",
            Self::RegistrationUnsupported => "registration_not_supported",
            Self::GrantTypeForbidden => "unauthorized_client",
            Self::ScopeWithoutOpenId => "invalid_scope",
            Self::LoginRequired | Self::OtherPerson => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccessDenied => "access_denied",
            Self::AssuranceUnmet => "unmet_authentication_requirements",
            Self::ServerError => "server_error",
            Self::Unavailable => "temporarily_unavailable",
        }
    }
}

impl From<ParameterError> for RequestError {
    fn from(error: ParameterError) -> Self {
        match error {
            ParameterError::Repeated(name) => Self::Repeated(name),
            // These are found before any parameter is read, so nobody gets here with them.
            ParameterError::ContentType | ParameterError::Size | ParameterError::Count | ParameterError::Encoding => {
                Self::Malformed("request")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RequestError::{self, *};

    const ALL: [RequestError; 24] = [
        Repeated("state"),
        TooLong("state"),
        Malformed("max_age"),
        ResponseTypeMissing,
        ResponseTypeUnsupported,
        ResponseModeUnsupported,
        RequestUnsupported,
        RequestUriUnsupported,
        RegistrationUnsupported,
        GrantTypeForbidden,
        ScopeWithoutOpenId,
        ChallengeMissing,
        ChallengeMethodUnsupported,
        PromptContradicts,
        HintInvalid,
        SubjectsContradict,
        LoginRequired,
        ConsentRequired,
        InteractionRequired,
        OtherPerson,
        AccessDenied,
        AssuranceUnmet,
        ServerError,
        Unavailable,
    ];

    #[test]
    fn every_description_keeps_to_the_characters_of_rfc_6749() {
        for error in ALL {
            let plain = |b: u8| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            assert!(error.to_string().bytes().all(plain), "{error}");
            assert!(
                error.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'),
                "{}",
                error.code()
            );
        }
    }

    #[test]
    fn the_table_of_answers_is_this() {
        let table: Vec<_> = ALL.iter().map(|error| error.code()).collect();
        let invalid = "invalid_request";
        assert_eq!(
            table,
            [
                invalid,
                invalid,
                invalid,
                invalid,
                "unsupported_response_type",
                invalid,
                "request_not_supported",
                "request_uri_not_supported",
                "registration_not_supported",
                "unauthorized_client",
                "invalid_scope",
                invalid,
                invalid,
                invalid,
                invalid,
                invalid,
                "login_required",
                "consent_required",
                "interaction_required",
                "login_required",
                "access_denied",
                "unmet_authentication_requirements",
                "server_error",
                "temporarily_unavailable",
            ]
        );
    }
}
