//! Requests to the older module, `kz.gov.pki.knca.commonUtils`: positional arguments, answers by code and message.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::request::STORAGES;

/// What a page asks the older module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum UtilsRequest {
    /// `createCAdESFromBase64`: a CMS without time stamp.
    Cades {
        /// Which keys may sign.
        key: KeyType,
        /// What is signed.
        data: Vec<u8>,
        /// Whether it goes into the signature.
        attached: bool,
    },
    /// `createCAdESFromBase64Hash`: the same over a hash that the page computed.
    CadesOfHash {
        /// Which keys may sign.
        key: KeyType,
        /// The hash.
        hash: Vec<u8>,
    },
    /// `signXml`, and `signXmls` with several documents, in canonical form.
    Xml {
        /// Which keys may sign.
        key: KeyType,
        /// The documents.
        documents: Vec<String>,
        /// Whether they came as an array: then the answer is one too.
        is_array: bool,
    },
    /// `getActiveTokens`: the hardware storages in which there is something.
    ActiveTokens,
    /// `getKeyInfo`: which key the person chooses; proves nothing.
    KeyInfo,
    /// `changeLocale`.
    ChangeLocale,
}

/// Which keys of a storage are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyType {
    /// `SIGNATURE`: with emailProtection.
    Signature,
    /// `AUTHENTICATION`: with clientAuth, which the keys issued since 2024 have not.
    Authentication,
    /// Anything else.
    Any,
}

impl KeyType {
    fn read(value: &Value) -> Self {
        match value.as_str() {
            Some("SIGNATURE") => Self::Signature,
            Some("AUTHENTICATION") => Self::Authentication,
            Some(_) | None => Self::Any,
        }
    }
}

/// Reads a request; otherwise the message of the answer.
pub(super) fn parse(method: &str, args: &Value) -> Result<UtilsRequest, String> {
    let args = args.as_array().map(Vec::as_slice).unwrap_or_default();
    match (method, args) {
        ("getActiveTokens", _) => Ok(UtilsRequest::ActiveTokens),
        ("getKeyInfo", _) => storage(args).map(|()| UtilsRequest::KeyInfo),
        ("createCAdESFromBase64", [_, key, data, rest @ ..]) => {
            storage(args)?;
            Ok(UtilsRequest::Cades {
                key: KeyType::read(key),
                data: decoded(data)?,
                attached: is_true(rest.first()),
            })
        }
        ("createCAdESFromBase64Hash", [_, key, hash]) => {
            storage(args)?;
            Ok(UtilsRequest::CadesOfHash {
                key: KeyType::read(key),
                hash: decoded(hash)?,
            })
        }
        ("signXml" | "signXmls", [_, key, documents, paths @ ..]) => {
            storage(args)?;
            if paths
                .iter()
                .any(|path| path.as_str().is_some_and(|path| !path.is_empty()))
            {
                return Err("this signer signs whole documents only".to_owned());
            }
            let is_array = method == "signXmls";
            Ok(UtilsRequest::Xml {
                key: KeyType::read(key),
                documents: texts(documents, is_array)?,
                is_array,
            })
        }
        ("createCMSSignatureFromBase64" | "applyCAdEST", [_, _, _, ..]) => {
            storage(args)?;
            Err("this signer has no time stamps".to_owned())
        }
        ("changeLocale", [locale]) => match locale.as_str() {
            Some("kk" | "ru" | "en") => Ok(UtilsRequest::ChangeLocale),
            Some(_) | None => Err("java.lang.IllegalArgumentException: locale".to_owned()),
        },
        _ => Err(format!("java.lang.NoSuchMethodException: {method}")),
    }
}

/// The keys of the signer lie in a file; every other storage is empty.
fn storage(args: &[Value]) -> Result<(), String> {
    match args.first().and_then(Value::as_str) {
        None | Some("") => Err("storageName.param.empty".to_owned()),
        Some("PKCS12") => Ok(()),
        Some(other) if STORAGES.contains(&other) => Err("storage.empty".to_owned()),
        Some(_) => Err("storage.unknown".to_owned()),
    }
}

fn decoded(data: &Value) -> Result<Vec<u8>, String> {
    let data = data.as_str().and_then(|text| STANDARD.decode(text).ok());
    data.ok_or_else(|| "java.lang.IllegalArgumentException: data".to_owned())
}

/// One document, or an array of them.
fn texts(value: &Value, is_array: bool) -> Result<Vec<String>, String> {
    let texts = if is_array {
        value.as_array().map(|array| array.iter().map(Value::as_str).collect())
    } else {
        Some(vec![value.as_str()])
    };
    let texts: Option<Vec<&str>> = texts.and_then(|texts: Vec<Option<&str>>| texts.into_iter().collect());
    let texts = texts.filter(|texts| !texts.is_empty());
    let texts = texts.ok_or_else(|| "java.lang.IllegalArgumentException: xml".to_owned())?;
    Ok(texts.into_iter().map(str::to_owned).collect())
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}
