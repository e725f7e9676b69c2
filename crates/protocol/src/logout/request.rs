//! The logout request (RP-Initiated Logout §2, §3). Whatever is wrong in it is answered by a page and never by a redirect.

use authority::clients::{Client, ClientId};
use authority::locale::Locale;

use crate::id_token_hint::{self, Hint};
use crate::problem::Asked;
use crate::{Parameters, Problem, Provider};

/// The parameters of the specification; all others are ignored.
pub(super) const NAMES: [&str; 6] = [
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "logout_hint",
    "ui_locales",
];
/// Longest `state`, bytes.
const MAX_STATE: usize = 4096;

/// A request whose every part was checked.
pub(super) struct LogoutRequest {
    /// Whose session the client means.
    pub(super) hint: Option<Hint>,
    /// Who asks, as far as it is known.
    pub(super) client: Option<Client>,
    /// Where to go afterwards: registered for that client, to the letter.
    pub(super) return_to: Option<String>,
    /// Goes along, byte for byte.
    pub(super) state: Option<String>,
    /// The language asked for.
    pub(super) locale: Option<Locale>,
}

/// Checks the request.
pub(super) async fn parse(provider: &Provider, parameters: &Parameters) -> Result<LogoutRequest, Problem> {
    let get = |name: &'static str| {
        parameters
            .get(name)
            .map_err(|error| wrong(name, &error.to_string(), None))
    };
    for name in NAMES {
        get(name)?;
    }
    let hint = get("id_token_hint")?
        .map(|token| read_hint(provider, token))
        .transpose()?;
    let client = find_client(provider, hint.as_ref(), get("client_id")?).await?;
    // RP-Initiated Logout §2: without a client there is no telling whose address it is, so nobody is sent there.
    let return_to = match &client {
        Some(client) => check_return(client, get("post_logout_redirect_uri")?)?,
        None => None,
    };
    let state = get("state")?;
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return Err(wrong("state", "state is longer than allowed", None));
    }
    Ok(LogoutRequest {
        hint,
        client,
        return_to,
        state: state.map(str::to_owned),
        locale: get("ui_locales")?.and_then(Locale::from_ui_locales),
    })
}

fn read_hint(provider: &Provider, token: &str) -> Result<Hint, Problem> {
    id_token_hint::verify(&provider.keys.current(), provider.issuer(), token).map_err(|error| {
        tracing::debug!(%error, "an id_token_hint was refused");
        wrong("id_token_hint", "id_token_hint is not an ID token of ours", None)
    })
}

/// RP-Initiated Logout §2: when both name a client, they name the same one.
async fn find_client(
    provider: &Provider,
    hint: Option<&Hint>,
    client_id: Option<&str>,
) -> Result<Option<Client>, Problem> {
    let unknown = || wrong("client_id", "no client is registered under this client_id", client_id);
    let named = client_id.map(ClientId::parse).transpose().map_err(|_| unknown())?;
    let hinted = hint.map(|hint| &hint.client_id);
    if let (Some(named), Some(hinted)) = (&named, hinted)
        && named != hinted
    {
        return Err(wrong(
            "client_id",
            "client_id is not the client of id_token_hint",
            client_id,
        ));
    }
    let Some(id) = named.as_ref().or(hinted) else {
        return Ok(None);
    };
    match storage::clients::find(&provider.db, id).await? {
        None if named.is_some() => Err(unknown()),
        found => Ok(found),
    }
}

fn check_return(client: &Client, uri: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(uri) = uri else { return Ok(None) };
    if client.allows_post_logout(uri) {
        return Ok(Some(uri.to_owned()));
    }
    let text = "this post_logout_redirect_uri is not registered for the client";
    Err(wrong("post_logout_redirect_uri", text, Some(uri)))
}

fn wrong(parameter: &'static str, description: &str, sent: Option<&str>) -> Problem {
    Problem::WronglyAsked(Box::new(Asked {
        parameter,
        description: description.to_owned(),
        client_id: None,
        sent: sent.map(str::to_owned),
    }))
}
