//! The provider as its discovery document describes it (OpenID Connect Discovery 1.0 §4), read lazily and kept.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, ClientId, ClientSecret, DiscoveryError, EndSessionUrl, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, ProviderMetadata,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::fetch::{FetchError, Fetcher};
use crate::settings::{Addresses, DiarySettings};

/// Members of the discovery document that the library does not read by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FurtherMetadata {
    /// OpenID Connect RP-Initiated Logout 1.0 §2.1.
    end_session_endpoint: Option<EndSessionUrl>,
    /// RFC 9207 §3: the provider names itself in every authorization response.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for FurtherMetadata {}

type Metadata = ProviderMetadata<
    FurtherMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type RelyingParty =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// A provider whose discovery document and keys have been read.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) client: RelyingParty,
    /// The keys of its `jwks_uri`.
    pub(crate) keys: CoreJsonWebKeySet,
    pub(crate) end_session: Option<EndSessionUrl>,
    /// Whether an authorization response without `iss` is refused.
    pub(crate) names_itself: bool,
}

/// Reads the discovery document on first use and after [`Discovery::forget`].
#[derive(Debug)]
pub(crate) struct Discovery {
    settings: DiarySettings,
    addresses: Addresses,
    fetcher: Fetcher,
    known: Mutex<Option<Arc<Provider>>>,
}

impl Discovery {
    pub(crate) fn new(settings: DiarySettings, addresses: Addresses, fetcher: Fetcher) -> Self {
        Self {
            settings,
            addresses,
            fetcher,
            known: Mutex::new(None),
        }
    }

    /// The provider; a failure is not kept, so the next request tries again.
    pub(crate) async fn provider(&self) -> Result<Arc<Provider>, DiscoveryError<FetchError>> {
        let mut known = self.known.lock().await;
        if let Some(provider) = known.as_ref() {
            return Ok(Arc::clone(provider));
        }
        let provider = Arc::new(self.discover().await?);
        *known = Some(Arc::clone(&provider));
        Ok(provider)
    }

    /// Drops what is known, for a key set that lacks the key of a token (OpenID Connect Core 1.0 §10.1.1).
    pub(crate) async fn forget(&self) {
        *self.known.lock().await = None;
    }

    async fn discover(&self) -> Result<Provider, DiscoveryError<FetchError>> {
        let fetch = |request| self.fetcher.clone().send(request);
        let metadata = Metadata::discover_async(self.addresses.issuer.clone(), &fetch).await?;
        let further = metadata.additional_metadata().clone();
        let keys = metadata.jwks().clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.settings.client_secret.clone())),
        )
        .set_redirect_uri(self.addresses.callback.clone());
        Ok(Provider {
            client,
            keys,
            end_session: further.end_session_endpoint,
            names_itself: further.authorization_response_iss_parameter_supported,
        })
    }
}
