//! Clients, with the member names of RFC 7591 §2 and OpenID Connect Dynamic Client Registration §2, and `client_id`.

use authority::audit::{Actor, Event, EventKind};
use authority::authorization::Scope;
use authority::clients::{
    BackchannelLogout, BackchannelLogoutUri, Client, ClientAuthentication, ClientId, GrantType, RedirectUri,
    SigningAlgorithm,
};
use authority::ids::EventId;
use authority::secret::{Keyring, Purpose, Secret, TokenDigest};
use authority::time::Timestamp;
use protocol::cabinet::is_cabinet;
use rand_core::CryptoRng;
use serde::Deserialize;
use storage::Db;

use super::{Applied, ApplyError, refuse};

/// A secret shorter than this can be guessed; RFC 6749 §10.10.
const SHORTEST_SECRET: usize = 32;

/// One client of a file, checked.
#[derive(Debug)]
pub struct ClientEntry {
    client: Client,
    secret: Option<Secret<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    client_id: String,
    client_name: String,
    client_secret: Option<String>,
    redirect_uris: Vec<String>,
    #[serde(default)]
    post_logout_redirect_uris: Vec<String>,
    backchannel_logout_uri: Option<String>,
    backchannel_logout_session_required: Option<bool>,
    token_endpoint_auth_method: Option<String>,
    response_types: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    scope: Option<String>,
    id_token_signed_response_alg: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    require_pkce: Option<bool>,
}

/// What the deployment asks of its clients.
#[derive(Clone, Copy, Debug)]
pub struct ClientRules {
    /// What an entry gets that does not say: true but in a sandbox, whose clients may be test suites without PKCE.
    pub require_pkce: bool,
    /// Whether clients on this machine, or at any port, are called (`outbound.allow_loopback`).
    pub loopback: bool,
}

/// Reads a file.
///
/// # Errors
/// The first entry that breaks a rule, with member and reason.
pub fn parse_clients(text: &str, rules: ClientRules, now: Timestamp) -> Result<Vec<ClientEntry>, ApplyError> {
    let written: Vec<Written> = serde_json::from_str(text).map_err(|error| ApplyError::Malformed(error.to_string()))?;
    let entries: Vec<_> = written
        .into_iter()
        .map(|entry| check(entry, rules, now))
        .collect::<Result<_, _>>()?;
    for (position, entry) in entries.iter().enumerate() {
        if entries
            .iter()
            .skip(position + 1)
            .any(|other| other.client.id == entry.client.id)
        {
            return Err(refuse(
                entry.client.id.as_str(),
                "client_id",
                "stands twice in the file",
            ));
        }
    }
    Ok(entries)
}

fn check(written: Written, rules: ClientRules, now: Timestamp) -> Result<ClientEntry, ApplyError> {
    let name = written.client_id.as_str();
    let id = ClientId::parse(name).map_err(|error| refuse(name, "client_id", error))?;
    if is_cabinet(&id) {
        return Err(refuse(name, "client_id", "is the cabinet's own"));
    }
    if written.client_name.trim().is_empty() || written.client_name.chars().any(char::is_control) {
        return Err(refuse(name, "client_name", "must be a text that people can read"));
    }
    if written.response_types.as_ref().is_some_and(|types| types != &["code"]) {
        return Err(refuse(name, "response_types", "only code is served"));
    }
    let method = written
        .token_endpoint_auth_method
        .as_deref()
        .unwrap_or("client_secret_basic");
    let authentication = ClientAuthentication::from_word(method).ok_or_else(|| {
        refuse(
            name,
            "token_endpoint_auth_method",
            "must be client_secret_basic, client_secret_post or none",
        )
    })?;
    check_secret(name, authentication, written.client_secret.as_deref())?;
    if written.redirect_uris.is_empty() {
        return Err(refuse(name, "redirect_uris", "at least one is needed"));
    }
    let client = Client {
        redirect_uris: uris(name, "redirect_uris", &written.redirect_uris)?,
        post_logout_redirect_uris: uris(name, "post_logout_redirect_uris", &written.post_logout_redirect_uris)?,
        backchannel_logout: backchannel_logout(name, &written, rules)?,
        grant_types: grant_types(name, written.grant_types.as_deref())?,
        scopes: scopes(name, written.scope.as_deref())?,
        id_token_algorithm: algorithm(name, written.id_token_signed_response_alg.as_deref())?,
        policy_uri: page(name, "policy_uri", written.policy_uri)?,
        tos_uri: page(name, "tos_uri", written.tos_uri)?,
        require_pkce: written.require_pkce.unwrap_or(rules.require_pkce),
        name: written.client_name,
        secrets: Vec::new(),
        metadata_version: 1,
        created_at: now,
        authentication,
        id,
    };
    Ok(ClientEntry {
        client,
        secret: written.client_secret.map(Secret::new),
    })
}

/// OpenID Connect Back-Channel Logout 1.0 §2.2, less what the outbound guard would not call.
fn backchannel_logout(
    name: &str,
    written: &Written,
    rules: ClientRules,
) -> Result<Option<BackchannelLogout>, ApplyError> {
    let member = "backchannel_logout_uri";
    let Some(text) = &written.backchannel_logout_uri else {
        return match written.backchannel_logout_session_required {
            Some(true) => Err(refuse(
                name,
                "backchannel_logout_session_required",
                "needs backchannel_logout_uri",
            )),
            Some(false) | None => Ok(None),
        };
    };
    let uri = BackchannelLogoutUri::parse(text).map_err(|error| refuse(name, member, format!("{text}: {error}")))?;
    if !rules.loopback && !uri.is_for_production() {
        return Err(refuse(name, member, format!("{text}: must be https on port 443")));
    }
    Ok(Some(BackchannelLogout {
        uri,
        session_required: written.backchannel_logout_session_required.unwrap_or(false),
    }))
}

fn check_secret(name: &str, method: ClientAuthentication, secret: Option<&str>) -> Result<(), ApplyError> {
    match (method, secret) {
        (ClientAuthentication::None, Some(_)) => Err(refuse(name, "client_secret", "a public client keeps no secret")),
        (ClientAuthentication::None, None) => Ok(()),
        (ClientAuthentication::SecretBasic | ClientAuthentication::SecretPost, None) => {
            Err(refuse(name, "client_secret", "is required"))
        }
        (ClientAuthentication::SecretBasic | ClientAuthentication::SecretPost, Some(secret)) => {
            let long = (SHORTEST_SECRET..=255).contains(&secret.len());
            let plain = secret.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
            if long && plain {
                Ok(())
            } else {
                Err(refuse(
                    name,
                    "client_secret",
                    "must be 32 to 255 printable ASCII characters",
                ))
            }
        }
    }
}

fn uris(name: &str, member: &'static str, texts: &[String]) -> Result<Vec<RedirectUri>, ApplyError> {
    let parse =
        |text: &String| RedirectUri::parse(text).map_err(|error| refuse(name, member, format!("{text}: {error}")));
    texts.iter().map(parse).collect()
}

fn grant_types(name: &str, given: Option<&[String]>) -> Result<Vec<GrantType>, ApplyError> {
    let Some(given) = given else {
        return Ok(vec![GrantType::AuthorizationCode]);
    };
    let parse = |word: &String| {
        GrantType::from_word(word).ok_or_else(|| refuse(name, "grant_types", format!("{word} is not served")))
    };
    given.iter().map(parse).collect()
}

/// Without a list: the standard scopes; those of the country are given by name.
fn scopes(name: &str, given: Option<&str>) -> Result<Vec<Scope>, ApplyError> {
    let standard = "openid profile email address phone offline_access";
    let words = given.unwrap_or(standard).split_ascii_whitespace();
    let parse = |word| Scope::from_word(word).ok_or_else(|| refuse(name, "scope", format!("{word} is not known")));
    words.map(parse).collect()
}

fn algorithm(name: &str, given: Option<&str>) -> Result<SigningAlgorithm, ApplyError> {
    SigningAlgorithm::from_word(given.unwrap_or("RS256"))
        .ok_or_else(|| refuse(name, "id_token_signed_response_alg", "must be RS256 or ES256"))
}

fn page(name: &str, member: &'static str, given: Option<String>) -> Result<Option<String>, ApplyError> {
    let is_page = |text: &String| {
        url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
    };
    match given {
        Some(text) if !is_page(&text) => Err(refuse(name, member, "must be an https address")),
        other => Ok(other),
    }
}

/// Writes clients in one transaction, each change with its audit event.
///
/// # Errors
/// The database refuses; nothing is written then.
pub async fn apply_clients(
    db: &Db,
    keyring: &Keyring,
    entries: &[ClientEntry],
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Vec<(ClientId, Applied)>, ApplyError> {
    let mut outcomes = Vec::new();
    let mut changes = Vec::new();
    for entry in entries {
        let secret = entry
            .secret
            .as_ref()
            .map(|secret| keyring.digest(Purpose::ClientSecret, secret.expose().as_bytes()));
        let known = storage::clients::find(db, &entry.client.id).await?;
        let (client, applied) = merge(&entry.client, secret, known.as_ref());
        outcomes.push((client.id.clone(), applied));
        if applied != Applied::Unchanged {
            let mut event = Event::new(EventId::mint(now, rng), now, EventKind::ClientChanged, Actor::Operator);
            event.client_id = Some(client.id.clone());
            applied.as_str().clone_into(&mut event.reason);
            changes.push((client, event));
        }
    }
    let changes = &changes;
    db.tx("apply_clients", |tx| async move {
        for (client, event) in changes {
            storage::clients::record(&tx, client, now).await?;
            storage::audit::insert(&tx, event).await?;
        }
        Ok::<_, ApplyError>(())
    })
    .await?;
    Ok(outcomes)
}

/// The client as it shall be, and how that differs from what is known. What people consented to gets a new version
/// when names, pages or scopes change.
fn merge(wanted: &Client, secret: Option<TokenDigest>, known: Option<&Client>) -> (Client, Applied) {
    let mut client = Client {
        secrets: secret.into_iter().collect(),
        ..wanted.clone()
    };
    let Some(known) = known else {
        return (client, Applied::Added);
    };
    client.created_at = known.created_at;
    let same_face = client.name == known.name
        && client.policy_uri == known.policy_uri
        && client.tos_uri == known.tos_uri
        && client.scopes == known.scopes;
    client.metadata_version = known.metadata_version + i32::from(!same_face);
    let secrets = |client: &Client| {
        client
            .secrets
            .iter()
            .map(|digest| *digest.as_bytes())
            .collect::<Vec<_>>()
    };
    let same = same_face
        && client.redirect_uris == known.redirect_uris
        && client.post_logout_redirect_uris == known.post_logout_redirect_uris
        && client.backchannel_logout == known.backchannel_logout
        && client.authentication == known.authentication
        && client.grant_types == known.grant_types
        && client.require_pkce == known.require_pkce
        && client.id_token_algorithm == known.id_token_algorithm
        && secrets(&client) == secrets(known);
    (client, if same { Applied::Unchanged } else { Applied::Changed })
}

#[cfg(test)]
mod tests;
