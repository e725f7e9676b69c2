//! A session that reaches a further service: to the person this is a sign-in there, though no stage was asked for. It stands
//! in the history, and whoever wants messages about sign-ins gets one (product C2, C3).

use authority::audit::{Actor, Event, EventKind};
use authority::clients::Client;
use authority::ids::EventId;
use authority::representation::Acting;
use authority::time::Timestamp;
use storage::sessions::LiveSession;
use storage::{StorageError, Tx, audit, grants};

use crate::Provider;
use crate::flow::Visit;
use crate::notices;

/// Records it, in the transaction that issues the code and before its grant is there.
pub(super) async fn record(
    tx: &Tx,
    (provider, visit): (&Provider, &Visit),
    client: &Client,
    (live, acting): (&LiveSession, Acting),
    now: Timestamp,
) -> Result<(), StorageError> {
    if grants::has_reached(tx, live.session.id, &client.id).await? {
        return Ok(());
    }
    let id = EventId::mint(now, &mut provider.rng());
    let event = Event {
        client_id: Some(client.id.clone()),
        address: visit.address_text(),
        reference: Some(visit.reference.to_string()),
        principal: acting.principal(),
        ..Event::new(id, now, EventKind::ServiceReached, Actor::User).in_session(&live.session)
    };
    audit::insert(tx, &event).await?;
    notices::tell_of_sign_in(tx, provider, &live.user, client.name.as_str(), now).await
}
