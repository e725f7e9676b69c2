//! What is released about a person, in the types of OIDC Core §5.1. A claim without a value is left out (§5.3.2).

use authority::authorization::ClaimName;
use authority::certificates::CertificateRole;
use authority::representation::Acting;
use authority::secret::{Keyring, Purpose};
use authority::time::Timestamp;
use authority::users::{FactName, FactSource, Phone, UserFact};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use storage::StorageError;
use storage::grants::GrantInForce;

use crate::Provider;
use in_name::InName;

mod in_name;

/// 1990-01-01: nothing we know was updated before.
const EARLIEST: i64 = 631_152_000;
/// The members of an address (OIDC Core §5.1.1).
const ADDRESS: [&str; 6] = [
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
];

/// The values of the named claims, as far as there are any. Facts are read only when a claim needs them.
pub(crate) async fn load(
    provider: &Provider,
    names: &[ClaimName],
    rests_on: &GrantInForce,
) -> Result<Map<String, Value>, StorageError> {
    let needs_facts = names.iter().any(|name| FactName::from_word(name.as_str()).is_some());
    let needs_phone = names
        .iter()
        .any(|name| matches!(name, ClaimName::PhoneNumber | ClaimName::PhoneNumberVerified));
    let (db, keyring, user) = (&provider.db, &provider.keyring, rests_on.user.id);
    let facts = if needs_facts {
        storage::user_facts::list(db, user, keyring).await?
    } else {
        Vec::new()
    };
    let phone = if needs_phone {
        storage::phones::find_live(db, user, keyring).await?
    } else {
        None
    };
    let in_name = InName::load(provider, names, rests_on).await?;
    Ok(release(
        names,
        &Known {
            facts,
            phone,
            in_name,
            rests_on,
            keyring,
            now: provider.now(),
        },
    ))
}

/// In whose name the person acts, as the ID token of a client with the scope of that name says it: who looks at nothing else
/// must not take an agent for the principal (security rule DG-7). An ID token may travel as `id_token_hint`, so that what is
/// personal of a principal, name and number, is at userinfo only.
pub(crate) async fn load_in_name(
    provider: &Provider,
    rests_on: &GrantInForce,
) -> Result<Map<String, Value>, StorageError> {
    let names = [ClaimName::Organisation, ClaimName::Representation];
    let in_name = InName::load(provider, &names, rests_on).await?.without_personal();
    let values = [in_name.organisation(), in_name.representation()];
    let told = names.iter().zip(values);
    Ok(told
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value?)))
        .collect())
}

struct Known<'a> {
    facts: Vec<UserFact>,
    phone: Option<Phone>,
    in_name: InName,
    rests_on: &'a GrantInForce,
    keyring: &'a Keyring,
    now: Timestamp,
}

fn release(names: &[ClaimName], known: &Known<'_>) -> Map<String, Value> {
    let values = names
        .iter()
        .filter_map(|name| Some((name.as_str().to_owned(), known.value(*name)?)));
    values.collect()
}

impl Known<'_> {
    fn value(&self, name: ClaimName) -> Option<Value> {
        use ClaimName as C;
        match name {
            C::Name
            | C::GivenName
            | C::FamilyName
            | C::MiddleName
            | C::Nickname
            | C::PreferredUsername
            | C::Profile
            | C::Picture
            | C::Website
            | C::Gender
            | C::Zoneinfo
            | C::Email
            | C::Iin => self.fact(name).and_then(text),
            C::Birthdate => self.fact(name).filter(|date| is_birthdate(date)).and_then(text),
            C::Locale => self
                .fact(name)
                .and_then(text)
                .or_else(|| Some(self.rests_on.user.locale?.tag().into())),
            C::UpdatedAt => self.fact(name).and_then(|seconds| updated_at(seconds, self.now)),
            C::EmailVerified => self.fact(name).and_then(flag),
            C::Address => self.fact(name).and_then(address),
            C::PhoneNumber => self.phone_number(),
            C::PhoneNumberVerified => self.phone_number_verified(),
            C::CertificateRole => self.certificate_role(),
            C::Bin | C::OrganisationName => self.organisation(name),
            C::Organisation => self.in_name.organisation(),
            C::Representation => self.in_name.representation(),
            C::DeviceId => self.device_id(),
            C::DeviceBound => Some(self.rests_on.device.is_some().into()),
            C::DeviceBoundAt => Some(self.rests_on.device.as_ref()?.bound_at.as_unix_seconds().into()),
        }
    }

    /// Facts are listed with those of a certificate first: a certification centre knows better than a file.
    fn fact(&self, name: ClaimName) -> Option<&str> {
        let found = self.facts.iter().find(|fact| fact.name.as_str() == name.as_str())?;
        Some(found.value.as_str())
    }

    fn phone_number(&self) -> Option<Value> {
        let linked = || Some(self.phone.as_ref()?.number.expose().into());
        self.fact(ClaimName::PhoneNumber).and_then(text).or_else(linked)
    }

    /// A linked number was confirmed by a code; one from a file is what the file says.
    fn phone_number_verified(&self) -> Option<Value> {
        match self.fact(ClaimName::PhoneNumber).and_then(text) {
            Some(_) => self.fact(ClaimName::PhoneNumberVerified).and_then(flag),
            None => self.phone.as_ref().map(|_| true.into()),
        }
    }

    /// The role in which the person acts: that of the certificate for its organisation, a natural person for themself.
    /// Whoever acts by a power of attorney does so in no role of a certificate.
    fn certificate_role(&self) -> Option<Value> {
        let role = self.rests_on.certificate_role?;
        let told = match self.rests_on.grant.acting {
            Some(Acting::Organisation(_)) => role,
            Some(Acting::Myself) | None => CertificateRole::Individual,
            Some(Acting::Power { .. }) => return None,
        };
        Some(told.as_str().into())
    }

    /// The organisation is that in whose name the person acts, by the certificate used now or by a power of attorney
    /// (security rule DG-5). Without a certificate and a choice there is only what a file says.
    fn organisation(&self, name: ClaimName) -> Option<Value> {
        let member = if name == ClaimName::Bin { "bin" } else { "name" };
        if let Some(organisation) = self.in_name.organisation() {
            return organisation.get(member).cloned();
        }
        let acts = self.rests_on.grant.acting.and_then(Acting::principal).is_some();
        if acts || self.rests_on.certificate_role.is_some() {
            return None;
        }
        let of_file = |fact: &&UserFact| fact.name.as_str() == name.as_str() && fact.source == FactSource::PeopleFile;
        self.facts.iter().find(of_file).and_then(|fact| text(&fact.value))
    }

    /// Pairwise: two clients cannot join what they know by the device (security rule DB-17).
    fn device_id(&self) -> Option<Value> {
        let device = self.rests_on.device.as_ref()?;
        let client = self.rests_on.grant.client_id.as_str().as_bytes();
        let digest = self
            .keyring
            .digest_list(Purpose::DeviceSubject, &[device.id.as_uuid().as_bytes(), client]);
        Some(URL_SAFE_NO_PAD.encode(digest.as_bytes()).into())
    }
}

fn text(value: &str) -> Option<Value> {
    (!value.trim().is_empty() && value != "null").then(|| value.into())
}

fn flag(value: &str) -> Option<Value> {
    match value {
        "true" => Some(true.into()),
        "false" => Some(false.into()),
        _ => None,
    }
}

fn updated_at(value: &str, now: Timestamp) -> Option<Value> {
    let seconds: i64 = value.parse().ok()?;
    (EARLIEST..=now.as_unix_seconds())
        .contains(&seconds)
        .then(|| seconds.into())
}

fn address(value: &str) -> Option<Value> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(value) else {
        return None;
    };
    members.retain(|name, value| {
        ADDRESS.contains(&name.as_str()) && value.as_str().is_some_and(|text| !text.trim().is_empty())
    });
    (!members.is_empty()).then_some(Value::Object(members))
}

/// `YYYY-MM-DD` with a date of the calendar; the year `0000` means that it is not told (OIDC Core §5.1).
fn is_birthdate(value: &str) -> bool {
    let digits =
        |range: std::ops::Range<usize>| value.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let number = |range| digits(range).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let dashes = value.len() == 10 && value.get(4..5) == Some("-") && value.get(7..8) == Some("-");
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    dashes && (year == 0 || (1850..=2100).contains(&year)) && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests;
