//! People whom an operator knows: a number or (outside production) a login, a phone, facts.
//!
//! Here is what a file may say; `write` puts it into the database, `phone` the number with its limits and messages.

mod phone;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use authority::identifiers::{Bin, Checksum, Iin, PhoneNumber};
use authority::locale::Locale;
use authority::users::{FactName, IdentifierKind};
use serde::Deserialize;
use serde_json::Value;

use super::{ApplyError, refuse};

pub use write::apply_people;

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
