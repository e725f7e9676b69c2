//! Fetching what its author signed: certificate status and revocation lists. National centres serve these without TLS by
//! design, since whoever changed them on the way would only break the signature. So plain http to port 80 is allowed here and
//! nowhere else; every other rule of the guard holds: addresses are checked, redirects are not followed, time and size have
//! bounds, and who is called comes from the configuration, never from a certificate.

use std::time::Duration;

use http::header::{CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use http::{HeaderMap, HeaderName, StatusCode};
use reqwest::{Client, RequestBuilder, Response};

use crate::client::{Answer, Outbound, read};
use crate::errors::{OutboundError, Reason};
use crate::target;

/// The longest time for a signed object, from name resolution to the last byte: lists are megabytes, and nobody waits.
pub const MAX_SIGNED_TIMEOUT: Duration = Duration::from_mins(1);
/// The largest signed object, in bytes.
pub const MAX_SIGNED_LEN: usize = 64 * 1024 * 1024;
/// The longest validator that is kept and sent back, in bytes.
const LONGEST_VALIDATOR: usize = 200;

/// Bounds of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From name resolution to the last byte; at most [`MAX_SIGNED_TIMEOUT`].
    pub timeout: Duration,
    /// Octets of the answer; at most [`MAX_SIGNED_LEN`].
    pub max_len: usize,
}

/// What a server said about the version of an object (RFC 9110 §8.8), to be asked with the next time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    /// `ETag`, as received.
    pub etag: Option<String>,
    /// `Last-Modified`, as received.
    pub last_modified: Option<String>,
}

/// What became of asking for an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The version that was named is still the newest (304).
    NotModified,
    /// An answer, whatever its status, with what the server says about its version.
    Answer(Answer, Validators),
}

impl Outbound {
    /// Posts `body` of this media type and reads the answer.
    ///
    /// # Errors
    /// [`OutboundError`] when the guard refuses or the call fails; other statuses than 200 are answers.
    pub async fn post_for_signed(
        &self,
        url: &str,
        (media_type, body): (&'static str, Vec<u8>),
        bounds: Bounds,
    ) -> Result<Answer, OutboundError> {
        let request = |client: &Client, url| client.post(url).header(CONTENT_TYPE, media_type).body(body);
        let response = self.send_signed(url, request, bounds).await?;
        Ok(read(response, bounds.max_len.min(MAX_SIGNED_LEN)).await?)
    }

    /// Fetches an object, unless it is the version that `known` names.
    ///
    /// # Errors
    /// As [`Self::post_for_signed`].
    pub async fn get_signed(&self, url: &str, known: &Validators, bounds: Bounds) -> Result<Fetched, OutboundError> {
        let request = |client: &Client, url| {
            let mut request = client.get(url);
            if let Some(etag) = &known.etag {
                request = request.header(IF_NONE_MATCH, etag);
            }
            if let Some(at) = &known.last_modified {
                request = request.header(IF_MODIFIED_SINCE, at);
            }
            request
        };
        let response = self.send_signed(url, request, bounds).await?;
        if response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Fetched::NotModified);
        }
        let validators = Validators {
            etag: validator(response.headers(), &ETAG),
            last_modified: validator(response.headers(), &LAST_MODIFIED),
        };
        let answer = read(response, bounds.max_len.min(MAX_SIGNED_LEN)).await?;
        Ok(Fetched::Answer(answer, validators))
    }

    async fn send_signed(
        &self,
        url: &str,
        request: impl FnOnce(&Client, url::Url) -> RequestBuilder,
        bounds: Bounds,
    ) -> Result<Response, Reason> {
        let guarded = self.guarded()?;
        let url = target::parse_signed(url, guarded.reaches_private_networks())?;
        let request = request(guarded.client_for_signed()?, url);
        let request = request.timeout(bounds.timeout.min(MAX_SIGNED_TIMEOUT));
        request.send().await.map_err(Reason::from_client)
    }
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (text.len() <= LONGEST_VALIDATOR).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
