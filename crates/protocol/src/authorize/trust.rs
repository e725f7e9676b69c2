//! First of all: client, then redirect URI. Until both hold, a failure is a page of ours and never a redirect
//! (security rule AZ-3, RFC 6749 §3.1.2.4, OIDC Core §3.1.2.1).

use authority::clients::{Client, ClientId, RedirectUri};

use crate::cabinet::is_cabinet;
use crate::problem::Asked;
use crate::{ParameterError, Parameters, Problem, Provider};

/// The registered client that the request names.
pub(super) async fn find_client(provider: &Provider, parameters: &Parameters) -> Result<Client, Problem> {
    let sent = parameters
        .get("client_id")
        .map_err(|error| wrong("client_id", &error, None))?;
    let Some(sent) = sent else {
        return Err(wrong("client_id", &"client_id is missing", None));
    };
    let unknown = || wrong("client_id", &"no client is registered under this client_id", Some(sent));
    let id = ClientId::parse(sent).map_err(|_| unknown())?;
    if is_cabinet(&id) {
        return Err(unknown());
    }
    storage::clients::find(&provider.db, &id).await?.ok_or_else(unknown)
}

/// Our own client is gone, which no request of anybody can cause.
pub(super) fn no_client() -> Problem {
    Problem::Broken("the cabinet is not among the clients".into())
}

/// The registered redirect URI that the request names; it must name one (OIDC Core §3.1.2.1).
pub(super) fn check_redirect_uri(client: &Client, parameters: &Parameters) -> Result<RedirectUri, Problem> {
    let about = |error: &dyn std::fmt::Display, sent: Option<&str>| {
        Problem::WronglyAsked(Box::new(Asked {
            parameter: "redirect_uri",
            description: error.to_string(),
            client_id: Some(client.id.to_string()),
            sent: sent.map(str::to_owned),
        }))
    };
    let sent = parameters.get("redirect_uri").map_err(|error| about(&error, None))?;
    let sent = sent.ok_or_else(|| about(&"redirect_uri is missing", None))?;
    if !client.allows_redirect(sent) {
        return Err(about(&"this redirect_uri is not registered for the client", Some(sent)));
    }
    RedirectUri::parse(sent).map_err(|error| about(&error, Some(sent)))
}

/// A request whose parameters cannot be read at all.
pub(super) fn unreadable(error: ParameterError) -> Problem {
    wrong("request", &error, None)
}

fn wrong(parameter: &'static str, error: &dyn std::fmt::Display, sent: Option<&str>) -> Problem {
    Problem::WronglyAsked(Box::new(Asked {
        parameter,
        description: error.to_string(),
        client_id: sent.map(str::to_owned),
        sent: sent.map(str::to_owned),
    }))
}
