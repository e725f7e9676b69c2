//! Public clients that send a nonce or code challenge twice (OIDC Core §3.1.3.7, RFC 9700 §4.5; security rule JT-12). The
//! request goes on: from here a client that does not make its values afresh cannot be told from an attack with a value that
//! was overheard. Whoever runs the deployment is told, in the log each time and in the audit log once a value.

use authority::audit::{Actor, Event, EventKind};
use authority::authorization::{AuthorizationRequest, CodeChallenge};
use authority::clients::Client;
use authority::ids::EventId;
use authority::secret::{Purpose, TokenDigest};
use storage::request_values::{self, RequestValues};
use storage::{StorageError, Tx};

use crate::Provider;
use crate::flow::Visit;

/// The values of a request by a public client, to be recorded in the transaction that keeps it: none is
/// answered at once, since a public client needs consent each time.
pub(super) struct Fresh {
    values: RequestValues,
    event: Event,
}

impl Fresh {
    /// None for a confidential client: its secret protects the code.
    pub(super) fn of(
        provider: &Provider,
        visit: &Visit,
        client: &Client,
        request: &AuthorizationRequest,
    ) -> Option<Self> {
        if !client.is_public() {
            return None;
        }
        let digest = |kind: &str, value: &str| digest(provider, &[kind, client.id.as_str(), value]);
        let (nonce, challenge) = (request.nonce.as_deref(), request.code_challenge.as_ref());
        let challenge = challenge.map(CodeChallenge::as_str);
        let whole = [
            "request",
            client.id.as_str(),
            request.redirect_uri.as_str(),
            request.state.as_deref().unwrap_or_default(),
            nonce.unwrap_or_default(),
            challenge.unwrap_or_default(),
        ];
        let now = provider.now();
        let id = EventId::mint(now, &mut provider.rng());
        Some(Self {
            values: RequestValues {
                nonce: nonce.map(|nonce| digest("nonce", nonce)),
                code_challenge: challenge.map(|challenge| digest("code_challenge", challenge)),
                request: self::digest(provider, &whole),
            },
            event: Event {
                client_id: Some(client.id.clone()),
                address: visit.address_text(),
                reference: Some(visit.reference.to_string()),
                ..Event::new(id, now, EventKind::RequestValueRepeated, Actor::Client)
            },
        })
    }

    /// Remembers the values and tells of those that were sent before.
    pub(super) async fn record(&self, tx: &Tx) -> Result<(), StorageError> {
        let repeated = request_values::record(tx, &self.values, self.event.at).await?;
        let reason = match (repeated.nonce, repeated.code_challenge) {
            (false, false) => return Ok(()),
            (true, false) => "nonce",
            (false, true) => "code_challenge",
            (true, true) => "nonce code_challenge",
        };
        tracing::warn!(
            reference = self.event.reference,
            client.id = self.event.client_id.as_ref().map(tracing::field::display),
            repeated = reason,
            "a public client sent a value again that it must make afresh"
        );
        if repeated.is_news {
            let event = Event {
                reason: reason.to_owned(),
                ..self.event.clone()
            };
            storage::audit::insert(tx, &event).await?;
        }
        Ok(())
    }
}

fn digest(provider: &Provider, parts: &[&str]) -> TokenDigest {
    let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    provider.keyring.digest_list(Purpose::RequestValue, &parts)
}
