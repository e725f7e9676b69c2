//! Writing people, each in a transaction of its own with its audit event.

use authority::audit::{Actor, Event, EventKind};
use authority::identifiers::PhoneNumber;
use authority::ids::{EventId, PhoneId, UserId};
use authority::secret::Keyring;
use authority::time::Timestamp;
use authority::users::{FactName, FactSource, IdentifierKind, Phone, Subject, User, UserFact, UserState};
use rand_core::CryptoRng;
use storage::identifiers::{self, Identified, Identifier, Insertion};
use storage::phones::SealedPhone;
use storage::user_facts::SealedFact;
use storage::{Db, StorageError, Tx};

use super::phone::write_phone;
use super::{ApplyError, PersonEntry, refuse};
use crate::apply::Applied;
use crate::chance::chance;
use crate::operators::Office;

/// What one transaction needs, made before it, because its body may run again.
pub(super) struct Ready {
    pub(super) user: User,
    pub(super) is_new: bool,
    pub(super) phone: Option<(PhoneNumber, SealedPhone)>,
    facts: Vec<SealedFact>,
    event: Event,
}

/// Writes people; whose phone changes is told at the old and the new one.
///
/// # Errors
/// The database refuses, or two identifiers of an entry belong to different people; earlier entries stay written.
pub async fn apply_people(office: &Office, entries: &[PersonEntry]) -> Result<Vec<(String, Applied)>, ApplyError> {
    let (db, keyring, now) = (&office.db, &office.keyring, office.clock.now());
    let mut outcomes = Vec::new();
    for entry in entries {
        let known = find(db, keyring, entry).await?;
        let ready = ready(entry, known.clone(), keyring, now, &mut chance())?;
        let applied = match &known {
            None => Applied::Added,
            Some(user) if is_unchanged(db, keyring, entry, user).await? => Applied::Unchanged,
            Some(_) => Applied::Changed,
        };
        if applied != Applied::Unchanged {
            let ready = &ready;
            db.tx("apply_person", |tx| async move {
                write(&tx, office, entry, ready, now).await
            })
            .await?;
        }
        outcomes.push((entry.name.clone(), applied));
    }
    Ok(outcomes)
}

async fn find(db: &Db, keyring: &Keyring, entry: &PersonEntry) -> Result<Option<User>, ApplyError> {
    let mut found: Option<User> = None;
    for (kind, value) in &entry.identifiers {
        let digest = identifiers::digest(keyring, *kind, kind.authority(), value);
        let user = storage::users::find_by_identifier(db, *kind, kind.authority(), &digest).await?;
        match (&found, user) {
            (Some(before), Some(user)) if before.id != user.id => {
                return Err(refuse(&entry.name, "login", "belongs to another person than the IIN"));
            }
            (_, Some(user)) => found = Some(user),
            (_, None) => {}
        }
    }
    Ok(found)
}

fn ready(
    entry: &PersonEntry,
    known: Option<User>,
    keyring: &Keyring,
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Ready, StorageError> {
    let is_new = known.is_none();
    let user = known.unwrap_or_else(|| User {
        id: UserId::mint(now, rng),
        subject: Subject::mint(rng),
        state: UserState::Active,
        // The operator vouches for the contacts in the file.
        provisional: false,
        epoch: 0,
        exclusive: None,
        organisation: entry.organisation.clone(),
        last_interactive_at: None,
        locale: entry.locale,
    });
    let phone = entry.phone.clone().map(|number| {
        let phone = Phone {
            id: PhoneId::mint(now, rng),
            user_id: user.id,
            number: number.clone(),
            linked_at: now,
        };
        SealedPhone::seal(&phone, keyring, rng).map(|sealed| (number, sealed))
    });
    let phone = phone.transpose()?;
    let facts = entry.facts.iter().map(|(name, value)| {
        let fact = UserFact {
            name: *name,
            value: value.clone(),
            source: FactSource::PeopleFile,
        };
        SealedFact::seal(user.id, &fact, keyring, rng)
    });
    let facts = facts.collect::<Result<_, _>>()?;
    let mut event = Event::new(EventId::mint(now, rng), now, EventKind::PersonApplied, Actor::Operator);
    event.user_id = Some(user.id);
    if is_new { Applied::Added } else { Applied::Changed }
        .as_str()
        .clone_into(&mut event.reason);
    Ok(Ready {
        user,
        is_new,
        phone,
        facts,
        event,
    })
}

async fn is_unchanged(db: &Db, keyring: &Keyring, entry: &PersonEntry, user: &User) -> Result<bool, StorageError> {
    for (kind, value) in &entry.identifiers {
        let digest = identifiers::digest(keyring, *kind, kind.authority(), value);
        if storage::users::find_by_identifier(db, *kind, kind.authority(), &digest)
            .await?
            .is_none()
        {
            return Ok(false);
        }
    }
    let phone = storage::phones::find_live(db, user.id, keyring)
        .await?
        .map(|phone| phone.number);
    let facts = storage::user_facts::list(db, user.id, keyring).await?;
    let mut kept: Vec<_> = facts
        .into_iter()
        .filter(|fact| fact.source == FactSource::PeopleFile)
        .map(|fact| (fact.name, fact.value))
        .collect();
    let mut wanted = entry.facts.clone();
    kept.sort();
    wanted.sort();
    let confirms = user.provisional && entry.phone.is_some();
    let at_home = user.organisation == entry.organisation;
    Ok(!confirms && at_home && phone == entry.phone && kept == wanted)
}

async fn write(tx: &Tx, office: &Office, entry: &PersonEntry, ready: &Ready, now: Timestamp) -> Result<(), ApplyError> {
    let (user, keyring) = (&ready.user, &office.keyring);
    if ready.is_new {
        storage::users::insert(tx, user, now).await?;
    } else {
        storage::users::lock(tx, user.id).await?;
        storage::users::record_organisation(tx, user.id, entry.organisation.as_ref()).await?;
        if ready.phone.is_some() && user.provisional {
            // A known contact confirms the account (product B3).
            storage::users::record_provisional(tx, user.id, false).await?;
        }
    }
    for (kind, value) in &entry.identifiers {
        let digest = identifiers::digest(keyring, *kind, kind.authority(), value);
        let identifier = Identifier {
            kind: *kind,
            authority: kind.authority(),
            value: digest,
        };
        match identifiers::insert(tx, &identifier, user.id, now).await? {
            Insertion::Inserted => {}
            Insertion::Taken(Identified::User(owner)) if owner == user.id => {}
            Insertion::Taken(Identified::User(_) | Identified::Tombstone(_)) => {
                return Err(refuse(
                    &entry.name,
                    member_of(*kind),
                    "was given to somebody else before",
                ));
            }
        }
    }
    write_phone(tx, office, entry, ready, now).await?;
    storage::user_facts::forget(tx, user.id, FactSource::PeopleFile, FactName::ALL).await?;
    storage::user_facts::record(tx, &ready.facts, now).await?;
    storage::audit::insert(tx, &ready.event).await?;
    Ok(())
}

fn member_of(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::Iin => "iin",
        #[cfg(feature = "demo")]
        IdentifierKind::SandboxLogin => "login",
    }
}
