//! How the diary speaks HTTP to the provider: openidconnect's own client glue is for another reqwest, so a closure
//! over [`Fetcher::send`] stands in its place.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::{Certificate, Client, redirect::Policy};

use crate::settings::{Addresses, DiarySettings, SettingsError};

/// No answer of a provider is longer; discovery documents and key sets have a few kilobytes.
const LONGEST_ANSWER: usize = 1 << 20;

/// The HTTP client for the provider's back-channel endpoints.
#[derive(Debug, Clone)]
pub(crate) struct Fetcher(Client);

/// Why the provider's answer could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("the request failed")]
    Request(#[from] reqwest::Error),
    #[error("the answer is longer than {LONGEST_ANSWER} bytes")]
    TooLong,
    #[error("the answer cannot be put together")]
    Assemble(#[from] openidconnect::http::Error),
}

impl Fetcher {
    pub(crate) fn new(settings: &DiarySettings, addresses: &Addresses) -> Result<Self, SettingsError> {
        let mut builder = Client::builder()
            // A redirect could lead the back channel to an address the provider never named.
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(15));
        if let Some(pem) = &settings.extra_trust {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem.as_bytes())?);
        }
        if addresses.provider_is_local {
            builder = builder.no_proxy();
        }
        Ok(Self(builder.build()?))
    }

    /// Sends one request and reads the whole answer, up to a megabyte.
    pub(crate) async fn send(self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(FetchError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        Ok(response.body(body)?)
    }
}
