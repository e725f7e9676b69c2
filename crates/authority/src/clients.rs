//! Clients: the relying parties we serve (RFC 6749 §2, OIDC Core §1.2).

mod backchannel_logout;
mod client_id;
mod redirect_uri;

use crate::authorization::Scope;
use crate::secret::TokenDigest;
use crate::time::Timestamp;

pub use backchannel_logout::{BackchannelLogout, BackchannelLogoutUri};
pub use client_id::{ClientId, ClientIdError};
pub use redirect_uri::{RedirectUri, RedirectUriError};

/// How a client authenticates at the token endpoint (OIDC Core §9). One method, the registered one, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// HTTP Basic with the client secret.
    SecretBasic,
    /// The client secret in the form body.
    SecretPost,
    /// A public client; PKCE is all it has.
    None,
}

impl ClientAuthentication {
    /// All methods.
    pub const ALL: [Self; 3] = [Self::SecretBasic, Self::SecretPost, Self::None];

    /// The registered value (`token_endpoint_auth_method`).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecretBasic => "client_secret_basic",
            Self::SecretPost => "client_secret_post",
            Self::None => "none",
        }
    }

    /// The method of a registered value.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }
}

/// The grant types we serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    AuthorizationCode,
    /// RFC 6749 §6.
    RefreshToken,
}

impl GrantType {
    /// All types.
    pub const ALL: [Self; 2] = [Self::AuthorizationCode, Self::RefreshToken];

    /// The wire value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }

    /// The type of a wire value.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What signs a client's ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: the standard's default.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
}

impl SigningAlgorithm {
    /// All algorithms.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// The JOSE name (RFC 7518 §3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// The algorithm of a JOSE name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == word)
    }
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// The name people see.
    pub name: String,
    /// Where responses may go; compared byte for byte.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where the browser may go after sign-out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// How it is told that a session ended, when it wants to be.
    pub backchannel_logout: Option<BackchannelLogout>,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// Digests of its secrets; several while one is being replaced.
    pub secrets: Vec<TokenDigest>,
    /// The grant types it may use.
    pub grant_types: Vec<GrantType>,
    /// The scopes it may ask for; others are left out.
    pub scopes: Vec<Scope>,
    /// Whether a request without PKCE is refused. Always so for public clients.
    pub require_pkce: bool,
    /// What signs its ID tokens.
    pub id_token_algorithm: SigningAlgorithm,
    /// Its privacy policy, shown at consent.
    pub policy_uri: Option<String>,
    /// Its terms, shown at consent.
    pub tos_uri: Option<String>,
    /// Raised with each change that people must consent to again.
    pub metadata_version: i32,
    /// When it was registered.
    pub created_at: Timestamp,
}

impl Client {
    /// Whether it keeps no secret (RFC 6749 §2.1).
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// Whether a request must carry a PKCE challenge (security rule CO-4).
    pub fn needs_pkce(&self) -> bool {
        self.require_pkce || self.is_public()
    }

    /// Whether this very string is registered for responses; only the port of a loopback literal may differ, and only
    /// for public clients (RFC 8252 §7.3).
    pub fn allows_redirect(&self, uri: &str) -> bool {
        self.redirect_uris
            .iter()
            .any(|known| known.as_str() == uri || (self.is_public() && known.matches_loopback_port(uri)))
    }

    /// Whether this very string is registered for returning after sign-out.
    pub fn allows_post_logout(&self, uri: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|known| known.as_str() == uri)
    }

    /// Whether it may use the grant type.
    pub fn may_use(&self, kind: GrantType) -> bool {
        self.grant_types.contains(&kind)
    }

    /// Whether `secret` is one of its secrets; every stored one is compared, in constant time.
    pub fn knows_secret(&self, secret: &TokenDigest) -> bool {
        self.secrets
            .iter()
            .fold(false, |found, known| known.matches(secret) | found)
    }
}
