//! The audit events of the token endpoint (architecture: first issue from a code, reuse, revocation).

use authority::assurance::amr;
use authority::audit::{Actor, Event, EventKind};
use authority::grants::Grant;
use authority::ids::EventId;
use authority::representation::Acting;

use crate::Provider;
use crate::flow::Visit;

/// An event about a grant, by its client.
pub(super) fn event(provider: &Provider, visit: &Visit, grant: &Grant, kind: EventKind, reason: &str) -> Event {
    let now = provider.now();
    let id = EventId::mint(now, &mut provider.rng());
    Event {
        user_id: Some(grant.user_id),
        client_id: Some(grant.client_id.clone()),
        device_id: grant.device_id,
        session_id: Some(grant.session_id),
        address: visit.address_text(),
        methods: amr(&grant.methods),
        reason: reason.to_owned(),
        reference: Some(visit.reference.to_string()),
        principal: grant.acting.and_then(Acting::principal),
        ..Event::new(id, now, kind, Actor::Client)
    }
}
