//! Answers in the forms of the two modules.

use serde_json::{Value, json};

use super::request::Misfit;

/// What the program sends when a page connects.
pub(super) fn greeting() -> String {
    json!({"result": {"version": "1.4"}}).to_string()
}

/// `basics`: what was signed, as a text or as an array.
pub(super) fn signed(signatures: Vec<String>, is_array: bool) -> Value {
    json!({"status": true, "body": {"result": one_or_all(signatures, is_array)}})
}

/// `basics`: bare signature values, with the certificate when it was asked for.
pub(super) fn signed_raw(signatures: Vec<String>, is_array: bool, certificate: Option<String>) -> Value {
    let signatures = one_or_all(signatures, is_array);
    let result = match certificate {
        Some(certificate) => json!({"signatures": signatures, "certificate": certificate}),
        None => signatures,
    };
    json!({"status": true, "body": {"result": result}})
}

/// One text, or an array when there are several or an array was asked for.
pub(super) fn one_or_all(mut signatures: Vec<String>, is_array: bool) -> Value {
    match signatures.pop() {
        Some(only) if !is_array && signatures.is_empty() => json!(only),
        last => json!(signatures.into_iter().chain(last).collect::<Vec<_>>()),
    }
}

/// `basics`: the person closed the dialogue.
pub(super) fn cancelled() -> Value {
    json!({"status": true, "body": {}})
}

/// `basics`: it did not work.
pub(super) fn failed(code: &str, message: &str) -> Value {
    json!({"status": false, "code": code, "message": message, "details": message})
}

/// `commonUtils`: an answer.
pub(super) fn utils_done(object: &Value) -> Value {
    json!({"code": "200", "responseObject": object})
}

/// `commonUtils`: it did not work; `action.canceled` when the person closed the dialogue.
pub(super) fn utils_failed(message: &str) -> Value {
    json!({"code": "500", "message": message})
}

/// Something was asked that cannot be answered.
pub(super) fn misfit(misfit: &Misfit) -> Value {
    match misfit {
        Misfit::NotJson => json!({"success": false, "code": "COMMON_JSON_WRAPPING_EXCEPTION"}),
        Misfit::UnknownModule => json!({"success": false, "errorCode": "MODULE_NOT_FOUND"}),
        Misfit::Basics(code, message) => failed(code, message),
        Misfit::CommonUtils(message) => utils_failed(message),
    }
}
