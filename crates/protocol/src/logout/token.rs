//! The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). It is made when it leaves: one that was kept would be
//! too old after the first failure.

use authority::clients::{Client, ClientId};
use authority::time::{Timestamp, minutes};
use authority::users::Subject;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jose::SignError;
use rand_core::RngCore as _;
use serde_json::{Map, Value, json};
use std::time::Duration;
use storage::StorageError;

use super::notice::Notice;
use crate::Provider;

/// How long a token is good: the recommended bound of §2.4.
const TTL: Duration = minutes(2);
/// What happened, as `events` says it.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// One call to a client.
pub struct LogoutCall {
    /// Where.
    pub uri: String,
    /// What, as form field `logout_token`.
    pub token: String,
}

/// Why there is no call.
#[derive(Debug, thiserror::Error)]
pub enum LogoutCallError {
    /// The token could not be signed.
    #[error("the logout token could not be signed")]
    Sign(#[from] SignError),
    /// The database.
    #[error("the notice could not be looked up")]
    Storage(#[from] StorageError),
}

/// Makes the call that a notice promises; `None` when nobody is to be told any more: the client is gone or has no address,
/// or the user's record is gone.
///
/// # Errors
/// The database is not available, or signing failed.
pub async fn prepare(provider: &Provider, notice: &Notice) -> Result<Option<LogoutCall>, LogoutCallError> {
    let client = storage::clients::find(&provider.db, &notice.client_id).await?;
    let Some((client, told)) = client.and_then(|client| Some((client.clone(), client.backchannel_logout?))) else {
        return Ok(None);
    };
    let Some(user) = storage::users::find(&provider.db, notice.user_id).await? else {
        return Ok(None);
    };
    Ok(Some(LogoutCall {
        token: sign(provider, &client, &user.subject, notice)?,
        uri: told.uri.as_str().to_owned(),
    }))
}

/// Signs with the algorithm of the client's ID tokens (§2.4), and a key that is published.
fn sign(provider: &Provider, client: &Client, subject: &Subject, notice: &Notice) -> Result<String, SignError> {
    let mut jti = [0_u8; 16];
    provider.rng().fill_bytes(&mut jti);
    let claims = claims(
        provider.issuer(),
        (&client.id, subject, notice),
        &URL_SAFE_NO_PAD.encode(jti),
        provider.now(),
    );
    let keys = provider.keys.current();
    jose::sign(keys.signer(client.id_token_algorithm), "logout+jwt", &claims)
}

/// `sid` is always there, and `nonce` never (§2.4).
fn claims(
    issuer: &str,
    (client, subject, notice): (&ClientId, &Subject, &Notice),
    jti: &str,
    now: Timestamp,
) -> Map<String, Value> {
    let members = [
        ("iss", Value::from(issuer)),
        ("sub", subject.as_str().into()),
        ("aud", client.as_str().into()),
        ("iat", now.as_unix_seconds().into()),
        ("exp", now.plus(TTL).as_unix_seconds().into()),
        ("jti", jti.into()),
        ("sid", notice.session_id.to_string().into()),
        ("events", json!({ EVENT: {} })),
    ];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
