//! The rest of the request, checked in the order of this file once client and redirect URI are trusted (RFC 6749 §4.1.1,
//! RFC 7636 §4.3, OIDC Core §3.1.2.1). Unknown parameters, `display` and `claims_locales` change nothing.

use authority::assurance::{Assurance, AssuranceRequest};
use authority::authorization::{AuthorizationRequest, CodeChallenge, Prompt, ResponseMode, Scope};
use authority::clients::{Client, GrantType};
use authority::locale::Locale;
use authority::users::Subject;

use super::RequestError::{self, Malformed, TooLong};
use super::claims::{self, ClaimsParameter};
use super::return_path::ReturnPath;
use crate::{Parameters, Provider, id_token_hint};

/// Longest `state`, bytes.
pub(super) const MAX_STATE: usize = 4096;
/// Longest `nonce`, bytes.
const MAX_NONCE: usize = 1024;
/// Longest `scope`, bytes (security rule CO-10).
const MAX_SCOPE: usize = 1024;
/// Longest `login_hint` that is kept, bytes (security rule AZ-11).
const MAX_LOGIN_HINT: usize = 256;
/// Most values of `acr_values` that are looked at.
const MAX_ACR_VALUES: usize = 32;

/// Reads `state` and `response_mode`, without which no error can travel; a fault in them travels by what is left.
pub(super) fn complete_path(path: &mut ReturnPath, parameters: &Parameters) -> Result<(), RequestError> {
    let mode = read_mode(parameters);
    if let Ok(Some(mode)) = mode {
        path.mode = mode;
    }
    let state = parameters.get("state")?;
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return Err(TooLong("state"));
    }
    path.state = state.map(str::to_owned);
    mode.map(drop)
}

fn read_mode(parameters: &Parameters) -> Result<Option<ResponseMode>, RequestError> {
    let word = parameters.get("response_mode")?;
    word.map(|word| ResponseMode::from_word(word).ok_or(RequestError::ResponseModeUnsupported))
        .transpose()
}

/// Reads everything else.
pub(super) fn parse(
    provider: &Provider,
    client: &Client,
    path: &ReturnPath,
    parameters: &Parameters,
) -> Result<AuthorizationRequest, RequestError> {
    refuse_unsupported(parameters)?;
    check_response_type(client, parameters)?;
    let scopes = scopes(client, parameters)?;
    let code_challenge = code_challenge(client, parameters)?;
    let ClaimsParameter { claims, assurance } = match parameters.get("claims")? {
        Some(text) => claims::parse(text, client)?,
        None => ClaimsParameter::default(),
    };
    let acr_values = assurance_values(parameters)?;
    let hinted = hinted_subject(provider, client, parameters)?;
    Ok(AuthorizationRequest {
        client_id: client.id.clone(),
        redirect_uri: path.redirect_uri.clone(),
        response_mode: path.mode,
        scopes,
        state: path.state.clone(),
        nonce: bounded(parameters, "nonce", MAX_NONCE)?,
        code_challenge,
        prompt: prompt(parameters)?,
        max_age: max_age(parameters)?,
        // OIDC Core §5.5.1.1: what is said in `claims` is the more precise.
        assurance: assurance.unwrap_or(acr_values),
        expected_subject: expected_subject(hinted, claims.subject.as_deref())?,
        claims,
        login_hint: parameters
            .get("login_hint")?
            .filter(|hint| hint.len() <= MAX_LOGIN_HINT)
            .map(str::to_owned),
        ui_locale: parameters.get("ui_locales")?.and_then(Locale::from_ui_locales),
    })
}

/// OIDC Core §3.1.2.6, §6.1: ignoring one of these would be processing another request than the one that was meant.
fn refuse_unsupported(parameters: &Parameters) -> Result<(), RequestError> {
    let table = [
        ("request", RequestError::RequestUnsupported),
        ("request_uri", RequestError::RequestUriUnsupported),
        ("registration", RequestError::RegistrationUnsupported),
    ];
    for (name, error) in table {
        if parameters.get(name)?.is_some() {
            return Err(error);
        }
    }
    Ok(())
}

fn check_response_type(client: &Client, parameters: &Parameters) -> Result<(), RequestError> {
    match parameters.get("response_type")? {
        None => Err(RequestError::ResponseTypeMissing),
        Some("code") if client.may_use(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => Err(RequestError::GrantTypeForbidden),
        Some(_) => Err(RequestError::ResponseTypeUnsupported),
    }
}

/// The known scopes that the client may ask for (RFC 6749 §3.3 lets us leave out the others).
fn scopes(client: &Client, parameters: &Parameters) -> Result<Vec<Scope>, RequestError> {
    let text = parameters.get("scope")?.unwrap_or_default();
    if text.len() > MAX_SCOPE {
        return Err(TooLong("scope"));
    }
    let mut scopes = Scope::parse_list(text);
    scopes.retain(|scope| client.scopes.contains(scope));
    if scopes.contains(&Scope::OpenId) {
        Ok(scopes)
    } else {
        Err(RequestError::ScopeWithoutOpenId)
    }
}

fn code_challenge(client: &Client, parameters: &Parameters) -> Result<Option<CodeChallenge>, RequestError> {
    match (
        parameters.get("code_challenge")?,
        parameters.get("code_challenge_method")?,
    ) {
        (None, None) if client.needs_pkce() => Err(RequestError::ChallengeMissing),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(RequestError::ChallengeMissing),
        (Some(text), Some("S256")) => CodeChallenge::parse(text)
            .map(Some)
            .map_err(|_| Malformed("code_challenge")),
        // RFC 7636 §4.3: without a method it would be `plain`, which we do not serve.
        (Some(_), _) => Err(RequestError::ChallengeMethodUnsupported),
    }
}

fn prompt(parameters: &Parameters) -> Result<Prompt, RequestError> {
    Prompt::parse(parameters.get("prompt")?.unwrap_or_default()).ok_or(RequestError::PromptContradicts)
}

fn max_age(parameters: &Parameters) -> Result<Option<u32>, RequestError> {
    let Some(text) = parameters.get("max_age")? else {
        return Ok(None);
    };
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Malformed("max_age"));
    }
    // More digits than fit only mean that any age will do.
    Ok(Some(text.parse().unwrap_or(u32::MAX)))
}

fn assurance_values(parameters: &Parameters) -> Result<AssuranceRequest, RequestError> {
    let list = parameters.get("acr_values")?.unwrap_or_default();
    let values = list
        .split(' ')
        .take(MAX_ACR_VALUES)
        .filter_map(Assurance::from_acr)
        .collect();
    Ok(AssuranceRequest {
        values,
        essential: false,
    })
}

fn hinted_subject(
    provider: &Provider,
    client: &Client,
    parameters: &Parameters,
) -> Result<Option<Subject>, RequestError> {
    let Some(token) = parameters.get("id_token_hint")? else {
        return Ok(None);
    };
    match id_token_hint::verify(&provider.keys.current(), provider.issuer(), token) {
        Ok(hint) if hint.client_id == client.id => Ok(Some(hint.subject)),
        Ok(_) => Err(RequestError::HintInvalid),
        Err(error) => {
            tracing::debug!(%error, "an id_token_hint was refused");
            Err(RequestError::HintInvalid)
        }
    }
}

fn expected_subject(hinted: Option<Subject>, claimed: Option<&str>) -> Result<Option<Subject>, RequestError> {
    let claimed = claimed
        .map(|text| Subject::parse(text).ok_or(Malformed("claims")))
        .transpose()?;
    match (hinted, claimed) {
        (Some(hinted), Some(claimed)) if hinted != claimed => Err(RequestError::SubjectsContradict),
        (hinted, claimed) => Ok(hinted.or(claimed)),
    }
}

fn bounded(parameters: &Parameters, name: &'static str, most: usize) -> Result<Option<String>, RequestError> {
    match parameters.get(name)? {
        Some(value) if value.len() > most => Err(TooLong(name)),
        value => Ok(value.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests;
