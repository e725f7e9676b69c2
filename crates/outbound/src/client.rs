//! The guarded client.

use std::fmt;
use std::sync::{Arc, OnceLock};

use http::header::CONTENT_TYPE;
use reqwest::{Certificate, Client, ClientBuilder, RequestBuilder, Response};
use rustls_pki_types::CertificateDer;
use serde::Serialize;

use crate::errors::{OutboundError, Reason};
use crate::resolver::GuardedResolver;
use crate::settings::{Settings, SettingsError};
use crate::target;

/// Makes calls to the outside, or refuses all of them. Cloning it is cheap.
#[derive(Clone)]
pub struct Outbound(Gate);

#[derive(Clone)]
enum Gate {
    Closed,
    Guarded(Arc<Guarded>),
}

pub(crate) struct Guarded {
    settings: Settings,
    anchors: Vec<CertificateDer<'static>>,
    // Made by the first call: reading the system's trust anchors takes longer than starting up may.
    client: OnceLock<Option<Client>>,
    // The same without TLS as a condition, for what is signed.
    client_for_signed: OnceLock<Option<Client>>,
}

/// A complete answer: any status but a redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: http::StatusCode,
    /// The `Content-Type` header, when it is text.
    pub content_type: Option<String>,
    /// The body, at most the settings' limit.
    pub body: Vec<u8>,
}

impl Outbound {
    /// A client under these settings.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting that is wrong.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let anchors = settings.check()?;
        let guarded = Guarded {
            settings,
            anchors,
            client: OnceLock::new(),
            client_for_signed: OnceLock::new(),
        };
        Ok(Self(Gate::Guarded(Arc::new(guarded))))
    }

    /// A client that refuses every call, for tests and for deployments that call nobody.
    pub const fn closed() -> Self {
        Self(Gate::Closed)
    }

    /// Fetches a document.
    ///
    /// # Errors
    /// [`OutboundError`] when the guard refuses or the call fails; other statuses than 200 are answers.
    pub async fn get(&self, url: &str) -> Result<Answer, OutboundError> {
        self.call(url, Client::get).await
    }

    /// Posts form fields (`application/x-www-form-urlencoded`).
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answer, OutboundError> {
        self.call(url, |client, url| client.post(url).form(fields)).await
    }

    /// Posts form fields to somebody whose status is all that matters: nothing of the body is read.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn post_form_for_status(
        &self,
        url: &str,
        fields: &[(&str, &str)],
    ) -> Result<http::StatusCode, OutboundError> {
        let response = self.send(url, |client, url| client.post(url).form(fields)).await?;
        Ok(final_status(&response)?)
    }

    /// Posts a JSON document.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn post_json<T: Serialize + ?Sized>(&self, url: &str, document: &T) -> Result<Answer, OutboundError> {
        self.call(url, |client, url| client.post(url).json(document)).await
    }

    async fn call(
        &self,
        url: &str,
        request: impl FnOnce(&Client, url::Url) -> RequestBuilder,
    ) -> Result<Answer, OutboundError> {
        let response = self.send(url, request).await?;
        let limit = self.guarded()?.settings.max_answer_len;
        Ok(read(response, limit).await?)
    }

    async fn send(
        &self,
        url: &str,
        request: impl FnOnce(&Client, url::Url) -> RequestBuilder,
    ) -> Result<Response, Reason> {
        let guarded = self.guarded()?;
        let url = target::parse(url, guarded.settings.reach_private_networks)?;
        let request = request(guarded.client()?, url);
        request.send().await.map_err(Reason::from_client)
    }

    pub(crate) fn guarded(&self) -> Result<&Guarded, Reason> {
        match &self.0 {
            Gate::Closed => Err(Reason::Closed),
            Gate::Guarded(guarded) => Ok(guarded),
        }
    }
}

impl Guarded {
    fn client(&self) -> Result<&Client, Reason> {
        self.client
            .get_or_init(|| self.build(!self.settings.reach_private_networks).ok())
            .as_ref()
            .ok_or(Reason::Setup)
    }

    pub(crate) fn client_for_signed(&self) -> Result<&Client, Reason> {
        self.client_for_signed
            .get_or_init(|| self.build(false).ok())
            .as_ref()
            .ok_or(Reason::Setup)
    }

    pub(crate) fn reaches_private_networks(&self) -> bool {
        self.settings.reach_private_networks
    }

    /// Where plain addresses are allowed, `target` says which.
    fn build(&self, https_only: bool) -> Result<Client, reqwest::Error> {
        let anchors = self.anchors.iter().map(|anchor| Certificate::from_der(anchor));
        ClientBuilder::new()
            .tls_certs_merge(anchors.collect::<Result<Vec<_>, _>>()?)
            .dns_resolver(GuardedResolver {
                reach_private: self.settings.reach_private_networks,
            })
            .https_only(https_only)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy() // a proxy would resolve the name again, out of our sight
            .referer(false)
            .pool_max_idle_per_host(0) // each call resolves and checks anew
            .timeout(self.settings.timeout)
            .user_agent("kiru")
            .build()
    }
}

/// Reads the body piece by piece, so that a peer cannot make us hold more than the limit.
pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Answer, Reason> {
    let status = final_status(&response)?;
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(Reason::from_client)? {
        if body.len() + piece.len() > limit {
            return Err(Reason::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(Answer {
        status,
        content_type,
        body,
    })
}

fn final_status(response: &Response) -> Result<http::StatusCode, Reason> {
    let status = response.status();
    if status.is_redirection() {
        return Err(Reason::Redirect);
    }
    Ok(status)
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Gate::Closed => f.write_str("Outbound::closed"),
            Gate::Guarded(guarded) => f.debug_tuple("Outbound").field(&guarded.settings).finish(),
        }
    }
}

#[cfg(test)]
mod tests;
