//! The authorization request, parsed (RFC 6749 §4.1.1, OIDC Core §3.1.2.1). Client and redirect URI are already known to
//! belong together.

use serde::{Deserialize, Serialize};

use super::{ClaimsRequest, CodeChallenge, Scope};
use crate::assurance::AssuranceRequest;
use crate::clients::{ClientId, RedirectUri};
use crate::locale::Locale;
use crate::users::Subject;

/// How the response travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[serde(rename = "query")]
    Query,
    /// Posted to the redirect URI by a page.
    #[serde(rename = "form_post")]
    FormPost,
}

impl ResponseMode {
    /// The mode of a wire value.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "query" => Some(Self::Query),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// What the client wants the person to see (OIDC Core §3.1.2.1 `prompt`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the parameter is a set of four independent words"
)]
pub struct Prompt {
    /// No page at all; excludes the others.
    pub none: bool,
    /// Authenticate again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Let the person choose the account.
    pub select_account: bool,
}

impl Prompt {
    /// Reads the space-separated list; values we do not know are ignored.
    ///
    /// # Errors
    /// `none` together with another value: gives back `None`.
    pub fn parse(list: &str) -> Option<Self> {
        let mut prompt = Self::default();
        let mut count = 0_u32;
        for word in list.split(' ').filter(|word| !word.is_empty()) {
            count = count.saturating_add(1);
            match word {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => {}
            }
        }
        (!prompt.none || count == 1).then_some(prompt)
    }
}

/// A request that passed all checks of its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the response goes.
    pub redirect_uri: RedirectUri,
    /// How it travels.
    pub response_mode: ResponseMode,
    /// The scopes asked for that the client may ask for.
    pub scopes: Vec<Scope>,
    /// Returned byte for byte.
    pub state: Option<String>,
    /// Returned in the ID token byte for byte.
    pub nonce: Option<String>,
    /// The PKCE challenge.
    pub code_challenge: Option<CodeChallenge>,
    /// What the person is to see.
    pub prompt: Prompt,
    /// Greatest age of the authentication, seconds.
    pub max_age: Option<u32>,
    /// The assurance asked for.
    pub assurance: AssuranceRequest,
    /// The claims asked for by name.
    pub claims: ClaimsRequest,
    /// The person expected, from a verified `id_token_hint` or an essential `sub` claim.
    pub expected_subject: Option<Subject>,
    /// What the client believes the person is called; pre-fills at most.
    pub login_hint: Option<String>,
    /// The language asked for that we speak.
    pub ui_locale: Option<Locale>,
}

impl AuthorizationRequest {
    /// Whether the ID token has to state when the person authenticated (OIDC Core §2 `auth_time`).
    pub fn wants_auth_time(&self) -> bool {
        self.max_age.is_some() || self.claims.auth_time
    }

    /// Whether it matters to the client in whose name the person acts (product B5).
    pub fn asks_in_whose_name(&self) -> bool {
        let of_scope = |claim| Scope::Organisation.claims().contains(&claim);
        self.asks(Scope::Organisation) || self.claims.all().any(of_scope)
    }

    /// The scopes that were asked for, and those of every claim that was asked for by name: what the client would learn.
    pub fn reach(&self) -> Vec<Scope> {
        let of = |claim| Scope::ALL.iter().find(|scope| scope.claims().contains(&claim)).copied();
        self.scopes
            .iter()
            .copied()
            .chain(self.claims.all().filter_map(of))
            .collect()
    }

    /// Whether the scope was asked for.
    pub fn asks(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone() {
        assert!(Prompt::parse("none").unwrap().none);
        assert_eq!(Prompt::parse("none login"), None);
        assert_eq!(Prompt::parse("none none"), None);
        assert_eq!(Prompt::parse("none nonsense"), None);
        let both = Prompt::parse("login consent nonsense").unwrap();
        assert!(both.login && both.consent && !both.none);
        assert_eq!(Prompt::parse(""), Some(Prompt::default()));
    }
}
