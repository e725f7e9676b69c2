//! From a request to an answer: who decides, which key, which signature.

use std::sync::Arc;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer;
use super::request::{KeyFilter, Request, SignRequest};
use super::state::{AnswerMode, Decision, SignerState};
use crate::cms::{CmsRecipe, armour};
use crate::keys::PersonKey;
use crate::people::DemoKey;
use crate::pki::{PkiError, pem};

/// Answers a request; waits for the desk when it is to decide.
pub(super) async fn answer(state: &Arc<SignerState>, request: Request) -> Value {
    match request {
        Request::ActiveTokens => answer::utils_done(&json!([])), // tokens are hardware; files are not listed
        Request::KeyInfo => match decide(state, "").await {
            Outcome::SignAs(login) => state.keys().find(&login).map_or_else(
                || answer::utils_failed("storage.empty"),
                |key| answer::utils_done(&key_info(key)),
            ),
            Outcome::Cancel => answer::utils_failed("action.canceled"),
            Outcome::Fail => answer::utils_failed("java.lang.RuntimeException"),
        },
        Request::CreateCades { data, attached } => match decide(state, &shown(&data)).await {
            Outcome::SignAs(login) => cades(state, &login, &data, attached),
            Outcome::Cancel => answer::utils_failed("action.canceled"),
            Outcome::Fail => answer::utils_failed("java.security.SignatureException"),
        },
        Request::Sign(request) => {
            let text = request
                .data
                .iter()
                .map(|data| shown(data))
                .collect::<Vec<_>>()
                .join("\n\n");
            match decide(state, &text).await {
                Outcome::SignAs(login) => sign(state, &login, &request),
                Outcome::Cancel => answer::cancelled(),
                Outcome::Fail => answer::failed("SIGNING_FAILURE", "the key could not be used"),
            }
        }
    }
}

enum Outcome {
    SignAs(String),
    Cancel,
    Fail,
}

async fn decide(state: &Arc<SignerState>, text: &str) -> Outcome {
    match (state.mode(), state.next()) {
        (AnswerMode::AtOnce, Some(login)) => Outcome::SignAs(login),
        (AnswerMode::AtOnce, None) | (AnswerMode::Cancel, _) => Outcome::Cancel,
        (AnswerMode::Fail, _) => Outcome::Fail,
        (AnswerMode::Ask, _) => match state.ask(text.to_owned()).decision().await {
            Decision::SignAs(login) => Outcome::SignAs(login),
            Decision::Cancel => Outcome::Cancel,
        },
    }
}

fn sign(state: &SignerState, login: &str, request: &SignRequest) -> Value {
    // A key that the request does not allow is not offered, so that all the person can do is close the dialogue.
    let Some(key) = state
        .keys()
        .find(login)
        .filter(|key| allows(state, key, &request.filter))
    else {
        return answer::cancelled();
    };
    let now = state.now();
    let signatures = request
        .data
        .iter()
        .map(|data| cms(key, data, request.attached, now).map(|cms| armour(&cms)));
    match signatures.collect::<Result<Vec<_>, _>>() {
        Ok(signatures) => answer::signed(signatures, request.is_array),
        Err(_) => answer::failed("SIGNING_FAILURE", "the key could not be used"),
    }
}

fn cades(state: &SignerState, login: &str, data: &[u8], attached: bool) -> Value {
    let Some(key) = state.keys().find(login) else {
        return answer::utils_failed("storage.empty");
    };
    match cms(key, data, attached, state.now()) {
        Ok(cms) => answer::utils_done(&json!(STANDARD.encode(cms))),
        Err(_) => answer::utils_failed("java.security.SignatureException"),
    }
}

fn cms(key: &PersonKey, data: &[u8], attached: bool, now: Timestamp) -> Result<Vec<u8>, PkiError> {
    let mut recipe = CmsRecipe::honest(&key.key, &key.certificate, data, now);
    if !attached {
        recipe.content = None;
    }
    recipe.sign()
}

fn allows(state: &SignerState, key: &PersonKey, filter: &KeyFilter) -> bool {
    let usages: Vec<String> = key
        .person
        .certificate_profile(state.now())
        .extended_usage
        .iter()
        .map(|usage| usage.dotted())
        .collect();
    let bin = match key.person.key {
        DemoKey::Head { bin, .. } => Some(bin),
        DemoKey::Individual | DemoKey::Expired | DemoKey::Revoked => None,
    };
    // An empty chain means any certificate; otherwise the issuing authority must be among those named.
    let is_of_chain = filter.chain.as_ref().is_none_or(|chain| {
        let nca = pem(
            "CERTIFICATE",
            state.keys().centre_of(key.key.suite()).nca().certificate(),
        );
        chain.is_empty() || chain.iter().any(|named| plain(named) == plain(&nca))
    });
    filter.files
        && filter.usages.iter().all(|usage| usages.contains(usage))
        && filter.iin.as_deref().is_none_or(|iin| iin == key.person.iin)
        && filter.bin.as_deref().is_none_or(|number| Some(number) == bin)
        && is_of_chain
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What the desk shows of a text to sign.
fn shown(data: &[u8]) -> String {
    std::str::from_utf8(data).map_or_else(|_| format!("({} bytes)", data.len()), str::to_owned)
}

fn key_info(key: &PersonKey) -> Value {
    let serial = key
        .key
        .serial()
        .iter()
        .fold(String::new(), |text, octet| text + &format!("{octet:02x}"));
    json!({
        "alias": key.person.login,
        "keyId": serial,
        "algorithm": "RSA",
        "subjectCn": format!("{} {}", key.person.family_name.to_uppercase(), key.person.given_name.to_uppercase()),
        "serialNumber": serial,
        "pem": pem("CERTIFICATE", &key.certificate),
    })
}
