//! eGov Mobile on somebody's phone, speaking its protocol for signing by QR code: reads the code, fetches who asks and what
//! is to be signed, puts the signature back. How requests travel is the [`Carrier`]'s business: through a router in a test,
//! over a socket in the demo.

mod carrier;
#[cfg(test)]
mod tests;

use std::future::Future;

use authority::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::cms::CmsRecipe;
use crate::pki::{PkiError, SigningKey};

pub use carrier::OverTcp;

/// What a code of this protocol begins with.
const SCHEME: &str = "mobileSign:";

/// A request of the app.
#[derive(Clone, Debug)]
pub struct AppRequest {
    /// `GET` or `PUT`.
    pub method: &'static str,
    /// The whole address.
    pub address: String,
    /// The token, if the provider gave one.
    pub bearer: Option<String>,
    /// The app's language: `kk`, `ru`, `en`.
    pub language: &'static str,
    /// The body, JSON.
    pub body: Option<String>,
}

/// What the provider answered.
#[derive(Clone, Debug)]
pub struct AppAnswer {
    /// The status.
    pub status: u16,
    /// The JSON; null when it is none.
    pub json: Value,
}

impl AppAnswer {
    /// What the app shows of it.
    pub fn message(&self) -> &str {
        self.json.get("message").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Where the data of the one document stands.
const DATA: &str = "/documentsToSign/0/document/file/data";

/// How the phone reaches the provider.
pub trait Carrier {
    /// Sends a request; no answer is an error.
    fn send(&self, request: AppRequest) -> impl Future<Output = Result<AppAnswer, PhoneError>> + Send;
}

/// Why the app gave up.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The code is of something else.
    #[error("the code is not one to sign")]
    OtherCode,
    /// The provider did not answer as the protocol says.
    #[error("the provider answered {} {:?}", .0.status, .0.message())]
    Refused(AppAnswer),
    /// It could not be reached.
    #[error("the provider cannot be reached")]
    Unreachable(#[from] std::io::Error),
    /// The key cannot sign.
    #[error("the key cannot sign")]
    Key(#[from] PkiError),
}

/// What the app puts, honest or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// A signature over the document.
    Signs,
    /// A signature over the base64 text of the document, as some builds make.
    SignsText,
    /// A signature over something else.
    SignsOther,
    /// A refusal.
    Declines,
}

/// A code that was scanned.
#[derive(Clone, Debug)]
pub struct Scanned {
    /// The answer of the first request.
    pub about: Value,
    address: String,
    token: String,
    language: &'static str,
}

/// What is to be signed.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The answer of the second request, which goes back with signatures in it.
    pub documents: Value,
    scanned: Scanned,
}

/// Reads a code and asks who wants a signature.
///
/// # Errors
/// The code is of something else, or the provider refuses.
pub async fn scan(code: &str, language: &'static str, carrier: &impl Carrier) -> Result<Scanned, PhoneError> {
    let address = code.strip_prefix(SCHEME).ok_or(PhoneError::OtherCode)?;
    let request = AppRequest {
        method: "GET",
        address: address.to_owned(),
        bearer: None,
        language,
        body: None,
    };
    let about = answered(carrier.send(request).await?)?;
    let text = |place| {
        about
            .pointer(place)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or(PhoneError::OtherCode)
    };
    Ok(Scanned {
        address: text("/document/uri")?,
        token: text("/document/auth_token")?,
        about,
        language,
    })
}

impl Scanned {
    /// Fetches what is to be signed.
    ///
    /// # Errors
    /// The provider refuses.
    pub async fn fetch(self, carrier: &impl Carrier) -> Result<Asked, PhoneError> {
        let documents = answered(carrier.send(self.request("GET", None)).await?)?;
        Ok(Asked {
            documents,
            scanned: self,
        })
    }

    /// The same with another token: somebody who only knows the address.
    #[must_use]
    pub fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    fn request(&self, method: &'static str, body: Option<String>) -> AppRequest {
        AppRequest {
            method,
            address: self.address.clone(),
            bearer: Some(self.token.clone()),
            language: self.language,
            body,
        }
    }
}

impl Asked {
    /// The text that the provider wants signed, as it is encoded.
    pub fn data(&self) -> &str {
        self.documents.pointer(DATA).and_then(Value::as_str).unwrap_or_default()
    }

    /// The lines that the app shows of it: name and value.
    pub fn shown(&self) -> Vec<(String, String)> {
        let lines = self
            .documents
            .pointer("/documentsToSign/0/meta")
            .and_then(Value::as_array);
        let text = |line: &Value, name| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        lines
            .into_iter()
            .flatten()
            .map(|line| (text(line, "name"), text(line, "value")))
            .collect()
    }

    /// What the app puts with this key and certificate.
    ///
    /// # Errors
    /// The key cannot sign, or the document is none.
    pub fn body(
        &self,
        (key, certificate): (&SigningKey, &[u8]),
        habit: Habit,
        at: Timestamp,
    ) -> Result<Value, PhoneError> {
        let content = match habit {
            Habit::Signs => STANDARD.decode(self.data()).map_err(|_| PhoneError::OtherCode)?,
            Habit::SignsText => self.data().as_bytes().to_vec(),
            Habit::SignsOther => b"something else".to_vec(),
            Habit::Declines => return Ok(json!({ "status": "CANCELED" })),
        };
        let signature = CmsRecipe::honest(key, certificate, &content, at).sign()?;
        let mut body = self.documents.clone();
        *body.pointer_mut(DATA).ok_or(PhoneError::OtherCode)? = STANDARD.encode(signature).into();
        Ok(body)
    }

    /// Puts a body, and says what the provider answered.
    ///
    /// # Errors
    /// The provider cannot be reached.
    pub async fn put(&self, body: &Value, carrier: &impl Carrier) -> Result<AppAnswer, PhoneError> {
        carrier.send(self.scanned.request("PUT", Some(body.to_string()))).await
    }
}

fn answered(answer: AppAnswer) -> Result<Value, PhoneError> {
    if answer.status == 200 {
        Ok(answer.json)
    } else {
        Err(PhoneError::Refused(answer))
    }
}
