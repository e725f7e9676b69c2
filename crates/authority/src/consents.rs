//! Consent: what a user agreed to release to a client (OIDC Core §3.1.2.4).

use crate::authorization::{AuthorizationRequest, ClaimName, Scope};
use crate::clients::{Client, ClientId};
use crate::ids::{ConsentId, UserId};
use crate::time::Timestamp;

/// A remembered consent.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Our identifier.
    pub id: ConsentId,
    /// Who agreed.
    pub user_id: UserId,
    /// To whom.
    pub client_id: ClientId,
    /// The scopes agreed to, sorted.
    pub scopes: Vec<Scope>,
    /// The claims agreed to by name, sorted.
    pub claims: Vec<ClaimName>,
    /// The client's metadata version that was shown.
    pub metadata_version: i32,
    /// When.
    pub granted_at: Timestamp,
}

/// What the consent page has to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentNeed {
    /// Something was agreed to before; only the new part is marked.
    pub changed: bool,
    /// The scopes that are new.
    pub new_scopes: Vec<Scope>,
    /// The claims that are new.
    pub new_claims: Vec<ClaimName>,
}

impl Consent {
    /// Whether everything the request asks was agreed to under the client's present metadata (security rule AZ-13).
    pub fn covers(&self, request: &AuthorizationRequest, client: &Client) -> bool {
        self.metadata_version == client.metadata_version
            && request.scopes.iter().all(|scope| self.scopes.contains(scope))
            && request
                .claims
                .all()
                .all(|claim| self.claims.contains(&claim) || self.gives(claim))
    }

    fn gives(&self, claim: ClaimName) -> bool {
        self.scopes.iter().any(|scope| scope.claims().contains(&claim))
    }
}

/// What must be asked beyond `earlier`.
pub fn need(request: &AuthorizationRequest, client: &Client, earlier: Option<&Consent>) -> ConsentNeed {
    let known = earlier.filter(|consent| consent.metadata_version == client.metadata_version);
    let new_scopes = request
        .scopes
        .iter()
        .copied()
        .filter(|scope| known.is_none_or(|c| !c.scopes.contains(scope)))
        .collect();
    let mut new_claims: Vec<_> = request
        .claims
        .all()
        .filter(|claim| known.is_none_or(|c| !c.claims.contains(claim) && !c.gives(*claim)))
        .collect();
    new_claims.sort_unstable();
    new_claims.dedup();
    ConsentNeed {
        changed: earlier.is_some(),
        new_scopes,
        new_claims,
    }
}
