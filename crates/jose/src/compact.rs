//! The strict compact form of a JSON Web Signature (RFC 7515 §3.1, §5.2).
//!
//! This is form only: a [`CompactJws`] says nothing about who made it. `jku`, `jwk`, `x5u`, `x5c`
//! and every other header member that would bring or fetch a key is neither read nor kept
//! (RFC 8725 §3.10): keys come from registration or from our own set.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::algorithm::Algorithm;
use crate::strict_json;

/// The longest token that is looked at, in bytes of the compact form.
pub const MAX_TOKEN_LEN: usize = 16 * 1024;

/// The longest `kid` that is looked at, in characters.
pub const MAX_KID_LEN: usize = 128;

/// Why a text is not a token that we read. The caller learns none of it, only the log does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompactError {
    /// Longer than [`MAX_TOKEN_LEN`].
    #[error("the token is too long")]
    TooLong,
    /// Not three segments.
    #[error("the token does not have three segments")]
    Segments,
    /// A segment is empty or not unpadded base64url.
    #[error("a segment is not unpadded base64url")]
    Base64,
    /// The header is not a JSON object with distinct names.
    #[error("the header is not a JSON object with distinct names")]
    Header,
    /// A header member that we need has the wrong type or length.
    #[error("the header member `{0}` is malformed")]
    HeaderMember(&'static str),
    /// `crit` or `b64`: we support no extension, so their presence is a refusal (RFC 7515 §4.1.11, RFC 7797 §6).
    #[error("the header demands an extension")]
    Extension,
    /// The algorithm is missing, `none`, or any other that we do not verify.
    #[error("the algorithm is not supported")]
    Algorithm,
    /// The payload is not a JSON object with distinct names.
    #[error("the payload is not a JSON object with distinct names")]
    Payload,
}

/// The header members that we read; all others are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The algorithm that the token claims. The key has the last word on it.
    pub algorithm: Algorithm,
    /// The key's name, opaque to us, at most [`MAX_KID_LEN`] characters.
    pub kid: Option<String>,
    /// The kind of token, as written.
    pub typ: Option<String>,
}

impl Header {
    /// Whether the token is of the expected kind. Media types compare without case, and
    /// `application/` may be left out (RFC 7515 §4.1.9). With `None` only a plain JWT passes:
    /// `typ` absent or `JWT`, so that no other kind of token slips in as one (RFC 8725 §3.11).
    pub fn is_of_type(&self, expected: Option<&str>) -> bool {
        match (self.typ.as_deref(), expected) {
            (None, None) => true,
            (None, Some(_)) => false,
            (Some(typ), expected) => subtype(typ).eq_ignore_ascii_case(subtype(expected.unwrap_or("JWT"))),
        }
    }
}

/// A well-formed token whose signature nobody has checked yet. Only
/// [`verify`](mod@crate::verify) hands its payload out.
#[derive(Clone, Debug)]
pub struct CompactJws<'a> {
    header: Header,
    signing_input: &'a str,
    payload: Map<String, Value>,
    signature: Vec<u8>,
}

impl<'a> CompactJws<'a> {
    /// Reads a token.
    ///
    /// # Errors
    /// [`CompactError`] names the first rule that the text breaks.
    pub fn parse(token: &'a str) -> Result<Self, CompactError> {
        if token.len() > MAX_TOKEN_LEN {
            return Err(CompactError::TooLong);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(CompactError::Segments)?;
        let (header, payload) = signing_input.split_once('.').ok_or(CompactError::Segments)?;
        if payload.contains('.') {
            return Err(CompactError::Segments);
        }
        let header = parse_header(&decode(header)?)?;
        let payload = strict_json::parse_object(&decode(payload)?).map_err(|_| CompactError::Payload)?;
        let signature = decode(signature)?;
        Ok(Self {
            header,
            signing_input,
            payload,
            signature,
        })
    }

    /// The unchecked header: enough to choose a key, never to trust anything.
    pub fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn signing_input(&self) -> &[u8] {
        self.signing_input.as_bytes()
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }

    pub(crate) fn into_parts(self) -> (Header, Map<String, Value>) {
        (self.header, self.payload)
    }
}

fn parse_header(bytes: &[u8]) -> Result<Header, CompactError> {
    let members = strict_json::parse_object(bytes).map_err(|_| CompactError::Header)?;
    if members.contains_key("crit") || members.contains_key("b64") {
        return Err(CompactError::Extension);
    }
    let algorithm = members
        .get("alg")
        .and_then(Value::as_str)
        .and_then(Algorithm::from_name)
        .ok_or(CompactError::Algorithm)?;
    let kid = text(&members, "kid")?;
    if kid
        .as_ref()
        .is_some_and(|kid| kid.is_empty() || kid.chars().count() > MAX_KID_LEN)
    {
        return Err(CompactError::HeaderMember("kid"));
    }
    let typ = text(&members, "typ")?;
    Ok(Header { algorithm, kid, typ })
}

fn text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, CompactError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(CompactError::HeaderMember(name)),
    }
}

fn decode(segment: &str) -> Result<Vec<u8>, CompactError> {
    if segment.is_empty() {
        return Err(CompactError::Base64);
    }
    // This engine also refuses padding and non-zero trailing bits: one value, one spelling.
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| CompactError::Base64)
}

fn subtype(typ: &str) -> &str {
    match typ.split_once('/') {
        Some((tree, subtype)) if tree.eq_ignore_ascii_case("application") => subtype,
        Some(_) | None => typ,
    }
}

#[cfg(test)]
mod tests;
