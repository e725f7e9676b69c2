//! The ID token (OIDC Core §2, §3.1.3.6). Nothing that was not asked for is in it, except the
//! protocol's own claims and in whose name the person acts.

use authority::assurance::AuthenticationMethod;
use authority::clients::{Client, SigningAlgorithm};
use authority::time::Timestamp;
use jose::claims::left_half_hash;
use jose::{Algorithm, SignError};
use serde_json::{Map, Value};
use storage::grants::GrantInForce;

use crate::Provider;

/// What one ID token states.
pub(super) struct Statement<'a> {
    /// To whom.
    pub(super) client: &'a Client,
    /// About which authentication.
    pub(super) rests_on: &'a GrantInForce,
    /// The nonce of the authorization request; none at a refresh (OIDC Core §12.2).
    pub(super) nonce: Option<&'a str>,
    /// The access token it goes with.
    pub(super) access_token: &'a str,
    /// The claims asked for by name, and in whose name the person acts.
    pub(super) told: Map<String, Value>,
    /// When.
    pub(super) now: Timestamp,
}

/// Signs with the key of the client's algorithm.
pub(super) fn sign(provider: &Provider, statement: Statement<'_>) -> Result<String, SignError> {
    let keys = provider.keys.current();
    let algorithm = statement.client.id_token_algorithm;
    let expires_at = statement.now.plus(provider.policy().id_token_ttl);
    jose::sign(
        keys.signer(algorithm),
        "JWT",
        &claims(provider.issuer(), expires_at, statement),
    )
}

fn claims(issuer: &str, expires_at: Timestamp, statement: Statement<'_>) -> Map<String, Value> {
    let Statement {
        client,
        rests_on,
        nonce,
        access_token,
        told,
        now,
    } = statement;
    let grant = &rests_on.grant;
    let methods = grant.methods.iter().copied().map(AuthenticationMethod::as_str);
    // What the protocol states goes in last: no claim of a person can take its place (security rule JT-10).
    let mut claims = told;
    let mut state = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    state("iss", issuer.into());
    state("sub", rests_on.user.subject.as_str().into());
    state("aud", client.id.as_str().into());
    state("exp", expires_at.as_unix_seconds().into());
    state("iat", now.as_unix_seconds().into());
    state("auth_time", grant.authenticated_at.as_unix_seconds().into());
    state("acr", grant.assurance_request.released(grant.assurance).as_str().into());
    state("amr", methods.collect());
    state("sid", grant.session_id.to_string().into());
    state(
        "at_hash",
        left_half_hash(algorithm(client.id_token_algorithm), access_token).into(),
    );
    if let Some(nonce) = nonce {
        state("nonce", nonce.into());
    }
    claims
}

const fn algorithm(kind: SigningAlgorithm) -> Algorithm {
    match kind {
        SigningAlgorithm::Rs256 => Algorithm::Rs256,
        SigningAlgorithm::Es256 => Algorithm::Es256,
    }
}
