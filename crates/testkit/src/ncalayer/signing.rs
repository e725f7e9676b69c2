//! From a request to an answer: who decides, which key, which signature.

use std::sync::Arc;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::common_utils::{KeyType, UtilsRequest};
use super::request::{Form, KeyFilter, Request, SignRequest};
use super::state::{AnswerMode, Decision, SignerState};
use super::{answer, key_info};
use crate::cms::{CmsRecipe, armour};
use crate::keys::PersonKey;
use crate::people::DemoKey;
use crate::pki::{ExtendedUsage, PkiError, pem};
use crate::xml::{XmlLayout, XmlRecipe};

/// Answers a request; waits for the desk when it is to decide.
pub(super) async fn answer(state: &Arc<SignerState>, request: Request) -> Value {
    match request {
        Request::Utils(request) => utils(state, request).await,
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

async fn utils(state: &Arc<SignerState>, request: UtilsRequest) -> Value {
    let (key_type, made) = match request {
        UtilsRequest::ActiveTokens => return answer::utils_done(&json!([])), // hardware only: files are not listed
        UtilsRequest::ChangeLocale => return answer::utils_done(&Value::Null),
        UtilsRequest::KeyInfo => {
            return match decide(state, "").await {
                Outcome::SignAs(login) => state.key(&login).map_or_else(
                    || answer::utils_failed("storage.empty"),
                    |key| answer::utils_done(&key_info::of(state, &key)),
                ),
                Outcome::Cancel => answer::utils_failed("action.canceled"),
                Outcome::Fail => answer::utils_failed("java.lang.RuntimeException"),
            };
        }
        UtilsRequest::Cades { key, data, attached } => (key, Made::Cms(Form::Cms { attached }, data)),
        UtilsRequest::CadesOfHash { key, hash } => (key, Made::Cms(Form::CmsOfHash, hash)),
        UtilsRequest::Xml {
            key,
            documents,
            is_array,
        } => (key, Made::Xml(documents, is_array)),
    };
    let text = match &made {
        Made::Cms(_, data) => shown(data),
        Made::Xml(documents, _) => documents.join("\n\n"),
    };
    let login = match decide(state, &text).await {
        Outcome::SignAs(login) => login,
        Outcome::Cancel => return answer::utils_failed("action.canceled"),
        Outcome::Fail => return answer::utils_failed("java.security.SignatureException"),
    };
    let key = state.key(&login).filter(|key| is_of_type(state, key, key_type));
    let Some(key) = key else {
        return answer::utils_failed("storage.empty");
    };
    let object = match made {
        Made::Cms(form, data) => value(&key, &data, form, state.now()).map(|cms| json!(STANDARD.encode(cms))),
        Made::Xml(documents, is_array) => documents
            .iter()
            .map(|document| xml(&key, document, XmlLayout::Santuario))
            .collect::<Result<_, _>>()
            .map(|signed| answer::one_or_all(signed, is_array)),
    };
    match object {
        Ok(object) => answer::utils_done(&object),
        Err(_) => answer::utils_failed("java.security.SignatureException"),
    }
}

/// What the older module is to make.
enum Made {
    Cms(Form, Vec<u8>),
    Xml(Vec<String>, bool),
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
    let Some(key) = state.key(login).filter(|key| allows(state, key, &request.filter)) else {
        return answer::cancelled();
    };
    let now = state.now();
    let signatures = request.data.iter().map(|data| value(&key, data, request.form, now));
    let Ok(signatures) = signatures.collect::<Result<Vec<_>, _>>() else {
        return answer::failed("SIGNING_FAILURE", "the key could not be used");
    };
    match request.form {
        Form::Cms { .. } | Form::CmsOfHash => {
            answer::signed(signatures.iter().map(|cms| armour(cms)).collect(), request.is_array)
        }
        Form::Xml => answer::signed(
            signatures
                .into_iter()
                .map(|document| String::from_utf8(document).unwrap_or_default())
                .collect(),
            request.is_array,
        ),
        Form::Raw { with_certificate } => answer::signed_raw(
            signatures.iter().map(|value| STANDARD.encode(value)).collect(),
            request.is_array,
            with_certificate.then(|| pem("CERTIFICATE", &key.certificate)),
        ),
    }
}

fn value(key: &PersonKey, data: &[u8], form: Form, now: Timestamp) -> Result<Vec<u8>, PkiError> {
    let mut recipe = CmsRecipe::honest(&key.key, &key.certificate, data, now);
    match form {
        Form::Raw { .. } => return key.key.sign(data),
        Form::Xml => {
            let document = std::str::from_utf8(data).map_err(|_| PkiError::Key)?;
            return xml(key, document, XmlLayout::Compact).map(String::into_bytes);
        }
        Form::Cms { attached: true } => {}
        Form::Cms { attached: false } => recipe.content = None,
        Form::CmsOfHash => {
            if data.len() != key.key.suite().digest(&[]).len() {
                return Err(PkiError::Key);
            }
            recipe.content = None;
            recipe.message_digest = Some(data.to_vec());
        }
    }
    recipe.sign()
}

fn xml(key: &PersonKey, document: &str, layout: XmlLayout) -> Result<String, PkiError> {
    XmlRecipe::honest(&key.key, &key.certificate, document, layout).sign()
}

fn usages(state: &SignerState, key: &PersonKey) -> Vec<ExtendedUsage> {
    key.person.certificate_profile(state.now()).extended_usage
}

fn is_of_type(state: &SignerState, key: &PersonKey, wanted: KeyType) -> bool {
    match wanted {
        KeyType::Signature => usages(state, key).contains(&ExtendedUsage::EmailProtection),
        KeyType::Authentication => usages(state, key).contains(&ExtendedUsage::ClientAuth),
        KeyType::Any => true,
    }
}

fn allows(state: &SignerState, key: &PersonKey, filter: &KeyFilter) -> bool {
    let usages: Vec<String> = usages(state, key).iter().map(|usage| usage.dotted()).collect();
    let bin = match key.person.key {
        DemoKey::Head { bin, .. } => Some(bin),
        DemoKey::Individual | DemoKey::Expired | DemoKey::Revoked => None,
    };
    // An empty chain means any certificate; otherwise the issuing authority must be among those named.
    let is_of_chain = filter.chain.as_ref().is_none_or(|chain| {
        let centre = state.keys().centre_of(key.key.suite());
        let nca = pem("CERTIFICATE", centre.nca().certificate());
        chain.is_empty() || chain.iter().any(|named| plain(named) == plain(&nca))
    });
    filter.files
        && filter.usages.iter().all(|usage| usages.contains(usage))
        && filter.iin.as_deref().is_none_or(|iin| iin == key.person.iin)
        && filter.bin.as_deref().is_none_or(|number| Some(number) == bin)
        && filter
            .serial
            .as_deref()
            .is_none_or(|serial| serial.eq_ignore_ascii_case(&key_info::serial(key)))
        && is_of_chain
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What the desk shows of a text to sign.
fn shown(data: &[u8]) -> String {
    std::str::from_utf8(data).map_or_else(|_| format!("({} bytes)", data.len()), str::to_owned)
}
