//! Grants and what is issued from them: authorization codes, access tokens, refresh tokens.

mod code;
mod refresh;

use crate::assurance::{Assurance, AssuranceRequest, AuthenticationMethod};
use crate::authorization::{ClaimsRequest, Scope};
use crate::clients::ClientId;
use crate::ids::{CertificateId, DeviceId, GrantId, SessionId, UserId};
use crate::representation::Acting;
use crate::secret::TokenDigest;
use crate::time::Timestamp;

pub use code::{AuthorizationCode, CodePresented, CodeState, RedeemError};
pub use refresh::{RefreshState, RefreshToken, RotateError, Rotation, rotate};

/// A client's standing authorization: what one completed authorization request gave it.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Our identifier.
    pub id: GrantId,
    /// Who gave it.
    pub user_id: UserId,
    /// To whom.
    pub client_id: ClientId,
    /// The session it was given in.
    pub session_id: SessionId,
    /// The bound device of that session.
    pub device_id: Option<DeviceId>,
    /// The certificate of that session.
    pub certificate_id: Option<CertificateId>,
    /// In whose name; none for what was given before anybody was asked.
    pub acting: Option<Acting>,
    /// The user's epoch then; the grant is over when it is raised.
    pub epoch: i64,
    /// The scopes given.
    pub scopes: Vec<Scope>,
    /// The claims asked for by name.
    pub claims: ClaimsRequest,
    /// The level reached.
    pub assurance: Assurance,
    /// The level asked for, which decides the `acr` that is told.
    pub assurance_request: AssuranceRequest,
    /// The ways used.
    pub methods: Vec<AuthenticationMethod>,
    /// When the person authenticated.
    pub authenticated_at: Timestamp,
    /// Whether the ID token must carry `auth_time`.
    pub wants_auth_time: bool,
    /// Whether it outlives the session (`offline_access`).
    pub offline: bool,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// An opaque access token at rest.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// Digest of the token.
    pub digest: TokenDigest,
    /// What it stems from.
    pub grant_id: GrantId,
    /// The scopes it carries; never more than the grant's.
    pub scopes: Vec<Scope>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}
