//! People whom an operator knows: a number or (outside production) a login, a phone, facts.

use std::collections::BTreeMap;

use authority::audit::{Actor, Event, EventKind};
use authority::identifiers::{Bin, Checksum, Iin, PhoneNumber};
use authority::ids::{EventId, PhoneId, UserId};
use authority::locale::Locale;
use authority::policy::Policy;
use authority::secret::Keyring;
use authority::time::Timestamp;
use authority::users::{FactName, FactSource, IdentifierKind, Phone, Subject, User, UserFact, UserState};
use rand_core::CryptoRng;
use serde::Deserialize;
use serde_json::Value;
use storage::identifiers::{self, Identified, Identifier, Insertion};
use storage::phones::SealedPhone;
use storage::user_facts::SealedFact;
use storage::{Db, StorageError, Tx};

use super::{Applied, ApplyError, refuse};

/// One person of a file, checked.
#[derive(Debug, Clone)]
pub struct PersonEntry {
    name: String,
    identifiers: Vec<(IdentifierKind, String)>,
    phone: Option<PhoneNumber>,
    locale: Option<Locale>,
    organisation: Option<Bin>,
    facts: Vec<(FactName, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    login: Option<String>,
    iin: Option<String>,
    phone: Option<String>,
    locale: Option<String>,
    organisation: Option<String>,
    #[serde(default)]
    facts: BTreeMap<String, Value>,
}

/// Reads a file. Logins exist only where `logins` is true: in a sandbox.
///
/// # Errors
/// The first entry that breaks a rule, with member and reason.
pub fn parse_people(text: &str, logins: bool, checksum: Checksum) -> Result<Vec<PersonEntry>, ApplyError> {
    let written: Vec<Written> = serde_json::from_str(text).map_err(|error| ApplyError::Malformed(error.to_string()))?;
    written
        .into_iter()
        .enumerate()
        .map(|(position, entry)| check(position, entry, logins, checksum))
        .collect()
}

fn check(position: usize, written: Written, logins: bool, checksum: Checksum) -> Result<PersonEntry, ApplyError> {
    // A login names the entry; a number is personal and does not.
    let name = written
        .login
        .clone()
        .unwrap_or_else(|| format!("entry {}", position + 1));
    let mut identifiers = Vec::new();
    if let Some(iin) = written.iin {
        let iin = Iin::parse(&iin, checksum).map_err(|error| refuse(&name, "iin", error))?;
        identifiers.push((IdentifierKind::Iin, iin.expose().to_owned()));
    }
    if let Some(login) = written.login {
        if !logins {
            return Err(refuse(&name, "login", "logins exist only outside production"));
        }
        identifiers.push(login_of(&name, login)?);
    }
    if identifiers.is_empty() {
        return Err(refuse(&name, "iin", "an IIN is needed to know the person by"));
    }
    let phone = written
        .phone
        .map(|phone| PhoneNumber::parse(&phone).map_err(|error| refuse(&name, "phone", error)));
    let locale = written
        .locale
        .map(|tag| Locale::from_tag(&tag).ok_or_else(|| refuse(&name, "locale", "must be kk, ru or en")));
    let organisation = written
        .organisation
        .map(|bin| Bin::parse(&bin, checksum).map_err(|error| refuse(&name, "organisation", error)));
    let facts = written
        .facts
        .into_iter()
        .map(|(fact, value)| known_fact(&name, &fact, &value));
    Ok(PersonEntry {
        identifiers,
        phone: phone.transpose()?,
        locale: locale.transpose()?,
        organisation: organisation.transpose()?,
        facts: facts.collect::<Result<_, _>>()?,
        name,
    })
}

#[cfg(feature = "demo")]
fn login_of(name: &str, login: String) -> Result<(IdentifierKind, String), ApplyError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    if login.is_empty() || login.len() > 64 || !login.bytes().all(plain) {
        return Err(refuse(
            name,
            "login",
            "must be 1 to 64 lower-case letters, digits, dots, dashes",
        ));
    }
    Ok((IdentifierKind::SandboxLogin, login))
}

/// A build without the feature `demo` is never outside production.
#[cfg(not(feature = "demo"))]
fn login_of(name: &str, _login: String) -> Result<(IdentifierKind, String), ApplyError> {
    Err(refuse(name, "login", "logins exist only outside production"))
}

/// A fact's value as storage keeps it: texts as they are, everything else as JSON.
fn known_fact(name: &str, fact: &str, value: &Value) -> Result<(FactName, String), ApplyError> {
    let known = FactName::from_word(fact).ok_or_else(|| refuse(name, "facts", format!("{fact} is not known")))?;
    match value {
        Value::String(text) => Ok((known, text.clone())),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Ok((known, value.to_string())),
        Value::Null | Value::Array(_) => Err(refuse(
            name,
            "facts",
            format!("{fact} must be a text, number, truth or object"),
        )),
    }
}

impl PersonEntry {
    /// How the person is called in the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A person of the demo.
    #[cfg(feature = "demo")]
    pub(crate) fn of_demo(person: &testkit::people::DemoPerson) -> Result<Self, ApplyError> {
        let iin = Iin::parse(person.iin, Checksum::Required).map_err(|error| refuse(person.login, "iin", error))?;
        let phone = person
            .phone
            .map(|phone| PhoneNumber::parse(phone).map_err(|error| refuse(person.login, "phone", error)));
        let organisation = person.organisation.map(|bin| {
            Bin::parse(bin, Checksum::Required).map_err(|error| refuse(person.login, "organisation", error))
        });
        Ok(Self {
            name: person.login.to_owned(),
            identifiers: vec![
                (IdentifierKind::Iin, iin.expose().to_owned()),
                (IdentifierKind::SandboxLogin, person.login.to_owned()),
            ],
            phone: phone.transpose()?,
            locale: Some(person.locale),
            organisation: organisation.transpose()?,
            facts: person.all_facts(),
        })
    }
}

/// What one transaction needs, made before it, because its body may run again.
struct Ready {
    user: User,
    is_new: bool,
    phone: Option<(PhoneNumber, SealedPhone)>,
    facts: Vec<SealedFact>,
    event: Event,
}

/// Writes people, each in a transaction of its own with its audit event.
///
/// # Errors
/// The database refuses, or two identifiers of an entry belong to different people; earlier entries stay written.
pub async fn apply_people(
    db: &Db,
    keyring: &Keyring,
    entries: &[PersonEntry],
    now: Timestamp,
    rng: &mut (dyn CryptoRng + Send),
) -> Result<Vec<(String, Applied)>, ApplyError> {
    let mut outcomes = Vec::new();
    for entry in entries {
        let known = find(db, keyring, entry).await?;
        let ready = ready(entry, known.clone(), keyring, now, rng)?;
        let applied = match &known {
            None => Applied::Added,
            Some(user) if is_unchanged(db, keyring, entry, user).await? => Applied::Unchanged,
            Some(_) => Applied::Changed,
        };
        if applied != Applied::Unchanged {
            let ready = &ready;
            db.tx("apply_person", |tx| async move {
                write(&tx, keyring, entry, ready, now).await
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

async fn write(
    tx: &Tx,
    keyring: &Keyring,
    entry: &PersonEntry,
    ready: &Ready,
    now: Timestamp,
) -> Result<(), ApplyError> {
    let user = &ready.user;
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
    write_phone(tx, keyring, entry, ready, now).await?;
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

async fn write_phone(
    tx: &Tx,
    keyring: &Keyring,
    entry: &PersonEntry,
    ready: &Ready,
    now: Timestamp,
) -> Result<(), ApplyError> {
    let user = ready.user.id;
    let live = storage::phones::find_live(tx, user, keyring)
        .await?
        .map(|phone| phone.number);
    let wanted = ready.phone.as_ref();
    if live.as_ref() == wanted.map(|(number, _)| number) {
        return Ok(());
    }
    if live.is_some() {
        storage::phones::end(tx, user, now).await?;
    }
    if let Some((number, sealed)) = wanted {
        check_shared(tx, keyring, entry, number, now).await?;
        storage::phones::insert(tx, sealed).await?;
    }
    Ok(())
}

/// One number serves a few accounts only (product B3); whoever links it at the same moment waits.
async fn check_shared(
    tx: &Tx,
    keyring: &Keyring,
    entry: &PersonEntry,
    number: &PhoneNumber,
    now: Timestamp,
) -> Result<(), ApplyError> {
    let digest = storage::phones::digest(keyring, number);
    storage::sms::lock_number(tx, &digest, now).await?;
    let shared = storage::phones::count_live_by_number(tx, &digest).await?;
    let most = Policy::default().accounts_per_phone;
    if usize::try_from(shared).is_ok_and(|shared| shared < most) {
        Ok(())
    } else {
        Err(ApplyError::PhoneShared {
            entry: entry.name.clone(),
            most,
        })
    }
}

#[cfg(test)]
mod tests;
