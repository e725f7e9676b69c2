//! Requests as pages send them, checked member by member; [`common_utils`] has those of the older module.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::common_utils::{self, UtilsRequest};

/// What a page asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// `kz.gov.pki.knca.basics`, `sign`.
    Sign(SignRequest),
    /// `kz.gov.pki.knca.commonUtils`.
    Utils(UtilsRequest),
}

/// What is to be made of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A CMS, with the data in it or beside it.
    Cms {
        /// In it.
        attached: bool,
    },
    /// A CMS beside data of which only the hash is given.
    CmsOfHash,
    /// A document with its signature in it, as `basics` lays it out; it must come in canonical form.
    Xml,
    /// The bare signature value.
    Raw {
        /// The certificate is answered too.
        with_certificate: bool,
    },
}

/// A request to sign one or several texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignRequest {
    /// What to sign.
    pub(super) data: Vec<Vec<u8>>,
    /// Whether the texts came as an array: then the answer is one too.
    pub(super) is_array: bool,
    /// What is made of them.
    pub(super) form: Form,
    /// Which keys may sign.
    pub(super) filter: KeyFilter,
}

/// Which keys may sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyFilter {
    /// A key stored in a file is among the allowed ones.
    pub(super) files: bool,
    /// Extended key usages that a certificate must have, all of them, dotted.
    pub(super) usages: Vec<String>,
    /// The person's number.
    pub(super) iin: Option<String>,
    /// The organisation's number.
    pub(super) bin: Option<String>,
    /// The certificate's serial number, hexadecimal.
    pub(super) serial: Option<String>,
    /// Certificates of authorities, PEM; `None` when the request does not say.
    pub(super) chain: Option<Vec<String>>,
}

/// What is wrong with a request, in the form of the module that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Not a JSON object.
    NotJson,
    /// A module that is not installed.
    UnknownModule,
    /// `basics`: a code and a message.
    Basics(&'static str, String),
    /// `commonUtils`: a message.
    CommonUtils(String),
}

pub(super) const STORAGES: &[&str] = &[
    "PKCS12",
    "JKS",
    "AKKaztokenStore",
    "AKKZIDCardStore",
    "AKEToken72KStore",
    "AKEToken5110Store",
    "AKJaCartaStore",
    "AKAKEYStore",
];
const LOGO_LIMIT: usize = 50_000;

/// Reads a text frame.
pub(super) fn parse(text: &str) -> Result<Request, Misfit> {
    let value: Value = serde_json::from_str(text).map_err(|_| Misfit::NotJson)?;
    let request = value.as_object().ok_or(Misfit::NotJson)?;
    let method = request.get("method").and_then(Value::as_str).unwrap_or_default();
    let args = request.get("args").unwrap_or(&Value::Null);
    match request.get("module").and_then(Value::as_str) {
        Some("kz.gov.pki.knca.basics") => match method {
            "sign" => sign(args).map(Request::Sign),
            _ => Err(invocation(format!("unknown method {method}"))),
        },
        Some("kz.gov.pki.knca.commonUtils") => common_utils::parse(method, args)
            .map(Request::Utils)
            .map_err(Misfit::CommonUtils),
        _ => Err(Misfit::UnknownModule),
    }
}

fn invocation(message: impl Into<String>) -> Misfit {
    Misfit::Basics("INVOCATION_ERROR", message.into())
}

fn params(message: impl Into<String>) -> Misfit {
    Misfit::Basics("INVALID_SIGNING_PARAMS", message.into())
}

fn sign(args: &Value) -> Result<SignRequest, Misfit> {
    let args = args.as_object().ok_or_else(|| invocation("args is not an object"))?;
    if !matches!(
        optional(args, "locale").map(Value::as_str),
        None | Some(Some("kk" | "ru" | "en"))
    ) {
        return Err(invocation("locale is none of kk, ru, en"));
    }
    if optional(args, "logo").is_some_and(|logo| logo.as_str().is_none_or(|text| text.len() > LOGO_LIMIT)) {
        return Err(invocation("logo is not a text of at most 50000 characters"));
    }
    let empty = Map::new();
    let signing = match optional(args, "signingParams") {
        None => &empty,
        Some(value) => value
            .as_object()
            .ok_or_else(|| params("signingParams is not an object"))?,
    };
    if optional(signing, "tsaProfile").is_some() {
        return Err(Misfit::Basics(
            "SIGNING_FAILURE",
            "this signer has no time stamps".to_owned(),
        ));
    }
    let form = form(args, signing)?;
    // A hash is always base64.
    let decode = flag(signing, "decode", false)? || form == Form::CmsOfHash;
    let (data, is_array) = data(args.get("data"), decode)?;
    Ok(SignRequest {
        data,
        is_array,
        form,
        filter: filter(args)?,
    })
}

fn form(args: &Map<String, Value>, signing: &Map<String, Value>) -> Result<Form, Misfit> {
    let attached = flag(signing, "encapsulate", true)?;
    let digested = flag(signing, "digested", false)?;
    match args.get("format").and_then(Value::as_str) {
        Some("cms") if digested && optional(signing, "encapsulate").is_some() && attached => {
            Err(params("a hash cannot be encapsulated"))
        }
        Some("cms") if digested => Ok(Form::CmsOfHash),
        Some("cms") => Ok(Form::Cms { attached }),
        Some("raw") if digested => Err(params("hashes are not signed raw by this signer")),
        Some("raw") => Ok(Form::Raw {
            with_certificate: flag(signing, "outputCert", false)?,
        }),
        Some("xml") if digested => Err(params("a document cannot be a hash")),
        Some("xml") => Ok(Form::Xml),
        Some(other) => Err(invocation(format!("format {other} is not supported by this signer"))),
        None => Err(invocation("format is missing")),
    }
}

/// The texts, decoded when they are base64.
fn data(value: Option<&Value>, decode: bool) -> Result<(Vec<Vec<u8>>, bool), Misfit> {
    let texts: Vec<&Value> = match value {
        Some(text @ Value::String(_)) => vec![text],
        Some(Value::Array(texts)) if !texts.is_empty() => texts.iter().collect(),
        _ => return Err(invocation("data is neither a text nor an array of texts")),
    };
    let mut decoded = Vec::new();
    for text in texts {
        let text = text
            .as_str()
            .ok_or_else(|| invocation("data is neither a text nor an array of texts"))?;
        decoded.push(if decode {
            STANDARD.decode(text).map_err(|_| params("data is not base64"))?
        } else {
            text.as_bytes().to_vec()
        });
    }
    Ok((decoded, value.is_some_and(Value::is_array)))
}

fn filter(args: &Map<String, Value>) -> Result<KeyFilter, Misfit> {
    let files = match optional(args, "allowedStorages") {
        None => true,
        Some(value) => {
            let storages = texts(value).ok_or_else(|| invocation("allowedStorages is not an array of texts"))?;
            if let Some(unknown) = storages.iter().find(|storage| !STORAGES.contains(&storage.as_str())) {
                return Err(invocation(format!("unknown storage {unknown}")));
            }
            storages.iter().any(|storage| storage == "PKCS12")
        }
    };
    let signer = args.get("signerParams").and_then(Value::as_object);
    let signer = signer.ok_or_else(|| invocation("signerParams is not an object"))?;
    let usages = signer.get("extKeyUsageOids").and_then(texts);
    let usages = usages.ok_or_else(|| invocation("extKeyUsageOids is not an array of texts"))?;
    let text = |name: &str| match optional(signer, name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invocation(format!("{name} is not a text"))),
    };
    let chain = match optional(signer, "chain").or_else(|| optional(args, "chain")) {
        None => None,
        Some(value) => Some(texts(value).ok_or_else(|| invocation("chain is not an array of texts"))?),
    };
    Ok(KeyFilter {
        files,
        usages,
        iin: text("iin")?,
        bin: text("bin")?,
        serial: text("serialNumber")?,
        chain,
    })
}

/// A member that is there and not null.
fn optional<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A boolean; the centre's own sample page sends it as a text.
fn flag(object: &Map<String, Value>, name: &str, default: bool) -> Result<bool, Misfit> {
    match optional(object, name) {
        None => Ok(default),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        Some(_) => Err(params(format!("{name} is not a boolean"))),
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|text| text.as_str().map(str::to_owned))
        .collect()
}
