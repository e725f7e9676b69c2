//! Giving and ending powers of attorney: what happens to both sides in the one transaction (product B5; security rules
//! DG-6, AC-14). Whatever was issued in the principal's name is dead with the power, since whoever presents it is joined
//! with it; clients are promised a notice here.

use authority::audit::{Actor, Event, EventKind};
use authority::identifiers::Iin;
use authority::ids::{EventId, UserId};
use authority::powers::{Power, PowerEnd};
use authority::secret::{Keyring, TokenDigest};
use authority::time::Timestamp;
use authority::users::{IdentifierKind, User};
use storage::backchannel_logouts::Ended;
use storage::{StorageError, Tx, audit, identifiers, powers, users};

use crate::Provider;
use crate::logout::tell_clients;
use crate::notices::{self, Change};

/// Powers that one person may give in a day: each tells somebody by a message.
pub const A_DAY: i64 = 20;

/// The digest that an agent is found by.
pub fn agent_digest(keyring: &Keyring, iin: &Iin) -> TokenDigest {
    let kind = IdentifierKind::Iin;
    identifiers::digest(keyring, kind, kind.authority(), iin.expose())
}

/// The two people of a power. The agent may be nobody yet.
#[derive(Clone, Debug)]
pub struct Sides {
    /// Who gave it.
    pub giver: User,
    /// Who may act, if anybody has signed in with the number.
    pub agent: Option<User>,
}

/// Locks both people, in the order of their ids, so that two who do this to each other at one moment do not wait for each
/// other for ever; and so that a code or token that is given to the agent at this moment comes before or after. None when
/// the giver is gone.
///
/// # Errors
/// The database is not available.
pub async fn lock_sides(tx: &Tx, giver: UserId, agent: &TokenDigest) -> Result<Option<Sides>, StorageError> {
    let agent = powers::find_agent(tx, agent).await?;
    let mut ids: Vec<UserId> = agent.into_iter().chain([giver]).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut people = Vec::new();
    for id in ids {
        people.extend(users::lock(tx, id).await?);
    }
    let find = |id| people.iter().find(|user: &&User| user.id == id).cloned();
    Ok(find(giver).map(|giver| Sides {
        giver,
        agent: agent.and_then(find),
    }))
}

/// Records that a power was given: one event and one message for each side. Call it in the transaction that keeps the
/// power, with [`Sides`] in hand; `event` says who, where and when.
///
/// # Errors
/// The database is not available.
pub async fn tell_given(
    tx: &Tx,
    provider: &Provider,
    power: &Power,
    sides: &Sides,
    event: &Event,
) -> Result<(), StorageError> {
    let of = |kind, user: &User| about(provider, (event, kind), power, (user, "given"));
    audit::insert(tx, &of(EventKind::PowerGiven, &sides.giver)).await?;
    notices::tell(tx, provider, &sides.giver, Change::PowerGiven, event.at).await?;
    if let Some(agent) = &sides.agent {
        audit::insert(tx, &of(EventKind::PowerReceived, agent)).await?;
        notices::tell(tx, provider, agent, Change::PowerReceived, event.at).await?;
    }
    Ok(())
}

/// Ends a power before its time; `false` when it had ended. Both sides and the clients are told.
///
/// # Errors
/// The database is not available.
pub async fn end(
    tx: &Tx,
    provider: &Provider,
    power: &Power,
    (end, sides): (PowerEnd, &Sides),
    event: &Event,
) -> Result<bool, StorageError> {
    if !powers::end(tx, power.id, end, event.at).await? {
        return Ok(false);
    }
    tell_ended(tx, provider, power, (end.as_str(), sides), event).await?;
    Ok(true)
}

/// Tells of a power whose time is over, once on all nodes; `false` when it was told before.
///
/// # Errors
/// The database is not available.
pub async fn tell_over(tx: &Tx, provider: &Provider, power: &Power, now: Timestamp) -> Result<bool, StorageError> {
    let Some(sides) = lock_sides(tx, power.given_by, &power.agent).await? else {
        return Ok(false);
    };
    if !powers::record_told(tx, power.id, now).await? {
        return Ok(false);
    }
    let id = EventId::mint(now, &mut provider.rng());
    let event = Event::new(id, now, EventKind::PowerEnded, Actor::System);
    tell_ended(tx, provider, power, ("over", &sides), &event).await?;
    Ok(true)
}

async fn tell_ended(
    tx: &Tx,
    provider: &Provider,
    power: &Power,
    (word, sides): (&'static str, &Sides),
    event: &Event,
) -> Result<(), StorageError> {
    tell_clients(tx, provider, Ended::Power(power.id)).await?;
    for user in [Some(&sides.giver), sides.agent.as_ref()].into_iter().flatten() {
        let event = about(provider, (event, EventKind::PowerEnded), power, (user, word));
        audit::insert(tx, &event).await?;
        notices::tell(tx, provider, user, Change::PowerEnded, event.at).await?;
    }
    Ok(())
}

/// The event of one side. The power's id stands behind the word: what it was is kept with it.
fn about(provider: &Provider, (event, kind): (&Event, EventKind), power: &Power, (user, word): (&User, &str)) -> Event {
    Event {
        id: EventId::mint(event.at, &mut provider.rng()),
        kind,
        user_id: Some(user.id),
        reason: format!("{word}: {}", power.id),
        principal: Some(power.principal),
        ..event.clone()
    }
}
